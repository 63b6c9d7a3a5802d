import { goToStep } from '../lesson/lessonStore.ts';
import { TermText } from '../shared/TermButton.tsx';
import { TERMS, type TermId } from '../shared/terms.ts';
import { useViews } from '../shell/viewChoice.ts';
import './learn.css';

/** Every word that the page explains, with the numbers of the settings shown. */
export default function WordsPanel() {
  const { showView } = useViews();
  return (
    <section className="panel" aria-labelledby="words-title">
      <h2 id="words-title">Words</h2>
      <p className="small muted learn-lead">
        The same answers stand behind the question marks of the page; numbers are those of your settings.{' '}
        <button
          type="button"
          className="button small"
          onClick={() => {
            showView('train');
            goToStep(0);
          }}
        >
          Begin the lesson
        </button>
      </p>
      <div className="words">
        {(Object.keys(TERMS) as TermId[]).map((term) => (
          <div key={term} className="word small">
            <TermText term={term} />
          </div>
        ))}
      </div>
    </section>
  );
}
