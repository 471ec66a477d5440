// Every block of code on the site is run or compiled by some test, or the page says why not, in a comment above it:
// <!-- not run: the reason -->.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { blocksOf } from "../lib/markdown.mjs";
import { NOT_RUN } from "../lib/marks.mjs";
import { ROOT, groups } from "../lib/pages.mjs";

/** Which test runs the blocks of these languages on these pages. Each test reads the page, whose blocks it takes as they are. */
const RUN_BY = [
  { pages: /^docs\/tutorials\//, blocks: /^(sh|text)$|title="/, test: "site/tests/tutorials.test.mjs" },
  { pages: /^docs\/(tutorials|frameworks|background)\//, blocks: /^ts$/, test: "tests/js/run/readme.mjs" },
  { pages: /^docs\/(tutorials|frameworks|background)\//, blocks: /^python$/, test: "tests/python/test_readme.py" },
  { pages: /^docs\/(tutorials|frameworks)\//, blocks: /^go$/, test: "tests/go/readme_test.go" },
  { pages: /^docs\/(tutorials|frameworks)\/|^docs\/senders\.md/, blocks: /^rust\b/, test: "tests/lib.rs", named: true },
  { pages: /^docs\/migrating\//, blocks: /^js$/, test: "tests/js/test/migrating.wasm.test.mjs" },
  { pages: /^docs\/migrating\//, blocks: /^python$/, test: "tests/python/test_migrating.py" },
  { pages: /^docs\/vectors\.md$/, blocks: /^python$/, test: "tests/python/test_play.py" },
  { pages: /^docs\/queues\//, blocks: /^js$/, test: "tests/js/queues/recipe.mjs" },
  { pages: /^docs\/queues\//, blocks: /^python$/, test: "tests/python/queues/recipe.py" },
  { pages: /^docs\/failures\.md$/, blocks: /^console$/, test: "cli/tests/failures.rs" },
  { pages: /^docs\/schemes\.md$/, blocks: /^json$/, test: "site/tests/blocks.test.mjs" },
  { pages: /^js\/packages\/hookseal\//, blocks: /^ts$/, test: "tests/js/run/readme.mjs" },
  { pages: /^bindings-python\//, blocks: /^python$/, test: "tests/python/test_readme.py" },
  { pages: /^bindings-go\/README/, blocks: /^go$/, test: "tests/go/readme_test.go" },
  { pages: /^core\//, blocks: /^$/, test: "core/src/lib.rs" },
  { pages: /^web\//, blocks: /^(no_run)?$/, test: "web/src/lib.rs" },
  { pages: /^inbox\/RUST\.md$/, blocks: /^$/, test: "inbox/src/lib.rs" },
];

/** The page's blocks that nothing runs and that say nothing. */
function unexplained(file, text) {
  return blocksOf(text)
    .filter(({ comment }) => !NOT_RUN.test(comment))
    .filter(({ language, words }) => {
      const isRun = ({ pages, blocks, test, named }) =>
        pages.test(file) &&
        blocks.test(words.startsWith("title=") ? words : language) &&
        (!named || readFileSync(path.join(ROOT, test), "utf8").includes(`"../${file}"`));
      return !RUN_BY.some(isRun);
    })
    .map(({ line, language }) => `${file}:${line}: ${language || "no language"}`);
}

test("every block of code is run by a test, or the page says why not", () => {
  const files = groups().flatMap(({ pages }) => pages.flatMap(({ file = [] }) => file));
  const found = files.flatMap((file) => unexplained(file, readFileSync(path.join(ROOT, file), "utf8")));
  assert.deepEqual(found, []);
  assert.deepEqual(RUN_BY.map(({ test }) => test).filter((name) => !existsSync(path.join(ROOT, name))), []);
});

test("a block that nothing runs is found, unless it gives a reason", () => {
  const block = "```sh\nls\n```\n";
  assert.deepEqual(unexplained("docs/other.md", block), ["docs/other.md:1: sh"]);
  assert.deepEqual(unexplained("docs/other.md", `<!-- not run: short -->\n${block}`), ["docs/other.md:2: sh"]);
  assert.deepEqual(unexplained("docs/other.md", `<!-- not run: it needs an account -->\n\n${block}`), []);
  assert.deepEqual(unexplained("docs/tutorials/node.md", block), []);
});

test("the scheme on the page of schemes is one that the command line can use", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "scheme-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [block] = blocksOf(readFileSync(path.join(ROOT, "docs/schemes.md"), "utf8"));
  const file = path.join(folder, "scheme.json");
  writeFileSync(file, block.code);
  const env = { ...process.env, HOOKSEAL_SECRET: "a secret for tests" };
  const signed = spawnSync(process.env.HOOKSEAL_CLI, ["sign", "--scheme-file", file, "-"], { input: "{}", env, encoding: "utf8" });
  assert.match(signed.stdout, /^X-Acme-Signature: v1=[0-9a-f]{64}$/m, signed.stderr);
});
