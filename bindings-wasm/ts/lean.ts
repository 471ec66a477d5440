// The core that verifies by the schemes that are built in: what a worker at the edge loads.
import module from "#module";

import { Engine } from "./engine.js";

export const lean = new Engine(module);
