// The scenarios of `inbox/vectors/once.json`, on every store.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { KINDS, newPlace, opened } from "./places.mjs";

const scenarios = JSON.parse(readFileSync(new URL("../vectors/inbox/once.json", import.meta.url), "utf8"));

async function play(store, { lease, keep }, step) {
  const { at } = step;
  if (step.claim) {
    const { key, token, body } = step.claim;
    const { answer, wait, sameBody } = await store.claim(key, token, body, lease, keep, at);
    const expected = { answer };
    if (answer === "busy") expected.wait = wait;
    if (answer === "duplicate") expected.same_body = sameBody;
    return expected;
  }
  if (step.finish) return (await store.finish(step.finish.key, step.finish.token, keep, at)) ? "finished" : "lost";
  if (step.release) return (await store.release(step.release.key, step.release.token, at)) ? "released" : "lost";
  if (step.forget !== undefined) return (await store.forget(step.forget)) ? "forgotten" : "unknown";
  if (step.sweep !== undefined) await store.sweep(step.sweep, at);
  return undefined;
}

for (const kind of KINDS) {
  test(`${kind}: every scenario gives the expected answers`, async (t) => {
    assert.ok(scenarios.length > 10);
    for (const scenario of scenarios) {
      const { store } = await opened(t, await newPlace(kind));
      await store.create();
      for (const [number, step] of scenario.steps.entries()) {
        assert.deepEqual(await play(store, scenario, step), step.expect, `${scenario.name}, step ${number}`);
      }
    }
  });
}
