import { useState } from 'react';
import { type ErrorData, toErrorData } from '../../core/errors.ts';

/** A piece of work that ends in a file: whether it is being done, and why it failed. */
export interface TakeAway {
  isBusy: boolean;
  problem: ErrorData | null;
  run: (work: () => Promise<void>) => Promise<void>;
}

export function useTakeAway(): TakeAway {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorData | null>(null);
  return {
    isBusy,
    problem,
    async run(work) {
      setIsBusy(true);
      setProblem(null);
      try {
        await work();
      } catch (error) {
        setProblem(toErrorData(error));
      } finally {
        setIsBusy(false);
      }
    },
  };
}
