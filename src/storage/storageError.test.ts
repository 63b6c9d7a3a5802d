import { describe, expect, it } from 'vitest';
import { AppError } from '../core/errors.ts';
import { openOpfsStore } from './opfsStore.ts';
import { toStorageError } from './storageError.ts';

describe('toStorageError', () => {
  it.each([
    ['QuotaExceededError', 'storage-full'],
    ['SecurityError', 'storage-refused'],
    ['NotAllowedError', 'storage-refused'],
    ['NotFoundError', 'storage-wiped'],
    ['NotReadableError', 'storage-wiped'],
    ['InvalidStateError', 'storage-wiped'],
    ['NoModificationAllowedError', 'storage-busy'],
    ['UnknownError', 'storage-failed'],
  ])('%s becomes %s, a sentence with a remedy', (name, code) => {
    const error = toStorageError(new DOMException('why it failed', name), 'The run could not be stored');
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^The run could not be stored: .+\.$/);
    expect(error.hint).not.toBe('');
  });

  it('lets errors of the program pass', () => {
    const own = new AppError('cancelled', 'Stopped.');
    expect(toStorageError(own, 'x')).toBe(own);
  });
});

describe('openOpfsStore', () => {
  it('refuses with a sentence where there is no such storage', async () => {
    await expect(openOpfsStore('data')).rejects.toMatchObject({ code: 'storage-refused' });
  });
});
