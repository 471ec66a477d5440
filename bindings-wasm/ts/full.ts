// The core with all that it can. Loaded by what needs it alone: `sign` and `defineScheme`.
import module from "#module-full";

import { Engine } from "./engine.js";

export const full = new Engine(module);
