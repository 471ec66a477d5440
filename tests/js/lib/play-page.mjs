// Gives a page of a browser the function that plays vectors.
import * as hookseal from "hookseal";

import { play } from "./play.mjs";

globalThis.playVectors = (vectors) => play(vectors, hookseal);
