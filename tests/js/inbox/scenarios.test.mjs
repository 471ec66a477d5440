// The scenarios of `inbox/vectors/inbox.json`, on every store.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { KINDS, isFile, newPlace, opened, query } from "./places.mjs";

const LEASE = 45_000;
const KEEP = 30 * 86_400_000;

const scenarios = JSON.parse(readFileSync(new URL("../vectors/inbox/inbox.json", import.meta.url), "utf8"));

const bytes = (text) => new TextEncoder().encode(text);
const text = (body) => (body === null ? null : new TextDecoder().decode(body));

async function idOf(place, key) {
  const [row] = await query(place, `SELECT id FROM hookseal_inbox WHERE key = '${key}'`);
  return Number(row?.id ?? -1);
}

/** What is asked in a step: a name of the protocol, and its parameters. */
async function actOf(place, { attempts = 12, keep = KEEP }, step) {
  const { at: _at, expect: _expect, ...rest } = step;
  const [[name, of]] = Object.entries(rest);
  const id = await idOf(place, of.key ?? of);
  const { token } = of;
  switch (name) {
    case "put":
    case "known": {
      const { key, body, signed_at: signedAt = null } = of;
      const same = { scheme: "acme", event: "e", hasEnvelope: false };
      return [name, [{ key, ...same, signedAt, digest: body, body: bytes(body) }]];
    }
    case "claim":
      return [name, [token, of.worker ?? "w", LEASE, attempts, of.number ?? 1]];
    case "extend":
      return [name, [id, token, LEASE]];
    case "finish":
      return [name, [id, token, keep]];
    case "release":
      return [name, [id, token]];
    case "retry":
      return [name, [id, token, of.delay, of.error]];
    case "bury":
      return [name, [id, token, of.error]];
    case "discard":
      return [name, [id, keep]];
    case "revive":
      return [name, [of.key === undefined ? null : id, of.number]];
    case "sweep":
      return [name, [of]];
    case "free":
      return ["freeWorker", [of]];
    case "show":
      return [name, [id]];
    default:
      return [name, []];
  }
}

/** A reply as the scenarios have it. */
function shown(name, reply, expected) {
  if (name === "put") {
    const { status, state, sameBody } = reply;
    return status === "duplicate" ? { state, same_body: sameBody } : "stored";
  }
  if (name === "known") return reply === null ? "unknown" : { state: reply.state, same_body: reply.sameBody };
  if (name === "claim") {
    return reply.map(({ key, isDead, attempts, isTakeover, body }) => ({
      key,
      state: isDead ? "dead" : "running",
      attempts,
      is_takeover: isTakeover,
      body: text(body),
    }));
  }
  if (name === "stats") {
    const ofState = ({ state, number, bytes, oldest }) => (state === "done" ? { number } : { number, bytes, oldest });
    return Object.fromEntries(reply.map((row) => [row.state, ofState(row)]));
  }
  if (name === "show") {
    const { state, attempts, body, error } = reply;
    return { state, attempts, body: text(body), error };
  }
  if (name === "workers") return reply.toSorted?.() ?? [...reply].sort();
  if (typeof reply === "number" && typeof expected !== "number") return reply > 0 ? "changed" : "lost";
  return reply;
}

for (const kind of KINDS) {
  test(`${kind}: every scenario gives the expected answers`, async (t) => {
    assert.ok(scenarios.length >= 15);
    let played = 0;
    for (const scenario of scenarios) {
      const place = await newPlace(kind);
      if (scenario.only !== undefined && (scenario.only === "sqlite") !== isFile(place)) continue;
      const { inbox } = await opened(t, place);
      await inbox.create();
      for (const [number, step] of scenario.steps.entries()) {
        const [name, parameters] = await actOf(place, scenario, step);
        const reply = await inbox.ask(name, parameters, step.at);
        assert.deepEqual(shown(name, reply, step.expect), step.expect, `${scenario.name}, step ${number}`);
      }
      played++;
    }
    assert.ok(played >= 15);
  });
}
