export { openStore, type Store, type StoreOptions } from "./open-store.ts";
export { StoreError, type StoreErrorCode } from "./store-error.ts";
