import { useStore } from 'zustand';
import { offlineStore } from './offline/offlineState.ts';

const OFFLINE_WORDS = {
  off: '',
  storing: 'Being stored in this browser, to work without a network.',
  ready: 'Stored in this browser: works without a network.',
} as const;

/** What a visitor may want to know before trusting the page with recordings. */
export function Footer() {
  const state = useStore(offlineStore, (offline) => offline.state);
  return (
    <footer className="footer small muted">
      <p>
        Recordings, networks and results stay on this device: the page talks to no other server.{' '}
        <span className="footer-offline">{OFFLINE_WORDS[state]}</span>
      </p>
      <p>
        After Guo, Fouda, Eltawil and Salama,{' '}
        <cite>
          Efficient training of spiking neural networks with temporally-truncated local backpropagation
          through time
        </cite>
        , 2023.
      </p>
    </footer>
  );
}
