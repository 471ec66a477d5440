// That the references are whole: each public name of each package is on the page of its module. The names are read from
// the sources by other means than those by which the pages are made.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { ROOT, groups } from "../lib/pages.mjs";
import { BUILT } from "./support.mjs";

const PAGES = groups().flatMap(({ pages }) => pages);

const source = (...parts) => readFileSync(path.join(ROOT, ...parts), "utf8");

const all = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);

/** The page of a module, as text without markup: its headings, and all of it. */
function built(language, module) {
  const entry = PAGES.find(({ generated, module: name }) => generated === language && name === module);
  assert.ok(entry, `site/pages.json has no page for ${module}`);
  const html = readFileSync(path.join(BUILT, entry.slug, "index.html"), "utf8");
  const plain = (text) => text.replaceAll(/<[^>]*>/g, "");
  assert.match(html, /Generated from/, `${entry.slug} does not say that it is generated`);
  return { headings: new Set(all(html, /<h[23] id="[^"]*">(.*?)<\/h[23]>/gs).map(plain)), text: plain(html) };
}

/** Asserts that a page has headings with these names. */
function has(language, module, names, least) {
  const { headings } = built(language, module);
  assert.ok(names.length >= least, `only ${names.length} names of ${module} were found`);
  assert.deepEqual(names.filter((name) => !headings.has(name)), [], module);
}

/** What a source of TypeScript exports, without what is internal. */
function exported(file) {
  const text = source("js/src", file).replaceAll(/\/\*\*(?:(?!\*\/).)*@internal.*?\*\/\s*export [^\n]*/gs, "");
  const from = (name) => path.posix.join(path.posix.dirname(file), name.replace(/\.js$/, ".ts"));
  return [
    ...all(text, /^export (?:declare |abstract |async )*(?:class|function|const|let|interface|type) (\w+)/gm),
    ...all(text, /^export (?:type )?\{([^}]*)\}/gm).flatMap((list) => all(list, /(\w+)\s*(?:,|$)/g)),
    ...all(text, /^export (?:type )?\* from "(.*)"/gm).flatMap((name) => exported(from(name))),
  ];
}

test("each export of each entry point of the npm package is in its reference", () => {
  const { exports } = JSON.parse(source("js/packages/hookseal/package.json"));
  const entries = Object.values(exports).flatMap((entry) => entry.import?.types ?? []);
  assert.ok(entries.length > 10);
  for (const entry of entries) {
    const module = /^\.\/dist\/esm\/(.*)\.d\.ts$/.exec(entry)[1];
    has("typescript", module, exported(`${module}.ts`), module === "index" ? 50 : 3);
  }
});

test("each name that a module of the Python package makes public is in its reference", () => {
  const folder = path.join(ROOT, "bindings-python/python");
  const files = readdirSync(folder, { recursive: true }).map((name) => name.replaceAll(path.sep, "/"));
  const modules = files.filter((name) => /^hookseal\/.*\.py$/.test(name) && !/\/_(?!_init__)/.test(name));
  assert.ok(modules.length > 10);
  for (const file of modules) {
    const text = readFileSync(path.join(folder, file), "utf8");
    const [, list] = /^__all__ = \[(.*?)\]/ms.exec(text) ?? [];
    const names = list ? all(list, /"(\w+)"/g) : all(text, /^(?:class )?([A-Z]\w*)(?:\(|:)/gm);
    has("python", file.replace(/(\/__init__)?\.py$/, "").replaceAll("/", "."), names, 1);
  }
});

test("each exported name of each Go package is in its reference", () => {
  for (const module of ["bindings-go", "bindings-go/once", "bindings-go/caddy"]) {
    const files = readdirSync(path.join(ROOT, module)).filter((name) => /(?<!_test)\.go$/.test(name));
    const text = files.map((name) => source(module, name)).join("\n");
    const methods = [...text.matchAll(/^func \(\w* ?\*?([A-Z]\w*)(?:\[\w+\])?\) ([A-Z]\w*)/gm)];
    has("go", module, [...all(text, /^(?:func|type) ([A-Z]\w*)/gm), ...methods.map(([, type, name]) => `${type}.${name}`)], 4);
    const values = [
      ...all(text, /^(?:const|var) ([A-Z]\w*)/gm),
      ...all(text, /^(?:const|var) \((.*?)^\)/gms).flatMap((block) => all(block, /^\t([A-Z]\w*)/gm)),
    ];
    const page = built("go", module);
    assert.deepEqual(values.filter((name) => !new RegExp(`\\b${name}\\b`).test(page.text)), [], module);
  }
});

test("what rustdoc makes of each crate is a part of the site, with all features", () => {
  const page = readFileSync(path.join(BUILT, "reference/rust/index.html"), "utf8");
  const items = ["hookseal/struct.Verifier.html", "hookseal/explain/index.html", "hookseal/event/index.html"];
  items.push("hookseal_web/tower/index.html", "hookseal_web/lambda/index.html", "hookseal_inbox/struct.Inbox.html");
  assert.deepEqual(items.filter((name) => !existsSync(path.join(BUILT, "api/rust", name))), []);
  for (const name of ["hookseal", "hookseal_web", "hookseal_inbox"]) assert.ok(page.includes(`api/rust/${name}/index.html`), name);
});
