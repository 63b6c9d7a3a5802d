import { useActions, useSession } from '../shared/sessionContext.tsx';
import { TypedField } from '../shared/TypedField.tsx';

const MEBIBYTE = 2 ** 20;

/** How much GPU memory a run may take on this device. It stays on the device and is no part of a link. */
export function MemoryBudget() {
  const budget = useSession((state) => state.memoryBudget);
  const { setMemoryBudget } = useActions();
  return (
    <div className="memory-budget">
      <TypedField
        label="memory budget of this device, MiB"
        value={budget === null ? '' : String(Math.round((budget / MEBIBYTE) * 1000) / 1000)}
        placeholder="what the adapter allows"
        onType={(text) =>
          setMemoryBudget(text.trim() === '' ? null : Math.round(Number(text) * MEBIBYTE))?.message ?? null
        }
      />
      <p className="small muted">
        A batch that needs more is cut into micro-batches. Kept on this device, not in links.
      </p>
    </div>
  );
}
