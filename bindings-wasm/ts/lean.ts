// The core that verifies by built-in schemes, which is all that a worker at the edge loads.
import module from "#module";

import { Engine } from "./engine.js";

export const verifyOnly = new Engine(module);
