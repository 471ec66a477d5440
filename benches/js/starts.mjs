// Measures starts, each in a process of its own: they include everything that is loaded, compiled or prepared once.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { check } from "./check.mjs";
import { deliveriesOf, timestamped } from "./deliveries.mjs";
import { QUICK, STARTS, interleave } from "./interleave.mjs";
import { DELIVERIES } from "./node.mjs";
import { post, sourceOf } from "./workerd.mjs";

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("start-node.mjs", import.meta.url));

/** What each implementation verifies first in Node. */
const FIRST = { guide: "verify", hookseal: "verify", "contio-sdk": "parse", standardwebhooks: "standard-webhooks" };

/** In Node: the program itself measures its work, without its own start. */
export async function measureNodeStarts(cases, { operation: start, size, names, id }, results, quick) {
  const sample = async (name) => {
    const operation = FIRST[name];
    const deliveries = await deliveriesOf(DELIVERIES[operation], cases, size, asText);
    const values = JSON.stringify({ start, name, operation, deliveries });
    return Number((await run(process.execPath, [PROGRAM, values])).stdout);
  };
  const samples = await interleave(names, sample, quick ? QUICK : STARTS);
  for (const [name, taken] of samples) results.add(id(name), taken);
}

function asText({ headers, body }) {
  return { headers, body: Buffer.from(body).toString("base64") };
}

/** In workerd: from the start of the process to the response to a delivery that is posted immediately. */
export async function measureWorkerdStarts(cases, { size, names, id }, results, quick) {
  const { bundle, start } = await import("./workerd-process.mjs");
  const deliveries = await deliveriesOf(timestamped, cases, size);
  const bundles = new Map();
  const sample = async (name) => {
    const began = process.hrtime.bigint();
    const { port, stop } = await start(bundles.get(name));
    try {
      const accepted = await post(port, "/", deliveries.genuine);
      const took = Number(process.hrtime.bigint() - began);
      if (!accepted) throw new Error(`${id(name)} does not accept a genuine delivery`);
      await check(id(name), (delivery) => post(port, "/", delivery), deliveries);
      return took;
    } finally {
      await stop();
    }
  };
  try {
    for (const name of names) bundles.set(name, await bundle(sourceOf(name)));
    const samples = await interleave(names, sample, quick ? QUICK : STARTS);
    for (const [name, taken] of samples) results.add(id(name), taken);
  } finally {
    for (const { remove } of bundles.values()) remove();
  }
}
