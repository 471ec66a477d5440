/**
 * Deliveries in the queue of another engine: sealed, so that a worker can tell them from forged ones, and handed over
 * before the sender is answered.
 *
 * @module
 */
export { HandOver, type HandOverNotice, type HandOverOptions, type SendToQueue, handOver } from "./hand-over.js";
export { Seal } from "./seal.js";
export { type RestoreOptions, type StoreOptions, restored, restoredTrusted, stored } from "./stored.js";
export type { StoredDelivery } from "../stores/stored-delivery.js";
