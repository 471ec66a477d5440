// Handling each event once, in the memory of one process: a plain function, Express, fetch, and the notices.
import assert from "node:assert/strict";
import { test } from "node:test";

import express from "express";
import express4 from "express4";
import * as hookseal from "hookseal";
import { webhook } from "hookseal/express";
import { MemoryStore, Once, StoreError } from "hookseal/once";

import { envelope, listen, post, timestamped } from "./support.mjs";
import { NOW, SECRET } from "../lib/senders.mjs";
import { until } from "./waiting.mjs";

const { DeliveryKey, WebhookVerificationError, WebhookVerifier } = hookseal;
const verifier = new WebhookVerifier(SECRET, { now: NOW });
const never = () => assert.fail("the handler must not run");

function delivery(event_id = "evt-1", more = {}) {
  const body = envelope({ event_id, ...more });
  return verifier.verify(timestamped(body), body);
}

/** Fails in the named methods. */
function broken(...methods) {
  const memory = new MemoryStore();
  const store = { isDurable: true };
  for (const name of ["create", "claim", "finish", "release", "forget", "sweep"]) {
    store[name] = (...given) => {
      if (methods.includes(name)) throw new StoreError("it is down");
      return memory[name](...given);
    };
  }
  return store;
}

/** A `Once` and the names of its notices. */
function noted(store, options = {}) {
  const notices = [];
  return [new Once(store, { scope: "test", ...options, onNotice: (notice) => notices.push(notice) }), notices];
}

test("a store that is down before the handler runs is answered 503, or the handler runs when that was asked for", async () => {
  const [once, notices] = noted(broken("claim", "create", "forget", "sweep"));
  const calls = [
    () => once.run(delivery(), never),
    () => once.create(),
    () => once.forget(new DeliveryKey("contio", "evt-1")),
    () => once.sweep(1),
  ];
  for (const call of calls) {
    await assert.rejects(call(), (error) => {
      assert.ok(error instanceof WebhookVerificationError && error.cause instanceof StoreError);
      assert.deepEqual([error.code, error.status, error.retryAfter], ["store_unavailable", 503, 30]);
      assert.match(error.message, /it is down/);
      return true;
    });
  }
  assert.deepEqual(
    notices.map(({ name, error }) => [name, error.message]),
    Array(4).fill(["store_unavailable", "it is down"]),
  );
  const [open] = noted(broken("claim"), { whenUnavailable: "open" });
  assert.equal(await open.run(delivery(), () => "ran"), "ran");
});

test("a store that is down after the handler ran changes no answer", async () => {
  const [finishing, finishes] = noted(broken("finish"));
  assert.equal(await finishing.run(delivery(), () => "done"), "done");
  const [releasing, releases] = noted(broken("release"));
  const failed = new Error("of the handler");
  await assert.rejects(
    releasing.run(delivery(), () => Promise.reject(failed)),
    failed,
  );
  assert.deepEqual(
    [...finishes, ...releases].map(({ name }) => name),
    ["store_unavailable", "store_unavailable"],
  );
  await assert.rejects(
    finishing.run(delivery(), never),
    { code: "in_progress" },
    "the claim stays until its lease lapses",
  );
});

test("an error of a store shows its message only if it was made to be shown", async () => {
  const [once] = noted({ ...broken(), claim: () => Promise.reject(new TypeError("redis://:a-password@host")) });
  await assert.rejects(once.run(delivery(), never), (error) => {
    assert.equal(error.code, "store_unavailable");
    assert.match(error.message, /TypeError/);
    assert.doesNotMatch(error.message, /a-password/);
    return true;
  });
});

test("a hook that throws changes nothing, and without a hook notices are printed", async (t) => {
  const [error, warn] = [t.mock.method(console, "error", () => {}), t.mock.method(console, "warn", () => {})];
  const throwing = new Once(broken("claim"), {
    scope: "test",
    whenUnavailable: "open",
    onNotice() {
      throw new Error("in the hook");
    },
  });
  assert.equal(await throwing.run(delivery(), () => "ran"), "ran");
  assert.match(String(error.mock.calls[0].arguments[0]), /in the hook/);
  await new Once(broken("claim"), { scope: "test", whenUnavailable: "open" }).run(delivery(), () => {});
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments),
    [["hookseal once: store_unavailable, key 0.6.contio5.evt-1: it is down"]],
  );
});

test("a memory store evicts what was done first, and never a running claim", async () => {
  const once = new Once(new MemoryStore(2));
  for (const id of ["a", "b", "c"]) await once.run(delivery(id), () => {});
  for (const id of ["b", "c"]) assert.equal(await once.run(delivery(id), never), undefined);
  assert.equal(await once.run(delivery("a"), () => "again"), "again");
  await once.run(delivery("d"), () =>
    once.run(delivery("e"), async () => {
      await assert.rejects(once.run(delivery("f"), never), { code: "store_unavailable", message: /2 handlers/ });
      await assert.rejects(once.run(delivery("d"), never), { code: "in_progress" });
    }),
  );
  assert.equal(await once.run(delivery("f"), () => "room"), "room");
});

test("a memory store sweeps so many as it is asked for, and makes room by claims that were never ended", () => {
  const store = new MemoryStore(3);
  for (const [at, key] of ["a", "b", "c"].entries()) store.claim(key, "t", "body", 10, 100, at);
  assert.throws(() => store.claim("d", "t", "body", 10, 100, 50), StoreError);
  assert.equal(store.sweep(2, 200), 2);
  assert.equal(store.claim("d", "t", "body", 10, 100, 200).answer, "first");
  assert.deepEqual([store.forget("c"), store.forget("a")], [true, false]);
});

test("only a store that outlives the process lets a verifier accept old events, and only once it was made", () => {
  for (const once of [new Once(), new Once(broken(), { scope: "test" }), "once.db", {}, null]) {
    assert.throws(() => new WebhookVerifier(SECRET, { once }), { code: "invalid_argument" });
  }
});

test("wrong arguments are refused", async () => {
  const durable = broken();
  const calls = [
    () => new Once(durable),
    () => new Once(durable, { scope: "" }),
    () => new Once(durable, { scope: 5 }),
    () => new Once(durable, { scope: "\ud800" }),
    () => new Once("once.db"),
    () => new Once(null),
    () => new Once(undefined, { lease: 0 }),
    () => new Once(undefined, { lease: NaN }),
    () => new Once(undefined, { lease: 10, keep: 10 }),
    () => new Once(undefined, { whenUnavailable: "maybe" }),
    () => new Once(undefined, { onNotice: "log" }),
    () => new Once(undefined, { leas: 1 }),
    () => new Once().express("handler"),
    () => new Once().run(envelope(), never),
    () => new Once().run(undefined, never),
    () => new Once().forget("evt-1"),
    () => new Once().run(delivery(), (attempt) => attempt.finishIn({})),
    () => new MemoryStore(0),
    () => new DeliveryKey("contio", 1),
    () => new DeliveryKey("contio", "\udc00"),
    () => delivery().key.text("\ud800"),
  ];
  for (const call of calls) {
    await assert.rejects(
      async () => call(),
      (error) => {
        assert.ok(error instanceof WebhookVerificationError, `${call}: ${error}`);
        assert.equal(error.code, "invalid_argument", String(call));
        return true;
      },
    );
  }
});

test("a key has a text, is written as JSON, and is the same object each time", () => {
  const { key } = delivery();
  assert.deepEqual([String(key), key.text("acme")], ["0.6.contio5.evt-1", "4.acme6.contio5.evt-1"]);
  assert.equal(JSON.stringify(key), '{"scheme":"contio","id":"evt-1"}');
  assert.ok(key instanceof DeliveryKey);
  const twice = delivery();
  assert.equal(twice.key, twice.key);
  assert.deepEqual(new DeliveryKey("contio-timestamped", "evt-1"), key);
  assert.match(new DeliveryKey("contio", "x".repeat(201)).id, /^sha256-[0-9a-f]{64}$/);
  assert.match(key.text("é"), /^71\.sha256-[0-9a-f]{64}6\.contio5\.evt-1$/);
});

test("a key is that of the body that was verified, whatever its bytes are now", async () => {
  const github = new WebhookVerifier(SECRET, { scheme: "github" });
  const body = new TextEncoder().encode("of a sender whose bodies can be anything".padEnd(4096));
  const headers = hookseal.sign(body, SECRET, { scheme: "github" });
  const { id } = github.verify(headers, body).key;
  for (const make of [
    () => github.verify(headers, body),
    () => github.verifyRequest(new Request("http://localhost", { method: "POST", body, headers })),
  ]) {
    const verified = await make();
    delivery();
    assert.equal(verified.key.id, id);
  }
  const changed = github.verify(headers, body);
  body[0] ^= 1;
  assert.equal(changed.key.id, id);
});

for (const [name, make] of Object.entries({ "Express 5": express, "Express 4": express4 })) {
  /** Serves a handler after `webhook`, and posts one event several times. */
  const serve = async (t, once, handler, onError) => {
    const app = make();
    app.post("/", webhook(verifier), once.express(handler));
    app.use((error, _req, res, _next) => {
      onError?.(error);
      res.status(500).end();
    });
    const port = await listen(t, app);
    return (id = "evt-1") => {
      const body = envelope({ event_id: id });
      return post(port, body, timestamped(body));
    };
  };

  test(`${name}: the event is handled once, and all are answered 200`, async (t) => {
    const handled = [];
    const send = await serve(t, new Once(), (event) => void handled.push(event.key.id));
    for (let count = 0; count < 3; count++) assert.equal((await send()).status, 200);
    assert.deepEqual(handled, ["evt-1"]);
  });

  test(`${name}: a status that was set without an answer is the answer`, async (t) => {
    const send = await serve(t, new Once(), (_delivery, _attempt, req) => void req.res.status(204));
    assert.deepEqual([(await send()).status, (await send()).status], [204, 200]);
  });

  test(`${name}: a handler that answers with an error status is tried again`, async (t) => {
    const statuses = [500, 404, 200];
    const send = await serve(
      t,
      new Once(),
      (_delivery, _attempt, _req, res) => void res.status(statuses.shift()).end(),
    );
    const answers = [];
    for (let count = 0; count < 4; count++) answers.push((await send()).status);
    assert.deepEqual(answers, [500, 404, 200, 200]);
  });

  test(`${name}: a handler that throws or rejects is tried again, and the error goes to the application`, async (t) => {
    const thrown = [new Error("first"), undefined, "a text"];
    const errors = [];
    const handler = async () => {
      if (thrown.length > 0) throw thrown.shift();
    };
    const send = await serve(t, new Once(), handler, (error) => errors.push(error));
    const answers = [];
    for (let count = 0; count < 5; count++) answers.push((await send()).status);
    assert.deepEqual(answers, [500, 500, 500, 200, 200]);
    assert.deepEqual(
      errors.map(({ message, cause }) => [message, cause]).map(([message, cause]) => cause ?? message),
      ["first", "a value that is not an error was thrown; see the cause", "a text"],
    );
  });

  test(`${name}: a handler that answers later is awaited, and its duplicate is to come again`, async (t) => {
    let end;
    const handler = (_delivery, _attempt, _req, res) => {
      end = () => res.status(200).end("later");
    };
    const send = await serve(t, new Once(), handler);
    const first = send();
    await until(() => end !== undefined);
    const second = await send();
    assert.deepEqual([second.status, second.headers["retry-after"]], [503, "45"]);
    assert.deepEqual(JSON.parse(second.text), { error: "in_progress" });
    end();
    assert.deepEqual([(await first).status, (await send()).status], [200, 200]);
  });

  test(`${name}: a store that is down is answered 503 with Retry-After`, async (t) => {
    const [once] = noted(broken("claim"));
    const { status, headers, text } = await (await serve(t, once, never))();
    assert.deepEqual([status, headers["retry-after"], JSON.parse(text)], [503, "30", { error: "store_unavailable" }]);
  });

  test(`${name}: without webhook before it, the application gets the error`, async (t) => {
    const app = make();
    const errors = [];
    app.post("/", new Once().express(never));
    app.use((error, _req, res, _next) => res.status(errors.push(error) && 500).end());
    await post(await listen(t, app), envelope(), {});
    assert.match(errors[0].message, /webhook\(verifier\)/);
  });
}

test("webhook passes on when to come again, if a verifier that wraps another one says so", async (t) => {
  const later = {
    maxBody: 1024,
    verify: () => {
      throw new WebhookVerificationError("in_progress", "later", { retryAfter: 7 });
    },
  };
  const port = await listen(t, express().post("/", webhook(later, { onFailure() {} }), never));
  const { status, headers } = await post(port, envelope(), {});
  assert.deepEqual([status, headers["retry-after"]], [503, "7"]);
});

test("respond: the event is handled once, and the answers are those of a fetch handler", async () => {
  const once = new Once();
  const first = await once.respond(delivery(), () => new Response("made", { status: 201 }));
  assert.deepEqual([first.status, await first.text()], [201, "made"]);
  assert.equal((await once.respond(delivery(), never)).status, 200);
  assert.equal((await once.respond(delivery("evt-2"), () => {})).status, 200);
  for (const status of [400, 500]) {
    assert.equal((await once.respond(delivery("evt-3"), async () => new Response(null, { status }))).status, status);
  }
  assert.equal((await once.respond(delivery("evt-3"), () => new Response("third"))).status, 200);
  const failed = new Error("of the handler");
  await assert.rejects(
    once.respond(delivery("evt-4"), () => Promise.reject(failed)),
    failed,
  );
  await once.respond(delivery("evt-4"), async () => {
    const busy = await once.respond(delivery("evt-4"), never);
    assert.deepEqual(
      [busy.status, busy.headers.get("retry-after"), await busy.json()],
      [503, "45", { error: "in_progress" }],
    );
  });
  const [down] = noted(broken("claim"));
  assert.equal((await down.respond(delivery(), never)).headers.get("retry-after"), "30");
});
