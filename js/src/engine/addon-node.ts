// `#addon` in ECMAScript modules in Node, where importing a CommonJS file takes longer than requiring it. Written like
// this, tools that look for a program's files find it.
import { createRequire } from "node:module";

type Loader = typeof import("#addon");

const require = createRequire(import.meta.url);

export const addon: Loader["addon"] = () => (require("../addon.cjs") as Loader).addon();
