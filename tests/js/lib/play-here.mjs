// Plays the vectors in the runtime that runs this, and prints its version and the results. The only argument says how
// the package is loaded: `import` or `require`.
import { createRequire } from "node:module";
import process from "node:process";

import { play } from "./play.mjs";
import { readAll } from "./vectors.mjs";

const load = { import: (name) => import(name), require: createRequire(import.meta.url) }[process.argv[2]];
const hookseal = { ...(await load("hookseal")), ...(await load("hookseal/explain")) };
const version = globalThis.Deno?.version.deno ?? globalThis.Bun?.version ?? process.version.slice(1);
process.stdout.write(JSON.stringify({ version, played: await play(readAll(), hookseal) }));
