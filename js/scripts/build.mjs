// node scripts/build.mjs PACKAGE: builds `dist/` of `packages/hookseal` or `packages/node` from `src/`: checks the
// types, and bundles what is loaded.
//
// One file has everything but the WebAssembly or the native code, and the other entry points import it. esbuild makes
// it, because it leaves the code as it is written, and the page that explains deliveries and the tests use it anyway.
import { execFile } from "node:child_process";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { deflateRawSync } from "node:zlib";

import * as esbuild from "esbuild";

import { declarations } from "./declarations.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The entry points of both packages, and the files that they are built from. */
const MAIN = { index: "src/main.ts" };
/** Its parts: the engine, and what needs none. */
const ENGINE = { engine: "src/engine/main.ts" };
const BASE = { base: "src/base.ts" };
const OTHERS = {
  express: "src/express/index.ts",
  explain: "src/explain.ts",
  router: "src/router.ts",
  schemes: "src/schemes.ts",
  once: "src/once/index.ts",
  queue: "src/queue/index.ts",
};
/** What `once`, its stores and the inbox share. */
const SHARED = { stores: "src/stores/index.ts" };
/** The stores of `once`. */
const STORES = {
  "once/sqlite": "src/once/sqlite.ts",
  "once/postgres": "src/once/postgres.ts",
  "once/redis": "src/once/redis.ts",
};
/**
 * The inbox in parts: what works off, and the stores, of which it imports the one for files. Packing puts files of one
 * name next to each other, and what the second one has in common with the first takes no space if they are smaller than
 * 32 KB.
 */
const INBOX = {
  inbox: "src/inbox/index.ts",
  "inbox-worker": "src/inbox/worker/worker.ts",
  "inbox-sqlite": "src/inbox/sqlite/store.ts",
  "inbox-postgres": "src/inbox/postgres.ts",
};
const THREAD = { "inbox-thread": "src/inbox/sqlite/thread-text.ts" };

const PACKAGES = {
  hookseal: { config: "tsconfig.json", conditions: [], finish: finishWasm },
  node: { config: "tsconfig.native.json", conditions: ["native"], finish: finishNative },
};

/** The package's manifest says that its files are ECMAScript modules; this one says that those next to it are not. */
const CJS_MANIFEST = '{ "type": "commonjs", "sideEffects": false }\n';

/** The files of functions that may be in several files of the package. */
const HOLDS_NOTHING = /^src\/(utf8\.ts|in-workerd\.ts|wasm\/|engine\/load-addon\.ts)/;

const COMMON = { absWorkingDir: ROOT, target: "es2022", logLevel: "warning" };

/** The folders of `dist`, each with the format of its modules and what stands for `#wasm/*` and for `#addon`. */
const FOLDERS = {
  // For bundlers, workers, browsers, Deno and Bun: what calls the core is imported, by the conditions in the manifest.
  esm: { format: "esm", platform: "neutral", wasm: undefined, addon: undefined },
  // For `import` in Node. ncc does not follow a `require` that `createRequire` made, so native code is imported.
  node: { format: "esm", platform: "neutral", wasm: "src/wasm/node.ts", addon: "../addon.cjs" },
  // For `require`.
  cjs: { format: "cjs", platform: "node", wasm: "src/wasm/require.ts", addon: "../addon.cjs" },
};

/** Links what calls the core: inside the bundle if it is one of the sources, and otherwise outside. */
const linkEngine = ({ wasm, addon }) => ({
  name: "link-engine",
  setup(build) {
    const link = (specifier, file = specifier) =>
      file.startsWith("src/") ? { path: path.join(ROOT, file) } : { path: file, external: true };
    build.onResolve({ filter: /^#wasm\// }, ({ path: specifier }) => link(specifier, wasm));
    build.onResolve({ filter: /^#addon$/ }, ({ path: specifier }) => link(specifier, addon));
    build.onResolve({ filter: /\.wasm(\.cjs|\?module)?$/ }, ({ path: file }) => ({ path: file, external: true }));
  },
});

/** That file imports its own parts, and the engine the one that needs none. */
const linkParts = (...parts) => ({
  name: "link-parts",
  setup(build) {
    const link = (part) => () => ({ path: `./${part}.js`, external: true });
    if (parts.includes("engine")) build.onResolve({ filter: /^#engine$/ }, link("engine"));
    const files = "definitions|exchange|node-crypto|error|codes|in-workerd|body|chunks|headers|request|options|utf8";
    build.onResolve({ filter: new RegExp(`/(${files})\\.js$`) }, link("base"));
  },
});

/** The other entry points import the one file that has everything. */
const linkMain = {
  name: "link-main",
  setup(build) {
    build.onResolve({ filter: /\/main\.js$/ }, () => ({ path: "./index.js", external: true }));
  },
};

/** What the stores share. */
const linkShared = (folder) => ({
  name: "link-shared",
  setup(build) {
    build.onResolve({ filter: /\/stores\/[a-z-]+\.js$/ }, () => ({ path: `${folder}/stores.js`, external: true }));
  },
});

/** The stores import that file from the folder above. */
const linkMainAbove = {
  name: "link-main-above",
  setup(build) {
    build.onResolve({ filter: /\/main\.js$/ }, () => ({ path: "../index.js", external: true }));
  },
};

/** One part of the inbox imports the others. */
const linkInbox = {
  name: "link-inbox",
  setup(build) {
    const parts = {
      "/worker/worker.js": "inbox-worker",
      "/sqlite/store.js": "inbox-sqlite",
      "/thread-text.js": "inbox-thread",
    };
    for (const [end, part] of Object.entries(parts)) {
      const filter = new RegExp(`${end.replace(".", "\\.")}$`);
      build.onResolve({ filter }, () => ({ path: `./${part}.js`, external: true }));
    }
  },
};

/** The statements without their comments, which are in the sources. */
const withoutComments = {
  name: "without-comments",
  setup(build) {
    build.onLoad({ filter: /\/generated\/(once|inbox)-(sqlite|postgres)\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replaceAll(/(`\\\n)(?:--.*\n)+/g, "$1"),
      loader: "ts",
    }));
  },
};

/** A source that is bundled to a text: threads are made of it. */
const asText = {
  name: "as-text",
  setup(build) {
    build.onResolve({ filter: /^text:/ }, ({ path: specifier, resolveDir }) => ({
      // Where it was built shows in no file.
      path: path.relative(ROOT, path.join(resolveDir, specifier.slice("text:".length))),
      namespace: "text",
    }));
    build.onLoad({ filter: /./, namespace: "text" }, async ({ path: file }) => {
      const { outputFiles, metafile } = await esbuild.build({
        ...COMMON,
        entryPoints: [file],
        bundle: true,
        minify: true,
        write: false,
        format: "cjs",
        platform: "node",
        metafile: true,
      });
      // The engine, or a second error class, would come with it unnoticed.
      if (Object.keys(metafile.inputs).includes("src/main.ts")) throw new Error(`${file} imports main.ts`);
      return { contents: outputFiles[0].text, loader: "text" };
    });
  },
};

const [name] = process.argv.slice(2);
if (!Object.hasOwn(PACKAGES, name ?? "")) throw new Error(`name a package: ${Object.keys(PACKAGES).join(", ")}`);
const { config, conditions, finish } = PACKAGES[name];
const dist = path.join(ROOT, "packages", name, "dist");
for (const folder of Object.keys(FOLDERS)) await rm(path.join(dist, folder), { recursive: true, force: true });
await Promise.all([writeTypes(), ...Object.keys(FOLDERS).map(writeScripts), finish()]);

/** The types of the entry points, for each module system. */
async function writeTypes() {
  const types = path.join(dist, "types");
  await rm(types, { recursive: true, force: true });
  const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [tsc, "-p", path.join(ROOT, config), "--outDir", types]);
  const files = ["index", "express/index", "explain", "router", "schemes", "once/index", ...Object.keys(STORES)];
  files.push("inbox/index", "inbox/postgres", "queue/index");
  const entries = files.map((entry) => `${entry}.d.ts`);
  for (const file of await declarations(types, entries)) {
    for (const format of ["esm", "cjs"]) await cp(path.join(types, file), path.join(dist, format, file));
  }
  await rm(types, { recursive: true });
  await writeFile(path.join(dist, "cjs/package.json"), CJS_MANIFEST);
}

async function writeScripts(folder) {
  const link = linkEngine(FOLDERS[folder]);
  const inBase = await bundle(folder, BASE, []);
  const inEngine = await bundle(folder, ENGINE, [link, linkParts("base")]);
  const inMain = [...inBase, ...inEngine, ...(await bundle(folder, MAIN, [linkParts("base", "engine")]))];
  const inShared = await bundle(folder, SHARED, [linkMain]);
  const inStores = await bundle(folder, STORES, [linkMainAbove, linkShared(".."), withoutComments]);
  const inInbox = await bundle(folder, INBOX, [linkMain, linkShared("."), linkInbox, withoutComments]);
  await bundle(folder, THREAD, [asText]);
  const inEntries = await bundle(folder, OTHERS, [link, linkMain, linkShared(".")]);
  const inOthers = [...inEntries, ...inShared, ...inStores, ...inInbox];
  // A second error class or a second engine would be there unnoticed.
  const twice = inOthers.filter((file) => inMain.includes(file) && !HOLDS_NOTHING.test(file));
  if (twice.length > 0) throw new Error(`main.ts has these already; take them from there: ${twice.join(", ")}`);
  if (folder !== "node") return;
  for (const entry of ["engine", "explain"]) await nameRequire(path.join(dist, folder, `${entry}.js`));
}

/** Bundles entry points, each to a file of its own, and returns the files that they consist of. */
async function bundle(folder, entryPoints, plugins) {
  const { format, platform } = FOLDERS[folder];
  const { metafile } = await esbuild.build({
    ...COMMON,
    entryPoints,
    bundle: true,
    format,
    platform,
    conditions,
    external: ["node:*"],
    outdir: path.join(dist, folder),
    metafile: true,
    plugins,
  });
  for (const file of Object.keys(metafile.outputs)) await withoutDocs(path.join(ROOT, file));
  return Object.keys(metafile.inputs);
}

/** Takes out the documentation of members, which is in the declarations. */
async function withoutDocs(file) {
  const code = await readFile(file, "utf8");
  await writeFile(file, code.replaceAll(/^ +\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n/gm, ""));
}

/** Gives `requireText` its name: while it bundles, esbuild would wrap a `require` of its own around it. */
async function nameRequire(file) {
  const { code } = await esbuild.transform(await readFile(file, "utf8"), { define: { requireText: "require" } });
  await writeFile(file, code);
}

/** Adds what `npx hookseal` runs, what `#wasm/*` stands for, and the text of each WebAssembly, which `cargo xtask package wasm` compiles. */
async function finishWasm() {
  await cp(path.join(dist, "../bin.cjs"), path.join(dist, "bin.cjs"));
  const kinds = ["inline", "module", "workerd"];
  const modules = ["verify-only", "full", "explain"].flatMap((one) => kinds.map((kind) => `${one}.${kind}`));
  const entries = Object.fromEntries(modules.map((file) => [`wasm/${file}`, `src/wasm/${file}.ts`]));
  await bundle("esm", entries, [linkEngine(FOLDERS.esm)]);
  const folder = path.join(dist, "wasm");
  for (const file of ["hookseal.wasm", "hookseal-full.wasm", "hookseal-explain.wasm"]) {
    const wasm = await readFile(path.join(folder, file)).catch((cause) => {
      throw new Error(`${file} was not compiled yet: run \`cargo xtask package wasm\``, { cause });
    });
    const bytes = file === "hookseal.wasm" ? wasm : deflated(wasm);
    await writeFile(path.join(folder, `${file}.cjs`), `module.exports = "${bytes.toString("base64")}";\n`);
  }
}

/** What `src/wasm/inflate.ts` inflates. */
function deflated(wasm) {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(wasm.length);
  const bytes = deflateRawSync(wasm, { level: 9, memLevel: 9 });
  // `inflate.ts` knows blocks with codes of their own only, which zlib writes for a module.
  if (((bytes[0] >> 1) & 3) !== 2) throw new Error("zlib has written a block of another type");
  return Buffer.concat([size, bytes]);
}

/** Adds the loader of the native code. */
async function finishNative() {
  for (const file of ["addon.cjs", "addon.d.cts"]) await cp(path.join(dist, "..", file), path.join(dist, file));
}

async function run(program, args) {
  try {
    await promisify(execFile)(program, args, { cwd: ROOT });
  } catch ({ stdout, stderr, message }) {
    throw new Error(stdout || stderr || message);
  }
}
