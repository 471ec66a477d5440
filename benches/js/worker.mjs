// The worker that is measured. One request does the work many times, and the caller measures the time: in a worker, the
// clock stands still while code runs.
import cases from "../cases.json";
import { check, repeat } from "./check.mjs";
import { deliveriesOf, timestamped } from "./deliveries.mjs";
import * as hookseal from "./worker-hookseal.mjs";
import * as webcrypto from "./worker-webcrypto.mjs";

const REQUEST_VERIFIERS = {
  hookseal: hookseal.verifyRequest,
  webcrypto: webcrypto.verifyRequest,
  "array-buffer": async (request) => (await request.arrayBuffer()).byteLength > 0,
};

/** Each verdict needs a new request, since a request can be read only once. */
const made = ({ headers, body }) => new Request("https://hooks.example.com/", { method: "POST", headers, body });
const fromMade = (verifyRequest) => (delivery) => verifyRequest(made(delivery));

const VERIFIERS = {
  verify: { hookseal: hookseal.verify, webcrypto: webcrypto.verify, "webcrypto-import": webcrypto.verifyImporting },
  request: Object.fromEntries(Object.entries(REQUEST_VERIFIERS).map(([name, verify]) => [name, fromMade(verify)])),
};

/** What is done in addition to what is measured. */
const OVERHEAD = {
  verify: (delivery) => delivery !== undefined,
  request: (delivery) => made(delivery) !== undefined,
};

/** What can be requested. */
const ANSWERS = {
  async check({ operation, name, size }) {
    await check(`workerd/${operation}/${size}/${name}`, VERIFIERS[operation][name], await deliveries(size));
    return "right";
  },
  async work({ operation, name, size, count }) {
    return repeat(VERIFIERS[operation][name], (await deliveries(size)).genuine, count);
  },
  async overhead({ operation, size, count }) {
    return repeat(OVERHEAD[operation], (await deliveries(size)).genuine, count);
  },
};

/** Created once for each size. */
const prepared = new Map();

async function deliveries(size) {
  const inWorker = ({ headers, body }) => ({ headers: new Headers(headers), body });
  if (!prepared.has(size)) prepared.set(size, await deliveriesOf(timestamped, cases, size, inWorker));
  return prepared.get(size);
}

/** The posted request is itself the delivery. */
async function answer(request) {
  const { pathname, searchParams } = new URL(request.url);
  const what = pathname.slice(1);
  if (request.method === "POST") return REQUEST_VERIFIERS[what](request);
  const { operation, name, size, count } = Object.fromEntries(searchParams);
  return ANSWERS[what]({ operation, name, size: Number(size), count: Number(count) });
}

export default {
  async fetch(request) {
    try {
      return new Response(String(await answer(request)));
    } catch (error) {
      return new Response(error.code ?? error.stack, { status: 500 });
    }
  },
};
