import { useId, useState } from 'react';
import { COST_QUANTITIES, type CostKey, type CostReport } from '../../core/cost/costReport.ts';
import { Bar, ScrollBox } from './CostTotals.tsx';
import { exactNumber, ORIGIN_SENTENCES, termWords } from './costWords.ts';

/** One quantity layer by layer, in its terms. */
export function CostLayers({ report }: { report: CostReport }) {
  const [key, setKey] = useState<CostKey>('access');
  const [showsBaseline, setShowsBaseline] = useState(false);
  const id = useId();
  const sheet = showsBaseline ? report.baseline : report;
  const { perLayer, total } = sheet[key];
  const terms = [...new Set(perLayer.flatMap((row) => Object.keys(row.terms)))];
  const largest = Math.max(...perLayer.map(({ value }) => Math.abs(value)), 1e-12);
  const digits = key === 'fom' ? (value: number) => value.toFixed(4) : exactNumber;
  return (
    <div className="cost-layers">
      <div className="cost-layers-head">
        <h3>Layer by layer</h3>
        <div className="field">
          <label htmlFor={id}>quantity</label>
          <select
            id={id}
            className="select"
            value={key}
            onChange={(event) => setKey(event.target.value as CostKey)}
          >
            {COST_QUANTITIES.map(({ key: value, name, equations }) => (
              <option key={value} value={value}>
                {name}
                {equations && ` (${equations})`}
              </option>
            ))}
          </select>
        </div>
        <button
          type="button"
          className="button small"
          aria-pressed={showsBaseline}
          onClick={() => setShowsBaseline(!showsBaseline)}
        >
          Show full BPTT
        </button>
      </div>
      <p className="small muted">{ORIGIN_SENTENCES[key]}</p>
      <ScrollBox label="Costs layer by layer">
        <table className="cost-table numbers">
          <thead>
            <tr>
              <th scope="col">layer</th>
              <th scope="col">block</th>
              {terms.map((term) => (
                <th scope="col" key={term}>
                  {termWords(term)}
                </th>
              ))}
              <th scope="col">sum</th>
              <th scope="col" className="cost-share-head">
                share of all layers
              </th>
            </tr>
          </thead>
          <tbody>
            {perLayer.map((row) => (
              <tr key={row.layer}>
                <th scope="row">{row.layer}</th>
                <td>{row.block < 0 ? '–' : row.block + 1}</td>
                {terms.map((term) => (
                  <td key={term}>{digits(row.terms[term] ?? 0)}</td>
                ))}
                <td>{digits(row.value)}</td>
                <td>
                  <Bar
                    share={Math.abs(row.value) / largest}
                    text={`${((100 * row.value) / total).toFixed(1)} %`}
                  />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">total</th>
              <td>–</td>
              {terms.map((term) => (
                <td key={term}>{digits(perLayer.reduce((sum, row) => sum + (row.terms[term] ?? 0), 0))}</td>
              ))}
              <td>{digits(total)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </ScrollBox>
    </div>
  );
}
