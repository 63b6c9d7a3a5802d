const PATHS = {
  play: 'M7 4.5v15l12-7.5z',
  pause: 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z',
  step: 'M6 5v14l9-7zM16.5 5H19v14h-2.5z',
  rewind: 'M18 5v14l-9-7zM5 5h2.5v14H5z',
  link: 'M10.6 13.4a4 4 0 0 0 5.7 0l2.8-2.8a4 4 0 0 0-5.7-5.7l-1.2 1.2 1.4 1.4 1.2-1.2a2 2 0 0 1 2.9 2.9l-2.9 2.8a2 2 0 0 1-2.8 0zm2.8-2.8a4 4 0 0 0-5.7 0l-2.8 2.8a4 4 0 0 0 5.7 5.7l1.2-1.2-1.4-1.4-1.2 1.2a2 2 0 0 1-2.9-2.9l2.9-2.8a2 2 0 0 1 2.8 0z',
  close: 'M6.4 5 5 6.4 10.6 12 5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 2h2v4h-2zm0 16h2v4h-2zM2 11h4v2H2zm16 0h4v2h-4zM4.2 5.6l1.4-1.4 2.8 2.8L7 8.4zm11.4 11.4 1.4-1.4 2.8 2.8-1.4 1.4zM4.2 18.4 7 15.6 8.4 17l-2.8 2.8zM15.6 7l2.8-2.8 1.4 1.4L17 8.4z',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  upload: 'M11 16V8.8L8.4 11.4 7 10l5-5 5 5-1.4 1.4L13 8.8V16zM5 18h14v2H5z',
  previous: 'M15.4 6 14 4.6 6.6 12l7.4 7.4 1.4-1.4-6-6z',
  up: 'M6 15.4 4.6 14 12 6.6l7.4 7.4-1.4 1.4-6-6z',
  down: 'M6 8.6 4.6 10l7.4 7.4 7.4-7.4L18 8.6l-6 6z',
  next: 'M8.6 6 10 4.6l7.4 7.4-7.4 7.4L8.6 18l6-6z',
  undo: 'M9 4 3.5 9.5 9 15v-4h5.5a3.5 3.5 0 0 1 0 7H10v2h4.5a5.5 5.5 0 0 0 0-11H9z',
  redo: 'M15 4l5.5 5.5L15 15v-4H9.5a3.5 3.5 0 0 0 0 7H14v2H9.5a5.5 5.5 0 0 1 0-11H15z',
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative picture in the colour of the text; the control around it carries the name. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
