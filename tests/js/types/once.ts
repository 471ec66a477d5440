// The types of `hookseal/once`. Nothing here runs. TypeScript must find every expected error.
import { type Delivery, DeliveryKey, WebhookVerificationError, WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";
import {
  type Attempt,
  type Claimed,
  MemoryStore,
  type Notice,
  Once,
  type OnceOptions,
  type Store,
} from "hookseal/once";
import { PostgresStore } from "hookseal/once/postgres";
import { RedisStore } from "hookseal/once/redis";
import { SQLiteStore } from "hookseal/once/sqlite";

import { is } from "./is.js";

declare const verifier: WebhookVerifier;
declare const delivery: Delivery;

is<typeof delivery.key, DeliveryKey | null>(true);
is<ReturnType<DeliveryKey["text"]>, string>(true);

const once = new Once();
new Once(new MemoryStore(100), { scope: "acme", lease: 60, keep: 86_400, whenUnavailable: "open" });
const options: OnceOptions = {
  onNotice: ({ name, key, error }: Notice) => console.warn(name, String(key), error?.message),
};
new Once(undefined, options);
new WebhookVerifier("a secret", { once });

is<Awaited<ReturnType<typeof once.forget>>, boolean>(true);
void once.forget(new DeliveryKey("contio", "evt-1"));
void once.sweep(100);
void once.create();

const ran = once.run(delivery, async (attempt) => {
  is<typeof attempt, Attempt>(true);
  is<typeof attempt.delivery, Delivery>(true);
  attempt.fail();
  return 5;
});
is<typeof ran, Promise<number | undefined>>(true);

const answer = once.respond(delivery, () => new Response("done"));
is<typeof answer, Promise<Response>>(true);
void once.respond(delivery, async () => {});

const handler = once.express((from) => {
  is<typeof from, Delivery>(true);
});
declare const req: Parameters<typeof handler>[0] & Parameters<ReturnType<typeof webhook>>[0];
declare const res: Parameters<ReturnType<typeof webhook>>[1];
webhook(verifier)(req, res, () => handler(req, res, () => {}));

const error = new WebhookVerificationError("in_progress", "later", { retryAfter: 7 });
is<typeof error.retryAfter, number | undefined>(true);

// The stores take what has the shape of their drivers' clients.
declare const pool: {
  query(config: { text: string; values?: unknown[] }): Promise<{ rows: object[]; rowCount: number | null }>;
};
declare const sql: { unsafe(text: string, parameters?: string[]): Promise<object[] & { count: number }> };
declare const redis: {
  evalSha(sha: string, options: object): Promise<unknown>;
  eval(script: string, options: object): Promise<unknown>;
};
declare const database: {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...values: (string | number)[]): { changes: number | bigint };
    get(...values: unknown[]): unknown;
  };
};
new Once(new PostgresStore(pool), { scope: "acme" });
new Once(new PostgresStore(sql, { timeout: 2 }), { scope: "acme" });
new Once(new RedisStore(redis), { scope: "acme" });
new Once(new SQLiteStore(database), { scope: "acme" });

// A store of one's own.
const own: Store = {
  isDurable: false,
  create: () => 0,
  claim: async (): Promise<Claimed> => ({ answer: "first" }),
  finish: () => true,
  release: async () => true,
  forget: () => true,
  sweep: () => 0,
  finishIn: () => true,
};
new Once(own);

// @ts-expect-error a path is no database
new SQLiteStore("once.db");
// @ts-expect-error an address is no client
new RedisStore("redis://localhost");
// @ts-expect-error an address is no pool
new PostgresStore("postgresql://localhost");
// @ts-expect-error there is no such word
new Once(undefined, { whenUnavailable: "maybe" });
// @ts-expect-error the key is an object
void once.forget("evt-1");
// @ts-expect-error the handler is missing
void once.run(delivery);
// @ts-expect-error a handler of a fetch request returns a response
void once.respond(delivery, () => "done");
