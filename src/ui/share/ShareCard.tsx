import './share.css';
import { useState } from 'react';
import { writeSessionFile } from '../../session/link/sessionFile.ts';
import { resultsOf, whyNotShared } from '../../session/verifyRun.ts';
import { Icon } from '../shared/Icon.tsx';
import { saveFile } from '../shared/saveFile.ts';
import { useActions, useSession } from '../shared/sessionContext.tsx';
import { EmbedFields } from './EmbedFields.tsx';
import { QrPicture } from './QrPicture.tsx';

interface ShareCardProps {
  address: string;
  copied: boolean;
  onClose: () => void;
}

/** The session to hand on: as a link, a QR code, a file, a view for lessons. */
export default function ShareCard({ address, copied, onClose }: ShareCardProps) {
  return (
    <section className="share-card" aria-label="Link to this session">
      <div className="share-row">
        <p className="small">
          {copied ? 'Copied. ' : 'Copy this link. '}
          It holds every setting, but no recordings, and starts nothing when it is opened.
        </p>
        <button type="button" className="button quiet icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <input
        className="input"
        aria-label="Link"
        readOnly
        value={address}
        onFocus={(event) => event.target.select()}
      />
      <Results />
      <QrCodePart address={address} />
      <details>
        <summary className="small">For a lesson: a view to embed</summary>
        <EmbedFields address={address} />
      </details>
      <SessionFile />
    </section>
  );
}

/** Whether the link holds the run's results, and what for. */
function Results() {
  const missing = useSession(whyNotShared);
  const count = useSession((state) => state.epochs.length);
  return (
    <p className="small muted">
      {missing === null
        ? `It also holds the digests of the weights after ${count - 1} epochs and the final figures: whoever trains it sees whether it comes out the same.`
        : `It holds no results: ${missing}`}
    </p>
  );
}

function QrCodePart({ address }: { address: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="small">QR code</summary>
      {isOpen && <QrPicture text={address} />}
    </details>
  );
}

function SessionFile() {
  const settings = useSession((state) => state.settings);
  const { openSessionFile } = useActions();
  const run = useSession((state) => (whyNotShared(state) === null ? state.epochs : null));
  const adapter = useSession((state) => state.gpu.adapter);
  const save = () => {
    const results = run && adapter ? resultsOf(run, adapter) : undefined;
    saveFile('spikelet-session.json', 'application/json', writeSessionFile(settings, results));
  };
  return (
    <div className="share-files">
      <button type="button" className="button small" onClick={save}>
        Save as a file
      </button>
      <label className="button small">
        Open a session file
        <input
          type="file"
          className="visually-hidden"
          accept=".json,application/json"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void openSessionFile(file);
            event.target.value = '';
          }}
        />
      </label>
    </div>
  );
}
