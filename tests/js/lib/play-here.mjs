// Plays the vectors in the runtime that this is started with, and prints its version and what was played. The only
// argument says how the package is loaded: `import` or `require`.
import { createRequire } from "node:module";
import process from "node:process";

import { play } from "./play.mjs";
import { readVectors } from "./vectors.mjs";

const ways = {
  import: () => import("hookseal"),
  require: () => createRequire(import.meta.url)("hookseal"),
};
const hookseal = await ways[process.argv[2]]();
const version = globalThis.Deno?.version.deno ?? globalThis.Bun?.version ?? process.version.slice(1);
process.stdout.write(JSON.stringify({ version, played: await play(readVectors(), hookseal) }));
