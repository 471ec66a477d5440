// The cases: what builds an application with the packages, and what runs it. To add one, add a row.
import path from "node:path";

import { checkFailure } from "./lib/deliveries.mjs";
import { withEsbuild, withRolldown, withRollup, withRspack, withWebpack } from "./tools/bundlers.mjs";
import { edgeWasm } from "./tools/edge-wasm.mjs";
import * as tools from "./tools/frameworks.mjs";
import { types } from "./tools/typescript.mjs";

/** For builds for workers: the WebAssembly stays a file, which becomes a module of the worker. */
const WORKERD = { conditions: ["workerd"], loader: { ".wasm": "copy" }, assetNames: "[name]" };

/** For Vercel's edge functions, in the form that its runtime takes. */
const EDGE = { format: "iife", conditions: ["edge-light", "worker", "browser"], plugins: [edgeWasm] };

const NODE_COMPATIBLE = { compatibilityFlags: ["nodejs_compat"] };

/** What each fault is called, with its remedy. */
const NOT_COMPILED = checkFailure(/refuses to compile.*"workerd".*"edge-light".*experimental\.wasm/);
const NO_MODULE = checkFailure(/did not keep this package's \.wasm file as a WebAssembly\.Module.*loader "copy"/);
const NO_FILE = checkFailure(/file of this package cannot be read.*copy the whole package/);
const NOT_INSTALLED = checkFailure(/native code of @hookseal\/node for .* is not installed.*the package "hookseal"/);

const PORTABLE = [
  // esbuild
  ["esbuild, for Node", "server", withEsbuild("serve.js", { platform: "node" }), tools.server("serve.js")],
  [
    "esbuild, CommonJS for Node",
    "cjs",
    withEsbuild("serve.cjs", { platform: "node", format: "cjs", outExtension: { ".js": ".cjs" } }),
    tools.server("serve.cjs"),
  ],
  [
    "esbuild, for Node, with conditions of its own",
    "server",
    withEsbuild("serve.js", { platform: "node", conditions: ["custom"] }),
    tools.server("serve.js"),
  ],
  ["esbuild, for workerd", "fetch", withEsbuild("worker.js", WORKERD), tools.worker("worker.js")],
  // webpack and Rspack
  ["webpack, for Node", "server", withWebpack("serve.js"), tools.server("serve.cjs")],
  ["webpack, CommonJS for Node", "cjs", withWebpack("serve.cjs"), tools.server("serve.cjs")],
  ["Rspack, for Node", "server", withRspack("serve.js"), tools.server("serve.cjs")],
  // Rollup, Rolldown, Vite
  ["Rollup, for Node", "server", withRollup("serve.js"), tools.server("serve.js")],
  ["Rolldown, for Node", "server", withRolldown("serve.js"), tools.server("serve.js")],
  ["Vite SSR", "server", tools.vite(["--ssr", "serve.js"]), tools.serverInProject("dist/serve.js")],
  [
    "Vite SSR, nothing external",
    "server",
    tools.write("vite.config.js", "export default { ssr: { noExternal: true } };\n"),
    tools.vite(["--ssr", "serve.js"]),
    tools.server("serve.js"),
  ],
  // Next
  ...["webpack", "turbopack"].map((bundler) => [
    `Next, ${bundler}: routes on Node and edge, pages, and both with @hookseal/node, standalone`,
    "next",
    tools.next(bundler),
    tools.nextStandalone([
      "/api/node",
      "/api/edge",
      "/api/native",
      "/api/pages",
      "/api/pages-edge",
      "/api/pages-native",
    ]),
  ]),
  // Nitro
  [
    "Nitro 2, Cloudflare",
    "nitropack",
    tools.nitropack("cloudflare-module"),
    tools.worker("index.mjs", { from: ".output/server", ...NODE_COMPATIBLE }),
  ],
  ["Nitro 2, Node", "nitropack", tools.nitropack("node-server"), tools.server("server/index.mjs", { from: ".output" })],
  [
    "Nitro 3, Cloudflare",
    "nitro",
    tools.nitro("cloudflare-module"),
    tools.worker("index.mjs", { from: ".output/server", ...NODE_COMPATIBLE }),
  ],
  ["Nitro 3, Node", "nitro", tools.nitro("node-server"), tools.server("server/index.mjs", { from: ".output" })],
  // Hono
  ...["workers", "pages"].map((target) => [
    `Hono's Vite plugin, Cloudflare ${target}`,
    "hono",
    tools.vite([], { HONO_TARGET: target }),
    tools.worker(target === "pages" ? "_worker.js" : "index.js"),
  ]),
  // Cloudflare
  [
    "Cloudflare's Vite plugin",
    ["fetch", "cloudflare-vite"],
    tools.vite([]),
    tools.worker("index.js", { from: "dist/receiver" }),
  ],
  ["vitest-pool-workers", ["fetch", "vitest-workers"], tools.vitest()],
  ["wrangler deploy", ["fetch", "wrangler"], tools.wranglerDryRun, tools.worker("worker.js")],
  ["wrangler dev", ["fetch", "wrangler"], tools.wranglerDev(["/"])],
  ["OpenNext, Cloudflare", "opennext", tools.openNext, tools.wranglerDev(["/api/node"])],
  // Vercel's runtime
  [
    "edge-runtime without code generation",
    ["fetch", "edge"],
    withEsbuild("listen.js", EDGE),
    tools.edgeRuntime("listen.js"),
  ],
  // SvelteKit
  ["SvelteKit, Node", "svelte", tools.vite([]), tools.server("index.js", { from: "build" })],
  // Faults, each with its error
  [
    "a worker without the condition workerd, which compiles as it starts",
    "fetch",
    withEsbuild("worker.js"),
    tools.worker("worker.js"),
  ],
  [
    "a fault: a worker of 2025-01-01 without the condition workerd",
    "fetch",
    withEsbuild("worker.js"),
    tools.worker("worker.js", { compatibilityDate: "2025-01-01", verdict: NOT_COMPILED }),
  ],
  [
    "a fault: Nitro without experimental.wasm",
    "nitropack",
    tools.write("nitro.config.js", 'export default defineNitroConfig({ compatibilityDate: "2026-09-01" });\n'),
    tools.nitropack("cloudflare-module"),
    tools.worker("index.mjs", { from: ".output/server", ...NODE_COMPATIBLE, verdict: NOT_COMPILED }),
  ],
  [
    "a fault: edge-runtime without the condition edge-light",
    ["fetch", "edge"],
    withEsbuild("listen.js", { ...EDGE, conditions: [] }),
    tools.edgeRuntime("listen.js", { verdict: NOT_COMPILED }),
  ],
  [
    "a fault: esbuild, which makes an address of the WebAssembly",
    "fetch",
    withEsbuild("worker.js", { ...WORKERD, loader: { ".wasm": "dataurl" } }),
    tools.worker("worker.js", { verdict: NO_MODULE }),
  ],
  [
    "a fault: a copy without the WebAssembly",
    "server",
    tools.nft("serve.js", { without: /\.wasm(\.cjs)?$/, verdict: NO_FILE }),
  ],
];

/** Native code cannot be in a bundle, so each tool is told to leave the package alone, as the manual says. */
const NATIVE = [
  [
    "esbuild, external",
    "server",
    withEsbuild("serve.js", { platform: "node", packages: "external" }),
    tools.serverInProject("dist/serve.js"),
  ],
  [
    "esbuild, CommonJS, which copies native code",
    "cjs",
    withEsbuild("serve.cjs", {
      platform: "node",
      format: "cjs",
      loader: { ".node": "copy" },
      outExtension: { ".js": ".cjs" },
    }),
    tools.server("serve.cjs"),
  ],
  [
    "webpack, externals",
    "cjs",
    withWebpack("serve.cjs", { externals: /^@hookseal\/node/, externalsType: "commonjs" }),
    tools.serverInProject("dist/serve.cjs"),
  ],
  [
    "Rspack, externals",
    "cjs",
    withRspack("serve.cjs", { externals: /^@hookseal\/node/, externalsType: "commonjs" }),
    tools.serverInProject("dist/serve.cjs"),
  ],
  [
    "Rollup, external",
    "server",
    withRollup("serve.js", { external: /^(node:|@hookseal\/node)/ }),
    tools.serverInProject("dist/serve.js"),
  ],
  ["Vite SSR", "server", tools.vite(["--ssr", "serve.js"]), tools.serverInProject("dist/serve.js")],
  [
    "Vite SSR, nothing else external",
    "server",
    tools.write("vite.config.js", 'export default { ssr: { noExternal: true, external: ["@hookseal/node"] } };\n'),
    tools.vite(["--ssr", "serve.js"]),
    tools.serverInProject("dist/serve.js"),
  ],
  ["Nitro 2, Node", "nitropack", tools.nitropack("node-server"), tools.server("server/index.mjs", { from: ".output" })],
  ["Nitro 3, Node", "nitro", tools.nitro("node-server"), tools.server("server/index.mjs", { from: ".output" })],
  // The adapter leaves out what is in `dependencies`.
  [
    "SvelteKit, Node",
    "svelte",
    tools.write("package.json", '{ "type": "module", "dependencies": { "@hookseal/node": "*" } }\n'),
    tools.vite([]),
    tools.serverInProject("build/index.js"),
  ],
  [
    "a fault: esbuild, without native code",
    "cjs",
    withEsbuild("serve.cjs", {
      platform: "node",
      format: "cjs",
      external: ["@hookseal/node-*"],
      outExtension: { ".js": ".cjs" },
    }),
    tools.server("serve.cjs", { verdict: NOT_INSTALLED }),
  ],
];

/** Both packages need nothing else here. */
const BOTH = [
  ["nft", "server", tools.nft("serve.js")],
  ["nft, CommonJS", "cjs", tools.nft("serve.cjs")],
  ["ncc", "server", tools.ncc("serve.js"), tools.server("index.js")],
  ["ncc, CommonJS", "cjs", tools.ncc("serve.cjs"), tools.server("index.cjs")],
  ["Jest, node", "jest", tools.jest("node")],
  ["Jest, jsdom", "jest", tools.jest("jsdom")],
  ["Vitest, node", "vitest", tools.vitest(["--environment", "node"])],
  ["Vitest, jsdom", "vitest", tools.vitest(["--environment", "jsdom"])],
  ["Vitest, happy-dom", "vitest", tools.vitest(["--environment", "happy-dom"])],
];

const TYPESCRIPTS = {
  5.4: "typescript-5.4",
  5.5: "typescript-5.5",
  5.6: "typescript-5.6",
  5.7: "typescript-5.7",
  5.8: "typescript-5.8",
  5.9: "typescript-5.9",
  6: "typescript",
  7: "typescript-7",
};

/** What the oldest and the newest compilers accept, those between accept in all kinds of projects if in two of them. */
const BETWEEN = ["5.5", "5.6", "5.7", "5.8"];

const TYPES = Object.entries(TYPESCRIPTS).map(([version, compiler]) => [
  `TypeScript ${version}`,
  "types",
  types(compiler, { newer: Number(version) >= 5.9, fewer: BETWEEN.includes(version) }),
]);

/** The declarations of both packages are the same, so that fewer compilers read those of the second. */
const FEWER_TYPES = TYPES.filter(([title]) => / (5\.4|7)$/.test(title));

const rows = (name, table) =>
  table.map(([title, app, ...steps]) => ({ name: `${name}: ${title}`, package: name, app, steps }));

/** Of the examples in `examples/`, those whose tools are installed here. */
const EXAMPLES = [
  [
    "Next.js",
    [],
    tools.example("next"),
    // The folder of `node_modules`, which is above this one.
    tools.write("next.config.mjs", `export default { turbopack: { root: ${JSON.stringify(path.resolve("."))} } };\n`),
    tools.next("turbopack"),
    tools.nextExample,
  ],
  ["Cloudflare Workers", [], tools.example("cloudflare-worker"), tools.workerExample],
];

export const CASES = [
  ...rows("hookseal", [...PORTABLE, ...BOTH, ...TYPES]),
  ...rows("hookseal", EXAMPLES.map(([title, ...rest]) => [`the example for ${title}`, ...rest])),
  ...rows("@hookseal/node", [...NATIVE, ...BOTH, ...FEWER_TYPES]),
];
