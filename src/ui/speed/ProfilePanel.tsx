import { useState } from 'react';
import { boundOf, perLayer } from '../../session/speed/roofline.ts';
import type { AdapterLimits, PassProfile, RunProfile } from '../../session/speed/speedState.ts';
import { Explain } from '../shared/Explain.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { Roofline } from './Roofline.tsx';
import './speed.css';

/** Where the time of an iteration goes, and what bounds it. */
export default function ProfilePanel() {
  const { profile, limits, problem } = useSession((state) => state.speed);
  return (
    <section className="panel speed-profile" aria-labelledby="profile-title">
      <h2 id="profile-title">Where the time goes</h2>
      <p className="small muted speed-about">
        A profile measures every kernel of a few training iterations; beside the limits of this GPU it says
        what each of them waits for.
      </p>
      <Questions />
      {problem && (
        <p className="inline-problem" role="alert">
          {problem.message} {problem.hint}
        </p>
      )}
      {limits && <LimitsLine limits={limits} />}
      {profile && <ProfileOfRun profile={profile} limits={limits} />}
      <Explain question="How is this measured?">
        The GPU writes a timestamp before and after every kernel of a few training iterations on the next
        batch. Kernels do not overlap then, so an iteration takes a little longer than usual. Afterwards
        weights, optimizer state and counters are put back to the bit: the run goes on as if nothing had been.
      </Explain>
      <Explain question="What bounds a kernel?">
        A GPU can move only so many bytes per second, and do only so many operations. Both are measured here
        with kernels of this page: a copy, and a product of two f32 matrices. A pass cannot be faster than its
        bytes at the copy&apos;s rate, nor than its operations at the product&apos;s. Operations are counted
        as if every input fired; a kernel that skips zeros may therefore stand above the roof.
      </Explain>
    </section>
  );
}

function Questions() {
  const { profileRun, measureAdapter } = useActions();
  const canProfile = useSession((state) => state.run !== null && state.kept.openId === null);
  const hasGpu = useSession((state) => state.gpu.state === 'ready');
  const waitsFor = useSession((state) => state.speed.waitsFor);
  return (
    <div className="speed-questions">
      <button
        type="button"
        className="button small"
        disabled={!canProfile || waitsFor.profile}
        onClick={profileRun}
      >
        {waitsFor.profile ? 'Profiling' : 'Profile the run'}
      </button>
      <button
        type="button"
        className="button small"
        disabled={!hasGpu || waitsFor.limits}
        onClick={measureAdapter}
      >
        {waitsFor.limits ? 'Measuring' : 'Measure what this GPU can do'}
      </button>
      {!canProfile && <span className="small muted">A run can be profiled once it has been started.</span>}
    </div>
  );
}

function LimitsLine({ limits }: { limits: AdapterLimits }) {
  const { bytesPerSecond, operationsPerSecond, copyBytes, productRows } = limits;
  return (
    <p className="small numbers speed-limits" role="status">
      This GPU: <b>{(bytesPerSecond / 1e9).toPrecision(3)} GB/s</b> in a copy of {copyBytes / 2 ** 20} MiB,{' '}
      <b>{(operationsPerSecond / 1e9).toPrecision(3)} GFLOP/s</b> in a product of {productRows} x{' '}
      {productRows} matrices.
    </p>
  );
}

const GROUPINGS = [
  ['pass', 'by pass'],
  ['layer', 'by layer'],
] as const;

function ProfileOfRun({ profile, limits }: { profile: RunProfile; limits: AdapterLimits | null }) {
  const [grouping, setGrouping] = useState<'pass' | 'layer'>('pass');
  if (!profile.hasTimestamps) {
    return (
      <p className="small">
        This adapter offers no timestamps, so the time of single kernels cannot be measured. Chrome and Edge
        offer them on most GPUs.
      </p>
    );
  }
  const rows = grouping === 'pass' ? profile.passes : perLayer(profile.passes);
  const total = profile.passes.reduce((sum, { ms }) => sum + ms, 0);
  return (
    <>
      <fieldset className="speed-grouping">
        <legend className="small">
          {total.toPrecision(3)} ms of GPU time per iteration, mean of {profile.rounds}, after iteration{' '}
          {profile.iteration}
        </legend>
        {GROUPINGS.map(([value, text]) => (
          <label key={value} className="small">
            <input
              type="radio"
              name="speed-grouping"
              checked={grouping === value}
              onChange={() => setGrouping(value)}
            />{' '}
            {text}
          </label>
        ))}
      </fieldset>
      <TimeTable rows={rows} total={total} limits={limits} name={grouping} />
      {limits && <Roofline passes={profile.passes} limits={limits} />}
    </>
  );
}

interface TimeTableProps {
  rows: readonly PassProfile[];
  total: number;
  limits: AdapterLimits | null;
  name: 'pass' | 'layer';
}

function TimeTable({ rows, total, limits, name }: TimeTableProps) {
  const longest = Math.max(...rows.map(({ ms }) => ms), 1e-9);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard.
    <section className="table-scroll" aria-label={`Time per ${name}`} tabIndex={0}>
      <table className="speed-table speed-times numbers">
        <thead>
          <tr>
            <th scope="col">{name}</th>
            <th scope="col">time</th>
            <th scope="col">share</th>
            <th scope="col">runs</th>
            {limits && <th scope="col">bound by</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label.replace('/', ' / ')}</th>
              <td>
                <span className="speed-bar-place" aria-hidden="true">
                  <span
                    className={`speed-bar speed-${name === 'layer' ? 'layer' : row.kind}`}
                    style={{ width: `${(100 * row.ms) / longest}%` }}
                  />
                </span>
                {row.ms.toFixed(row.ms < 10 ? 2 : 1)} ms
              </td>
              <td>{total > 0 ? ((100 * row.ms) / total).toFixed(1) : '0'} %</td>
              <td>{row.runs}</td>
              {limits && <td>{boundWords(row, limits)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function boundWords(row: PassProfile, limits: AdapterLimits): string {
  const bound = boundOf(row, limits);
  return bound ? `${bound.by}, ${Math.round(100 * bound.share)} % of the limit` : 'too short to be measured';
}
