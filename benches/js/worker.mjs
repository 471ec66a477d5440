// The worker that is measured. One request does the work many times, and who asks takes the time: in a worker the clock
// stands still while code runs.
import cases from "../cases.json";
import { check, repeat } from "./check.mjs";
import { deliveriesOf, timestamped } from "./deliveries.mjs";
import * as hookseal from "./worker-hookseal.mjs";
import * as webcrypto from "./worker-webcrypto.mjs";

const REQUEST_JUDGES = {
  hookseal: hookseal.judgeRequest,
  webcrypto: webcrypto.judgeRequest,
  "array-buffer": async (request) => (await request.arrayBuffer()).byteLength > 0,
};

/** A request has to be made for each verdict, since it can be read once only. */
const made = ({ headers, body }) => new Request("https://hooks.example.com/", { method: "POST", headers, body });
const fromMade = (judgeRequest) => (delivery) => judgeRequest(made(delivery));

const JUDGES = {
  verify: { hookseal: hookseal.judge, webcrypto: webcrypto.judge, "webcrypto-import": webcrypto.judgeImporting },
  request: Object.fromEntries(Object.entries(REQUEST_JUDGES).map(([name, judge]) => [name, fromMade(judge)])),
};

/** What is done beside what is measured. */
const BESIDE = {
  verify: (delivery) => delivery !== undefined,
  request: (delivery) => made(delivery) !== undefined,
};

/** What can be asked for. */
const ANSWERS = {
  async check({ operation, name, size }) {
    await check(`workerd/${operation}/${size}/${name}`, JUDGES[operation][name], await deliveries(size));
    return "right";
  },
  async work({ operation, name, size, count }) {
    return repeat(JUDGES[operation][name], (await deliveries(size)).genuine, count);
  },
  async beside({ operation, size, count }) {
    return repeat(BESIDE[operation], (await deliveries(size)).genuine, count);
  },
};

/** Made once for each size. */
const prepared = new Map();

async function deliveries(size) {
  const inWorker = ({ headers, body }) => ({ headers: new Headers(headers), body });
  if (!prepared.has(size)) prepared.set(size, await deliveriesOf(timestamped, cases, size, inWorker));
  return prepared.get(size);
}

/** What is posted is itself the delivery. */
async function answer(request) {
  const { pathname, searchParams } = new URL(request.url);
  const what = pathname.slice(1);
  if (request.method === "POST") return REQUEST_JUDGES[what](request);
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
