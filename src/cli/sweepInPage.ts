import type { Session } from '../session/session.ts';
import type { CellResult } from '../session/sweep/sweepResults.ts';
import { checkFingerprint, encodeForSweep, trainCell } from '../session/sweep/trainCell.ts';
import { createInbox } from '../session/trainerInbox.ts';
import type { OpenSweepOutcome, OpenSweepRequest, PageEvent } from './pageApi.ts';
import { loadRecordings, type TrainPorts } from './trainInPage.ts';

export interface SweepInPage {
  outcome: OpenSweepOutcome;
  /** @throws AppError of the trainer. */
  train(session: Session): Promise<CellResult>;
}

/**
 * Loads and encodes the recordings of a sweep; runs are then trained one after the other on the same trainer.
 * @throws AppError of the import and the encoding; `sweep-data-differs` unless the recordings are those of before.
 */
export async function openSweepInPage(
  { base, files, limits, fingerprint }: OpenSweepRequest,
  ports: TrainPorts,
  emit: (event: PageEvent) => void,
): Promise<SweepInPage> {
  const inbox = createInbox(ports.trainer);
  ports.trainer.post({ type: 'connect' });
  const { adapter } = await inbox.next('adapter');
  const loaded = await loadRecordings({ session: base, files, limits }, ports, emit);
  const data = await encodeForSweep(ports.data, loaded, {});
  checkFingerprint(data.dataset.fingerprint, fingerprint);
  return {
    outcome: { base: loaded, fingerprint: data.dataset.fingerprint, adapter },
    train: (session) =>
      trainCell(ports.trainer, data, session, ({ fraction }) =>
        emit({ type: 'progress', fraction, label: '' }),
      ).result,
  };
}
