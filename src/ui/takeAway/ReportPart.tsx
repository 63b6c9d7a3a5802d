import { figuresCsv } from '../../session/report/figures.ts';
import { htmlReport } from '../../session/report/htmlReport.ts';
import { adapterText } from '../../session/verifyRun.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { TakeAwayProblem } from './TakeAwayProblem.tsx';
import { useTakeAway } from './useTakeAway.ts';

/** The run's figures for spreadsheets and programs, and as a report for people. */
export function ReportPart() {
  const { share } = useActions();
  const run = useSession((state) => state.run);
  const epochs = useSession((state) => state.epochs);
  const adapter = useSession((state) => state.gpu.adapter);
  const { isBusy, problem, run: take } = useTakeAway();
  const isEmpty = !run || epochs.length === 0;
  const saveReport = () =>
    take(async () => {
      if (!run) return;
      const { address } = await share();
      const { datasetName: name, synthetic, fingerprint, trainSamples, testSamples } = run;
      const html = htmlReport({
        session: run.settings,
        epochs,
        dataset: { name, synthetic, fingerprint, trainSamples, testSamples },
        adapter: adapter ? adapterText(adapter) : 'unknown',
        forecastBytes: run.forecastBytes,
        measuredBytes: run.measuredBytes,
        link: address,
      });
      saveFile('spikelet-report.html', 'text/html', html);
    });
  const saveJson = () => {
    const text = JSON.stringify({ session: run?.settings, epochs }, null, 2);
    saveFile('spikelet-figures.json', 'application/json', `${text}\n`);
  };
  return (
    <section aria-labelledby="report-title">
      <h3 id="report-title">Figures and report</h3>
      <p className="small muted">
        Accuracy, loss, firing rates and digests of every epoch; or one HTML file with settings, curves,
        tables and the link that repeats the run.
      </p>
      <div className="buttons">
        <button type="button" className="button" disabled={isEmpty || isBusy} onClick={saveReport}>
          Save report
        </button>
        <button
          type="button"
          className="button"
          disabled={isEmpty}
          onClick={() => saveFile('spikelet-figures.csv', 'text/csv', figuresCsv(epochs))}
        >
          CSV
        </button>
        <button type="button" className="button" disabled={isEmpty} onClick={saveJson}>
          JSON
        </button>
      </div>
      <TakeAwayProblem problem={problem} />
    </section>
  );
}
