import { useState } from 'react';
import { LazyPart } from '../shared/LazyPart.tsx';

const loadNetwork = () => import('../network/NetworkPanel.tsx');

/** Everything else that decides a run, folded away: the defaults learn. */
export function SettingsPanel() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <section className="panel panel-settings" aria-labelledby="settings-title">
      <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>
          <h2 id="settings-title">Network, neuron and optimizer</h2>
        </summary>
        {isOpen && <LazyPart load={loadNetwork} name="network editor" />}
      </details>
    </section>
  );
}
