// node worker.mjs PROJECT: verifies deliveries with the package that is installed in a project. Each line of standard
// input is a JSON list of vectors, and is answered by a line with the list of their outcomes.
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

const require = createRequire(path.resolve(process.argv[2], "worker.js"));
const { WebhookVerifier, WebhookVerificationError } = require("hookseal");

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(JSON.parse(line).map(outcome))}\n`);
}

function outcome(vector) {
  let verifier;
  try {
    verifier = new WebhookVerifier(vector.secrets, options(vector));
    return { ok: verdict(verifier.verify(vector.headers, Buffer.from(vector.body_base64, "base64"))) };
  } catch (thrown) {
    if (!(thrown instanceof WebhookVerificationError)) return { thrown: String(thrown) };
    return { error: thrown.code, message: thrown.message };
  } finally {
    verifier?.free();
  }
}

function options({ scheme, now, options = {} }) {
  const { max_age, max_skew, max_event_age, max_body } = options;
  // In vectors, null is no limit.
  const limit = (seconds) => (seconds === null ? Infinity : seconds);
  return { scheme, now, maxAge: limit(max_age), maxSkew: limit(max_skew), maxEventAge: max_event_age, maxBody: max_body };
}

function verdict(delivery) {
  const { scheme, timestamp, secretIndex, hasEnvelope } = delivery;
  const event = hasEnvelope ? delivery.event() : {};
  const { event_type, event_id } = event;
  const ok = { scheme, timestamp, secret_index: secretIndex, id: delivery.id, event_type, event_id };
  return { ...ok, key: delivery.key && String(delivery.key), json: json(delivery) };
}

/** Whether the body is JSON, in the words of the package. */
function json(delivery) {
  try {
    delivery.json();
    return "JSON";
  } catch (thrown) {
    if (!(thrown instanceof WebhookVerificationError)) throw thrown;
    return `${thrown.code}: ${thrown.message}`;
  }
}
