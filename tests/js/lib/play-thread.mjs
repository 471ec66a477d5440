// Plays all vectors in a worker thread, and posts the results.
import { parentPort } from "node:worker_threads";

import * as verifying from "hookseal";
import * as explaining from "hookseal/explain";

import { play } from "./play.mjs";
import { readAll } from "./vectors.mjs";

parentPort.postMessage(JSON.stringify(await play(readAll(), { ...verifying, ...explaining })));
