/**
 * Handles each event once: duplicates are recognized by `delivery.key`, and a handler that failed or crashed runs
 * again.
 *
 * @module
 */
export { Attempt, type Notice } from "./attempt.js";
export { MemoryStore } from "./memory.js";
export { Once, type OnceOptions } from "./once.js";
export type { Claimed, Store } from "./store.js";
export { StoreError } from "../stores/error.js";
