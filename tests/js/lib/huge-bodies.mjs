// Passes one body of the given number of zeros to every call, and prints the result of each and the process's memory.
// Truncated to 32 bits, its length is that of a body that was signed. With `secret`, the zeros are a secret.
import process from "node:process";

import { WebhookVerifier, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";

const length = Number(process.argv[2]);
const zeros = new Uint8Array(length);
const secret = "a secret of these tests";
const headers = sign(new Uint8Array(length % 2 ** 32), secret, { scheme: "github" });
const [signature] = Object.values(headers);
const options = { scheme: "github" };
const verifier = new WebhookVerifier(secret, options);
const unlimited = new WebhookVerifier(secret, { ...options, maxBody: Infinity });

const request = (body) => ({ headers: new Headers(headers), body: undefined, arrayBuffer: async () => body });

const CALLS = {
  verify: () => verifier.verify(headers, zeros).event(),
  "verify with maxBody": () => unlimited.verify(headers, zeros).event(),
  verifySignature: () => {
    const { code, isValid } = verifier.verifySignature(zeros, signature);
    if (!isValid) throw Object.assign(new Error(), { code });
  },
  parseWebhook: () => verifier.parseWebhook(zeros, signature),
  verifyRequest: () => unlimited.verifyRequest(request(zeros.buffer)),
  sign: () => sign(zeros, secret, options),
  explain: () => {
    const { code } = new WebhookExplainer(secret, options).explain(headers, zeros);
    if (code !== null) throw Object.assign(new Error(), { code });
  },
};

const SECRET_CALLS = {
  verifier: () => new WebhookVerifier(zeros, options),
  sign: () => sign("", zeros, options),
  explainer: () => new WebhookExplainer(zeros, options),
};

async function outcomeOf(call) {
  try {
    await call();
    return "accepted";
  } catch (error) {
    return error.code ?? String(error);
  }
}

const outcomes = {};
const isSecret = process.argv[3] === "secret";
for (const [name, call] of Object.entries(isSecret ? SECRET_CALLS : CALLS)) outcomes[name] = await outcomeOf(call);
if (!isSecret) outcomes.resident = process.memoryUsage.rss();
process.stdout.write(JSON.stringify(outcomes));
