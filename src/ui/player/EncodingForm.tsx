import type { Session } from '../../session/session.ts';
import { shownSummary } from '../../session/sessionStore.ts';
import { NumberField } from '../shared/NumberField.tsx';
import { SelectField } from '../shared/SelectField.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';

type Encoding = Session['encoding'];

const RULES: readonly (readonly [Encoding['binning'], name: string, about: string])[] = [
  [
    'binary',
    'Binary windows (the paper)',
    'A pixel is 1 if it had at least one event in that step. Steps of dt from the first event; later events are left out.',
  ],
  ['counts', 'Event counts', 'As binary windows, but a pixel holds how many events it had in that step.'],
  [
    'tonicTimeWindow',
    'Tonic ToFrame, time_window',
    'Counts in whole windows of dt; the last, incomplete window of a recording is left out.',
  ],
  [
    'tonicTimeBins',
    'Tonic ToFrame, n_time_bins',
    'Counts in T windows of equal length, whole microseconds; what remains at the end is left out.',
  ],
  [
    'spikingJellyNumber',
    'SpikingJelly, split by number',
    'Counts of equally many events per step; the last step takes the rest.',
  ],
  [
    'spikingJellyTime',
    'SpikingJelly, split by time',
    'Counts in T windows of equal length; the last step takes the rest.',
  ],
];

const REDUCTIONS = [
  ['or', 'scale down'],
  ['crop', 'a part of it'],
  ['centre', 'its middle'],
] as const;

const POLARITIES = [
  ['both', 'two channels, OFF and ON'],
  ['merged', 'one channel for both'],
] as const;

/** Every setting of how recordings become frames; a change takes effect at once, in the preview beside it too. */
export function EncodingForm() {
  const encoding = useSession((state) => state.settings.encoding);
  const hasSigns = useSession((state) => shownSummary(state)?.channels !== 1);
  const { changeSetting, changeSettings } = useActions();
  const set =
    (name: string, scale = 1) =>
    (text: string) =>
      changeSetting(name, scale === 1 ? text : String(Math.round(Number(text) * scale)))?.message ?? null;
  const choose = (name: string) => (value: string) => void changeSetting(name, value);
  const { binning, reduction } = encoding;
  const usesDt = binning === 'binary' || binning === 'counts' || binning === 'tonicTimeWindow';
  const about = RULES.find(([rule]) => rule === binning)?.[2];

  return (
    <div className="encoding-form">
      <SelectField
        label="how time is cut into steps"
        value={binning}
        options={RULES.map(([rule, name]) => [rule, name] as const)}
        onChoose={choose('binning')}
      />
      <p className="small muted">{about}</p>
      <div className="field-grid">
        <NumberField label="T, time steps" value={encoding.stepCount} onCommit={set('T')} min={1} isLive />
        {usesDt && (
          <NumberField
            label="dt"
            unit="ms"
            value={encoding.stepDurationUs / 1000}
            step="any"
            min={0.001}
            onCommit={set('dt', 1000)}
            isLive
          />
        )}
        {binning !== 'binary' && (
          <NumberField
            label="counts up to"
            value={encoding.maxCount}
            onCommit={set('maxCount')}
            min={1}
            max={255}
            isLive
          />
        )}
        <NumberField
          label="start after the first event"
          unit="ms"
          value={encoding.startUs / 1000}
          step="any"
          min={0}
          onCommit={set('start', 1000)}
          isLive
        />
        <NumberField
          label="noise filter, 0 is off"
          unit="ms"
          value={encoding.denoiseUs / 1000}
          step="any"
          min={0}
          onCommit={set('denoise', 1000)}
          isLive
        />
      </div>
      <SelectField
        label="what is taken of the sensor"
        value={reduction}
        options={REDUCTIONS}
        onChoose={choose('reduction')}
      />
      <div className="field-grid">
        <NumberField label="width, pixels" value={encoding.width} onCommit={set('width')} min={1} isLive />
        <NumberField label="height, pixels" value={encoding.height} onCommit={set('height')} min={1} isLive />
        {reduction === 'crop' && (
          <>
            <NumberField label="from column" value={encoding.cropX} onCommit={set('cropX')} min={0} isLive />
            <NumberField label="from row" value={encoding.cropY} onCommit={set('cropY')} min={0} isLive />
          </>
        )}
      </div>
      {hasSigns && (
        <SelectField
          label="polarity"
          value={encoding.polarity}
          options={POLARITIES}
          onChoose={choose('polarity')}
        />
      )}
      <button
        type="button"
        className="button small"
        onClick={() =>
          changeSettings(
            { binning: 'binary', start: 0, denoise: 0, reduction: 'or', polarity: 'both' },
            "the paper's encoding",
          )
        }
      >
        The paper's rule
      </button>
    </div>
  );
}
