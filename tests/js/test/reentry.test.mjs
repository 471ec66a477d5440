// Arguments that run code while they are read: it may use the same verifier, change what was already read, or run when
// the stack is nearly exhausted. What is returned as verified is still what was verified.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier, sign } from "hookseal";

import { assertOwnError } from "../lib/codes.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

const body = envelope();
const headers = SENDERS["contio-timestamped"](body);
const other = envelope({ event_id: "evt-2" });
const otherHeaders = SENDERS["contio-body"](other);
const forged = new TextEncoder().encode(new TextDecoder().decode(body).replace("evt-1", "evt-9"));

/** Uses a verifier in every way, and leaves forged content as what it verified last. */
function useAll(verifier) {
  assert.equal(verifier.verify(otherHeaders, other).event().event_id, "evt-2");
  sign("something else", "another secret");
  new WebhookVerifier("another secret").free();
  assert.equal(verifier.verifySignature(forged, ...Object.values(headers)).code, "signature_mismatch");
}

/** Code that runs once, when it is first called. */
function once(call) {
  let ran = false;
  return () => {
    if (ran) return;
    ran = true;
    call();
  };
}

/** The id of a delivery's event, or the code of the error. */
function idOf(call) {
  try {
    return call().event().event_id;
  } catch (error) {
    assertOwnError(error, WebhookVerificationError);
    return error.code;
  }
}

/** Headers of each type that run `code` when the signature is read. */
const HEADERS = {
  object: (code) => ({
    "x-contio-timestamp": headers["X-Contio-Timestamp"],
    get "x-contio-signature"() {
      code();
      return headers["X-Contio-Signature"];
    },
  }),
  get: (code) => {
    const made = new Headers(headers);
    return { get: (name) => (code(), made.get(name)), forEach() {} };
  },
  generator: function* generate(code) {
    for (const pair of Object.entries(headers)) {
      code();
      yield pair;
    }
  },
  array: (code) => {
    const values = [headers["X-Contio-Signature"]];
    values.map = function map(call) {
      code();
      return Array.prototype.map.call(this, call);
    };
    return { ...headers, "X-Contio-Signature": values };
  },
};

for (const [type, make] of Object.entries(HEADERS)) {
  test(`headers of type ${type} may use the verifier while it reads them`, () => {
    const verifier = new WebhookVerifier(SECRET, { now: NOW });
    assert.equal(idOf(() => verifier.verify(make(() => useAll(verifier)), body)), "evt-1");
    assert.equal(idOf(() => verifier.verify(make(() => useAll(verifier)), forged)), "signature_mismatch");
  });
}

test("the clock may use the verifier", () => {
  let run = () => {};
  const verifier = new WebhookVerifier(SECRET, { now: () => (run(), NOW) });
  run = once(() => useAll(verifier));
  assert.equal(idOf(() => verifier.verify(headers, body)), "evt-1");
  run = once(() => useAll(verifier));
  assert.equal(idOf(() => verifier.verify(headers, forged)), "signature_mismatch");
});

test("headers that change the body while they are read give a verdict on the body as it then is", () => {
  const verifier = new WebhookVerifier(SECRET, { now: NOW });
  const changing = body.slice();
  assert.equal(idOf(() => verifier.verify(HEADERS.object(() => changing.set(forged)), changing)), "signature_mismatch");
  assert.equal(idOf(() => verifier.verify(HEADERS.object(() => changing.set(body)), changing)), "evt-1");
});

test("options may use other verifiers while they are read", () => {
  const verifier = new WebhookVerifier(SECRET, { now: NOW });
  const options = Object.defineProperties(
    { now: NOW },
    Object.fromEntries(
      ["scheme", "maxAge", "maxEventAge", "maxBody"].map((name) => [name, { get: () => useAll(verifier) }]),
    ),
  );
  assert.equal(idOf(() => new WebhookVerifier(SECRET, options).verify(headers, body)), "evt-1");
});

/** Bytes whose length is computed by code. */
function withLength(bytes, length) {
  return Object.defineProperty(Uint8Array.from(bytes), "length", { get: length });
}

for (let at = 0; at < 12; at++) {
  test(`bytes that use the verifier when their length is read for the ${at + 1}th time are not mixed up`, () => {
    const verifier = new WebhookVerifier(SECRET, { now: NOW });
    let reads = 0;
    const length = () => {
      if (reads++ === at) useAll(verifier);
      return body.length;
    };
    const outcome = idOf(() => verifier.verify(headers, withLength(body, length)));
    assert.ok(["evt-1", "signature_mismatch", "malformed_envelope", "invalid_argument"].includes(outcome), outcome);
    assert.equal(idOf(() => verifier.verify(headers, body)), "evt-1");
  });

  test(`bytes that report another length from the ${at + 1}th time on are not mistaken for more or less`, () => {
    const number = new TextEncoder().encode("12345");
    const verifier = new WebhookVerifier("secret", { scheme: "github" });
    for (const reported of [0, 3, 8, 2000]) {
      verifier.verifySignature("9".repeat(3000), undefined);
      let reads = 0;
      const lying = withLength(number, () => (reads++ < at ? 5 : reported));
      let given;
      try {
        given = verifier.verify(SENDERS.github(number, { key: "secret" }), lying).json();
      } catch (error) {
        assertOwnError(error, WebhookVerificationError);
        continue;
      }
      assert.equal(given, 12345, `reported ${reported}`);
    }
  });
}

test("a verifier still works after it was used at the very end of the stack", () => {
  const verifier = new WebhookVerifier(SECRET, { now: NOW });
  const calls = [
    () => verifier.verify(headers, body).event(),
    () => verifier.verifySignature(forged, ...Object.values(headers)),
    () => sign(body, SECRET),
    () => new WebhookVerifier(SECRET).free(),
  ];
  for (const call of calls) {
    const descend = () => {
      try {
        call();
      } catch {
        // There is not enough stack for it, or no longer.
      }
      descend();
    };
    assert.throws(descend, RangeError);
    assert.equal(idOf(() => verifier.verify(headers, body)), "evt-1");
    assert.equal(idOf(() => verifier.verify(headers, forged)), "signature_mismatch");
    assert.equal(idOf(() => new WebhookVerifier(SECRET, { now: NOW }).verify(otherHeaders, other)), "evt-2");
  }
});
