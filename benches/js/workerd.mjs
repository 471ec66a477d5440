// Measures in workerd, from outside: over one connection, so that no other request interferes.
import { Agent, request } from "node:http";

import { check, checkCount, repeat } from "./check.mjs";
import { deliveriesOf, timestamped } from "./deliveries.mjs";
import { IN_WORKERD, QUICK, interleave, quantile, timed } from "./interleave.mjs";

/** The worker with everything that is compared. */
export const SOURCE = `export { default } from "./worker.mjs";`;

/** The worker's name for everything except the work. */
const OVERHEAD = "overhead";

/** A worker that only verifies what is posted to it, using the implementation `name`. */
export function sourceOf(name) {
  return `import { verifyRequest } from "./worker-${name}.mjs";
    const refusal = (error) => new Response(error.code ?? error.stack, { status: 500 });
    const fetch = (request) => verifyRequest(request).then((verdict) => new Response(String(verdict)), refusal);
    export default { fetch };`;
}

/**
 * The maximum number and total size of the requests that are created while one is handled: they stay in memory until
 * then.
 */
const MADE_AT_ONCE = 1000;
const MADE_BYTES = 32 << 20;

/** @param group what is compared: an operation, a size, and names of implementations */
export async function measureInWorkerd(cases, port, { operation, size, names, id }, results, quick) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const effort = quick ? QUICK : IN_WORKERD[operation];
  const { checkOne, measure } =
    operation === "http" ? await overHttp(cases, agent, port, size, id) : inside(agent, port, operation, size, id);
  const checkAll = async () => {
    for (const name of names) if (name !== "array-buffer") await checkOne(name);
  };

  await checkAll();
  const samples = await measure(names, effort);
  await checkAll();
  for (const [name, taken] of samples) results.add(id(name), taken);
  agent.destroy();
}

/** One request does the work many times. The time of another that does everything except the work is subtracted. */
function inside(agent, port, operation, size, id) {
  const ask = (what, values) => get(agent, port, `/${what}?${new URLSearchParams({ operation, size, ...values })}`);
  const most = operation === "request" ? Math.min(MADE_AT_ONCE, Math.ceil(MADE_BYTES / size)) : Infinity;
  const sample = (name, count) =>
    timed(async () => {
      for (let left = count; left > 0; left -= most) {
        const part = Math.min(left, most);
        const accepted = await ask(name === OVERHEAD ? OVERHEAD : "work", { name, count: part });
        checkCount(id(name), Number(accepted), part);
      }
    });
  return {
    checkOne: (name) => ask("check", { name }),
    measure: async (names, effort) => {
      const samples = await interleave([...names, OVERHEAD], sample, effort);
      const overhead = quantile(samples.get(OVERHEAD), 0.5);
      return new Map(names.map((name) => [name, samples.get(name).map((taken) => taken - overhead)]));
    },
  };
}

/** Every delivery is a request of its own. */
async function overHttp(cases, agent, port, size, id) {
  const deliveries = await deliveriesOf(timestamped, cases, size);
  const sample = async (name, count) => {
    let accepted;
    const deliver = (delivery) => post(port, `/${name}`, delivery, agent);
    const took = await timed(async () => (accepted = await repeat(deliver, deliveries.genuine, count)));
    checkCount(id(name), accepted, count);
    return took;
  };
  return {
    checkOne: (name) => check(id(name), (delivery) => post(port, `/${name}`, delivery, agent), deliveries),
    measure: (names, effort) => interleave(names, sample, effort),
  };
}

/** Sends a delivery, and returns the verdict. */
export async function post(port, path, { headers, body }, agent) {
  return (await send({ port, path, agent, method: "POST", headers }, body)) === "true";
}

function get(agent, port, path) {
  return send({ port, path, agent });
}

/** The response. The text of an error is the worker's. */
function send(options, body) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
