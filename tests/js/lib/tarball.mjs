// Reads the tarball that the package was installed from.
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { PACKAGES } from "./programs.mjs";

/** The block size of a tarball. */
const BLOCK = 512;

/** Its path, which npm recorded when it installed the package. */
export function tarballOf(name) {
  const { packages } = JSON.parse(readFileSync(path.join(PACKAGES, ".package-lock.json"), "utf8"));
  const from = packages[`node_modules/${name}`]?.resolved;
  if (!from?.startsWith("file:")) throw new Error(`${name} was not installed from a tarball`);
  return path.resolve(from.slice("file:".length));
}

/** Its files by their paths inside the package. */
export function filesOf(tarball) {
  const tar = gunzipSync(readFileSync(tarball));
  const files = new Map();
  for (let at = 0; tar[at] !== 0; ) {
    const text = (from, length) => tar.toString("utf8", at + from, at + from + length).replace(/\0.*/s, "");
    const [name, type, size] = [text(345, 155) + text(0, 100), text(156, 1), Number.parseInt(text(124, 12), 8)];
    if (type !== "0" && type !== "") throw new Error(`${name} is no plain file`);
    files.set(name.replace(/^package\//, ""), tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return files;
}
