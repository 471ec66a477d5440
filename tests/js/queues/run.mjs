// node queues/run.mjs [NODE [TEST…]]: runs the tests of `hookseal/queue` and of the recipes with this Node, or another
// one. HOOKSEAL_DOCS is the folder `docs`.
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { runTests } from "../once/running.mjs";

await runTests(path.dirname(fileURLToPath(import.meta.url)), [], {}, process.argv.slice(2));
