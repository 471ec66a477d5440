// Frameworks and platforms, each by its command. Every function returns a step.
import { execFileSync } from "node:child_process";
import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { EdgeRuntime } from "edge-runtime";
import { nodeFileTrace } from "@vercel/nft";

import { EXAMPLE_PRINTS, SECRET, check, checkExample } from "../lib/deliveries.mjs";
import { PROJECT, run, start, stop } from "../lib/programs.mjs";
import { checkServer, checkWorker, elsewhere, freePort } from "../lib/serve.mjs";

/** Writes a file of the case's own, such as another configuration. */
export const write = (name, text) => ({ folder }) => writeFile(path.join(folder, name), text);

/** Copies an example of `examples/`, which must say in its README how it is started. */
export const example = (name) => async ({ folder }) => {
  const source = path.join(process.env.HOOKSEAL_EXAMPLES ?? "HOOKSEAL_EXAMPLES must name the folder", name);
  await cp(source, folder, { recursive: true, filter: (file) => path.basename(file) !== "node_modules" });
  const readme = await readFile(path.join(folder, "README.md"), "utf8");
  if (!readme.includes(`\`\`\`sh\n${README_STARTS[name]}\n\`\`\``)) throw new Error("its README starts it differently");
};

/** How the secret gets to wrangler, but not into a command line. */
const DEV_VARS = `(umask 077 && printf 'WEBHOOK_SECRET=%s\\n' "$WEBHOOK_SECRET" > .dev.vars)`;

const README_STARTS = {
  next: "npm run build && npm start",
  "cloudflare-worker": `${DEV_VARS}\nnpm start -- --port 3000`,
};

const EXAMPLE = { paths: ["/webhooks/contio"], verdict: checkExample, prints: EXAMPLE_PRINTS };

/** `next start`, which must not start without a secret. */
export const nextExample = async (context) => {
  const next = path.join(PROJECT, "node_modules/next/dist/bin/next");
  await checkServer(context, context.folder, [next, "start"], { ...EXAMPLE, env: { WEBHOOK_SECRET: SECRET } });
  const without = start(context.folder, [next, "start"], { WEBHOOK_SECRET: "", PORT: String(await freePort()) });
  const timer = setTimeout(() => stop(without), 60_000);
  const code = await new Promise((resolve) => without.once("close", resolve));
  clearTimeout(timer);
  if (code !== 1) throw new Error(`without a secret it ended with ${code}`);
};

export const workerExample = (context) => {
  execFileSync("sh", ["-c", DEV_VARS], { cwd: context.folder, env: { ...process.env, WEBHOOK_SECRET: SECRET } });
  const words = ["dev", "--port", "{port}", "--inspector-port", "0"];
  const wrangler = path.join(PROJECT, "node_modules/wrangler/bin/wrangler.js");
  return checkServer(context, context.folder, [wrangler, ...words], { ...EXAMPLE, env: state(context) });
};

export const vite = (args, env) => (context) => run(context, "vite/bin/vite.js", ["build", ...args], env);

export const next = (bundler) => async (context) => {
  await run(context, "next/dist/bin/next", ["build", `--${bundler}`]);
};

/** Runs Next's `standalone` output outside the project, so that a file that was not traced is missing. */
export const nextStandalone = (paths) => async (context) => {
  const standalone = path.join(context.folder, ".next", "standalone");
  const app = path.relative(PROJECT, context.folder);
  await elsewhere(standalone, (folder) => checkServer(context, path.join(folder, app), ["server.js"], { paths }));
};

export const nitropack = (preset) => (context) =>
  run(context, "nitropack/dist/cli/index.mjs", ["build", "--preset", preset]);

export const nitro = (preset) => (context) =>
  run(context, "nitro/dist/cli/index.mjs", ["build", "--preset", preset]);

export const wranglerDryRun = (context) =>
  run(context, "wrangler/bin/wrangler.js", ["deploy", "--dry-run", "--outdir", "dist"], state(context));

const state = ({ folder }) => ({ XDG_CONFIG_HOME: folder, WRANGLER_LOG_PATH: path.join(folder, "logs") });

export const wranglerDev = (paths) => (context) =>
  checkServer(
    context,
    context.folder,
    [path.join(PROJECT, "node_modules/wrangler/bin/wrangler.js"), "dev", "--port", "{port}", "--inspector-port", "0"],
    { paths, env: state(context) },
  );

export const openNext = (context) =>
  run(context, "@opennextjs/cloudflare/dist/cli/index.js", ["build"], state(context));

/** The built server, outside the project. */
export const server =
  (file, { from = "dist", ...options } = {}) =>
  (context) =>
    elsewhere(path.join(context.folder, from), (folder) => checkServer(context, folder, [file], options));

/** The built server, in the project, where it finds packages that were left out of it. */
export const serverInProject =
  (file, options = {}) =>
  (context) =>
    checkServer(context, context.folder, [file], options);

export const worker =
  (file, { from = "dist", ...options } = {}) =>
  ({ folder }) =>
    checkWorker(path.join(folder, from), file, options);

/** A bundle that is one script, and the WebAssemblies that the platform hands to it, in Vercel's runtime. */
export const edgeRuntime =
  (file, { verdict = check } = {}) =>
  async ({ folder }) => {
    const directory = path.join(folder, "dist");
    const modules = {};
    for (const name of await readdir(directory)) {
      if (!name.endsWith(".wasm")) continue;
      modules[globalName(name)] = new WebAssembly.Module(await readFile(path.join(directory, name)));
    }
    const runtime = new EdgeRuntime({
      initialCode: await readFile(path.join(directory, file), "utf8"),
      codeGeneration: { strings: false, wasm: false },
      extend: (context) => Object.assign(context, modules),
    });
    await verdict((options) => runtime.dispatchFetch("http://localhost/", options));
  };

/** The name of the global variable under which Vercel hands over a compiled file. */
export const globalName = (name) => `wasm_${path.basename(name, ".wasm").replaceAll(/\W/g, "_")}`;

/** What native code for other platforms is missing, as npm installs only that for this one. */
const OTHER_PLATFORM = /^Failed to resolve dependency "@hookseal\/node-/;

/** Copies only what Vercel's tracer finds, and nothing whose name matches `without`. */
export const nft = (file, { without, ...options } = {}) => async (context) => {
  const { folder } = context;
  const { fileList, warnings } = await nodeFileTrace([path.join(folder, file)], { base: PROJECT });
  const faults = [...warnings].filter(({ message }) => !OTHER_PLATFORM.test(message));
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join("\n"));
  const traced = path.join(folder, "traced");
  for (const name of fileList) {
    if (without?.test(name)) continue;
    await cp(path.join(PROJECT, name), path.join(traced, name), { recursive: true });
  }
  const app = path.relative(PROJECT, folder);
  await elsewhere(traced, (outside) => checkServer(context, path.join(outside, app), [file], options));
};

export const ncc = (file) => (context) =>
  run(context, "@vercel/ncc/dist/ncc/cli.js", ["build", file, "-o", "dist", "--no-cache"]);

export const jest = (environment) => (context) =>
  run(context, "jest/bin/jest.js", ["--ci", "--env", environment, "--rootDir", context.folder]);

export const vitest = (args = []) => (context) => run(context, "vitest/vitest.mjs", ["run", ...args]);
