import { textOf } from "../stores/answers.js";

/**
 * Something that a receiver or a worker may want to count or look into.
 *
 * - `stored`: a delivery is stored
 * - `duplicate`: the same event was stored before
 * - `other_body`: a duplicate has another body than the delivery that was stored, which some senders do
 * - `no_key`: nothing in the delivery distinguishes it from others, so each one is stored
 * - `revived`: a delivery of an event that was dead is stored: it was signed after the death
 * - `done`: a handler has succeeded
 * - `failed`: a handler has failed, and will be called again
 * - `dead`: a delivery has no attempt left, or its handler rejected it
 * - `takeover`: another worker did not end this delivery within its lease; it crashed, or it is still running
 * - `claim_lost`: a handler took longer than its lease, and another worker took over; both may have run
 * - `full`: a delivery was not stored, because too many are not handled yet
 * - `store_unavailable`: the store could not be used; a worker reports this once, until it can be used again
 */
export type InboxNoticeName = (typeof NAMES)[number];

const NAMES = [
  "stored",
  "duplicate",
  "other_body",
  "no_key",
  "revived",
  "done",
  "failed",
  "dead",
  "takeover",
  "claim_lost",
  "full",
  "store_unavailable",
] as const;

export interface InboxNotice {
  readonly name: InboxNoticeName;
  /** The delivery's key with its scope; one that begins with `?` distinguishes it only in the inbox. */
  readonly key: string | null;
  /** How many attempts have begun. */
  readonly attempts?: number;
  /** Why the attempt failed: at most 200 characters of what the handler said. */
  readonly reason?: string;
  /** Why the store could not be used. */
  readonly error?: Error;
}

export type InboxCounts = Readonly<Record<InboxNoticeName, number>>;

/** Passes notices on, and counts them. */
export class Notices {
  readonly counts = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<InboxNoticeName, number>;
  readonly #hook: ((notice: InboxNotice) => unknown) | undefined;

  constructor(hook: ((notice: InboxNotice) => unknown) | undefined) {
    this.#hook = hook;
  }

  /** If it is quiet, it was printed before. */
  give(notice: InboxNotice, isQuiet = false): void {
    this.counts[notice.name]++;
    if (this.#hook === undefined) {
      if (!isQuiet) print(notice);
      return;
    }
    try {
      this.#hook(notice);
    } catch (thrown) {
      // Nothing that is stored may depend on the hook.
      console.error(thrown);
    }
  }
}

/** What is usual is not printed: there may be thousands a second. */
function print({ name, key, attempts, reason, error }: InboxNotice): void {
  if (name === "stored" || name === "duplicate" || name === "done") return;
  const level = name === "no_key" || name === "other_body" || name === "revived" ? "debug" : "warn";
  const attempt = attempts === undefined ? "" : `, attempt ${attempts}`;
  const why = reason ?? (error && textOf(error));
  console[level](`hookseal inbox: ${name}${key === null ? "" : `, key ${key}`}${attempt}${why ? `: ${why}` : ""}`);
}
