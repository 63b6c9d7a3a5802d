import './datasets.css';
import { useCallback, useEffect, useState } from 'react';
import { type ErrorData, toErrorData } from '../../core/errors.ts';
import type { StoredSetFacts } from '../../session/ports.ts';
import { requestPersistence, type StorageUse, storageUse } from '../../session/storageUse.ts';
import { formatBytes } from '../shared/format.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { StoredSetRow } from './StoredSetRow.tsx';

/** The encoded data sets that this browser keeps: opened again without their files, deleted on demand. */
export default function DatasetsPanel() {
  const { listStored, openStored, deleteStored } = useActions();
  const [sets, setSets] = useState<StoredSetFacts[] | null>(null);
  const [use, setUse] = useState<StorageUse | null>(null);
  const [problem, setProblem] = useState<ErrorData | null>(null);
  const [said, setSaid] = useState('');
  const isBusy = useSession((state) => state.dataJob !== null);
  const loaded = useSession((state) => state.settings.data.fingerprint);
  const inRun = useSession((state) => state.run?.fingerprint);

  const refresh = useCallback(async () => {
    try {
      setSets(await listStored());
      setUse(await storageUse());
      setProblem(null);
    } catch (error) {
      setSets([]);
      setProblem(toErrorData(error));
    }
  }, [listStored]);

  // A job that ends may have stored something.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    void refresh();
  }, [refresh, isBusy, inRun]);

  const open = async (facts: StoredSetFacts) => {
    await openStored(facts);
    setSaid(`${facts.name} is opened: it is what Train trains on.`);
  };
  const remove = async (facts: StoredSetFacts) => {
    try {
      await deleteStored(facts.file);
      setSaid(`${facts.name ?? facts.file} is deleted.`);
    } catch (error) {
      setProblem(toErrorData(error));
    }
    await refresh();
  };

  return (
    <section className="panel" aria-labelledby="datasets-title">
      <h2 id="datasets-title">Data sets in this browser</h2>
      <p className="small muted">
        Recordings that you drop become frames when training begins, and the frames are kept here, packed to
        bits: a session trains again after a reload without its files. Built-in sets are made anew and not
        kept.
      </p>
      {problem && (
        <p className="inline-problem small" role="alert">
          {problem.message} {problem.hint}
        </p>
      )}
      <p className="small stored-said" role="status">
        {said}
      </p>
      {sets === null && <p className="small muted">Looking into the storage</p>}
      {sets?.length === 0 && !problem && (
        <p className="stored-none">No data set is stored yet. Drop recordings under Train and press Train.</p>
      )}
      {sets !== null && sets.length > 0 && (
        <ul className="stored-sets">
          {sets.map((facts) => (
            <StoredSetRow
              key={facts.file}
              facts={facts}
              isLoaded={facts.fingerprint !== undefined && facts.fingerprint === loaded}
              isInRun={facts.fingerprint !== undefined && facts.fingerprint === inRun}
              isBusy={isBusy}
              onOpen={() => void open(facts)}
              onDelete={() => void remove(facts)}
            />
          ))}
        </ul>
      )}
      {use && <Use use={use} onPersist={async () => (await requestPersistence()) && refresh()} />}
    </section>
  );
}

function Use({ use, onPersist }: { use: StorageUse; onPersist: () => void }) {
  const { usedBytes, quotaBytes, isPersistent } = use;
  return (
    <div className="storage-use">
      {quotaBytes > 0 && (
        <p className="small numbers">
          <progress aria-label="Storage in use" max={quotaBytes} value={usedBytes} /> {formatBytes(usedBytes)}{' '}
          of {formatBytes(quotaBytes)} that the browser grants this page
        </p>
      )}
      {isPersistent ? (
        <p className="small muted">The browser does not clear it by itself.</p>
      ) : (
        <p className="small muted">
          The browser may clear it when the disk fills up.{' '}
          <button type="button" className="button small" onClick={onPersist}>
            Ask it not to
          </button>
        </p>
      )}
    </div>
  );
}
