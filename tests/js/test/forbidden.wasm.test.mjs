// Runtimes that do not let anyone compile WebAssembly, and those that decode text in another way.
import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

import { inContext } from "../lib/context.mjs";

const contextWith = (globals, options) => inContext({ TextEncoder, TextDecoder, ...globals }, options);

test("where WebAssembly must not be compiled, the error says so, with the remedy and the cause", () => {
  const { load } = contextWith({ atob }, { codeGeneration: { strings: true, wasm: false } });
  const { WebhookVerifier, sign } = load("hookseal");
  for (const call of [() => new WebhookVerifier("a secret"), () => sign("", "a secret")]) {
    assert.throws(call, (error) => {
      assert.equal(error.code, "invalid_argument");
      assert.match(error.message, /refuses to compile WebAssembly/);
      assert.match(error.message, /"workerd".*wasm-unsafe-eval.*@hookseal\/node/);
      assert.match(error.cause.message, /disallowed/);
      return true;
    });
  }
});

test("without WebAssembly, the error says so, with the remedy", () => {
  const { context, load } = contextWith({ atob });
  const { WebhookVerifier } = load("hookseal");
  vm.runInContext("delete globalThis.WebAssembly", context);
  assert.throws(() => new WebhookVerifier("a secret"), {
    code: "invalid_argument",
    message: /no WebAssembly.*--jitless.*@hookseal\/node/,
  });
});

const never = () => assert.fail("it is decoded in a better way");

/** The ways to decode base64, the best first, with and without zlib. Each environment has those from one on. */
const WAYS = {
  "Buffer and zlib": {
    globals: { Buffer, process: { getBuiltinModule: process.getBuiltinModule }, atob: never },
    prepare: "Uint8Array.fromBase64 = atob",
  },
  Buffer: { globals: { Buffer, atob: never }, prepare: "Uint8Array.fromBase64 = atob" },
  "Uint8Array.fromBase64": {
    globals: { atob: never, decode: (text) => Buffer.from(text, "base64") },
    prepare: "Uint8Array.fromBase64 = (text) => new Uint8Array(decode(text));",
  },
  atob: { globals: { atob }, prepare: "delete Uint8Array.fromBase64" },
};

for (const [way, { globals, prepare }] of Object.entries(WAYS)) {
  test(`each WebAssembly is decoded by ${way}`, () => {
    const { context, load } = contextWith(globals);
    const { WebhookVerifier, sign } = load("hookseal");
    const { WebhookExplainer } = load("hookseal/explain");
    vm.runInContext(prepare, context);
    const body = new Uint8Array([1, 2, 3]);
    const headers = sign(body, "a secret", { scheme: "github" });
    assert.equal(new WebhookVerifier("a secret", { scheme: "github" }).verify(headers, body).secretIndex, 0);
    assert.equal(new WebhookExplainer("a secret", { scheme: "github" }).explain(headers, body).ok, true);
  });
}
