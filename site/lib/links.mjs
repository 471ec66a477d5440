// Finds what is wrong with the links of the built site: pages, files and anchors that do not exist, and what a page
// loads from another host.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

/** What rustdoc has written: its links are checked when it is built, and its pages are only linked to. */
const RUSTDOC = /^api\/rust\//;

/** Faults of the site in a folder that is published below `base`, each a line of text. */
export function faults(folder, base) {
  const names = readdirSync(folder, { recursive: true }).map((name) => name.replaceAll(path.sep, "/"));
  const pages = names.filter((name) => name.endsWith(".html"));
  const found = [];
  let links = 0;
  for (const page of pages.filter((name) => !RUSTDOC.test(name))) {
    for (const { tag, name, value } of addresses(read(folder, page))) {
      links += 1;
      const fault = /^(https?:)?\/\//.test(value)
        ? elsewhere(tag, name, value)
        : /^(data|mailto|blob):/.test(value)
          ? undefined
          : inside(folder, base, page, value);
      if (fault) found.push(`${page}: ${value}: ${fault}`);
    }
  }
  return { faults: [...new Set(found)], links, pages: pages.length };
}

function read(folder, name) {
  return readFileSync(path.join(folder, name), "utf8");
}

/** The addresses in a page. What scripts and styles contain is no markup. */
function* addresses(html) {
  const markup = html.replaceAll(/(<(script|style)\b[^>]*>).*?<\/\2>/gs, "$1");
  for (const [text, tag] of markup.matchAll(/<([a-z][a-z0-9-]*)\b[^>]*>/g)) {
    for (const [, name, value] of text.matchAll(/\s(href|src|srcset|poster|action)="([^"]*)"/g)) {
      yield { tag, name, value: value.replaceAll("&amp;", "&") };
    }
  }
}

/** A link to another host is no fault, unless it is loaded with the page. */
function elsewhere(tag, name, value) {
  if (tag !== "a" && !(tag === "link" && name === "href" && value.endsWith("/"))) return "loaded from another host";
  return value.startsWith("https://") ? undefined : "not encrypted";
}

function inside(folder, base, page, value) {
  const here = `https://site.invalid${base}${page.replace(/index\.html$/, "")}`;
  const { pathname, hash } = new URL(value, here);
  if (!pathname.startsWith(base)) return `outside of ${base}`;
  const name = decodeURIComponent(pathname.slice(base.length));
  const file = name === "" || name.endsWith("/") ? `${name}index.html` : name;
  const full = path.join(folder, file);
  if (!existsSync(full) || !statSync(full).isFile()) return "does not exist";
  if (hash.length < 2 || !file.endsWith(".html")) return undefined;
  return ids(folder, file).has(decodeURIComponent(hash.slice(1))) ? undefined : "has no such anchor";
}

const known = new Map();

function ids(folder, file) {
  const full = path.join(folder, file);
  if (!known.has(full)) {
    known.set(full, new Set([...read(folder, file).matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id]) => id)));
  }
  return known.get(full);
}
