// Every link of the built site, and the checker itself.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { BASE } from "../lib/base.mjs";
import { faults } from "../lib/links.mjs";
import { BUILT } from "./support.mjs";

test("every link of the site leads somewhere, and no page loads anything from another host", () => {
  const { faults: found, links, pages } = faults(BUILT, BASE);
  assert.deepEqual(found, []);
  console.log(`${pages} pages, ${links} links`);
  assert.ok(pages > 30 && links > 1000);
});

test("a dead link, a dead anchor, a link out of the site's folder and a foreign script are found", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "links-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const page = (name, body) => {
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, "index.html"), `<!doctype html><body>${body}`);
  };
  page("", '<a href="/b/one/#here">right</a><a href="one/">right</a><script>"<a href=\\"/none\\">"</script>');
  page("one", '<p id="here"><a href="#there">1</a><a href="../two/">2</a><a href="/one/">3</a><a href="/b/">right</a>');
  page("three", '<script src="https://example.com/a.js"></script><a href="http://example.com/">5</a>');
  assert.deepEqual(faults(folder, "/b/").faults.sort(), [
    "one/index.html: #there: has no such anchor",
    "one/index.html: ../two/: does not exist",
    "one/index.html: /one/: outside of /b/",
    "three/index.html: http://example.com/: not encrypted",
    "three/index.html: https://example.com/a.js: loaded from another host",
  ]);
});
