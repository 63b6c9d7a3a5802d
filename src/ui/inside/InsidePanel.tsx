import { memo, useDeferredValue, useMemo } from 'react';
import type { SampleInspection } from '../../session/inside/insideState.ts';
import { Explain } from '../shared/Explain.tsx';
import { useSession } from '../shared/sessionContext.tsx';
import { CountsChart } from './CountsChart.tsx';
import { chooseInside, chosenNeuron, useInsideChoice } from './insideChoice.ts';
import { LayerFlow } from './LayerFlow.tsx';
import { MembranePlot } from './MembranePlot.tsx';
import { RasterView } from './RasterView.tsx';
import { SampleChoice } from './SampleChoice.tsx';
import { StepBar } from './StepBar.tsx';
import { useInspection } from './useInspection.ts';
import './inside.css';
import './plots.css';

/** One sample on its way through the network: frames in, spikes through every layer, counts rising, prediction. */
export default function InsidePanel() {
  const hasRun = useSession((state) => state.run !== null);
  const { inspection: latest, problem, testPredictions } = useInspection();
  // All the pictures of a sample are made in pieces between which the page answers, not in one long task.
  const inspection = useDeferredValue(latest, null);
  return (
    <section className="panel inside" aria-labelledby="inside-title">
      <h2 id="inside-title">Inside the network</h2>
      {problem && (
        <p className="inline-problem" role="alert">
          {problem.message} {problem.hint}
        </p>
      )}
      {inspection && testPredictions ? (
        <Inspector inspection={inspection} />
      ) : (
        <p className="charts-empty muted small inside-empty">
          {hasRun
            ? 'The first sample is on its way through the network.'
            : 'Press Train: then every spike of every layer is shown here, with the membrane of any neuron you click.'}
        </p>
      )}
    </section>
  );
}

const Inspector = memo(function Inspector({ inspection }: { inspection: SampleInspection }) {
  const { step, neuron } = useInsideChoice();
  const { stepCount, layers, membranes } = inspection;
  const at = Math.min(step, stepCount - 1);
  const layer = layers.find(({ name }) => name === membranes.layer) ?? layers[0];
  const shown = useMemo(() => chosenNeuron(layer, neuron), [layer, neuron]);
  return (
    <>
      <SampleChoice inspection={inspection} />
      <StepBar step={at} stepCount={stepCount} onStep={(next) => chooseInside({ step: next })} />
      <LayerFlow inspection={inspection} step={at} selected={layer.name} />
      <CountsChart inspection={inspection} step={at} />
      <div className="inside-pair">
        <RasterView inspection={inspection} layer={layer} step={at} neuron={shown} />
        <MembranePlot inspection={inspection} layer={layer} step={at} neuron={shown} />
      </div>
      <div className="inside-terms">
        <Explain question="What is a spike raster?">
          One row per neuron, one column per time step, a mark where the neuron fires. Layers with more
          neurons than rows put neighbours into one row: the more of them fire, the stronger the mark.
        </Explain>
        <Explain question="What is the membrane?">
          What a neuron has collected: every step it keeps a part of it (beta), adds what its inputs send, and
          loses theta after a spike. At the threshold it fires. Inside the shaded window around the threshold
          the backward pass lets gradient through; outside nothing is learnt from that step.
        </Explain>
        <Explain question="Where do these values come from?">
          The sample runs forward on your GPU with the present weights, in the run&apos;s own memory and
          between two batches; spikes and membranes are read back as they are. It takes no extra GPU memory
          and changes no weight.
        </Explain>
      </div>
    </>
  );
});
