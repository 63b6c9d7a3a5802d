import { useState } from 'react';
import { LazyPart } from '../shared/LazyPart.tsx';

const loadPicker = () => import('./PresetPicker.tsx');

/** The training systems of the paper, folded away: a visitor begins with small data and a small network. */
export function PresetsPanel() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <section className="panel panel-presets" aria-labelledby="presets-title">
      <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>
          <h2 id="presets-title">Presets</h2>{' '}
          <span className="small muted">
            LeNet, AlexNet, VGG11 and SEW-ResNet18, as the paper trains them
          </span>
        </summary>
        {isOpen && <LazyPart load={loadPicker} name="presets" />}
      </details>
    </section>
  );
}
