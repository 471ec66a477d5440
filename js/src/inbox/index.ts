/**
 * Stores each delivery before it is answered, and handles it later, with retries, through crashes of the receiver and
 * of the worker.
 *
 * @module
 */
export type { PutResult, State } from "./acts.js";
export type { Entry } from "./entry.js";
export { Reject, RetryIn } from "./errors.js";
export { Inbox } from "./inbox.js";
export type { InboxCounts, InboxNotice, InboxNoticeName } from "./notice.js";
export type { InboxOptions } from "./options.js";
export type { Deliveries } from "./protocol.js";
export type { Received } from "./received.js";
export type { InboxDatabase } from "./sqlite/database.js";
export type { InboxStats, StateStats } from "./stats.js";
export { StoreError } from "../stores/error.js";
export type { Handler, InboxWorker, Routes, WorkOptions } from "./worker/worker.js";
