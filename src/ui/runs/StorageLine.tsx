import type { WhileHidden } from '../../session/runs/hiddenTab.ts';
import { formatBytes } from '../shared/format.ts';
import { SelectField } from '../shared/SelectField.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { storeWhileHidden } from './storedWhileHidden.ts';

const CHOICES = [
  ['train', 'go on training'],
  ['pause', 'pause'],
] as const satisfies readonly (readonly [WhileHidden, string])[];

/** What is used and may be used, whether the browser has promised to leave it alone, and what a hidden tab does. */
export function StorageLine() {
  const use = useSession((state) => state.kept.use);
  const whileHidden = useSession((state) => state.kept.whileHidden);
  const { setWhileHidden } = useActions();
  return (
    <div className="runs-storage">
      <div className="small">
        <p>
          Storage:{' '}
          <span className="numbers">
            {use ? formatBytes(use.usedBytes) : '…'} used
            {use && use.quotaBytes > 0 && ` of ${formatBytes(use.quotaBytes)}`}
          </span>
        </p>
        <meter
          aria-label="Storage used"
          min={0}
          max={Math.max(1, use?.quotaBytes ?? 1)}
          value={use?.usedBytes ?? 0}
        />
        <p className="muted">
          {use?.isPersistent
            ? 'The browser has promised not to clear it by itself.'
            : 'The browser may clear it when the disk is full; marking a run to stay asks it not to. Export what must not be lost.'}
        </p>
      </div>
      <SelectField
        label="While this tab is hidden"
        value={whileHidden}
        options={CHOICES}
        onChoose={(choice) => {
          setWhileHidden(choice);
          storeWhileHidden(choice);
        }}
      />
    </div>
  );
}
