import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useSession } from '../shared/sessionContext.tsx';
import { FOLLOW_MS, followedAt, PLAY_MS, type WalkStore } from './walkPlayer.ts';

const wantsStillness = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * Moves the walk: by itself while it plays, and with a run that is under way, unless a hand has taken it over.
 * @param count Passes of an iteration.
 */
export function useWalkMotion(store: WalkStore, count: number): { toggle: () => void } {
  const isRunning = useSession(({ status }) => status === 'running' || status === 'evaluating');
  const mode = useStore(store, (state) => state.mode);

  // Another plan: a position in the old one means nothing.
  useEffect(() => {
    const { at } = store.getState();
    if (at !== null && at >= count) store.setState({ mode: 'off', at: null });
  }, [store, count]);

  useEffect(() => {
    if (isRunning && mode === 'off' && !wantsStillness()) store.setState({ mode: 'follow', at: 0 });
    if (!isRunning && mode === 'follow') store.setState({ mode: 'off', at: null });
  }, [store, isRunning, mode]);

  useEffect(() => {
    if (mode === 'play') {
      const timer = setInterval(() => {
        const next = (store.getState().at ?? -1) + 1;
        store.setState(next < count ? { at: next } : { mode: 'off', at: null });
      }, PLAY_MS);
      return () => clearInterval(timer);
    }
    if (mode === 'follow') {
      const since = performance.now();
      const timer = setInterval(() => {
        store.setState({ at: followedAt(performance.now() - since, count) });
      }, FOLLOW_MS);
      return () => clearInterval(timer);
    }
  }, [store, mode, count]);

  return {
    toggle() {
      store.setState(mode === 'play' ? { mode: 'off', at: null } : { mode: 'play', at: 0 });
    },
  };
}
