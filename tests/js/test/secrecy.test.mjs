// Nothing that is printed contains a secret.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { WebhookVerificationError, WebhookVerifier, sign } from "hookseal";

import { NOW, SCHEMES, SENDERS, envelope } from "../lib/senders.mjs";

// Its base64 is a secret too, since some schemes need base64.
const SECRET = Buffer.from("never-to-be-shown-to-anyone").toString("base64");
const KEY = Buffer.from("0123456789abcdef of a key that is bytes");

/** The ways in which the secrets could appear. */
const SHOWN = [SECRET, KEY].flatMap((secret) => {
  const bytes = Buffer.from(secret);
  const decoded = Buffer.from(bytes.toString(), "base64");
  return [
    bytes.toString(),
    bytes.toString("hex"),
    bytes.toString("base64"),
    decoded.toString("latin1"),
    [...bytes].join(","),
    [...bytes].join(", "),
    [...bytes.subarray(0, 8)].map((byte) => byte.toString(16)).join(" "),
  ];
});

/** Everything that a logger may print of a value. */
function prints(value) {
  const inspected = (part) => inspect(part, { depth: null, showHidden: true, getters: true });
  const all = [String(value), JSON.stringify(value) ?? "", inspected(value)];
  if (value instanceof Error) all.push(value.message, value.stack, inspected(value.cause));
  for (const key of Reflect.ownKeys(Object(value))) all.push(inspected(value[key]));
  return all.join("\n");
}

function assertSecret(value, what) {
  const printed = prints(value);
  for (const shown of SHOWN) assert.ok(!printed.includes(shown), `${what} shows a secret`);
}

function errorOf(call) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof WebhookVerificationError);
    return error;
  }
  throw new Error("nothing was thrown");
}

const body = envelope();

for (const { scheme } of SCHEMES) {
  test(`${scheme}: no verifier, delivery, result or error contains a secret`, () => {
    const verifier = new WebhookVerifier([SECRET, KEY], { scheme, now: NOW });
    assertSecret(verifier, "the verifier");
    const headers = SENDERS[scheme](body, { key: KEY });
    const delivery = verifier.verify(headers, body);
    for (const value of [delivery, delivery.event(), delivery.body]) assertSecret(value, "the delivery");
    const forged = SENDERS[scheme](body, { key: "another" });
    assertSecret(errorOf(() => verifier.verify(forged, body)), "the error of a forged delivery");
    assertSecret(errorOf(() => verifier.verify({}, body)), "the error of a delivery without headers");
    assertSecret(errorOf(() => verifier.verify(headers, undefined)), "the error of no body");
    const [signature, timestamp] = Object.values(headers);
    assertSecret(verifier.verifySignature(body, signature, timestamp), "the result");
    assertSecret(verifier.verifySignature("changed", signature, timestamp), "the result of a change");
    const hasId = "webhook-id" in headers || "svix-id" in headers;
    assertSecret(sign(body, SECRET, { scheme, timestamp: NOW, id: hasId ? "1" : undefined }), "sign");
    verifier.free();
    assertSecret(verifier, "the verifier when it was freed");
    assertSecret(errorOf(() => verifier.verify(headers, body)), "the error of a freed verifier");
  });
}

test("an error about a secret does not contain it", () => {
  const texts = [` ${SECRET}`, `${SECRET}\n`, `${SECRET}\ud800`, `whsec_${SECRET}!`];
  const wrong = [...texts, [SECRET, ""], Array(9).fill(SECRET)];
  for (const scheme of ["contio", "svix", "no such scheme", { name: SECRET }]) {
    for (const secret of wrong) {
      let thrown;
      try {
        new WebhookVerifier(secret, { scheme });
      } catch (error) {
        thrown = error;
      }
      if (thrown !== undefined) assertSecret(thrown, "the error");
    }
  }
  const others = [{ SECRET }, [[SECRET]], new Map([[SECRET, SECRET]]), () => SECRET, Symbol(SECRET), Object(SECRET)];
  for (const secret of others) {
    assertSecret(errorOf(() => new WebhookVerifier(secret)), "the error about a secret that is no text");
  }
});

test("an error contains neither the signature that was sent, nor the expected one, nor the body", () => {
  const verifier = new WebhookVerifier(SECRET, { now: NOW });
  const sent = SENDERS["contio-timestamped"](body, { key: "another" });
  const right = SENDERS["contio-timestamped"](body, { key: SECRET });
  const error = errorOf(() => verifier.verify(sent, body));
  const malformed = errorOf(() => verifier.verify({ ...sent, "X-Contio-Signature": "marked-value" }, body));
  const time = errorOf(() => verifier.verify({ ...sent, "X-Contio-Timestamp": "marked-value" }, body));
  const ofNoJson = SENDERS["contio-body"]("{marked-value", { key: SECRET });
  const noJson = errorOf(() => verifier.verify(ofNoJson, "{marked-value"));
  for (const { message } of [error, malformed, time, noJson]) {
    for (const part of [sent["X-Contio-Signature"], right["X-Contio-Signature"], "marked-value", "evt-1", "m-1"]) {
      assert.ok(!message.includes(part), message);
    }
  }
});

test("an error prints as its class, with code and status", () => {
  const error = errorOf(() => new WebhookVerifier(SECRET).verify({}, ""));
  assert.ok(error instanceof Error);
  assert.equal(error.name, "WebhookVerificationError");
  assert.equal(Object.prototype.toString.call(error), "[object Error]");
  assert.match(String(error), /^WebhookVerificationError: a header that the scheme needs is missing/);
  assert.match(error.stack, /secrecy\.test\.mjs/);
  const { code, status } = JSON.parse(JSON.stringify(error));
  assert.deepEqual([code, status], ["missing_header", 400]);
});
