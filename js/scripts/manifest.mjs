// node scripts/manifest.mjs PACKAGE FILE REPOSITORY [NAME@VERSION…]: writes the manifest that is published with a package:
// without what only the workspace needs, with the repository (JSON), which the root manifest names, and with optional
// dependencies, which npm cannot install before they are published.
import { readFile, writeFile } from "node:fs/promises";

const [name, file, repository, ...optional] = process.argv.slice(2);
const text = await readFile(new URL(`../packages/${name}/package.json`, import.meta.url), "utf8");
const { private: _private, scripts: _scripts, ...manifest } = JSON.parse(text);
manifest.repository = JSON.parse(repository);
if (optional.length > 0) {
  const split = (one) => [one.slice(0, one.lastIndexOf("@")), one.slice(one.lastIndexOf("@") + 1)];
  manifest.optionalDependencies = Object.fromEntries(optional.map(split));
}
await writeFile(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
