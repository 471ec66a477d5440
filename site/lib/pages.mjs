// Which files of the repository are pages of the site, and where: `pages.json`.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const SITE = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const ROOT = path.dirname(SITE);

/** The menu: groups, each with entries, which are pages or groups again. */
export function menu() {
  const table = JSON.parse(readFileSync(path.join(SITE, "pages.json"), "utf8"));
  const group = ({ label, pages }) => ({ label, entries: pages.flatMap((entry) => (entry.label ? group(entry) : expand(entry))) });
  return table.map(group).filter(({ entries }) => entries.length);
}

/** The groups of the menu, each with all of its pages: the file, the address, and what else the table says. */
export function groups() {
  const flat = (entries) => entries.flatMap((entry) => (entry.entries ? flat(entry.entries) : [entry]));
  return menu().map(({ label, entries }) => ({ label, pages: flat(entries) }));
}

/** An entry stands for one file, or with `files` for every page of a folder that no other entry names. */
function expand(entry) {
  if (entry.files === undefined) {
    return entry.optional && !existsSync(path.join(ROOT, entry.file)) ? [] : [entry];
  }
  const folder = path.join(ROOT, entry.files);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".md")) : [];
  const first = (name) => (/^(index|README)\.md$/.test(name) ? 0 : 1);
  return names
    .sort((one, other) => first(one) - first(other) || (one < other ? -1 : 1))
    .map((name) => {
      const rest = first(name) === 0 ? "" : `/${name.slice(0, -".md".length)}`;
      return { file: `${entry.files}/${name}`, slug: `${entry.slug}${rest}` };
    });
}

/** The address of the repository, which the root manifest alone has. */
export function repository() {
  const manifest = readFileSync(path.join(ROOT, "Cargo.toml"), "utf8");
  return /^repository = "(.*)"$/m.exec(manifest)[1];
}
