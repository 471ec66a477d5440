// Measures in Node, in this process.
import { check, checkCount, repeat } from "./check.mjs";
import { bodyOnly, deliveriesOf, standardWebhooks, timestamped } from "./deliveries.mjs";
import { IN_NODE as EFFORT, QUICK, interleave, timed } from "./interleave.mjs";
import { IN_NODE } from "./node-implementations.mjs";

/** The deliveries that each operation verifies. */
export const DELIVERIES = {
  verify: timestamped,
  event: timestamped,
  parse: bodyOnly,
  "standard-webhooks": standardWebhooks,
};

/** @param group what is compared: an operation, a size, and names of implementations */
export async function measureInNode(cases, { operation, size, names, id }, results, quick) {
  const deliveries = await deliveriesOf(DELIVERIES[operation], cases, size, inNode);
  const implementations = new Map();
  for (const name of names) implementations.set(name, await IN_NODE[operation][name](cases));
  const checkAll = async () => {
    for (const [name, verify] of implementations) await check(id(name), verify, deliveries);
  };
  const sample = async (name, count) => {
    let accepted;
    const took = await timed(async () => (accepted = await repeat(implementations.get(name), deliveries.genuine, count)));
    checkCount(id(name), accepted, count);
    return took;
  };

  await checkAll();
  const samples = await interleave(names, sample, quick ? QUICK : EFFORT);
  await checkAll();
  for (const [name, taken] of samples) results.add(id(name), taken);
}

/** A body as Node's servers have it. */
function inNode({ headers, body }) {
  return { headers, body: Buffer.from(body) };
}
