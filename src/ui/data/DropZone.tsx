import { type DragEvent, useRef, useState } from 'react';
import type { DroppedFile } from '../../session/ports.ts';
import { Icon } from '../shared/Icon.tsx';
import { fromFileList, readDropped } from './readDropped.ts';

/** Takes files, folders and archives of recordings or images, dropped or picked. */
export function DropZone({ onFiles }: { onFiles: (files: DroppedFile[]) => void }) {
  const [isOver, setIsOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    onFiles(await readDropped(event.dataTransfer));
  };
  const picked = (input: HTMLInputElement) => {
    const list = fromFileList(input.files ?? []);
    // The same file can be picked again after it was corrected.
    input.value = '';
    onFiles(list);
  };

  return (
    <section
      className={isOver ? 'drop-zone over' : 'drop-zone'}
      aria-label="Your own recordings"
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <p>
        <Icon name="upload" /> <b>Drop recordings or images</b>
      </p>
      <p className="small muted">files, folders, .zip or .tar.gz; they never leave this machine</p>
      <div className="drop-buttons">
        <button type="button" className="button small" onClick={() => files.current?.click()}>
          Choose files
        </button>
        <button type="button" className="button small" onClick={() => folder.current?.click()}>
          Folder
        </button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Recording files"
        data-testid="file-input"
        onChange={(event) => picked(event.target)}
      />
      <input
        ref={(input) => {
          folder.current = input;
          // Not a property that React knows; without it the picker offers files.
          input?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        multiple
        hidden
        aria-label="Recording folder"
        onChange={(event) => picked(event.target)}
      />
    </section>
  );
}
