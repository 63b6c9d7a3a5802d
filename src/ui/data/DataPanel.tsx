import { BUILT_IN_SETS } from '../../session/session.ts';
import { dataIsStale, shownSummary } from '../../session/sessionStore.ts';
import { LazyPart } from '../shared/LazyPart.tsx';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { DataFacts } from './DataFacts.tsx';
import { DropZone } from './DropZone.tsx';
import { EncodingFields } from './EncodingFields.tsx';
import { ImportProblems } from './ImportProblems.tsx';
import { JobProgress } from './JobProgress.tsx';
import { Player } from './Player.tsx';
import { WindowNote } from './WindowNote.tsx';

const ABOUT = {
  saccadeDigits: 'ten digits, seen by a moving event camera',
  movingGestures: 'eight motions that only order in time tells apart',
} as const;

const loadColumnDialog = () => import('../columns/ColumnDialog.tsx');
const loadImportDialog = () => import('../importing/ImportDialog.tsx');

/** The first move: recordings to learn from. */
export function DataPanel() {
  const source = useSession((state) => state.settings.data.source);
  const job = useSession((state) => state.dataJob);
  const isStale = useSession(dataIsStale);
  const hasData = useSession((state) => shownSummary(state) !== null);
  const isAsked = useSession((state) => state.columnQuestion !== null);
  const isPlanned = useSession((state) => state.importQuestion !== null);
  const storedEncoding = useSession((state) => shownSummary(state)?.storedEncoding);
  const actions = useActions();

  return (
    <section className="panel panel-data" aria-labelledby="data-title">
      <h2 id="data-title">
        <span className="move-number">1</span> Pick data
      </h2>
      <div className="set-cards">
        {(['saccadeDigits', 'movingGestures'] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            className="set-card"
            aria-pressed={source === kind}
            onClick={() => actions.loadBuiltIn(kind)}
          >
            <b>{BUILT_IN_SETS[kind].name}</b> <span className="tag">synthetic</span>
            <span className="small muted">{ABOUT[kind]}</span>
          </button>
        ))}
      </div>
      <DropZone onFiles={actions.dropFiles} />
      {isAsked && <LazyPart load={loadColumnDialog} name="question about the columns" />}
      {isPlanned && <LazyPart load={loadImportDialog} name="question about the classes" />}
      <div className="data-status">
        {job ? (
          <JobProgress job={job} />
        ) : (
          <span className="small muted">
            {statusText(source, isStale, hasData, storedEncoding !== undefined)}
          </span>
        )}
      </div>
      <ImportProblems />
      <Player />
      <DataFacts />
      <WindowNote />
      <EncodingFields />
    </section>
  );
}

function statusText(source: string, isStale: boolean, hasData: boolean, isStored: boolean): string {
  if (source === 'standIn')
    return 'Stand-in patterns, made when training begins: accuracy on them says only that training works. Drop the data of the preset above.';
  if (source === 'files' && isStale) return 'Waiting for the recordings of this session: drop them above.';
  if (isStale)
    return hasData
      ? 'Settings changed: press Train, or the card above, to make it anew.'
      : 'Not loaded yet: press Train, or the card above.';
  if (isStored)
    return 'Frames from this browser’s storage. For other frame settings drop the recordings again.';
  return 'Loaded.';
}
