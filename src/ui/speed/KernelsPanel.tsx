import {
  type KernelReport,
  kernelRows,
  kernelStateWords,
  kernelWords,
} from '../../session/speed/kernelWords.ts';
import { Explain } from '../shared/Explain.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import './speed.css';

/** Which kernel runs each layer, and how it came to that. */
export default function KernelsPanel() {
  const kernels = useSession((state) => state.speed.kernels);
  const adapter = useSession((state) => state.gpu.adapter);
  const precision = useSession((state) => state.settings.weightPrecision);
  return (
    <section className="panel speed-kernels" aria-labelledby="kernels-title">
      <h2 id="kernels-title">Kernels on this GPU</h2>
      {kernels ? (
        <>
          <p className="small speed-state" role="status">
            {kernelStateWords(kernels)}
          </p>
          {precision === 'f16' && (
            <p className="small">
              Kernels read the weights in half precision (f16), a setting of this run: its results differ a
              little from those with f32.
            </p>
          )}
          <KernelTable kernels={kernels} />
          <MeasureButton state={kernels.state} />
        </>
      ) : (
        <p className="small muted">
          Press Train: then the kernel of every layer is listed here
          {adapter ? `, for ${adapter.description || adapter.architecture || adapter.vendor}` : ''}.
        </p>
      )}
      <Explain question="What is chosen here?">
        Several kernels can do the work of a layer. The event-driven one walks the input spikes, the
        word-sparse one gathers a small window's bits into few words first, the dense one multiplies
        everything. Which is fastest depends on the GPU, the layer and how much fires. All add the same
        products in the same order, so the choice changes no bit of a run. It is measured with iterations that
        train all the same, and remembered in this browser by adapter, kernel text and layer shape. The factor
        says how many times faster a kernel is than the slowest one that was measured.
      </Explain>
    </section>
  );
}

function KernelTable({ kernels }: { kernels: KernelReport }) {
  const rows = kernelRows(kernels.layers);
  if (rows.length === 0) return <p className="small muted">No layer of this network has a choice.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard.
    <section className="table-scroll" aria-label="Kernel of every layer" tabIndex={0}>
      <table className="speed-table numbers">
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col">forward</th>
            <th scope="col">error</th>
            <th scope="col">weight gradient</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ layer, forward, backward, weightGradient }) => (
            <tr key={layer}>
              <th scope="row">{layer}</th>
              <td>{forward ? kernelWords(forward) : 'no choice'}</td>
              <td>{backward ? kernelWords(backward) : 'no choice'}</td>
              <td>{weightGradient ? kernelWords(weightGradient) : 'no choice'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function MeasureButton({ state }: { state: KernelReport['state'] }) {
  const { measureKernels } = useActions();
  if (state === 'unmeasurable') return null;
  const isAt = state !== 'resting';
  return (
    <p>
      <button type="button" className="button small" onClick={() => measureKernels(!isAt)}>
        {isAt ? 'Stop measuring' : 'Measure the kernels now'}
      </button>
    </p>
  );
}
