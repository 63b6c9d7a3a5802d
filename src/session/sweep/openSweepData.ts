import { AppError } from '../../core/errors.ts';
import type { DataPort, JobOptions } from '../ports.ts';
import { loadBuiltInSet, settingsForData } from '../runPreparation.ts';
import type { Session } from '../session.ts';
import { encodeForSweep, type SweepData } from './trainCell.ts';

/** A data worker of the sweep's own, ended when its recordings are encoded. */
export type OwnData = DataPort & { dispose(): void };

export interface SweepDataSource {
  /** The page's recordings: dropped files are nowhere else. */
  page: DataPort;
  /** True where the page holds dropped files now. */
  hasFiles(): boolean;
  /** Starts a data worker, so that making a built-in set leaves what the page shows as it is. */
  startOwn(): OwnData;
}

/**
 * Loads and encodes the recordings that a sweep's base names.
 * @throws AppError `no-recordings` where they are files that are not on the page; as `prepareRun`.
 */
export async function openSweepData(
  source: SweepDataSource,
  base: Session,
  options: JobOptions,
): Promise<SweepData> {
  if (base.data.source === 'files') {
    if (source.hasFiles()) return encodeForSweep(source.page, base, options);
    throw new AppError(
      'no-recordings',
      `The sweep trains on files (${base.data.name}) that are not on this page.`,
      'Drop the recordings on the page again, then go on.',
    );
  }
  const own = source.startOwn();
  try {
    const summary = await loadBuiltInSet(own, base, options);
    return await encodeForSweep(own, settingsForData(base, summary), options);
  } finally {
    own.dispose();
  }
}
