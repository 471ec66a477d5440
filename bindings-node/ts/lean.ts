// The core. There is one of native code, for all that the package does.
import { Engine } from "./engine.js";

export const lean = new Engine();
