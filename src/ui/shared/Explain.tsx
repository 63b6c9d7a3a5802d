import type { ReactNode } from 'react';

/** A question that opens its answer in place: "What is k?". */
export function Explain({ question, children }: { question: string; children: ReactNode }) {
  return (
    <details className="explain">
      <summary>{question}</summary>
      <p>{children}</p>
    </details>
  );
}
