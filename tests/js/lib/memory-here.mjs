// Repeats one operation in Node, and prints the memory of the WebAssembly and the heap after a warm-up and after each
// round. Needs --expose-gc. The only argument names the operation.
import process from "node:process";
import { setImmediate as turn } from "node:timers/promises";

import { WebhookVerifier, defineScheme, sign } from "hookseal";

import { verifyOften, wasmBytes } from "./memory-watch.mjs";
import { BASE64_SECRET, NOW, SECRET, SENDERS, envelope } from "./senders.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const options = { now: NOW };
const verifier = new WebhookVerifier(SECRET, options);
const large = envelope({ filler: "x".repeat(100_000) });

const acme = { name: "acme", signatureHeader: "X-Acme-Signature", encoding: "hex", signed: "{body}" };
const schemes = ["contio", defineScheme(acme)];
const verifierOfTwo = (count) => new WebhookVerifier([SECRET, "another"], { ...options, scheme: schemes[count % 2] });

const repeat = (times, call) => {
  for (let count = 0; count < times; count++) call(count);
};

const refused = (call) => {
  try {
    call();
  } catch (error) {
    if (error.name === "WebhookVerificationError") return;
    throw error;
  }
  throw new Error("it was not refused");
};

/** The work of one round. */
const ROUNDS = {
  verify: () => {
    const { genuine, refused } = verifyOften(verifier, headers, body, 100_000);
    if (genuine !== 50_000 || refused !== 50_000) throw new Error(`${genuine} were genuine and ${refused} refused`);
  },
  "make and drop": () => repeat(10_000, verifierOfTwo),
  "make and free": () => repeat(10_000, (count) => verifierOfTwo(count).free()),
  sign: () =>
    repeat(1000, (count) => {
      sign(body, BASE64_SECRET, { scheme: "svix", id: `msg_${count}` });
      sign(body, SECRET, { scheme: defineScheme({ ...acme, name: `acme-${count}` }) });
    }),
  "fail to make": () =>
    repeat(1000, () => {
      refused(() => new WebhookVerifier(["x".repeat(1000), ""]));
      refused(() => defineScheme({ ...acme, prefix: "x".repeat(1000) }));
      refused(() => new WebhookVerifier("x", { scheme: "unheard" }));
      refused(() => new WebhookVerifier("no base64", { scheme: "svix" }));
      refused(() => sign(body, SECRET, { scheme: "svix", id: "\ud800" }));
    }),
  "verify large requests": async () => {
    for (let count = 0; count < 20; count++) {
      const given = { method: "POST", headers: SENDERS["contio-timestamped"](large), body: large };
      await verifier.verifyRequest(new Request("http://127.0.0.1/", given));
    }
  },
};
const COUNT = 10;

/** Lets everything unreachable be collected. Finalization callbacks run in a later turn. */
async function collect() {
  for (let count = 0; count < 4; count++) {
    globalThis.gc();
    await turn();
  }
}

const round = ROUNDS[process.argv[2]];
const samples = [];
for (let count = 0; count <= COUNT; count++) {
  await round();
  await collect();
  const { heapUsed, external } = process.memoryUsage();
  samples.push({ wasm: wasmBytes(), heap: heapUsed + external });
}
process.stdout.write(JSON.stringify(samples));
