import { useId, useState } from 'react';
import { formatLayers } from '../../session/layerNotation.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';

/** All layers as one line of text, for people who think in it. Taken over when the field is left. */
export function LayersText() {
  const layers = useSession((state) => formatLayers(state.settings.network.layers));
  const { changeSetting } = useActions();
  const [draft, setDraft] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const id = useId();

  const commit = () => {
    if (draft === null || draft === layers) {
      setDraft(null);
      return;
    }
    const problem = changeSetting('layers', draft, 'layers', true);
    setRefusal(problem ? `${problem.message} ${problem.hint}` : null);
    if (!problem) setDraft(null);
  };

  return (
    <div className="field">
      <label htmlFor={id}>layers, input first</label>
      <input
        id={id}
        className="input"
        spellCheck={false}
        value={draft ?? layers}
        aria-invalid={refusal !== null}
        aria-describedby={`${id}-note`}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
      <span id={`${id}-note`} className={refusal ? 'field-error' : 'small muted'}>
        {refusal ??
          '6C5 = 6 channels, 5×5 kernel; AP2, MP2 = pools; 84FC = 84 neurons; 64SEW = residual unit; s stride, p padding, b bias, n batch norm, d dropout'}
      </span>
    </div>
  );
}
