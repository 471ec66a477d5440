// Compiles other people's TypeScript, so that tests run it as it was written.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const FLAGS = ["--ignoreConfig", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node"];

/** The module of this source. It is compiled next to this file, where packages are found, and then removed. */
export async function compiled(source) {
  const folder = await mkdtemp(fileURLToPath(new URL(".compiled-", import.meta.url)));
  try {
    const file = path.join(folder, "source.mts");
    await writeFile(file, source);
    const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
    const tsc = path.join(path.dirname(typescript), "bin", "tsc");
    execFileSync(process.execPath, [tsc, ...FLAGS, file], { stdio: ["ignore", "inherit", "inherit"] });
    return await import(pathToFileURL(path.join(folder, "source.mjs")));
  } finally {
    await rm(folder, { recursive: true });
  }
}
