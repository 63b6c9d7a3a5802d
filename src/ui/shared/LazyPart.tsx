import { type ComponentType, startTransition, useEffect, useState } from 'react';

interface LazyPartProps {
  /** Imports the part; called when this is first shown. */
  load: () => Promise<{ default: ComponentType }>;
  /** What is loading, for people. */
  name: string;
}

/** A part of the page whose code is fetched when it is first shown. A failed fetch can be tried again. */
export function LazyPart({ load, name }: LazyPartProps) {
  const [Part, setPart] = useState<ComponentType | null>(null);
  const [hasFailed, setHasFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt loads again.
  useEffect(() => {
    let isGone = false;
    load().then(
      (loaded) => {
        // In pieces between which the page answers: a view is a lot to draw.
        if (!isGone) startTransition(() => setPart(() => loaded.default));
      },
      () => {
        if (!isGone) setHasFailed(true);
      },
    );
    return () => {
      isGone = true;
    };
  }, [load, attempt]);

  if (Part) return <Part />;
  if (!hasFailed) return <p className="small muted">Loading the {name}</p>;
  return (
    <p className="inline-problem" role="alert">
      The {name} could not be fetched: the connection to the server of this page was lost.{' '}
      <button
        type="button"
        className="button small"
        onClick={() => {
          setHasFailed(false);
          setAttempt(attempt + 1);
        }}
      >
        Try again
      </button>
    </p>
  );
}
