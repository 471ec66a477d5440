// `verifyRequest` has WebCrypto make the MACs of large bodies, and awaits them. Anything may happen in the meantime,
// and the host may have no WebCrypto, or one that fails: forged deliveries are always refused.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier } from "hookseal";

import { assertOwnError } from "../lib/codes.mjs";
import { NOW, SCHEMES, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { large, outcomeOf, chunksOf, requestOf, streamOf } from "./requests.mjs";
import { settled } from "./waiting.mjs";

const body = large();
const headers = SENDERS["contio-timestamped"](body);
const forged = SENDERS["contio-timestamped"](body, { key: "another" });
const freed = { name: "WebhookVerificationError", code: "invalid_argument", message: /freed/ };
const newVerifier = () => new WebhookVerifier(SECRET, { now: NOW });
const real = globalThis.crypto;

/** Runs a call with a replacement for the host's WebCrypto. */
async function withCrypto(crypto, call) {
  const host = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
  try {
    return await call();
  } finally {
    Object.defineProperty(globalThis, "crypto", host);
  }
}

/** The host's WebCrypto with some of its functions replaced. */
const subtleWith = (functions) => ({
  subtle: {
    importKey: (...given) => real.subtle.importKey(...given),
    sign: (...given) => real.subtle.sign(...given),
    ...functions,
  },
});

for (const [what, crypto] of Object.entries({
  "no cryptography": undefined,
  "no crypto.subtle": {},
  "an undefined crypto.subtle, as in insecure pages": { subtle: undefined },
})) {
  test(`if the host has ${what}, the core verifies large bodies itself`, async () => {
    const verifier = newVerifier();
    await withCrypto(crypto, async () => {
      assert.equal((await verifier.verifyRequest(requestOf(headers, body))).id, "evt-1");
      await assert.rejects(verifier.verifyRequest(requestOf(forged, body)), { code: "signature_mismatch" });
    });
  });
}

const raise = (thrown) => {
  throw thrown;
};

const FAILURES = {
  "rejects a key": { importKey: () => Promise.reject(new Error("no keys")) },
  "throws for a key": { importKey: () => raise(new Error("no keys")) },
  "rejects a MAC": { sign: () => Promise.reject(new Error("no MACs")) },
  "throws for a MAC": { sign: () => raise(undefined) },
  "has no function for MACs": { sign: undefined },
  "returns no MAC": { sign: async () => undefined },
  "returns an empty MAC": { sign: async () => new ArrayBuffer(0) },
  "returns a MAC of zeros": { sign: async () => new ArrayBuffer(32) },
  "returns a MAC that is too short": { sign: async () => new ArrayBuffer(16) },
  "returns a MAC that is too long": { sign: async () => new ArrayBuffer(64) },
  "returns text for a MAC": { sign: async () => "MAC" },
  "returns a number for a MAC": { sign: async () => 2 ** 40 },
};

for (const [what, functions] of Object.entries(FAILURES)) {
  test(`a WebCrypto that ${what} gets no forged delivery accepted, and does not affect later ones`, async () => {
    const verifier = newVerifier();
    const small = envelope();
    const ofSmall = SENDERS["contio-timestamped"](small);
    await withCrypto(subtleWith(functions), async () => {
      const genuine = await outcomeOf(() => verifier.verifyRequest(requestOf(headers, body)));
      if (genuine.code === undefined) assert.equal(genuine.id, "evt-1");
      const refused = await outcomeOf(() => verifier.verifyRequest(requestOf(forged, body)));
      assert.notEqual(refused.code, undefined);
      assert.equal((await verifier.verifyRequest(requestOf(ofSmall, small))).id, "evt-1");
    });
    assert.equal(globalThis.crypto, real);
    assert.equal((await verifier.verifyRequest(requestOf(headers, body))).id, "evt-1");
    await assert.rejects(verifier.verifyRequest(requestOf(forged, body)), { code: "signature_mismatch" });
  });
}

for (const name of ["importKey", "sign"]) {
  test(`a verifier that is freed during ${name} gives an error that says so`, async () => {
    const verifier = newVerifier();
    const functions = {
      [name]: (...given) => {
        verifier.free();
        return real.subtle[name](...given);
      },
    };
    const verified = () => settled(verifier.verifyRequest(requestOf(headers, body)));
    await assert.rejects(withCrypto(subtleWith(functions), verified), freed);
  });
}

test("a verifier that is freed while a body arrives gives an error that says so", async () => {
  for (const sent of [envelope(), body]) {
    const verifier = newVerifier();
    const { stream } = streamOf([sent], () => verifier.free());
    const signed = SENDERS["contio-timestamped"](sent);
    await assert.rejects(settled(verifier.verifyRequest(requestOf(signed, stream))), freed);
  }
});

/** Reads everything of a delivery, and asserts that nothing is of the other event. */
function assertNothingForged(delivery) {
  for (const read of [() => delivery.json(), () => delivery.event(), () => ({ event_id: delivery.id })]) {
    let given;
    try {
      given = read();
    } catch (thrown) {
      assertOwnError(thrown, WebhookVerificationError);
      continue;
    }
    if (given.event_id !== null) assert.ok(["evt-1", "msg_1"].includes(given.event_id), given.event_id);
  }
}

for (const { scheme, secret } of SCHEMES) {
  const verifier = new WebhookVerifier(secret, { scheme, now: NOW });
  const other = large({ event_id: "evt-9" });

  test(`${scheme}: a large body that is replaced after it was verified is not returned as verified`, async () => {
    const delivery = await verifier.verifyRequest(requestOf(SENDERS[scheme](body), body));
    delivery.body.set(other);
    assertNothingForged(delivery);
  });

  test(`${scheme}: a large body that is replaced while WebCrypto makes its MAC is not returned as verified`, async () => {
    const chunk = body.slice();
    const replace = (...given) => {
      const mac = real.subtle.sign(...given);
      chunk.set(other);
      return mac;
    };
    const stream = new ReadableStream({ start: (controller) => (controller.enqueue(chunk), controller.close()) });
    const request = { headers: new Headers(SENDERS[scheme](body)), body: stream, arrayBuffer: () => assert.fail() };
    let delivery;
    try {
      delivery = await withCrypto(subtleWith({ sign: replace }), () => verifier.verifyRequest(request));
    } catch (thrown) {
      assertOwnError(thrown, WebhookVerificationError);
      return;
    }
    assert.notDeepEqual(Buffer.from(delivery.body), Buffer.from(other), "it was replaced while its MAC was made");
    assertNothingForged(delivery);
  });
}

test("two hundred concurrent requests, small and large, genuine and forged, do not disturb each other", async () => {
  const verifier = new WebhookVerifier([SECRET, "another live secret"], { now: NOW });
  const schemes = ["contio-timestamped", "contio-body"];
  const sent = Array.from({ length: 200 }, (_, index) => {
    const filler = "x".repeat([0, 100, 5000, 30_000, 33_000, 200_000][index % 6]);
    const own = envelope({ event_id: `evt-${index}`, filler });
    const key = [SECRET, "another live secret", "a retired secret"][index % 7 % 3];
    const signed = SENDERS[schemes[index % 2]](own, { key });
    const given = index % 5 === 0 ? own : streamOf(chunksOf(own, 100 + 997 * (index % 11))).stream;
    return { index, own, key, request: requestOf(signed, given) };
  });
  const outcomes = await Promise.all(sent.map(({ request }) => outcomeOf(() => verifier.verifyRequest(request))));
  for (const { index, own, key } of sent) {
    const { code, ...outcome } = outcomes[index];
    if (key === "a retired secret") {
      assert.equal(code, "signature_mismatch");
      continue;
    }
    assert.equal(code, undefined);
    assert.deepEqual([outcome.id, outcome.event.event_id], [`evt-${index}`, `evt-${index}`]);
    assert.deepEqual([outcome.scheme, outcome.secretIndex], [schemes[index % 2], key === SECRET ? 0 : 1]);
    assert.deepEqual(outcome.body, Buffer.from(own));
  }
  assert.ok(outcomes.some(({ code }) => code !== undefined) && outcomes.some(({ code }) => code === undefined));
});

test("deliveries that wait for WebCrypto while others are verified keep their own event", async () => {
  const verifier = newVerifier();
  const waiting = [0, 1, 2].map((index) => {
    const own = large({ event_id: `evt-large-${index}` });
    return verifier.verifyRequest(requestOf(SENDERS["contio-body"](own), own));
  });
  for (let index = 0; index < 50; index++) {
    const own = envelope({ event_id: `evt-${index}` });
    assert.equal(verifier.verify(SENDERS["contio-timestamped"](own), own).id, `evt-${index}`);
    await null;
  }
  const ids = (await Promise.all(waiting)).map((delivery) => delivery.event().event_id);
  assert.deepEqual(ids, ["evt-large-0", "evt-large-1", "evt-large-2"]);
});
