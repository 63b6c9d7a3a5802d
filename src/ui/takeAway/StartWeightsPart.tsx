import { useActions, useSession } from '../shared/sessionContext.tsx';

/** Weights from a file that the next run begins with. */
export function StartWeightsPart() {
  const { openWeights, forgetWeights } = useActions();
  const wanted = useSession((state) => state.settings.initialization.weights);
  const held = useSession((state) => state.startWeights);
  const isHere = held !== null && held.digest === wanted;
  return (
    <section aria-labelledby="start-weights-title">
      <h3 id="start-weights-title">Begin with weights from a file</h3>
      <p className="small muted">
        Weights that this page has saved (safetensors), or a network of another tool (NIR). Files can also be
        dropped where recordings are.
      </p>
      <div className="buttons">
        <label className="button">
          Open weights or a network
          <input
            type="file"
            className="visually-hidden"
            accept=".safetensors,.nir"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void openWeights({ path: file.name, blob: file });
              event.target.value = '';
            }}
          />
        </label>
        {wanted !== undefined && (
          <button type="button" className="button" onClick={forgetWeights}>
            Draw the weights instead
          </button>
        )}
      </div>
      <div aria-live="polite" className="small">
        {wanted === undefined && <p>The next run draws its weights from the seed.</p>}
        {wanted !== undefined && !isHere && (
          <p>
            The session begins with weights that are not on this page (sha256 {wanted.slice(0, 16)}...): open
            that file, or let them be drawn.
          </p>
        )}
        {isHere && (
          <>
            <p>
              The next run begins with the weights of <b>{held.fileName}</b>, {held.tensors.length} tensors,
              sha256 <code className="digest">{held.digest.slice(0, 16)}</code>.
            </p>
            <ul>
              {held.remarks.map((remark) => (
                <li key={remark}>{remark}</li>
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  );
}
