import type { ErrorData } from '../../core/errors.ts';

/** Why a file could not be made; nothing where it could. */
export function TakeAwayProblem({ problem }: { problem: ErrorData | null }) {
  if (!problem) return null;
  return (
    <p className="inline-problem" role="alert">
      {problem.message} {problem.hint}
    </p>
  );
}
