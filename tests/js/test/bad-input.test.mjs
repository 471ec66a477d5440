// Passes unexpected values as every argument of every function. The result is a normal one, or an error of the package,
// and never a trap. Only genuine deliveries are accepted, and the verifier still works afterwards.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier, defineScheme, sign } from "hookseal";

import { assertOwnError } from "../lib/codes.mjs";
import { HOSTILE } from "../lib/hostile.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const body = envelope();
const now = NOW;
const headers = SENDERS["contio-timestamped"](body);
const [signature, timestamp] = Object.values(headers);
const verifier = new WebhookVerifier(SECRET, { now });

const verify = (...given) => verifier.verify(...given);
const make = (options, secret = SECRET) => new WebhookVerifier(secret, options);
const request = (fields) => verifier.verifyRequest({ headers: new Headers(headers), body: null, ...fields });
const streamOf = (chunk) => new ReadableStream({ start: (stream) => (stream.enqueue(chunk), stream.close()) });

const acme = {
  name: "acme",
  signatureHeader: "X-Acme-Signature",
  encoding: "hex",
  list: { separator: ",", joiner: "=", version: "v1" },
  signed: "{body}",
};
const TIMES = ["timestampHeader", "timestampInSignature", "timestampInEnvelope"];
const OPTIONAL = ["prefix", "timestampFormat", "idHeader", "idInSignature", "idLength", "key", "keyField", "newerSpellings", "fallbackSpellings"];
const schemeParts = [...Object.keys(acme), ...TIMES, ...OPTIONAL];
const ofAcme = (parts) => make({ scheme: defineScheme({ ...acme, ...parts }) }).verify({}, body);

/** Each passes any value in one place. */
const PLACES = {
  "the secret": (value) => make({}, value),
  "one of the secrets": (value) => make({}, ["fine", value]),
  "the secret of svix": (value) => make({ scheme: "svix" }, value),
  "the options": (value) => make(value),
  ...Object.fromEntries(
    ["scheme", "maxAge", "maxSkew", "maxEventAge", "maxBody", "now"].map((name) => [
      `the option ${name}`,
      (value) => make({ now, [name]: value }).verify(headers, body),
    ]),
  ),
  "the definition of a scheme": (value) => make({ scheme: defineScheme(value) }),
  "the result of the clock": (value) => make({ now: () => value }).verify(headers, body),
  ...Object.fromEntries(
    schemeParts.map((name) => [`the scheme's ${name}`, (value) => ofAcme({ [name]: value })]),
  ),
  ...Object.fromEntries(
    Object.keys(acme.list).map((name) => [
      `the list's ${name}`,
      (value) => ofAcme({ list: { ...acme.list, [name]: value } }),
    ]),
  ),
  "the headers": (value) => verify(value, body),
  "one of the pairs": (value) => verify([value], body),
  "the name in a pair": (value) => verify([[value, "x"]], body),
  "the value in a pair": (value) => verify([["X-Contio-Signature", value]], body),
  "the value in an object": (value) => verify({ "X-Contio-Signature": value, "X-Contio-Timestamp": timestamp }, body),
  "a value in a list": (value) => verify({ ...headers, "X-Contio-Signature": [value] }, body),
  "the value in a map": (value) => verify(new Map([["x-contio-timestamp", value]]), body),
  "the key in a map": (value) => verify(new Map([[value, "x"]]), body),
  "the result of get": (value) => verify({ get: () => value, forEach() {} }, body),
  "the method get": (value) => verify({ get: value }, body),
  "the body": (value) => verify(headers, value),
  "both arguments": (value) => verify(value, value),
  "the body of verifySignature": (value) => verifier.verifySignature(value, signature, timestamp),
  "its signature": (value) => verifier.verifySignature(body, value, timestamp),
  "its timestamp": (value) => verifier.verifySignature(body, signature, value),
  "the body of parseWebhook": (value) => verifier.parseWebhook(value, signature, timestamp),
  "its only signature": (value) => verifier.parseWebhook(body, value),
  "its only timestamp": (value) => verifier.parseWebhook(body, signature, value),
  "the request": (value) => verifier.verifyRequest(value),
  "the request's headers": (value) => request({ headers: value }),
  "the request's content-length": (value) => request({ headers: { get: () => value } }),
  "the request's body": (value) => request({ body: value }),
  "the request's bodyUsed": (value) => request({ bodyUsed: value }),
  "the request's arrayBuffer": (value) => request({ body: undefined, arrayBuffer: value }),
  "the result of arrayBuffer": (value) => request({ body: undefined, arrayBuffer: () => value }),
  "what arrayBuffer resolves to": (value) => request({ body: undefined, arrayBuffer: () => Promise.resolve(value) }),
  "what arrayBuffer rejects with": (value) => request({ body: undefined, arrayBuffer: () => Promise.reject(value) }),
  "a chunk of the request": (value) => request({ body: streamOf(value) }),
  "the reader of the request": (value) => request({ body: { getReader: () => value } }),
  "what the reader reads": (value) => request({ body: { getReader: () => ({ read: () => value, cancel() {} }) } }),
  "the body of sign": (value) => sign(value, SECRET),
  "the secret of sign": (value) => sign(body, value),
  "the options of sign": (value) => sign(body, SECRET, value),
  "the scheme of sign": (value) => sign(body, SECRET, { scheme: value }),
  "the timestamp of sign": (value) => sign(body, SECRET, { timestamp: value }),
  "the id of sign": (value) => sign(body, SECRET, { scheme: "svix", id: value }),
};

/** Reads everything that a delivery has. The code of a result must be a documented one. */
async function use(result) {
  if (typeof result?.isValid === "boolean") {
    if (result.isValid) return;
    assertOwnError(new WebhookVerificationError(result.code, result.error), WebhookVerificationError);
    return;
  }
  for (const read of ["body", "id", "timestamp", "json", "event"]) {
    await ownErrorsOnly(() => (typeof result?.[read] === "function" ? result[read]() : result?.[read]));
  }
}

async function ownErrorsOnly(call) {
  let result;
  try {
    result = await call();
  } catch (thrown) {
    assertOwnError(thrown, WebhookVerificationError);
    return;
  }
  if (result !== undefined) return result;
}

function assertWorks() {
  assert.equal(verifier.verify(headers, body).event().event_id, "evt-1");
  assert.throws(() => verifier.verify(headers, `${new TextDecoder().decode(body)} `), { code: "signature_mismatch" });
}

for (const [place, call] of Object.entries(PLACES)) {
  test(`${place}: any value gives a result or an error with a code`, async () => {
    const faults = [];
    for (const [name, value] of HOSTILE) {
      try {
        await use(await ownErrorsOnly(() => call(value())));
        assertWorks();
      } catch (fault) {
        faults.push(`${name}: ${describe(fault)}`);
      }
    }
    assert.deepEqual(faults, []);
  });
}

/** A thrown value can itself be hostile. */
function describe(fault) {
  try {
    return String(fault?.stack ?? fault).split("\n").slice(0, 3).join(" ");
  } catch {
    return "something that cannot even be printed";
  }
}
