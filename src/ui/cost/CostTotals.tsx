import type { ReactNode } from 'react';
import type { CostReport } from '../../core/cost/costReport.ts';
import { formatBytes, formatChange } from '../shared/format.ts';
import { exactNumber } from './costWords.ts';

const pair = ({ schedule }: Pick<CostReport, 'schedule'>) =>
  `(${schedule.truncationInterval}, ${schedule.blockSize})`;

/** Memory in three columns that are never mixed, then access and operations, all beside full BPTT. */
export function CostTotals({ report }: { report: CostReport }) {
  const { baseline, measuredBytes } = report;
  return (
    <div className="cost-totals">
      <h3>Memory</h3>
      <ScrollBox label="Memory: formula, plan and measurement">
        <table className="cost-table numbers">
          <thead>
            <tr>
              <th scope="col">(k, n)</th>
              <th scope="col">
                paper’s formula <span className="tag">modelled</span>
              </th>
              <th scope="col">
                this program’s plan <span className="tag">planned</span>
              </th>
              <th scope="col">
                on the device <span className="tag">measured</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{pair(report)}</th>
              <Bytes value={report.memory.total} />
              <Bytes value={report.planBytes.total} />
              {measuredBytes === null ? (
                <td className="muted">no run of this</td>
              ) : (
                <Bytes value={measuredBytes} />
              )}
            </tr>
            <tr>
              <th scope="row">{pair(baseline)} full BPTT</th>
              <Bytes value={baseline.memory.total} />
              <Bytes value={baseline.planBytes.total} />
              <td className="muted">not run</td>
            </tr>
            <tr>
              <th scope="row">change</th>
              <Change value={report.memory.total} full={baseline.memory.total} />
              <Change value={report.planBytes.total} full={baseline.planBytes.total} />
              <td className="muted">–</td>
            </tr>
          </tbody>
        </table>
      </ScrollBox>
      <p className="small muted">
        Three answers to three questions: what Eqs. 8–10 predict for a framework that keeps f32 history, what
        this program allocates, what the byte ledger counted in the run.
        {measuredBytes !== null &&
          measuredBytes !== report.planBytes.total &&
          ' The run was planned for this adapter’s limits, so its bytes differ from the plan without limits.'}
      </p>
      <h3>Access and operations of one batch</h3>
      <ScrollBox label="Access and operations">
        <table className="cost-table numbers">
          <thead>
            <tr>
              <th scope="col">modelled</th>
              <th scope="col">{pair(report)}</th>
              <th scope="col">{pair(baseline)} full BPTT</th>
              <th scope="col">change</th>
              <th scope="col" className="cost-share-head">
                share of full BPTT
              </th>
            </tr>
          </thead>
          <tbody>
            <OperationRow name="access, words (11–14)" here={report.access} full={baseline.access} />
            <OperationRow name="additions (15, 16)" here={report.additions} full={baseline.additions} />
            <OperationRow name="MACs (17)" here={report.macs} full={baseline.macs} />
          </tbody>
        </table>
      </ScrollBox>
    </div>
  );
}

export function ScrollBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard.
    <section className="cost-scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

function Bytes({ value }: { value: number }) {
  return (
    <td>
      {formatBytes(value)} <span className="muted cost-exact">{exactNumber(value)}</span>
    </td>
  );
}

/** A change against full BPTT, with the share as a bar: each column in its own scale. */
function Change({ value, full }: { value: number; full: number }) {
  const share = full > 0 ? value / full : 1;
  return (
    <td>
      <span className="cost-change">
        {formatChange(value, full)}
        <Bar share={share} text={`${(100 * share).toFixed(1)} %`} />
      </span>
    </td>
  );
}

function OperationRow({
  name,
  here,
  full,
}: {
  name: string;
  here: { total: number };
  full: { total: number };
}) {
  const share = full.total > 0 ? here.total / full.total : 1;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{exactNumber(here.total)}</td>
      <td>{exactNumber(full.total)}</td>
      <td>{formatChange(here.total, full.total)}</td>
      <td>
        <Bar share={share} text={`${(100 * share).toFixed(1)} %`} />
      </td>
    </tr>
  );
}

/** A bar with its value beside it; longer than the whole (more than full BPTT) is cut and marked. */
export function Bar({ share, text }: { share: number; text: string }) {
  return (
    <span className="cost-share">
      <span className="cost-share-track" aria-hidden="true">
        <span
          className={share > 1.0005 ? 'cost-share-fill over' : 'cost-share-fill'}
          style={{ width: `${Math.min(100, 100 * share)}%` }}
        />
      </span>
      <span className="cost-share-text">{text}</span>
    </span>
  );
}
