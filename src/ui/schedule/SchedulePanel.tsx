import { useMemo, useState } from 'react';
import { bodyLayerCount, cutBlocks } from '../../core/network.ts';
import { cutIntoRanges, type Range } from '../../core/schedule.ts';
import { outlineNetwork } from '../../session/forecast.ts';
import { expectedMeta, toNetworkSpec } from '../../session/session.ts';
import { Explain } from '../shared/Explain.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { CostBars } from './CostBars.tsx';
import { ForecastCard } from './ForecastCard.tsx';
import { useForecast } from './ForecastContext.tsx';
import { layerRates } from './layerRates.ts';
import { PassLight } from './PassLight.tsx';
import { ScheduleMap } from './ScheduleMap.tsx';
import { ScheduleStepper } from './ScheduleStepper.tsx';
import { UnrolledGrid } from './UnrolledGrid.tsx';
import { WalkControls } from './WalkControls.tsx';
import { createWalkStore } from './walkPlayer.ts';

/** The second move: how far learning looks back (k) and how deep it reaches (n), and what that costs. */
export function SchedulePanel() {
  const settings = useSession((state) => state.settings);
  const { setSchedule } = useActions();
  const { schedule } = settings;
  const { stepCount } = settings.encoding;
  const outline = useMemo(() => outlineNetwork(settings), [settings]);
  const { reply } = useForecast();
  const forecast = reply?.current.value;
  const [lit] = useState(createWalkStore);
  const network = outline.value;
  const spec = useMemo(() => toNetworkSpec(settings, expectedMeta(settings)), [settings]);
  const layerCount = bodyLayerCount(spec);
  const { truncationInterval, blockSize } = schedule;
  const blocks = useMemo(() => cutBlocks(spec, blockSize), [spec, blockSize]);
  const intervals = useMemo(
    () => cutIntoRanges(stepCount, truncationInterval),
    [stepCount, truncationInterval],
  );
  const latest = useSession((state) => state.epochs[state.epochs.length - 1]);
  const stepRates = useSession((state) => state.inside.stepRates);
  const rates = useMemo(() => {
    const names = (network?.layers ?? []).map(({ name }) => name);
    return layerRates(names, latest, stepRates, stepCount);
  }, [network, latest, stepRates, stepCount]);
  // A forecast that is still being made is of another (k, n): its passes lie in other tiles.
  const walk =
    forecast && sameRanges(forecast.intervals, intervals) && forecast.blockCount === blocks.length
      ? forecast.walk
      : undefined;

  return (
    <section className="panel panel-schedule" aria-labelledby="schedule-title">
      <h2 id="schedule-title">
        <span className="move-number">2</span> Choose (k, n)
      </h2>
      <div className="steppers">
        <ScheduleStepper
          symbol="k"
          label="steps that errors travel back in time"
          value={schedule.truncationInterval}
          high={stepCount}
          highName="T"
          onChange={(truncationInterval) => setSchedule({ truncationInterval })}
        />
        <ScheduleStepper
          symbol="n"
          label="layers that errors travel down"
          value={schedule.blockSize}
          high={layerCount}
          highName="L"
          onChange={(blockSize) => setSchedule({ blockSize })}
        />
      </div>
      {network ? (
        <>
          <UnrolledGrid
            layers={network.layers}
            inputShape={network.inputShape}
            blocks={blocks}
            intervals={intervals}
            stepCount={stepCount}
            schedule={schedule}
            rates={rates}
            layerBytes={walk && forecast?.layerBytes}
            lights={(geometry) => walk && <PassLight {...{ walk, store: lit, geometry, stepCount }} />}
            onChange={setSchedule}
          />
          <div className="walk-box">
            {forecast && (
              <WalkControls
                walk={forecast.walk}
                store={lit}
                intervals={forecast.intervals}
                peakBytes={forecast.peakBytes}
                fullBytes={reply?.full.value ?? forecast.peakBytes}
                microBatches={forecast.microBatches.count}
              />
            )}
          </div>
        </>
      ) : (
        <p className="inline-problem" role="alert">
          {outline.problem.message} {outline.problem.hint}
        </p>
      )}
      {network && (
        <div className="cost-overview">
          <ScheduleMap />
          <CostBars />
        </div>
      )}
      {network && <ForecastCard schedule={schedule} />}
      <div className="explains">
        <Explain term="k" />
        <Explain term="n" />
        <Explain term="classifier" />
        <Explain term="bptt" />
      </div>
    </section>
  );
}

function sameRanges(a: readonly Range[], b: readonly Range[]): boolean {
  return a.length === b.length && a[0]?.stop === b[0]?.stop;
}
