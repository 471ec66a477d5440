// The reference for Go: what each package exports, as `reference.go` reads it.
import { execFileSync } from "node:child_process";
import path from "node:path";

import { ROOT, SITE } from "../lib/pages.mjs";
import { page } from "./render.mjs";

/** The page of a package, by its folder. */
export function go({ module }) {
  const program = process.env.HOOKSEAL_GO ?? "go";
  const script = path.join(SITE, "api/reference.go");
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "", GOTOOLCHAIN: "local" };
  const output = execFileSync(program, ["run", script, path.join(ROOT, module)], { encoding: "utf8", env, maxBuffer: 1 << 26 });
  return page({ language: "go", source: "the sources of the package", ...JSON.parse(output) });
}
