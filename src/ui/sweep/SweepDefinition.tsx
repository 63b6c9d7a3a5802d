import { useMemo, useRef, useState } from 'react';
import { isTraining } from '../../session/sessionStore.ts';
import { forecastSweep, measuredRate, OPERATIONS_PER_SECOND } from '../../session/sweep/sweepEstimate.ts';
import { type SweepForm, startingForm, sweepOfForm } from '../../session/sweep/sweepForm.ts';
import { type SweepSpec, sweepCells } from '../../session/sweep/sweepSpec.ts';
import { useCostJob } from '../cost/useCostJob.ts';
import { formatBytes, formatSeconds } from '../shared/format.ts';
import { saveFile } from '../shared/saveFile.ts';
import { useSession } from '../shared/sessionContext.tsx';
import { SweepFields } from './SweepFields.tsx';
import { useSweep, useSweepActions } from './sweepContext.tsx';

/** Which runs a new sweep has, what they will take, and its start. */
export function SweepDefinition() {
  const session = useSession((state) => state.settings);
  const [typed, setTyped] = useState<Partial<SweepForm>>({});
  const form = useMemo(() => ({ ...startingForm(session), ...typed }), [session, typed]);
  const { value: spec, problem } = useMemo(() => sweepOfForm(form, session), [form, session]);
  const hasSweep = useSweep((state) => state.sweep !== null);
  const [isOpen, setIsOpen] = useState(!hasSweep);
  const { network, epochs, data } = session;
  return (
    <details
      className="sweep-definition"
      open={isOpen}
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
    >
      <summary>
        <h3>A new sweep</h3>
      </summary>
      <p className="small muted">
        Trains the session as it is now ({data.name}, {network.layers.length} layers, T ={' '}
        {session.encoding.stepCount}, {epochs} {epochs === 1 ? 'epoch' : 'epochs'}) with every combination of
        these values.
      </p>
      <SweepFields form={form} onChange={(fields) => setTyped((before) => ({ ...before, ...fields }))} />
      {problem ? (
        <p className="inline-problem small" role="alert">
          {problem.message} {problem.hint}
        </p>
      ) : (
        spec && <Start spec={spec} onMade={() => setIsOpen(false)} />
      )}
    </details>
  );
}

function Start({ spec, onMade }: { spec: SweepSpec; onMade: () => void }) {
  const job = useMemo(() => ({ kind: 'sweep' as const, spec }), [spec]);
  const { result: costs, problem } = useCostJob<'sweep'>(job);
  const adapter = useSession((state) => state.gpu.adapter);
  const canTrain = useSession((state) => state.gpu.state !== 'missing');
  const hasRun = useSession((state) => state.run !== null);
  const isBusy = useSession((state) => isTraining(state.status));
  const sweep = useSweep((state) => state.sweep);
  const oldCosts = useSweep((state) => state.costs);
  const isSweeping = useSweep((state) => state.activity !== 'idle');
  const { create, start } = useSweepActions();
  const measured = useMemo(
    () => (sweep && oldCosts ? measuredRate(sweep, oldCosts) : null),
    [sweep, oldCosts],
  );
  const rate = measured ?? OPERATIONS_PER_SECOND[adapter?.software === false ? 'hardware' : 'software'];
  const matches = costs !== null && costs.length * spec.axes.seed.length === sweepCells(spec).length;
  const forecast = useMemo(
    () => (costs && matches ? forecastSweep(spec, costs, rate) : null),
    [spec, costs, matches, rate],
  );
  const isUnfinished =
    sweep?.cells.some(({ status }) => status === 'waiting' || status === 'running') ?? false;

  const replaced = sweep
    ? ` It replaces the sweep below${isUnfinished ? ', which is not finished' : ''}.`
    : '';
  const ended = hasRun ? ' It ends the run of this page.' : '';
  const begin = async (isStarted: boolean) => {
    await create(spec);
    onMade();
    if (isStarted) void start();
  };
  return (
    <>
      <p className="sweep-forecast" aria-live="polite">
        {forecast ? (
          <>
            <b>
              {spec.search && 'At most '}
              {forecast.runs} {forecast.runs === 1 ? 'run' : 'runs'}
            </b>{' '}
            of {forecast.points} points, {spec.search && 'at most '}
            {forecast.epochs} epochs, roughly <b>{formatSeconds(forecast.seconds)}</b>
            {measured === null && ' (a guess until a run has ended)'}. Largest plan:{' '}
            <b>{formatBytes(forecast.peakBytes)}</b>
            {forecast.pointsAboveLimit > 0 && `; ${forecast.pointsAboveLimit} points are above the limit`}.
          </>
        ) : (
          <span className="muted">{problem ? problem.message : 'Counting'}</span>
        )}
      </p>
      <p className="sweep-buttons">
        <button
          type="button"
          className="button primary"
          disabled={!canTrain || !forecast || forecast.runs === 0 || isSweeping}
          onClick={() => void begin(true)}
        >
          {hasRun && isBusy ? 'Stop the run and start the sweep' : 'Start the sweep'}
        </button>
        <button type="button" className="button" disabled={isSweeping} onClick={() => void begin(false)}>
          Queue it without starting
        </button>
        <button
          type="button"
          className="button quiet"
          onClick={() => saveFile('sweep.json', 'application/json', `${JSON.stringify(spec, null, 2)}\n`)}
        >
          Save as sweep file
        </button>
        <OpenFile isDisabled={isSweeping} />
      </p>
      <p className="small muted">
        {canTrain
          ? 'The sweep trains one run at a time with the trainer of this page.'
          : 'This browser cannot train.'}
        {replaced}
        {ended}
      </p>
    </>
  );
}

/** Opens a sweep file, or one with results that the command or another page saved. */
function OpenFile({ isDisabled }: { isDisabled: boolean }) {
  const { openFile } = useSweepActions();
  const picker = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (file) await openFile(await file.text());
    // The same file can be chosen again.
    if (picker.current) picker.current.value = '';
  };
  return (
    <>
      <button
        type="button"
        className="button quiet"
        disabled={isDisabled}
        onClick={() => picker.current?.click()}
      >
        Open a sweep file
      </button>
      <input
        ref={picker}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Sweep file"
        onChange={(event) => void take(event.target.files?.[0])}
      />
    </>
  );
}
