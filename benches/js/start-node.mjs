// Does once what is measured, in a fresh process, and prints how many nanoseconds it took.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { check } from "./check.mjs";
import { timed } from "./interleave.mjs";
import { IN_NODE } from "./node-implementations.mjs";

const cases = JSON.parse(readFileSync(new URL("../cases.json", import.meta.url), "utf8"));

const OPERATIONS = {
  /**
   * From the import to the first verdict. The deliveries are passed in, because making them would warm up the process.
   */
  async "first-verdict"({ operation, name, deliveries }) {
    for (const delivery of Object.values(deliveries)) delivery.body = Buffer.from(delivery.body, "base64");
    let verify;
    let verdict;
    const took = await timed(async () => {
      verify = await IN_NODE[operation][name](cases);
      verdict = await verify(deliveries.genuine);
    });
    if (verdict !== true) throw new Error(`${name} does not accept a genuine delivery`);
    await check(name, verify, deliveries);
    return took;
  },

  /** Compiles and instantiates the WebAssembly, without the JavaScript around it. */
  async module() {
    const manifest = createRequire(import.meta.url).resolve("hookseal/package.json");
    const bytes = readFileSync(join(manifest, "../dist/wasm/hookseal.wasm"));
    let exported;
    const took = await timed(() => {
      const module = new WebAssembly.Module(bytes);
      exported = new WebAssembly.Instance(module).exports;
    });
    if (!(exported.memory instanceof WebAssembly.Memory)) throw new Error("the module has no memory");
    return took;
  },
};

const { start, ...values } = JSON.parse(process.argv[2]);
process.stdout.write(String(await OPERATIONS[start](values)));
