// The pages in `docs/migrating`: both programs of each run, with the other library as npm has it, and each row of its
// table is sent to both. With HOOKSEAL_BLESS=1 the tables are written instead.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { DELIVERIES, Page } from "../lib/migrating.mjs";

const FOLDER = path.join(process.env.HOOKSEAL_DOCS ?? "", "migrating");
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".md") && name !== "index.md")
  .map((name) => name.slice(0, -".md".length));

test("there is a page for each library that people come from", () => {
  assert.deepEqual(NAMES.sort(), ["guide", "octokit", "partner-sdk", "standardwebhooks", "stripe", "svix"]);
});

for (const name of NAMES) {
  test(`${name}: what the page says of each delivery is what both programs answer`, async (t) => {
    const page = new Page(name);
    const rows = page.rows();
    assert(rows.length > 6, `only ${rows.length} rows`);
    const [before, after] = [await page.start(t, "before.mjs"), await page.start(t, "after.mjs")];
    const found = [];
    for (const { delivery } of rows) {
      assert(delivery in DELIVERIES, `no delivery is called ${delivery}`);
      found.push({
        delivery,
        before: await page.answer(before, delivery),
        after: await page.answer(after, delivery),
      });
    }
    if (process.env.HOOKSEAL_BLESS) page.write(found);
    else assert.deepEqual(found, rows);
    // What is genuine both accept, and what is forged both refuse.
    const [genuine, forged] = ["genuine", "signed with another secret"].map((name) =>
      found.find(({ delivery }) => delivery === name),
    );
    assert.match(genuine.before + genuine.after, /^2..2..$/);
    assert.match(forged.before, /^4/);
    assert.equal(forged.after, "401 `signature_mismatch`");
  });
}
