import type { CostReport } from '../../core/cost/costReport.ts';
import { COST_KINDS, DEFAULT_FOM_WEIGHTS, type FigureOfMeritWeights } from '../../core/costModel.ts';
import { NumberField } from '../shared/NumberField.tsx';
import { TermButton } from '../shared/TermButton.tsx';
import { ScrollBox } from './CostTotals.tsx';
import { termWords } from './costWords.ts';
import { type CostForm, realNumber } from './useCostForm.ts';

/** Eq. 18 with weights that can be changed, term by term. */
export function FigureOfMerit({ report, form }: { report: CostReport; form: CostForm }) {
  const { options, setOptions } = form;
  const { weights, accuracyLoss } = options;
  const setWeight = (name: keyof FigureOfMeritWeights) =>
    realNumber(0, 1000, (value) => setOptions({ ...options, weights: { ...weights, [name]: value } }));
  const isDefault = COST_KINDS.every((kind) => weights[kind] === DEFAULT_FOM_WEIGHTS[kind]);
  return (
    <div className="cost-fom">
      <h3>
        Figure of merit (18): <b className="cost-fom-value">{report.fom.total.toFixed(4)}</b>{' '}
        <TermButton term="fom" />
      </h3>
      <p className="small muted">1 is full BPTT, smaller is better. Costs are shares of full BPTT’s.</p>
      <ScrollBox label="Terms of the figure of merit">
        <table className="cost-table numbers">
          <thead>
            <tr>
              <th scope="col">term</th>
              <th scope="col">weight</th>
              <th scope="col">value</th>
              <th scope="col">product</th>
            </tr>
          </thead>
          <tbody>
            <Row
              name="accuracy loss AL"
              weight={weights.accuracyLoss}
              value={accuracyLoss}
              onWeight={setWeight('accuracyLoss')}
            />
            {COST_KINDS.map((kind) => (
              <Row
                key={kind}
                name={termWords(kind)}
                weight={weights[kind]}
                value={report[kind].total / report.baseline[kind].total}
                onWeight={setWeight(kind)}
              />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <div className="cost-fom-foot">
        <NumberField
          label="accuracy loss, share of full BPTT’s accuracy (negative for a gain)"
          value={accuracyLoss}
          step="any"
          onCommit={realNumber(-1000, 1, (value) => setOptions({ ...options, accuracyLoss: value }))}
        />
        <button
          type="button"
          className="button small"
          disabled={isDefault && weights.accuracyLoss === DEFAULT_FOM_WEIGHTS.accuracyLoss}
          onClick={() => setOptions({ ...options, weights: DEFAULT_FOM_WEIGHTS })}
        >
          The paper’s weights
        </button>
      </div>
    </div>
  );
}

interface RowProps {
  name: string;
  weight: number;
  value: number;
  onWeight: (text: string) => string | null;
}

function Row({ name, weight, value, onWeight }: RowProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="cost-weight">
        <NumberField label={`weight of ${name}`} value={weight} step="any" onCommit={onWeight} />
      </td>
      <td>{value.toFixed(4)}</td>
      <td>{(weight * value).toFixed(4)}</td>
    </tr>
  );
}
