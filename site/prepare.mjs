// node prepare.mjs FOLDER: writes the site's Markdown there, from the pages of the repository. Links between files
// become links between pages, or to the file in the repository.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

import { BASE } from "./lib/base.mjs";
import { convert } from "./lib/markdown.mjs";
import { ROOT, groups, repository } from "./lib/pages.mjs";
import { REFERENCES } from "./reference.mjs";

/** Files that have a page of the site which is not made from Markdown. */
const OTHERS = {
  "js/playground/index.html": "explain/",
  "bindings-c/include/hookseal.h": "reference/c/",
  "core/src/error.rs": "reference/errors/",
  "core/src/lib.rs": "reference/rust/",
  "js/src/index.ts": "reference/typescript/",
  "bindings-python/python/hookseal/__init__.py": "reference/python/",
  "bindings-go/doc.go": "reference/go/",
};

const [output] = process.argv.slice(2);
const pages = groups().flatMap((group) => group.pages);
const slugs = new Map(pages.map(({ file, slug }) => [file, slug]));

missing();
rmSync(output, { recursive: true, force: true });
for (const page of pages) {
  if (page.generated !== undefined) {
    const links = { ABI: "c/", SENDERS: "senders/", SCHEMES: "schemes/", RUST: "api/rust" };
    const text = REFERENCES[page.generated](page).replaceAll(/\]\(([A-Z]+)\b/g, (whole, name) =>
      links[name] === undefined ? whole : `](${BASE}${links[name]}`,
    );
    // Classes and functions are in the contents of a page, and their members are not.
    const head = `title: ${JSON.stringify(page.title)}\ntableOfContents: { maxHeadingLevel: 2 }`;
    write(`${page.slug}.md`, `---\n${head}\n---\n${text}\n`);
    continue;
  }
  const text = readFileSync(path.join(ROOT, page.file), "utf8");
  const converted = convert(text, page, (target, anchor) => address(page.file, target, anchor));
  write(`${page.slug || "index"}.md`, page.reference ? `${converted}\n${pointer(page.reference)}\n` : converted);
}
console.log(`${pages.length} pages`);

/** The end of a manual. In its file the link would lead nowhere: that is also what npm and PyPI show. */
function pointer(slug) {
  return `## Reference\n\nEvery public name, with its declaration: [the reference](${BASE}${slug}/).`;
}

function write(name, text) {
  const file = path.join(output, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The address of what a link names. */
function address(from, target, anchor) {
  const end = anchor === undefined ? "" : `#${anchor}`;
  const slug = slugs.get(target) ?? slugs.get(path.posix.join(target, "README.md"));
  if (slug !== undefined) return `${BASE}${slug}${slug && "/"}${end}`;
  if (OTHERS[target] !== undefined) return `${BASE}${OTHERS[target]}${end}`;
  if (target === "README.md") return `${BASE}${anchor === "schemes" ? "reference/schemes/" : ""}`;
  const file = path.join(ROOT, target);
  if (!existsSync(file)) throw new Error(`${from} links to ${target}, which does not exist`);
  return `${repository()}/${statSync(file).isDirectory() ? "tree" : "blob"}/main/${target}${end}`;
}

/** Every page in `docs/` is a page of the site. */
function missing() {
  const folder = path.join(ROOT, "docs");
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".md"));
  const left = names.map((name) => `docs/${name.replaceAll(path.sep, "/")}`).filter((file) => !slugs.has(file));
  if (left.length) throw new Error(`site/pages.json says nothing of ${left.join(", ")}`);
}
