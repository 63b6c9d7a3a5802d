import './takeAway.css';
import { ClusterPart } from './ClusterPart.tsx';
import { NirPart } from './NirPart.tsx';
import { ReportPart } from './ReportPart.tsx';
import { StartWeightsPart } from './StartWeightsPart.tsx';
import { WeightsPart } from './WeightsPart.tsx';

/** What can be taken out of the page, and brought back in. */
export default function TakeAwayPanel() {
  return (
    <section className="panel" aria-labelledby="take-away-title">
      <h2 id="take-away-title">Take away</h2>
      <div className="take-away">
        <WeightsPart />
        <StartWeightsPart />
        <NirPart />
        <ClusterPart />
        <ReportPart />
      </div>
    </section>
  );
}
