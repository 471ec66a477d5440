// What importing the package loads and does, and how its entry points belong together.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";
import { promisify } from "node:util";

import * as hookseal from "hookseal";
import { WebhookExplainer } from "hookseal/explain";
import { webhook } from "hookseal/express";
import { WebhookRouter } from "hookseal/router";

import { inContext } from "../lib/context.mjs";

const required = createRequire(import.meta.url);
const isNative = required("hookseal/package.json").name === "@hookseal/node";
const STORES = ["hookseal/once/sqlite", "hookseal/once/postgres", "hookseal/once/redis"];
const INBOX = ["hookseal/inbox", "hookseal/inbox/postgres"];
const OTHERS = ["", "/express", "/explain", "/router", "/once", "/queue"].map((entry) => `hookseal${entry}`);
const ENTRIES = [...OTHERS, ...STORES, ...INBOX];

/** Runs a program in a process of its own, and returns what it prints as JSON. */
async function run(kind, program) {
  const { stdout } = await promisify(execFile)(process.execPath, [`--input-type=${kind}`, "-e", program]);
  return JSON.parse(stdout);
}

const LOADS = {
  commonjs: (entry) => `require(${JSON.stringify(entry)})`,
  module: (entry) => `(await import(${JSON.stringify(entry)}))`,
};

for (const [kind, load] of Object.entries(LOADS)) {
  test(`importing the package does no work: ${kind}`, async () => {
    const done = await run(
      kind,
      `const done = [];
      const counted = (object, name) => {
        const original = object[name];
        object[name] = new Proxy(original, {
          apply: (...call) => (done.push(name), Reflect.apply(...call)),
          construct: (...call) => (done.push(name), Reflect.construct(...call)),
        });
      };
      counted(globalThis, "TextEncoder");
      counted(globalThis, "TextDecoder");
      counted(globalThis, "FinalizationRegistry");
      counted(globalThis, "atob");
      counted(Buffer, "alloc");
      counted(WebAssembly, "Module");
      counted(WebAssembly, "Instance");
      counted(process, "dlopen");
      if (process.report) counted(process.report, "getReport");
      ${ENTRIES.map(load).join(";\n")};
      const atImport = done.length;
      new (${load("hookseal")}.WebhookVerifier)("a secret");
      console.log(JSON.stringify({ atImport: done.slice(0, atImport), later: done.length - atImport }));`,
    );
    assert.deepEqual(done.atImport, []);
    assert.ok(done.later > 0, "the first verifier does the work");
  });

  test(`the errors of all entry points are instances of one class: ${kind}`, async () => {
    const classes = await run(
      kind,
      `const [{ WebhookVerificationError }, { webhook }, { WebhookExplainer }] =
        [${ENTRIES.slice(0, 3).map(load).join(", ")}];
      const { WebhookRouter } = ${load("hookseal/router")};
      const { Once, StoreError } = ${load("hookseal/once")};
      const [{ SQLiteStore }, { PostgresStore }, { RedisStore }] = [${STORES.map(load).join(", ")}];
      const calls = [() => webhook(), () => new WebhookExplainer("a", { scheme: {} }), () => new WebhookRouter().on(1)];
      const [{ Inbox, StoreError: StoreErrorOfInbox }, { postgres }] = [${INBOX.map(load).join(", ")}];
      calls.push(() => new Inbox(), () => postgres());
      calls.push(() => new Once("a"), () => new SQLiteStore(), () => new PostgresStore(), () => new RedisStore());
      const thrown = (call) => { try { call(); } catch (error) { return error; } };
      const broken = new SQLiteStore({ exec() { throw new Error("broken"); }, prepare() {}, isTransaction: false });
      const isOwn = [...calls.map((call) => thrown(call) instanceof WebhookVerificationError)];
      const isStoreError = thrown(() => broken.create()) instanceof StoreError;
      console.log(JSON.stringify([...isOwn, isStoreError, StoreError === StoreErrorOfInbox]));`,
    );
    assert.deepEqual(classes, Array(11).fill(true));
  });
}

test("a scheme that was defined in one entry point is known in the other", () => {
  const scheme = hookseal.defineScheme({ name: "own", signatureHeader: "X-Own", encoding: "hex", signed: "{body}" });
  const headers = hookseal.sign("{}", "a secret", { scheme });
  assert.equal(new WebhookExplainer("a secret", { scheme }).explain(headers, "{}").ok, true);
  assert.equal(typeof webhook(new hookseal.WebhookVerifier("a secret", { scheme })), "function");
  assert.equal(typeof new WebhookRouter().handle, "function");
});

test("a program that verifies loads no file that it does not need", async () => {
  const loaded = await run(
    "commonjs",
    `const { WebhookVerifier } = require("hookseal");
    new WebhookVerifier("a secret").verifySignature("", "00", "1");
    const files = Object.keys(require.cache).filter((file) => !file.endsWith(".node"));
    console.log(JSON.stringify(files.map((file) => file.replaceAll("\\\\", "/").replace(/.*[/]dist[/]/, ""))));`,
  );
  const core = isNative ? "addon.cjs" : "wasm/hookseal.wasm.cjs";
  assert.deepEqual(loaded.sort(), ["cjs/base.js", "cjs/engine.js", "cjs/index.js", core].sort());
});

test("with import, Node reads the WebAssembly that is used, and no other", { skip: isNative }, async () => {
  const read = await run(
    "module",
    `import fs from "node:fs";
    const { WebhookVerifier, sign } = await import("hookseal");
    const read = [];
    const { readFileSync } = fs;
    fs.readFileSync = (file, ...rest) => {
      read.push(String(file).replace(/.*[/]dist[/]/, ""));
      return readFileSync(file, ...rest);
    };
    new WebhookVerifier("a secret").verifySignature("", "00", "1");
    const verified = read.splice(0);
    sign("", "a secret");
    console.log(JSON.stringify({ verified, signed: read }));`,
  );
  assert.deepEqual(read, { verified: ["wasm/hookseal.wasm"], signed: ["wasm/hookseal-full.wasm"] });
});

/** The globals of a host, except for those that differ. */
const HOST = { process, Buffer, atob, console, URL };

for (const without of ["TextEncoder", "TextDecoder"]) {
  test(`without ${without}, the first call says what to do, and the import succeeds`, () => {
    const { arch, platform } = process;
    const globals = { ...HOST, process: { arch, platform }, TextEncoder, TextDecoder };
    delete globals[without];
    const { load } = inContext(globals);
    const [main, , { WebhookExplainer }] = ENTRIES.map(load);
    const { WebhookVerifier, WebhookVerificationError, sign, defineScheme } = main;
    const scheme = { name: "own", signatureHeader: "X-Own", encoding: "hex", signed: "{body}" };
    const calls = [
      () => new WebhookVerifier("a secret"),
      () => sign("", "a secret"),
      () => defineScheme(scheme),
      () => new WebhookExplainer("a secret"),
    ];
    for (const call of [...calls, ...calls]) {
      assert.throws(call, (error) => {
        assert.ok(error instanceof WebhookVerificationError);
        assert.equal(error.code, "invalid_argument");
        assert.match(error.message, /no TextEncoder or no TextDecoder.*environment "node".*globalThis/);
        return true;
      });
    }
  });
}

const BOTH = { TextEncoder, TextDecoder };
const LACKING = { "with both": BOTH, "with Node's own, which jsdom in Jest hides": {} };

for (const [how, globals] of Object.entries(LACKING)) {
  test(`${how}, the package works in a context of its own`, (t) => {
    if (globals !== BOTH && process.getBuiltinModule === undefined) return t.skip("this Node hides them as well");
    const { WebhookVerifier, sign } = inContext({ ...HOST, ...globals }).load("hookseal");
    const body = new Uint8Array(1000);
    const headers = sign(body, "a secret", { scheme: "github" });
    assert.equal(new WebhookVerifier("a secret", { scheme: "github" }).verify(headers, body).secretIndex, 0);
    assert.throws(() => new WebhookVerifier("ein anderes Geheimnis: ü", { scheme: "github" }).verify(headers, body), {
      code: "signature_mismatch",
    });
  });
}
