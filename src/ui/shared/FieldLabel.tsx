import type { ReactNode } from 'react';
import { TermButton } from './TermButton.tsx';
import type { TermId } from './terms.ts';

/** The name of a field, with a "?" beside it where the word needs an explanation. */
export function FieldLabel(props: { htmlFor: string; term?: TermId; children: ReactNode }) {
  const { htmlFor, term, children } = props;
  const label = <label htmlFor={htmlFor}>{children}</label>;
  if (!term) return label;
  return (
    <div className="field-label">
      {label}
      <TermButton term={term} />
    </div>
  );
}
