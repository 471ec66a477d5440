// That the references are whole.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { BUILT } from "./support.mjs";

test("what rustdoc makes of each crate is a part of the site, with all features", () => {
  const page = readFileSync(path.join(BUILT, "reference/rust/index.html"), "utf8");
  const items = ["hookseal/struct.Verifier.html", "hookseal/explain/index.html", "hookseal/event/index.html"];
  items.push("hookseal_web/tower/index.html", "hookseal_web/lambda/index.html", "hookseal_inbox/struct.Inbox.html");
  assert.deepEqual(items.filter((name) => !existsSync(path.join(BUILT, "api/rust", name))), []);
  for (const name of ["hookseal", "hookseal_web", "hookseal_inbox"]) assert.ok(page.includes(`api/rust/${name}/index.html`), name);
});
