// The core. The native package has only one, which can do everything.
import { Engine } from "./engine.js";

export const verifyOnly = new Engine();
