import { useMemo } from 'react';
import { bodyLayerCount, cutBlocks } from '../../core/network.ts';
import { cutIntoRanges } from '../../core/schedule.ts';
import { outlineNetwork } from '../../session/forecast.ts';
import { expectedMeta, toNetworkSpec } from '../../session/session.ts';
import { Explain } from '../shared/Explain.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { CostBars } from './CostBars.tsx';
import { ForecastCard } from './ForecastCard.tsx';
import { useForecast } from './ForecastContext.tsx';
import { ScheduleMap } from './ScheduleMap.tsx';
import { ScheduleStepper } from './ScheduleStepper.tsx';
import { UnrolledGrid } from './UnrolledGrid.tsx';
import { usePassOrder } from './usePassOrder.ts';

/** The second move: how far learning looks back (k) and how deep it reaches (n), and what that costs. */
export function SchedulePanel() {
  const settings = useSession((state) => state.settings);
  const { setSchedule } = useActions();
  const { schedule } = settings;
  const { stepCount } = settings.encoding;
  const outline = useMemo(() => outlineNetwork(settings), [settings]);
  const { reply } = useForecast();
  const order = usePassOrder(reply?.current.value?.moves);
  const network = outline.value;
  const spec = useMemo(() => toNetworkSpec(settings, expectedMeta(settings)), [settings]);
  const layerCount = bodyLayerCount(spec);

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
            blocks={cutBlocks(spec, schedule.blockSize)}
            intervals={cutIntoRanges(stepCount, schedule.truncationInterval)}
            stepCount={stepCount}
            schedule={schedule}
            move={order.move}
            onChange={setSchedule}
          />
          <div className="grid-legend">
            <span className="key key-forward">forward: crosses every border</span>
            <span className="key key-backward">backward: stops at every border</span>
            <span className="order-buttons">
              <button type="button" className="button quiet small" onClick={order.next}>
                Next pass
              </button>
              <button
                type="button"
                className="button quiet small"
                onClick={order.toggle}
                aria-pressed={order.isPlaying}
              >
                {order.isPlaying ? 'Stop the order' : 'Show the order'}
              </button>
            </span>
          </div>
          <p className="order-line small" aria-live="off">
            {order.text}
          </p>
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
