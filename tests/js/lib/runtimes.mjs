// Plays the vectors in one runtime per function. Each returns the runtime's version and the results.
import { execFile } from "node:child_process";
import http from "node:http";
import path from "node:path";
import { promisify } from "node:util";

import { chromium as browsers } from "playwright-core";

import { bundle, bundleWorker, emptied, made } from "./esbuild.mjs";
import { binary, chromium, versionOf } from "./programs.mjs";
import { withWorker } from "./workerd.mjs";

/** The maximum size of a runtime's output. */
const MAX_OUTPUT = 64 << 20;

/** How many vectors are posted to a worker at once. */
const BATCH = 250;

/** Turns off browser features that tests do not need. */
export const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

const DENO_FLAGS = ["run", "--no-prompt", "--allow-read", "--allow-env", "--node-modules-dir=manual"];

const DENO_SETTINGS = { DENO_NO_UPDATE_CHECK: "1", DENO_DIR: made("deno-cache") };

export const RUNTIMES = {
  node: () => inProcess([process.execPath]),
  node24: () => inProcess(binary("node")),
  deno: () => inProcess([...binary("deno"), ...DENO_FLAGS], DENO_SETTINGS),
  bun: () => inProcess([...binary("bun"), "run"]),
  workerd: inWorkerd,
  chromium: inChromium,
};

/** For runtimes that read files: loads the package both ways, which must give the same results. */
async function inProcess([program, ...flags], env = {}) {
  const run = async (way) => {
    const line = [...flags, path.join("lib", "play-here.mjs"), way];
    const options = { env: { ...process.env, ...env }, maxBuffer: MAX_OUTPUT };
    return (await promisify(execFile)(program, line, options)).stdout;
  };
  const [imported, required] = [await run("import"), await run("require")];
  if (imported !== required) throw new Error("the package has other outcomes with require than with import");
  return JSON.parse(imported);
}

async function inWorkerd(vectors) {
  const { folder, modules } = await bundleWorker("lib/play-worker.mjs", "workerd");
  const played = await withWorker(folder, { modules }, async (address) => {
    const answers = [];
    for (let at = 0; at < vectors.length; at += BATCH) {
      const body = JSON.stringify(vectors.slice(at, at + BATCH));
      const response = await fetch(address, { method: "POST", body });
      if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
      answers.push(...(await response.json()));
    }
    return answers;
  });
  return { version: versionOf("workerd"), played };
}

async function inChromium(vectors) {
  const { outputFiles } = await bundle("lib/play-page.mjs", await emptied("chromium"), { write: false });
  const server = http.createServer((request, response) => {
    const isScript = request.url === "/play.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? outputFiles[0].contents : '<!doctype html><script type="module" src="/play.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await browsers.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(error));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const played = await page.evaluate((given) => globalThis.playVectors(given), vectors);
    return { version: browser.version(), played };
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
