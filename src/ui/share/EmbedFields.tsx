import { useState } from 'react';
import { EMBED_DEFAULT, EMBED_PARTS, type EmbedPart, embedAddress, embedCode } from '../../session/embed.ts';

const PARTS = Object.entries(EMBED_PARTS) as [EmbedPart, string][];

/** Chooses what an embedded view shows, and gives the HTML for it. */
export function EmbedFields({ address }: { address: string }) {
  const [hidden, setHidden] = useState<readonly EmbedPart[]>(EMBED_DEFAULT);
  const toggle = (part: EmbedPart) =>
    setHidden(hidden.includes(part) ? hidden.filter((each) => each !== part) : [...hidden, part]);
  return (
    <div className="share-embed">
      <fieldset>
        <legend className="small">Shown in the lesson</legend>
        {PARTS.map(([part, name]) => (
          <label key={part} className="small">
            <input type="checkbox" checked={!hidden.includes(part)} onChange={() => toggle(part)} /> {name}
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span>HTML to paste</span>
        <textarea
          className="input"
          readOnly
          rows={4}
          value={embedCode(address, hidden)}
          onFocus={(event) => event.target.select()}
        />
      </label>
      <p className="small">
        <a href={embedAddress(address, hidden)} target="_blank" rel="noreferrer">
          See it in a new tab
        </a>
      </p>
    </div>
  );
}
