// Gives a browser page the function that plays vectors.
import * as verifying from "hookseal";
import * as explaining from "hookseal/explain";

import { play } from "./play.mjs";

const hookseal = { ...verifying, ...explaining };

globalThis.playVectors = (vectors) => play(vectors, hookseal);
