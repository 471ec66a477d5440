// node run/mutations.mjs [SEED]: passes randomly changed vectors to both npm packages in one process. The verdict, the
// code, the message and the event must be the same.
import { randomInt } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";

import * as native from "hookseal";

import { readVectors } from "../lib/vectors.mjs";

const COUNT = 100_000;

/** The other package is installed in the project around this one. */
const wasm = createRequire(path.resolve("..", "package.json"))("hookseal");
if (wasm.WebhookVerifier === native.WebhookVerifier) throw new Error("both are the same package");

const seed = Number(process.argv[2] ?? randomInt(2 ** 31));
const random = generator(seed);
const vectors = readVectors();
const cache = new Map();
let genuine = 0;

for (let count = 0; count < COUNT; count++) {
  const vector = vectors[random(vectors.length)];
  const headers = vector.headers.map(([name, value]) => [name, random(4) === 0 ? mutated(value) : value]);
  if (random(20) === 0 && headers.length > 0) headers.push(headers[random(headers.length)]);
  if (random(20) === 0) headers.splice(random(headers.length + 1), 1);
  const body = Buffer.from(vector.body_base64, "base64");
  if (body.length > 0 && random(3) === 0) body[random(body.length)] ^= 1 << random(8);
  const now = random(5) === 0 ? vector.now + random(1000) - 500 : vector.now;
  const outcomeJson = (hookseal) => JSON.stringify(outcome(hookseal, vector, headers, body, now));
  const [ours, theirs] = [native, wasm].map(outcomeJson);
  if (ours !== theirs) {
    throw new Error(`seed ${seed}, mutation ${count} of "${vector.name}":\nnative ${ours}\nwasm   ${theirs}`);
  }
  genuine += Number(ours.startsWith('{"ok"'));
}
if (genuine < COUNT / 100 || genuine > COUNT * 0.99) throw new Error(`${genuine} were genuine, which is not a mixture`);
console.log(`seed ${seed}: ${COUNT} mutations, ${genuine} of them genuine, have the same verdict in both packages`);

function outcome(hookseal, vector, headers, body, now) {
  try {
    const delivery = verifierOf(hookseal, vector, now).verify(headers, body);
    const { scheme, timestamp, secretIndex, hasEnvelope } = delivery;
    const event = hasEnvelope ? delivery.event() : null;
    return { ok: { scheme, timestamp, secretIndex, hasEnvelope, id: delivery.id, event } };
  } catch (error) {
    if (error.name !== "WebhookVerificationError") throw error;
    return { error: error.code, message: error.message };
  }
}

/** Most vectors are used several times: keeps a verifier for each, with a settable clock. */
function verifierOf(hookseal, vector, now) {
  const key = `${hookseal === native} ${vector.name}`;
  let made = cache.get(key);
  if (made === undefined) {
    const { max_age, max_skew, max_event_age, max_body } = vector.options ?? {};
    const limits = { maxAge: max_age, maxSkew: max_skew, maxEventAge: max_event_age, maxBody: max_body };
    const clock = { now };
    const options = { scheme: vector.scheme, ...limits, now: () => clock.now };
    made = { clock, verifier: new hookseal.WebhookVerifier(vector.secrets, options) };
    cache.set(key, made);
  }
  made.clock.now = now;
  return made.verifier;
}

/** A text with one character replaced, inserted or removed. */
function mutated(text) {
  const at = random(text.length + 1);
  const character = String.fromCharCode(random(10) === 0 ? random(0xd800) : 32 + random(95));
  return text.slice(0, at) + [character, "", character][random(3)] + text.slice(at + random(2));
}

/** Random numbers below a limit, the same for the same seed (mulberry32). */
function generator(state) {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
