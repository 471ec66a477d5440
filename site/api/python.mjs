// The reference for Python: what each public module of the package makes public, as `reference.py` reads it.
import { execFileSync } from "node:child_process";
import path from "node:path";

import { SITE } from "../lib/pages.mjs";
import { page } from "./render.mjs";

/** The page of a module. */
export function python({ module }) {
  const program = process.env.HOOKSEAL_PYTHON ?? "python3";
  const output = execFileSync(program, [path.join(SITE, "api/reference.py"), module], { encoding: "utf8" });
  return page({ language: "python", source: "the sources of the package", ...JSON.parse(output)[module] });
}
