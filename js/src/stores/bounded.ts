// What stores share.
import { WebhookVerificationError, essentials } from "../main.js";
import { StoreError } from "./error.js";

/** How many keys that were kept long enough each claim deletes. */
export const SWEEP = 10;

/** How long a statement waits for a lock that another one holds, in milliseconds. */
export const LOCK_TIMEOUT = 2000;

/** The version of the tables and keys that this package knows. */
const VERSION = 1;

export interface TimeoutOption {
  /** How many seconds a call may take, 5 by default. Then it fails, whatever the client's own limits are. */
  timeout?: number | undefined;
}

/** Returns the limit in milliseconds. */
export function readTimeout(options: TimeoutOption): number {
  essentials.checkOptions(options, "timeout");
  const { timeout = 5 } = options;
  if (timeout > 0) return timeout * 1000;
  throw essentials.invalidArgument(`timeout must be over 0 s, but it is ${timeout}`);
}

/** Waits for a call, but no longer than the limit. `undo` is called if it succeeds after that. */
export async function bounded<T>(call: Promise<T>, limit: number, undo?: (late: T) => Promise<unknown>): Promise<T> {
  let timer: unknown;
  const isLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      if (undo !== undefined) call.then(undo).catch(() => {});
      reject(new StoreError(`it did not answer within ${limit / 1000} s`));
    }, limit);
  });
  try {
    return await Promise.race([call, isLate]);
  } catch (thrown) {
    throw storeError(thrown);
  } finally {
    clearTimeout(timer as number);
  }
}

/** Names only the kind of an error: its message may show an address, or what was stored. */
export function storeError(thrown: unknown): Error {
  if (thrown instanceof StoreError || WebhookVerificationError.isOwn(thrown)) return thrown;
  const { constructor, code, errcode } = thrown as {
    constructor?: { name?: string };
    code?: unknown;
    errcode?: unknown;
  };
  const codes = [code, errcode].filter((one) => typeof one === "string" || typeof one === "number").join(" ");
  return new StoreError(`${constructor?.name ?? "an error"}${codes && ` (${codes})`}`, { cause: thrown });
}

/** When a store was made, unless a later version of this package has changed it. */
export function madeAt(store: { version: unknown; made: unknown } | undefined): number {
  if (store === undefined) throw new StoreError("it was not made: await once.create()");
  if (Number(store.version) <= VERSION) return Number(store.made);
  throw new StoreError(`it has version ${store.version}, and this package knows version ${VERSION}: update hookseal`);
}
