/** What this page's storage takes and may take, bytes, as the browser estimates it. */
export interface StorageUse {
  usedBytes: number;
  /** 0 where the browser does not say. */
  quotaBytes: number;
  /** True when the browser has promised not to clear it by itself. */
  isPersistent: boolean;
}

/** Never throws: browsers that refuse storage use nothing. */
export async function storageUse(): Promise<StorageUse> {
  try {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    return { usedBytes: usage, quotaBytes: quota, isPersistent: await navigator.storage.persisted() };
  } catch {
    return { usedBytes: 0, quotaBytes: 0, isPersistent: false };
  }
}

/** Asks the browser not to clear this page's storage by itself; some browsers ask the visitor. @returns Its answer. */
export async function requestPersistence(): Promise<boolean> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}
