import { useState } from 'react';
import type { SweepState } from '../../session/sweep/sweepState.ts';
import type { PointSummary, SweepSummary } from '../../session/sweep/sweepSummary.ts';
import { SelectField } from '../shared/SelectField.tsx';
import { useViews } from '../shell/viewChoice.ts';
import { HeatMap } from './HeatMap.tsx';
import { useSweepActions } from './sweepContext.tsx';
import { MAP_QUANTITIES } from './sweepWords.ts';

interface SweepHeatMapsProps {
  sweep: SweepState;
  summary: SweepSummary;
}

/** Accuracy, memory, access, MACs and figure of merit over (k, n), live. */
export function SweepHeatMaps({ sweep, summary }: SweepHeatMapsProps) {
  const { spec } = sweep;
  const { classifier, update } = spec.axes;
  const kinds = classifier.flatMap((kind) => update.map((rule) => `${kind} ${rule}`));
  const [chosen, setChosen] = useState(kinds[0]);
  const kind = kinds.includes(chosen) ? chosen : kinds[0];
  const points = summary.points.filter(({ point }) => `${point.classifier} ${point.update}` === kind);
  const { openCell } = useSweepActions();
  const { showView } = useViews();
  const open = ({ records: [first] }: PointSummary) => {
    openCell(first.cell);
    showView('train');
  };
  return (
    <section aria-labelledby="sweep-maps-title">
      <div className="sweep-maps-head">
        <h3 id="sweep-maps-title">Over (k, n)</h3>
        {kinds.length > 1 && (
          <SelectField
            label="classifiers and update"
            value={kind}
            options={kinds.map((each) => [each, each.replace(' ', ', per ').replace('sequence', 'sample')])}
            onChoose={setChosen}
          />
        )}
        <p className="small muted">
          The more a cell stands out, the better. Means over seeds. A cell opens as a session under Train.
        </p>
      </div>
      <div className="heat-maps">
        {MAP_QUANTITIES.map((quantity) => (
          <HeatMap key={quantity.key} quantity={quantity} spec={spec} points={points} onOpen={open} />
        ))}
      </div>
    </section>
  );
}
