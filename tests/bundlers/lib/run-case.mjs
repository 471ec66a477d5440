// Runs one case: copies its application to a folder of its own, builds it, and checks what was built.
import { appendFile, cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { writeDeliveries } from "./deliveries.mjs";
import { PROJECT } from "./programs.mjs";

const APPS = path.join(PROJECT, "apps");

/** The package that the sources in `apps` import. */
const WRITTEN_FOR = "hookseal";

const NATIVE = "@hookseal/node";

/** What may name the package in an application. */
const TEXT = /\.([cm]?[jt]sx?|svelte|json|jsonc)$/;

export async function runCase({ name, package: used, app, steps }) {
  const folder = path.join(PROJECT, "made", name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, ""));
  const log = path.join(folder, "log.txt");
  const start = performance.now();
  let error;
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    await mkdir(folder, { recursive: true });
    await copyApp("shared", folder, used);
    // What uses the other package too finds it there.
    await copyApp("shared", path.join(folder, "native"), NATIVE);
    for (const part of [app].flat()) await copyApp(part, folder, used);
    await writeDeliveries(folder);
    const context = { folder, log, package: used };
    for (const step of steps) await step(context);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
    await appendFile(log, `${thrown?.stack ?? thrown}\n`).catch(() => {});
  }
  return { seconds: (performance.now() - start) / 1000, error, log };
}

/** Copies an application, and replaces the package that it imports. */
async function copyApp(name, folder, used) {
  await cp(path.join(APPS, name), folder, { recursive: true });
  if (used === WRITTEN_FOR) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.test(entry.name)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replaceAll(/"hookseal(["/])/g, `"${used}$1`));
  }
}
