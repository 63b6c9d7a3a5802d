import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { shownRecording } from '../player/shownRecording.ts';
import { useForecast } from '../schedule/ForecastContext.tsx';
import { ANCHORS } from '../shared/anchors.ts';
import { formatBytes, formatPercent } from '../shared/format.ts';
import { Icon } from '../shared/Icon.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { useSpotlight } from '../shared/useSpotlight.ts';
import { useViews } from '../shell/ViewContext.tsx';
import { LESSON_STEPS, type LessonView, SMALL_LESSON } from './lessonSteps.ts';
import { goToStep, lessonStore } from './lessonStore.ts';

const WORDS = { bytes: formatBytes, percent: formatPercent };

/** The lesson: a strip above the page that marks the real controls and waits for the real action. */
export function Lesson() {
  const step = useStore(lessonStore, (state) => state.step);
  if (step === null) return null;
  return <Step key={step} index={step} />;
}

function useLessonView(): LessonView {
  const settings = useSession((state) => state.settings);
  const status = useSession((state) => state.status);
  const epochs = useSession((state) => state.epochs);
  const hasRun = useSession((state) => state.run !== null);
  const isSoftware = useSession((state) => state.gpu.adapter?.software ?? false);
  const recordingIndex = useStore(shownRecording, (state) => state.index);
  const { reply, isPending } = useForecast();
  const isKnown = reply !== null && !isPending;
  return {
    settings,
    status,
    epochs,
    hasRun,
    isSoftware,
    recordingIndex,
    peakBytes: isKnown ? (reply.current.value?.peakBytes ?? null) : null,
    fullBytes: isKnown ? (reply.full.value ?? null) : null,
  };
}

function Step({ index }: { index: number }) {
  const step = LESSON_STEPS[index];
  const view = useLessonView();
  const [start] = useState(view);
  const [wasDone, setWasDone] = useState(false);
  const { view: shown, showView } = useViews();
  const canTrain = useSession((state) => state.gpu.state !== 'missing');
  const next = useRef<HTMLButtonElement>(null);
  const isDone = wasDone || step.isDone(view, start);
  const isLast = index === LESSON_STEPS.length - 1;
  const { view: place } = ANCHORS[step.anchor];
  useSpotlight(isDone ? null : step.anchor);

  useEffect(() => {
    if (isDone) setWasDone(true);
  }, [isDone]);

  if (shown !== place) {
    return (
      <section className="lesson lesson-away" aria-label="Lesson">
        <p className="small">
          The lesson waits at step {index + 1} of {LESSON_STEPS.length}: <b>{step.title}</b>
        </p>
        <div className="lesson-buttons">
          <button type="button" className="button small" onClick={() => showView(place)}>
            Go on with the lesson
          </button>
          <SkipButton />
        </div>
      </section>
    );
  }
  return (
    <section className="lesson" aria-label="Lesson">
      <div className="lesson-text" aria-live="polite">
        <p className="lesson-title">
          <span className="tag numbers">
            {index + 1} of {LESSON_STEPS.length}
          </span>{' '}
          <b>{step.title}</b>
        </p>
        {isDone ? (
          <p>
            <span className="lesson-done" aria-hidden="true">
              ✓
            </span>{' '}
            {step.result(view, WORDS)}
          </p>
        ) : (
          <p>
            {step.text(view, WORDS)}{' '}
            <b className="lesson-task">
              {step.id === 'train' && !canTrain
                ? 'This browser cannot train: the box under Train says why.'
                : step.task}
            </b>
          </p>
        )}
      </div>
      <div className="lesson-buttons">
        {step.id === 'train' && view.isSoftware && !isDone && <SmallNetwork settings={view.settings} />}
        {isDone && !isLast && (
          <button ref={next} type="button" className="button primary" onClick={() => goToStep(index + 1)}>
            Next <Icon name="next" size={16} />
          </button>
        )}
        {isDone && isLast && <Ending />}
        {!(isDone && isLast) && <SkipButton />}
      </div>
    </section>
  );
}

function SkipButton() {
  return (
    <button type="button" className="button quiet small" onClick={() => goToStep(null)}>
      Skip the lesson
    </button>
  );
}

function Ending() {
  const { showView } = useViews();
  return (
    <>
      <button
        type="button"
        className="button primary"
        onClick={() => {
          goToStep(null);
          showView('learn');
        }}
      >
        Try an experiment <Icon name="next" size={16} />
      </button>
      <button type="button" className="button quiet small" onClick={() => goToStep(null)}>
        Done
      </button>
    </>
  );
}

/** For a processor: fewer recordings and a smaller network. */
function SmallNetwork({ settings }: { settings: LessonView['settings'] }) {
  const { changeSettings } = useActions();
  const isSmall = settings.data.trainCount <= SMALL_LESSON.train;
  return (
    <button
      type="button"
      className="button small"
      disabled={isSmall}
      onClick={() => changeSettings(SMALL_LESSON, 'the small network')}
    >
      {isSmall ? 'The small network is set' : 'Take the small network'}
    </button>
  );
}
