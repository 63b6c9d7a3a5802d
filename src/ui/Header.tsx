import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { goToStep } from './lesson/lessonStore.ts';
import { Icon } from './shared/Icon.tsx';
import { useActions, useSession } from './shared/sessionContext.tsx';
import { useTheme } from './shared/useTheme.ts';
import { UndoButtons } from './shell/UndoButtons.tsx';
import { useViews } from './shell/ViewContext.tsx';
import { TRAIN_VIEW } from './views.tsx';

const ShareCard = lazy(() => import('./share/ShareCard.tsx'));

export function Header() {
  const [theme, toggleTheme] = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className="header">
      <div className="wordmark">
        <img src="./icon.svg" width={32} height={32} alt="" />
        <div>
          <h1>Spikelet</h1>
          <p className="small muted">
            Train spiking networks on your own GPU. Choose how far back in time and how deep errors may
            travel.
          </p>
        </div>
      </div>
      <div className="header-tools">
        <AdapterChip />
        <LessonButton />
        <UndoButtons />
        <ShareButton />
        <button
          type="button"
          className="button quiet icon"
          aria-label={`Use the ${other} theme`}
          onClick={toggleTheme}
        >
          <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
        </button>
      </div>
    </header>
  );
}

/** Begins the lesson, again where it was skipped. */
function LessonButton() {
  const { showView } = useViews();
  return (
    <button
      type="button"
      className="button quiet small"
      onClick={() => {
        showView(TRAIN_VIEW);
        goToStep(0);
      }}
    >
      Lesson
    </button>
  );
}

function AdapterChip() {
  const gpu = useSession((state) => state.gpu);
  if (gpu.state === 'missing') return <span className="chip chip-warn">no WebGPU</span>;
  if (!gpu.adapter) return <span className="chip">looking for a GPU</span>;
  const { description, architecture, vendor, software } = gpu.adapter;
  const name = description || architecture || vendor || 'GPU';
  return (
    <span className="chip" title={`${vendor} ${architecture} ${description}`.trim()}>
      {name}
      {software ? ' (software, slow)' : ''}
    </span>
  );
}

function ShareButton() {
  const { share } = useActions();
  const [shared, setShared] = useState<{ address: string; copied: boolean } | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const isOpen = shared !== null;
  const close = useCallback(() => {
    setShared(null);
    opener.current?.focus();
  }, []);

  // The card lies over the page: Escape takes it away, wherever the focus is.
  useEffect(() => {
    if (!isOpen) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) close();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOpen, close]);

  return (
    <div className="share">
      <button
        ref={opener}
        type="button"
        className="button"
        aria-expanded={isOpen}
        onClick={async () => setShared(await share())}
      >
        <Icon name="link" /> Share
      </button>
      {shared && (
        <Suspense fallback={null}>
          <ShareCard {...shared} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}
