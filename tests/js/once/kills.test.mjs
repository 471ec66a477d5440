// Ten kills of a receiver on each store: nothing is lost, nothing runs again after its finish, and an effect in the
// transaction takes place once.
import assert from "node:assert/strict";
import { test } from "node:test";

import { kill, variantsOf } from "./killing.mjs";
import { SQLITE } from "./places.mjs";

for (const kind of [SQLITE, "pg", "redis"]) {
  for (const variant of variantsOf(kind)) {
    test(`${kind}, ${variant}: ten kills lose nothing and repeat nothing`, async () => {
      const { lost, again, twice, effects, events, starts } = await kill(kind, variant, 10);
      assert.deepEqual({ lost, again, twice }, { lost: [], again: [], twice: [] });
      assert.ok(starts >= events);
      if (variant === "transaction") assert.equal(effects, events);
    });
  }
}
