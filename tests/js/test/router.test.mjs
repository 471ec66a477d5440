// The router alone, with events that were already verified.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier } from "hookseal";
import { WebhookRouter } from "hookseal/router";

import { NOW, SECRET, contioX, envelope, timestamped } from "./support.mjs";

const eventOf = (type) => JSON.parse(envelope({ event_type: type }));

function deliveryOf(body) {
  return new WebhookVerifier(SECRET, { now: NOW }).verify(timestamped(body), body);
}

test("an event goes to the handlers for its type and then to those for every type, and to no others", async () => {
  const calls = [];
  const router = new WebhookRouter()
    .onAny(() => calls.push("any"))
    .on("meeting.completed", () => calls.push("first"))
    .on("meeting.created", () => calls.push("another type's"))
    .on("meeting.completed", () => calls.push("second"))
    .onUnknown(() => calls.push("unknown"));
  await router.handle(eventOf("meeting.completed"));
  assert.deepEqual(calls, ["first", "second", "any"]);
});

test("an event without a handler for its type goes to those for unknown events", async () => {
  const calls = [];
  const router = new WebhookRouter()
    .on("meeting.completed", () => calls.push("typed"))
    .onUnknown((event) => calls.push(event.event_type))
    .onAny(() => calls.push("any"));
  await router.handle(eventOf("meeting.created"));
  await router.handle(eventOf("brand.new"));
  assert.deepEqual(calls, ["meeting.created", "any", "brand.new", "any"]);
});

test("a type that this version does not know can have handlers", async () => {
  const seen = [];
  await new WebhookRouter().on("brand.new", (event) => seen.push(event.event_id)).handle(eventOf("brand.new"));
  assert.deepEqual(seen, ["evt-1"]);
});

test("an event without any handler is no error", async () => {
  assert.equal(await new WebhookRouter().handle(eventOf("meeting.completed")), undefined);
});

test("handlers get the event of a delivery, and the delivery as well", async () => {
  const body = envelope();
  const delivery = deliveryOf(body);
  const calls = [];
  await new WebhookRouter().on("meeting.completed", (...args) => calls.push(args)).handle(delivery);
  assert.deepEqual(calls[0][0], JSON.parse(body));
  assert.equal(calls[0][1], delivery);
  assert.equal(calls.length, 1);
});

test("handlers of an event that was passed without its delivery get no delivery", async () => {
  const event = eventOf("meeting.completed");
  const calls = [];
  await new WebhookRouter().on("meeting.completed", (...args) => calls.push(args)).handle(event);
  assert.deepEqual(calls, [[event, undefined]]);
});

test("a delivery without a valid envelope is refused and starts no handler", async () => {
  const body = Buffer.from("[]");
  const calls = [];
  const router = new WebhookRouter().onAny(() => calls.push("any"));
  await assert.rejects(router.handle(deliveryOf(body)), { code: "malformed_envelope", status: 400 });
  assert.deepEqual(calls, []);
});

test("a delivery of a custom scheme named contio-x is routed by its event, or by its JSON", async () => {
  const verifier = new WebhookVerifier(SECRET, { scheme: contioX.scheme });
  const calls = [];
  const router = new WebhookRouter().on("order.paid", (event, delivery) => calls.push(event, delivery));
  const ofEvent = Buffer.from(envelope({ event_type: "order.paid" }));
  const delivery = verifier.verify(contioX.headers(ofEvent), ofEvent);
  await router.handle(delivery);
  assert.deepEqual(calls.splice(0), [JSON.parse(ofEvent), delivery]);
  const ofNone = Buffer.from('{"event_type":"order.paid"}');
  const other = verifier.verify(contioX.headers(ofNone), ofNone);
  assert.equal(other.hasEnvelope, false);
  await router.handle(other.json());
  assert.deepEqual(calls, [{ event_type: "order.paid" }, undefined]);
});

test("every handler is started and awaited, even if others fail", async () => {
  const calls = [];
  const later = (name) => new Promise((resolve) => setImmediate(() => resolve(calls.push(name))));
  const [thrown, rejected] = [new Error("thrown"), new Error("rejected")];
  const router = new WebhookRouter()
    .on("meeting.completed", () => {
      throw thrown;
    })
    .on("meeting.completed", () => Promise.reject(rejected))
    .on("meeting.completed", () => later("slow"))
    .onAny(() => calls.push("any"));
  await assert.rejects(router.handle(eventOf("meeting.completed")), (error) => {
    assert(error instanceof AggregateError);
    assert.deepEqual(error.errors, [thrown, rejected]);
    assert.equal(error.message, '2 of 4 handlers of the event "meeting.completed" failed');
    return true;
  });
  assert.deepEqual(calls, ["any", "slow"]);
});

test("asynchronous handlers run concurrently", async () => {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const router = new WebhookRouter().on("meeting.completed", () => released).on("meeting.completed", () => release());
  await router.handle(eventOf("meeting.completed"));
});

test("a handler that another handler adds gets only the next event", async () => {
  const calls = [];
  const router = new WebhookRouter();
  router.onUnknown(() => router.onUnknown(() => calls.push("added")));
  await router.handle(eventOf("meeting.completed"));
  assert.deepEqual(calls, []);
  await router.handle(eventOf("meeting.completed"));
  assert.deepEqual(calls, ["added"]);
});

test("types named like members of an object are types like any other", async () => {
  for (const type of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const calls = [];
    const router = new WebhookRouter().onUnknown(() => calls.push("unknown"));
    await router.handle(eventOf(type));
    await router.on(type, () => calls.push("typed")).handle(eventOf(type));
    assert.deepEqual(calls, ["unknown", "typed"], type);
  }
});

test("a value that is neither a delivery nor an event is refused", async () => {
  for (const wrong of [undefined, null, {}, "meeting.completed", { event_type: 5 }]) {
    await assert.rejects(new WebhookRouter().handle(wrong), { code: "invalid_argument", status: 500 });
  }
});

test("a handler that is not a function, and a type that is not a string, are refused when they are registered", () => {
  const router = new WebhookRouter();
  const wrong = [
    () => router.on("meeting.completed"),
    () => router.on("meeting.completed", "handler"),
    () => router.on(undefined, () => {}),
    () => router.onAny(null),
    () => router.onUnknown({}),
  ];
  for (const register of wrong) {
    assert.throws(register, (error) => error instanceof WebhookVerificationError && error.code === "invalid_argument");
  }
});
