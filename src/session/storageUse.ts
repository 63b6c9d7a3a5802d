// The page's view of its storage, for panels that show it.
export { requestPersistence, type StorageUse, storageUse } from '../storage/quota.ts';
