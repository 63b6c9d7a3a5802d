import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createDataClient } from './data/dataClient.ts';
import { missingWebGpu } from './session/gpuSupport.ts';
import { decodeLink } from './session/linkCodec.ts';
import type { PageEnvironment, TrainerPort } from './session/ports.ts';
import { createRunsClient } from './session/runs/runsClient.ts';
import { createSessionActions } from './session/sessionActions.ts';
import { createSessionStore } from './session/sessionStore.ts';
import { createPageSweep } from './session/sweep/pageSweep.ts';
import { isSweepLink } from './session/sweep/sweepLink.ts';
import { createTrainerSwitch } from './session/sweep/trainerSwitch.ts';
import { hasOpfs } from './storage/opfsStore.ts';
import type { TrainerMessage } from './trainer/messages.ts';
import { App } from './ui/App.tsx';
import { offerLesson } from './ui/lesson/lessonStore.ts';
import { startOffline } from './ui/offline/offlineState.ts';
import { storedWhileHidden } from './ui/runs/storedWhileHidden.ts';
import { SessionProvider } from './ui/shared/sessionContext.tsx';
import { storedMemoryBudget, storeMemoryBudget } from './ui/shared/storedMemoryBudget.ts';
import { applyTheme } from './ui/shared/useTheme.ts';
import { markEmbedded } from './ui/shell/embedded.ts';
import { SweepProvider } from './ui/sweep/sweepContext.tsx';
import './ui/styles.ts';

// Wiring only: workers, store, root component.

function startTrainer(): TrainerPort {
  const worker = new Worker(new URL('./trainer/trainerWorker.ts', import.meta.url), { type: 'module' });
  return {
    post: (request) => worker.postMessage(request),
    onMessage(listener) {
      worker.addEventListener('message', (event: MessageEvent<TrainerMessage>) => listener(event.data));
      worker.addEventListener('error', (event) =>
        listener({
          type: 'error',
          error: {
            code: 'trainer-worker-failed',
            message: `The training worker stopped: ${event.message || 'it could not be started'}.`,
            hint: 'Reload the page.',
          },
        }),
      );
    },
  };
}

function startRuns() {
  return createRunsClient(
    new Worker(new URL('./session/runs/runsWorker.ts', import.meta.url), { type: 'module' }),
  );
}

const page: PageEnvironment = {
  pageAddress: () => location.href.split(/[?#]/)[0],
  showFragment: (fragment) => history.replaceState(null, '', `#${fragment}`),
  visitFragment(before, after) {
    history.replaceState(null, '', `#${before}`);
    history.pushState(null, '', `#${after}`);
  },
  storeMemoryBudget,
  async copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  },
};

applyTheme();
markEmbedded(document.documentElement);
const gpuProblem = missingWebGpu({
  hasWebGpu: 'gpu' in navigator && navigator.gpu !== undefined,
  isSecureContext,
  userAgent: navigator.userAgent,
});
const store = createSessionStore(undefined, storedMemoryBudget());
const trainer = gpuProblem ? null : createTrainerSwitch(startTrainer());
const data = createDataClient(
  () => new Worker(new URL('./data/dataWorker.ts', import.meta.url), { type: 'module' }),
);
const sweep = createPageSweep({ session: { store, actions: () => actions }, trainer, data, page });
const actions = createSessionActions(store, {
  trainer: trainer?.page ?? null,
  gpuProblem,
  data,
  page,
  claimTrainer: sweep.actions.yieldTrainer,
  ...(hasOpfs() && { runs: startRuns() }),
});

/** A link holds a session, or a sweep with its results; it starts nothing by itself. */
function openLink(hash: string): void {
  if (isSweepLink(hash)) void sweep.actions.openLink(hash);
  else actions.openLink(decodeLink(hash));
}

if (!isSweepLink(location.hash)) void sweep.actions.restore();
if (location.hash.length > 1) openLink(location.hash);
else {
  // A first visit shows recordings at once, and the lesson.
  offerLesson();
  void actions.loadBuiltIn('saccadeDigits');
}
void actions.findInterrupted();
actions.setWhileHidden(storedWhileHidden());
document.addEventListener('visibilitychange', () => actions.tabHidden(document.hidden));
addEventListener('hashchange', () => openLink(location.hash));

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id root.');
createRoot(root).render(
  <StrictMode>
    <SessionProvider store={store} actions={actions}>
      <SweepProvider sweep={sweep}>
        <App />
      </SweepProvider>
    </SessionProvider>
  </StrictMode>,
);

// Under development files change too often to be stored. After the page itself, so that it does not wait for the storing.
if (import.meta.env.PROD) addEventListener('load', () => void startOffline('./serviceWorker.js'));
