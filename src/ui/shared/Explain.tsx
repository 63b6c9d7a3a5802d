import type { ReactNode } from 'react';
import { useSession } from './sessionContext.tsx';
import { TERMS, type TermId } from './terms.ts';

/**
 * A question that opens its answer in place: "What is k?". A word of the glossary takes its text from `terms.ts`;
 * questions about one panel bring their own.
 */
export function Explain(props: { term: TermId } | { question: string; children: ReactNode }) {
  if ('term' in props) return <ExplainTerm term={props.term} />;
  return (
    <details className="explain">
      <summary>{props.question}</summary>
      <p>{props.children}</p>
    </details>
  );
}

function ExplainTerm({ term }: { term: TermId }) {
  const settings = useSession((state) => state.settings);
  const { question, text } = TERMS[term];
  return <Explain question={question}>{text(settings)}</Explain>;
}
