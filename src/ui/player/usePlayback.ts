import { useEffect, useRef, useState } from 'react';
import type { Timeline, TimeRange } from '../../session/timeline.ts';

export interface Playback {
  /** Time shown, microseconds of the recording's clock. */
  positionUs: number;
  isPlaying: boolean;
  toggle(): void;
  /** Goes to a time and stops there. */
  seek(us: number): void;
}

/**
 * A clock that runs through a range of time and begins anew at its end; it stands still while the page is hidden.
 * @param timeline Of the recording; another one begins anew. @param range What is run through.
 * @param speed Of the recording's own time: 1 is real time.
 */
export function usePlayback(timeline: Timeline, range: TimeRange, speed: number): Playback {
  const [positionUs, setPosition] = useState(0);
  const [isPlaying, setIsPlaying] = useState(false);
  const lastMs = useRef(0);
  const { startUs, stopUs } = range;

  useEffect(() => {
    setPosition(timeline.startUs);
    setIsPlaying(!matchMedia('(prefers-reduced-motion: reduce)').matches);
  }, [timeline]);

  useEffect(() => {
    if (!isPlaying) return;
    lastMs.current = performance.now();
    let frame = requestAnimationFrame(function tick(now) {
      // A page that was hidden does not make up for the time.
      const elapsedUs = Math.min(100, now - lastMs.current) * 1000 * speed;
      lastMs.current = now;
      const durationUs = Math.max(1, stopUs - startUs);
      setPosition((at) => startUs + ((Math.max(startUs, at) - startUs + elapsedUs) % durationUs));
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, startUs, stopUs, speed]);

  return {
    positionUs,
    isPlaying,
    toggle: () => setIsPlaying(!isPlaying),
    seek(us) {
      setIsPlaying(false);
      setPosition(Math.min(stopUs, Math.max(startUs, us)));
    },
  };
}
