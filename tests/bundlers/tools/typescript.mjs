// Type-checks the files in `types` with one version of TypeScript, in every kind of project.
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { run } from "../lib/programs.mjs";

const DOM = ["es2022", "dom", "dom.iterable"];

/** The declarations of the packages are checked too, and nothing is written. */
const STRICT = { strict: true, skipLibCheck: false, noEmit: true, target: "es2022", esModuleInterop: true };

const BUNDLER = { module: "esnext", moduleResolution: "bundler" };

/** The kinds of projects, each with the files that it can compile. */
const PROJECTS = {
  dom: { options: { ...BUNDLER, lib: DOM, types: [] }, files: ["all.ts", "web.ts"] },
  "dom-exact": {
    options: { ...BUNDLER, lib: DOM, types: [], exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    files: ["all.ts", "web.ts"],
  },
  "dom-nodenext": {
    options: { module: "nodenext", lib: DOM, types: [], skipLibCheck: true },
    files: ["all.ts", "web.ts"],
  },
  "dom-commonjs": {
    type: "commonjs",
    options: { module: "nodenext", lib: DOM, types: [], skipLibCheck: true },
    files: ["all.ts", "web.ts"],
  },
  node: { options: { module: "nodenext", lib: ["es2022"], types: ["node"] }, files: ["all.ts", "web.ts", "node.ts"] },
  workers: {
    options: { ...BUNDLER, lib: ["es2022"], types: ["@cloudflare/workers-types"] },
    files: ["all.ts", "web.ts"],
  },
  neither: { options: { ...BUNDLER, lib: ["es2022"], types: [] }, files: ["all.ts"] },
};

/** These need newer types than old compilers read. */
const NEWER = {
  hono: { options: { ...BUNDLER, lib: DOM, types: [] }, files: ["hono.ts"] },
  "azure-dom": { options: { module: "nodenext", lib: DOM, types: ["node"] }, files: ["azure.ts"] },
  azure: { options: { module: "nodenext", lib: ["es2022"], types: ["node"] }, files: ["azure.ts"] },
};

export const types =
  (compiler, { newer = false, fewer = false } = {}) =>
  async (context) => {
    const faults = [];
    const { dom, node } = PROJECTS;
    const projects = fewer ? { dom, node } : { ...PROJECTS, ...(newer ? NEWER : {}) };
    for (const [name, project] of Object.entries(projects)) {
      const folder = path.join(context.folder, name);
      await mkdir(folder);
      await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: project.type ?? "module" }));
      for (const file of project.files) {
        await cp(path.join(context.folder, file), path.join(folder, file));
      }
      const settings = { compilerOptions: { ...STRICT, ...project.options }, files: project.files };
      await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(settings));
      const checked = run(context, `${compiler}/bin/tsc`, ["-p", folder]);
      await checked.catch(({ message }) => faults.push(`${name}: ${message}`));
    }
    if (faults.length > 0) throw new Error(faults.join("\n"));
  };
