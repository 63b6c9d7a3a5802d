import { createStore } from 'zustand/vanilla';

/** Which recording of the set is shown, here and in the data panel: one choice for both. */
export const shownRecording = createStore<{ index: number }>(() => ({ index: 0 }));

/** Shows a recording of `count`; numbers beyond the ends come round. */
export function showRecording(index: number, count: number): void {
  if (count > 0) shownRecording.setState({ index: ((index % count) + count) % count });
}
