// The MACs of bodies of a few kilobytes are made by `node:crypto` where it is at hand, and the core decides.
import assert from "node:assert/strict";
import { test } from "node:test";

import { bundleWorker } from "../lib/esbuild.mjs";
import { NOW, SCHEMES, SENDERS, envelope } from "../lib/senders.mjs";
import { withWorker } from "../lib/workerd.mjs";

const crypto = process.getBuiltinModule("node:crypto");

/** Calls of the host's functions, and what they do instead. */
const host = { macs: 0, keys: 0, createHmac: crypto.createHmac };
const counting = {
  createHmac: (...values) => {
    host.macs++;
    return host.createHmac(...values);
  },
  createSecretKey: (key) => {
    host.keys++;
    return crypto.createSecretKey(key);
  },
};
const getBuiltinModule = process.getBuiltinModule;
process.getBuiltinModule = (name) => (name === "node:crypto" ? counting : getBuiltinModule(name));

const { WebhookVerifier } = await import("hookseal");

const LARGE = 64 * 1024;
const large = Buffer.from(envelope({ data: { text: "é".repeat(LARGE / 2) } }));

/** How many MACs the host makes during a call. */
function macsDuring(call) {
  const before = host.macs;
  call();
  return host.macs - before;
}

for (const { scheme, secret } of SCHEMES) {
  test(`${scheme}: the host makes the MAC of a large body, and none of a small one`, () => {
    const verifier = new WebhookVerifier(secret, { scheme, now: NOW });
    const headers = SENDERS[scheme](large);
    assert.equal(macsDuring(() => assert.equal(verifier.verify(headers, large).secretIndex, 0)), 1);
    assert.equal(macsDuring(() => verifier.verify(headers, large.toString())), 1);
    const small = Buffer.from(envelope());
    assert.equal(macsDuring(() => verifier.verify(SENDERS[scheme](small), small)), 0);
    const forged = Buffer.from(large);
    forged[forged.length - 5] ^= 1;
    assert.equal(macsDuring(() => assert.throws(() => verifier.verify(headers, forged), { code: "signature_mismatch" })), 1);
  });
}

const headers = SENDERS["contio-timestamped"](large);
const { secret } = SCHEMES.find(({ scheme }) => scheme === "contio-timestamped");

test("with two secrets, the host makes two MACs, and the core says which secret it was", () => {
  const verifier = new WebhookVerifier(["the secret before this one", secret], { now: NOW });
  assert.equal(macsDuring(() => assert.equal(verifier.verify(headers, large).secretIndex, 1)), 2);
});

test("keys are handed to the host once, and not after the verifier is freed", () => {
  const verifier = new WebhookVerifier(secret, { now: NOW });
  const before = host.keys;
  verifier.verify(headers, large);
  verifier.verify(headers, large);
  assert.equal(host.keys - before, 1);
  verifier.free();
  assert.equal(macsDuring(() => assert.throws(() => verifier.verify(headers, large), { code: "invalid_argument" })), 0);
});

test("a host that fails is done without, and headers are refused by the core", (t) => {
  const verifier = new WebhookVerifier(secret, { now: NOW });
  host.createHmac = () => {
    throw new Error("no MACs today");
  };
  t.after(() => (host.createHmac = crypto.createHmac));
  assert.equal(verifier.verify(headers, large).secretIndex, 0);
  assert.throws(() => verifier.verify({}, large), { code: "missing_header" });
  const signature = Object.values(headers)[0];
  assert.equal(verifier.verifySignature(large, signature, "soon").isValid, false);
});

test("a body that other threads change, or whose length changes, is parsed as it was verified", () => {
  const verifier = new WebhookVerifier(secret, { now: NOW });
  const shared = new Uint8Array(new SharedArrayBuffer(large.length));
  shared.set(large);
  const delivery = verifier.verify(headers, shared);
  shared.fill(0x20);
  assert.equal(delivery.event().event_id, "evt-1");

  class Shrinking extends Uint8Array {
    reads = 0;
    get length() {
      return this.reads++ > 0 ? 10 : super.length;
    }
  }
  const shrinking = new Shrinking(large);
  try {
    assert.equal(verifier.verify(headers, shrinking).event().event_id, "evt-1");
  } catch (error) {
    assert.equal(error.name, "WebhookVerificationError");
  }

  const own = Uint8Array.from(large);
  const kept = verifier.verify(headers, own);
  host.createHmac = (...values) => {
    own.fill(0x20);
    return crypto.createHmac(...values);
  };
  try {
    assert.equal(kept.event().event_id, "evt-1");
    own.set(large);
    // Changed while its MAC is made: the core's copy is what is hashed, and what is parsed.
    assert.equal(verifier.verify(headers, own).event().event_id, "evt-1");
  } finally {
    host.createHmac = crypto.createHmac;
  }
});

for (const [flags, macs] of [[["nodejs_compat"], 1], [[], 0]]) {
  const maker = macs === 1 ? "the host" : "the core";
  test(`workerd, with ${flags[0] ?? "no flags"}: ${maker} makes the MAC of a large body, and the core that of a small one`, async () => {
    const { folder, modules } = await bundleWorker("lib/host-hmac-worker.mjs", `host-hmac-${macs}`);
    await withWorker(folder, { modules, flags }, async (address) => {
      const post = async (headers, body) => {
        const asked = JSON.stringify({ secret, now: NOW, headers, body: body.toString() });
        return (await fetch(address, { method: "POST", body: asked })).json();
      };
      assert.deepEqual(await post(headers, large), { event: "evt-1", macs });
      const forged = Buffer.concat([large, Buffer.from(" ")]);
      assert.deepEqual(await post(headers, forged), { code: "signature_mismatch", macs });
      const small = Buffer.from(envelope());
      assert.deepEqual(await post(SENDERS["contio-timestamped"](small), small), { event: "evt-1", macs: 0 });
    });
  });
}
