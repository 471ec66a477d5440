// What the comparison of queues reads from its log.
import assert from "node:assert/strict";
import { test } from "node:test";

import { read } from "./losses-log.mjs";

const LOG = [
  "up - 1 0",
  "start a 1 100",
  "start b 1 110",
  "done a 1 300",
  "start c 1 310",
  "up - 2 900",
  "start b 2 2900",
  "done b 2 3100",
];

test("an event whose handler was killed is interrupted, and its next start counts from when a worker is there", () => {
  const found = read(LOG, new Map([[1, 400]]), ["a", "b", "c", "d"]);
  assert.deepEqual(found, { accepted: 4, interrupted: 2, again: [2], undone: ["c", "d"] });
});

test("a handler that was not killed is not interrupted", () => {
  assert.equal(read(LOG, new Map(), ["a"]).interrupted, 0);
});
