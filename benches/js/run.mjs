// Measures the npm package `hookseal` and its alternatives in Node, Bun, Deno and workerd. Called by `cargo xtask
// bench`, which runs a copy in a project where everything compared is installed.
//
//     node benches/js/run.mjs [--list | --quick | --to FOLDER] [--here] [FILTER]
//
// FILTER is a regular expression for ids. `--list` prints them and runs nothing; `--quick` runs every case once with
// its checks; `--to` writes the times where `cargo xtask bench` reads them; `--here` measures the cases of the runtime
// that runs this.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { groupsOf } from "./cases.mjs";
import { Results } from "./results.mjs";

const { values: options, positionals } = parseArgs({
  options: {
    list: { type: "boolean" },
    quick: { type: "boolean" },
    to: { type: "string" },
    here: { type: "boolean" },
  },
  allowPositionals: true,
});
const cases = JSON.parse(readFileSync(new URL("../cases.json", import.meta.url), "utf8"));
const groups = groupsOf(cases, new RegExp(positionals[0] ?? ""));
const { quick } = options;

/** Measures the groups in this process. */
async function measureHere(groups, results) {
  const { measureInNode } = await import("./node.mjs");
  for (const group of groups) await measureInNode(cases, group, results, quick);
}

/** Measures the groups in another runtime, which runs this file. */
async function measureIn(runtime, results) {
  const { runIn } = await import("./runtimes.mjs");
  const flags = [quick ? ["--quick"] : [], options.to === undefined ? [] : ["--to", options.to], ["--here"]].flat();
  results.addRuntime(...(await runIn(runtime, import.meta.filename, [...flags, ...positionals])));
}

/** Measures the groups of each topic. Imported on demand: `--list` needs nothing that is installed. */
const TOPICS = {
  node: measureHere,
  bun: (_, results) => measureIn("bun", results),
  deno: (_, results) => measureIn("deno", results),
  async workerd(groups, results) {
    const { bundle, start } = await import("./workerd-process.mjs");
    const { SOURCE, measureInWorkerd } = await import("./workerd.mjs");
    const bundled = await bundle(SOURCE);
    try {
      const { port, stop } = await start(bundled);
      try {
        for (const group of groups) await measureInWorkerd(cases, port, group, results, quick);
      } finally {
        await stop();
      }
    } finally {
      bundled.remove();
    }
  },
  async "node-start"(groups, results) {
    const { measureNodeStarts } = await import("./starts.mjs");
    for (const group of groups) await measureNodeStarts(cases, group, results, quick);
  },
  async "workerd-start"(groups, results) {
    const { measureWorkerdStarts } = await import("./starts.mjs");
    for (const group of groups) await measureWorkerdStarts(cases, group, results, quick);
  },
};

if (options.list) {
  for (const { id, names } of groups) for (const name of names) console.log(id(name));
} else if (options.here) {
  const runtime = globalThis.Bun ? "bun" : globalThis.Deno ? "deno" : "node";
  await measureHere(groups.filter(({ topic }) => topic === runtime), new Results(options.to, quick));
} else {
  const results = new Results(options.to, quick);
  results.addRuntime("Node", process.version.slice(1));
  if (groups.some(({ topic }) => topic.startsWith("workerd"))) {
    const { VERSION } = await import("./workerd-process.mjs");
    results.addRuntime("workerd", VERSION);
  }
  for (const [topic, measure] of Object.entries(TOPICS)) {
    const those = groups.filter((group) => group.topic === topic);
    if (those.length > 0) await measure(those, results);
  }
}
