// node once/powertools-times.mjs: what it takes to handle an event once, beside the idempotency of AWS Powertools for
// TypeScript, on Redis and in memory: all of it, from a request to the handler's end, with its verification. It needs
// `npm install --no-save @aws-lambda-powertools/idempotency@2.35.0`. Run it on an idle machine.
import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { CachePersistenceLayer } from "@aws-lambda-powertools/idempotency/cache";
import { MemoryStore, Once } from "hookseal/once";
import { RedisStore } from "hookseal/once/redis";
import { createClient } from "redis";

import { envelope, headersOf, verifier } from "./deliveries.mjs";
import { startRedis } from "./servers.mjs";

let count = 0;
const nextId = () => `evt-${String(count++).padStart(8, "0")}`;

function request(id) {
  const body = envelope(id);
  return { headers: headersOf(body), body };
}

/** Microseconds, the median and the least of each one's rounds, which are taken in turns. */
async function inTurns(rounds, times, ...acts) {
  const found = acts.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, act] of acts.entries()) {
      const inputs = Array.from({ length: times }, () => request(nextId()));
      const start = performance.now();
      for (const { headers, body } of inputs) await act(verifier.verify(headers, body));
      found[index].push(((performance.now() - start) * 1000) / times);
    }
  }
  return found.map((times) => times.sort((a, b) => a - b)).map((times) => [times[times.length >> 1], times[0]]);
}

const ours = (store) => {
  const once = new Once(store, { scope: "test" });
  return (delivery) => once.run(delivery, async () => undefined);
};

function powertools(client) {
  const config = new IdempotencyConfig({ eventKeyJmesPath: "event_id", expiresAfterSeconds: 30 * 86_400 });
  config.registerLambdaContext({ getRemainingTimeInMillis: () => 45_000 });
  const handle = makeIdempotent(async () => ({}), { persistenceStore: new CachePersistenceLayer({ client }), config });
  return (delivery) => handle(delivery.event());
}

/** What the persistence layer calls of a client, in memory. */
function mapClient() {
  const known = new Map();
  return {
    get: async (name) => known.get(name) ?? null,
    del: async (names) => Number([names].flat().map((name) => known.delete(name)).includes(true)),
    set: async (name, value, options) => {
      if (options?.NX && known.has(name)) return null;
      known.set(name, value);
      return "OK";
    },
  };
}

function say(what, [mine, theirs]) {
  for (const [at, kind] of ["median", "least"].entries()) {
    const ratio = (mine[at] / theirs[at]).toFixed(2);
    console.log(`${what}, ${kind}: ${mine[at].toFixed(1)} µs, Powertools ${theirs[at].toFixed(1)} µs, ${ratio} of it`);
  }
}

say("memory", await inTurns(200, 40, ours(new MemoryStore(1_000_000)), powertools(mapClient())));
const server = await startRedis("--appendonly", "yes");
const client = await createClient({ socket: { host: "127.0.0.1", port: server.port } }).connect();
say("Redis", await inTurns(60, 20, ours(new RedisStore(client)), powertools(client)));
client.destroy();
await server.stop();
