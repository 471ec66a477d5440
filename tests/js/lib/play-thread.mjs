// Plays all vectors in a worker thread, and posts what was played.
import { parentPort } from "node:worker_threads";

import * as hookseal from "hookseal";

import { play } from "./play.mjs";
import { readVectors } from "./vectors.mjs";

parentPort.postMessage(JSON.stringify(await play(readVectors(), hookseal)));
