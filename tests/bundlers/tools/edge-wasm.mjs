// What Vercel does for its edge functions: an import of `x.wasm?module` becomes a global variable, in which the
// platform has compiled the file.
import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";

import { globalName } from "./frameworks.mjs";

export const edgeWasm = {
  name: "edge-wasm",
  setup(build) {
    build.onResolve({ filter: /\.wasm\?module$/ }, ({ path: file, resolveDir }) => ({
      path: path.resolve(resolveDir, file.slice(0, -"?module".length)),
      namespace: "edge-wasm",
    }));
    build.onLoad({ filter: /.*/, namespace: "edge-wasm" }, async ({ path: file }) => {
      const { outdir } = build.initialOptions;
      await mkdir(outdir, { recursive: true });
      await copyFile(file, path.join(outdir, path.basename(file)));
      return { contents: `export default globalThis.${globalName(file)};` };
    });
  },
};
