// node run/vectors.mjs RUNTIME: plays every vector in a runtime, using the installed package.
import { mkdir, rm, writeFile } from "node:fs/promises";

import { RUNTIMES } from "../lib/runtimes.mjs";
import { faultsOf, outcomesFile, outcomesText, readAll } from "../lib/vectors.mjs";

/** How many faults are shown. */
const SHOWN = 20;

const [runtime] = process.argv.slice(2);
if (!Object.hasOwn(RUNTIMES, runtime ?? "")) {
  throw new Error(`name a runtime: ${Object.keys(RUNTIMES).join(", ")}`);
}
const vectors = readAll();
const file = outcomesFile(runtime);
await rm(file, { force: true });
const { version, played } = await RUNTIMES[runtime](vectors);
const faults = faultsOf(vectors, played);
if (faults.length > 0) {
  for (const fault of faults.slice(0, SHOWN)) console.error(fault);
  throw new Error(`${runtime} ${version}: ${faults.length} faults`);
}
await mkdir("outcomes", { recursive: true });
await writeFile(file, outcomesText(played));
const ways = played.reduce((sum, vector) => sum + 1 + vector.ways.length, 0);
console.log(`${runtime} ${version}: ${vectors.length} vectors agree, played in ${ways} ways`);
