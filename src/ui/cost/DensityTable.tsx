import { DEFAULT_DENSITY } from '../../core/cost/costRules.ts';
import { NumberField } from '../shared/NumberField.tsx';
import { ScrollBox } from './CostTotals.tsx';
import { type CostForm, realNumber } from './useCostForm.ts';

const shown = (share: number) => share.toFixed(4);

/** alpha of Eqs. 15 and 16: what is assumed, and what the running network does. */
export function DensityTable({ form }: { form: CostForm }) {
  const { densities, options, setOptions, usesMeasuredDensity, setUsesMeasuredDensity } = form;
  const hasMeasured = densities.some(({ measured }) => measured !== null);
  const assumed = densities[0]?.assumed ?? DEFAULT_DENSITY.input;
  return (
    <>
      <p className="small muted">
        A density is the share of ones among spikes. The paper does not state what it assumed; 0.5 everywhere
        fits what it reports, and real networks fire far less. Measured densities are the firing rates of the
        latest epoch on test samples.
      </p>
      <div className="cost-density-fields">
        <NumberField
          label="assumed density, all layers"
          value={assumed}
          step="any"
          onCommit={realNumber(0, 1, (value) =>
            setOptions({ ...options, density: { input: value, layers: value } }),
          )}
        />
        <label className="cost-check">
          <input
            type="checkbox"
            checked={usesMeasuredDensity}
            disabled={!hasMeasured}
            onChange={(event) => setUsesMeasuredDensity(event.target.checked)}
          />
          Count additions with measured densities
        </label>
      </div>
      {!hasMeasured && (
        <p className="small">
          Nothing is measured yet: train this network for an epoch, then its densities stand here.
        </p>
      )}
      <ScrollBox label="Spike densities">
        <table className="cost-table cost-table-narrow numbers">
          <thead>
            <tr>
              <th scope="col">spikes of</th>
              <th scope="col">assumed</th>
              <th scope="col">measured</th>
            </tr>
          </thead>
          <tbody>
            {densities.map(({ layer, assumed: expected, measured }) => (
              <tr key={layer}>
                <th scope="row">{layer}</th>
                <td>{shown(expected)}</td>
                <td>{measured === null ? '–' : shown(measured)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </>
  );
}
