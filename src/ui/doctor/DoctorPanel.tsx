import { Explain } from '../shared/Explain.tsx';
import { FindingList } from './FindingList.tsx';
import { useFindings } from './useFindings.ts';
import './doctor.css';

/** What keeps the run from learning, in full. */
export default function DoctorPanel() {
  const findings = useFindings();
  return (
    <section className="panel doctor" aria-labelledby="doctor-title">
      <h2 id="doctor-title">
        Doctor{' '}
        {findings && findings.length > 0 && <span className="doctor-count numbers">{findings.length}</span>}
      </h2>
      {findings === null && (
        <p className="small muted">The doctor looks at a run after its first figures, before any training.</p>
      )}
      {findings?.length === 0 && (
        <p className="small doctor-well">
          ✓ Every layer fires, gradient reaches every layer that learns, and the figures are those of a run
          that learns.
        </p>
      )}
      {findings && findings.length > 0 && <FindingList findings={findings} />}
      <Explain question="What does the doctor look for?">
        Layers that are silent or saturated; layers that no gradient reaches (their weights stand still while
        others of their block move); a loss that stands at 1/N_c, which is what a classifier without spikes
        gets; accuracy that is no better than chance; weights that became infinite. It looks after every epoch
        at figures that are there anyway, and names the likeliest cause with a setting that cures it. Every
        remedy can be undone.
      </Explain>
    </section>
  );
}
