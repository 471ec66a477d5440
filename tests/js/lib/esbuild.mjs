// Bundles for the tests.
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";

import * as esbuild from "esbuild";

/** For workers: the WebAssembly stays a file, which becomes a module of the worker. */
const FOR_WORKERD = { conditions: ["workerd"], loader: { ".wasm": "copy" }, assetNames: "[name]" };

export function bundle(entry, folder, options) {
  return esbuild.build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2022",
    outdir: folder,
    logLevel: "warning",
    ...options,
  });
}

/** Bundles a worker. Returns its folder and the names of its modules, starting with the worker itself. */
export async function bundleWorker(entry, name, options = {}) {
  const folder = await emptied(name);
  await bundle(entry, folder, { ...FOR_WORKERD, ...options });
  const worker = `${path.basename(entry, ".mjs")}.js`;
  const others = (await readdir(folder)).filter((file) => file !== worker);
  return { folder, modules: [worker, ...others] };
}

/** Empties the folder that a script writes to, and returns it. */
export async function emptied(name) {
  const folder = made(name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

export const made = (name) => path.resolve("made", name);
