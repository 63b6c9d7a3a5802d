import { useState } from 'react';
import type { LayerSpec } from '../../core/network.ts';
import { findPreset, type Origin, PRESETS, type Preset } from '../../core/presets.ts';
import { formatLayers } from '../../session/layerNotation.ts';
import { expectedData, isPreset, type SettingChange, settingChanges } from '../../session/presetChoice.ts';
import { showValue } from '../../session/session.ts';
import { presetLabel } from '../../session/settingsActions.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { ORIGIN_WORDS, type PresetFact, presetFacts } from './presetFacts.ts';
import './presets.css';

interface Choice {
  preset: Preset;
  keepsData: boolean;
  changes: SettingChange[];
}

/** A card per preset. Choosing one replaces all settings, says what changed, and can be taken back. */
export default function PresetPicker() {
  const session = useSession((state) => state.settings);
  const { choosePreset } = useActions();
  const [choice, setChoice] = useState<Choice | null>(null);

  const choose = (name: string) => {
    const { settings, keepsData } = choosePreset(name);
    setChoice({ preset: findPreset(name), keepsData, changes: settingChanges(session, settings) });
  };

  return (
    <>
      <Legend />
      {choice && isPreset(session, choice.preset) && (
        <ChosenNote choice={choice} onUndone={() => setChoice(null)} />
      )}
      <ul className="preset-cards">
        {PRESETS.map((preset) => (
          <PresetCard
            key={preset.name}
            preset={preset}
            isCurrent={isPreset(session, preset)}
            onChoose={() => choose(preset.name)}
          />
        ))}
      </ul>
    </>
  );
}

function Legend() {
  return (
    <p className="preset-legend small">
      {(Object.keys(ORIGIN_WORDS) as Origin[]).map((origin) => (
        <span key={origin}>
          <OriginMark origin={origin} /> {ORIGIN_WORDS[origin]}
        </span>
      ))}
    </p>
  );
}

function OriginMark({ origin }: { origin: Origin }) {
  return <span className={`origin origin-${origin}`}>{origin}</span>;
}

interface PresetCardProps {
  preset: Preset;
  isCurrent: boolean;
  onChoose: () => void;
}

function PresetCard({ preset, isCurrent, onChoose }: PresetCardProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { main, more } = presetFacts(preset);
  return (
    <li className={isCurrent ? 'preset-card current' : 'preset-card'}>
      <h3>
        {preset.title} {isCurrent && <span className="tag">set</span>}
      </h3>
      <Facts facts={main} />
      <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary className="small">Everything, with reasons</summary>
        {isOpen && <Facts facts={[...main, ...more]} hasNotes />}
      </details>
      <button
        type="button"
        className="button"
        disabled={isCurrent}
        aria-label={`Use ${preset.title}`}
        onClick={onChoose}
      >
        {isCurrent ? 'In use' : 'Use'}
      </button>
    </li>
  );
}

function Facts({ facts, hasNotes = false }: { facts: PresetFact[]; hasNotes?: boolean }) {
  return (
    <dl className="preset-facts small numbers">
      {facts.map(({ name, text, origin, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span className="preset-text">{text}</span> <OriginMark origin={origin} />
            {hasNotes && <span className="preset-note muted">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ChosenNote({ choice, onUndone }: { choice: Choice; onUndone: () => void }) {
  const { undo } = useActions();
  const { preset, keepsData, changes } = choice;
  const name = useSession((state) => state.settings.data.name);
  return (
    <section
      className="notice notice-warn preset-note-box"
      aria-label="What the preset changed"
      role="status"
    >
      <div>
        <p>
          <b>{preset.title} is set.</b>{' '}
          {keepsData
            ? `It trains on your data, ${name}. `
            : `It expects ${expectedData(preset)}, which is not what is loaded. Drop such data on the page; until then it trains on generated stand-in patterns, whose accuracy says only that training works. `}
          Back in the browser returns to the settings before.
        </p>
        <details>
          <summary>{changes.length} settings changed</summary>
          <ul>
            {changes.map(({ short, from, to }) => (
              <li key={short}>
                {short}: {settingText(short, from)} to {settingText(short, to)}
              </li>
            ))}
          </ul>
        </details>
      </div>
      <button
        type="button"
        className="button"
        onClick={() => {
          undo(presetLabel(preset.name));
          onUndone();
        }}
      >
        Undo
      </button>
    </section>
  );
}

function settingText(short: string, value: unknown): string {
  return short === 'layers'
    ? formatLayers(value as LayerSpec[])
    : value === undefined
      ? 'none'
      : showValue(value);
}
