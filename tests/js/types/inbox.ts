// The types of `hookseal/inbox`. Nothing here runs. TypeScript must find every expected error.
import { type Delivery, type DeliveryKey, type WebhookEvent, WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";
import {
  type Deliveries,
  type Entry,
  Inbox,
  type InboxNotice,
  type InboxOptions,
  type InboxStats,
  type InboxWorker,
  type PutResult,
  type Received,
  Reject,
  RetryIn,
  StoreError,
} from "hookseal/inbox";
import { postgres } from "hookseal/inbox/postgres";
import { StoreError as StoreErrorOfOnce } from "hookseal/once";
import { WebhookRouter } from "hookseal/router";

import { is } from "./is.js";

declare const verifier: WebhookVerifier;
declare const delivery: Delivery;

const inbox = new Inbox("inbox.db", { scope: "contio" });
const options: InboxOptions = {
  scope: "contio",
  lease: 45,
  attempts: 12,
  firstDelay: 5,
  maxDelay: 3600,
  keep: 86_400,
  maxPending: 1000,
  maxPendingBytes: 1 << 20,
  poll: 0.5,
  onNotice: ({ name, key, attempts, reason, error }: InboxNotice) =>
    console.warn(name, key, attempts, reason, error?.message),
};

// The databases are taken by what has the shape of their drivers' objects.
declare const pool: {
  query(config: { text: string; values?: unknown[] }): Promise<{ rows: object[]; rowCount: number | null }>;
};
declare const sql: { unsafe(text: string, parameters?: string[]): Promise<object[] & { count: number }> };
declare const database: {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...values: (string | number)[]): { changes: number | bigint };
    get(...values: unknown[]): unknown;
    all(...values: unknown[]): unknown[];
  };
  close(): void;
};
new Inbox(database, options);
new Inbox(postgres(pool), options);
is<ReturnType<typeof postgres>, Deliveries>(true);
new Inbox(postgres(sql, { timeout: 2 }), options);

const put = inbox.put(delivery);
is<typeof put, Promise<PutResult>>(true);
void put.then((result) => {
  if (result.status === "duplicate") console.log(result.state === "dead", result.sameBody);
  // @ts-expect-error only a duplicate has the state of the first one
  else console.log(result.state);
});
is<ReturnType<typeof inbox.respond>, Promise<Response>>(true);

const handler = inbox.express();
declare const req: Parameters<typeof handler>[0] & Parameters<ReturnType<typeof webhook>>[0];
declare const res: Parameters<ReturnType<typeof webhook>>[1];
webhook(verifier)(req, res, () => handler(req, res, () => {}));

const worker = inbox.work(
  async (received) => {
    is<typeof received, Received>(true);
    is<ReturnType<typeof received.event>, WebhookEvent>(true);
    is<typeof received.key, DeliveryKey | null>(true);
    is<typeof received.signal, AbortSignal>(true);
    is<typeof received.receivedAt, Date>(true);
    console.log(received.attempt + received.number, received.idempotencyKey.length);
    await received.finishIn(pool);
    if (received.attempt > 3) throw new Reject("no");
    throw new RetryIn(60, "later", { cause: new StoreError("s") });
  },
  { concurrency: 4, timeLimit: 60 },
);
is<typeof worker, InboxWorker>(true);
is<ReturnType<typeof worker.close>, Promise<number>>(true);
void worker.close({ grace: 5 });
void inbox.work(new WebhookRouter().onAny((event) => console.log(event.event_id)));

is<ReturnType<typeof inbox.stats>, Promise<InboxStats>>(true);
is<ReturnType<typeof inbox.list>, Promise<Entry[]>>(true);
void inbox.list("dead", { limit: 10, skip: 20 });
void inbox.show(5).then((shown) => console.log(shown?.body?.length, shown?.reason, shown?.dueAt?.getTime()));
is<ReturnType<typeof inbox.revive>, Promise<boolean>>(true);
is<ReturnType<typeof inbox.reviveAll>, Promise<number>>(true);
is<ReturnType<typeof inbox.discard>, Promise<boolean>>(true);
is<typeof StoreError, typeof StoreErrorOfOnce>(true);
void inbox.create().then(() => inbox.close());

// @ts-expect-error an inbox needs a scope
new Inbox("inbox.db");
// @ts-expect-error an inbox needs a scope
new Inbox("inbox.db", { lease: 5 });
// @ts-expect-error a pool is passed through postgres()
new Inbox(pool, { scope: "contio" });
// @ts-expect-error an address is no pool
postgres("postgresql://localhost");
// @ts-expect-error handled deliveries are not listed
void inbox.list("done");
// @ts-expect-error the handler is missing
inbox.work();
// @ts-expect-error a delay is a number
new RetryIn("5");
// @ts-expect-error what is asked of a store is not for users
void inbox.ask("made", []);
