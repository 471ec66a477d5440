// Finds the declaration files that a package needs.
import { readFile } from "node:fs/promises";
import path from "node:path";

/** The declaration files that the entries lead to, themselves included. The others are for no one outside. */
export async function declarations(folder, entries) {
  const found = new Set();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const text = await readFile(path.join(folder, file), "utf8");
    for (const [, specifier] of text.matchAll(/(?:from |import\()"(\.[^"]*)\.js"/g)) {
      waiting.push(path.posix.join(path.posix.dirname(file), `${specifier}.d.ts`));
    }
  }
  return found;
}
