// The options of a verifier: each limit exactly at its boundary and one beyond, the clock, and unusable values.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerifier, sign } from "hookseal";

import { NOW, NOW_TEXT, SECRET, SENDERS, envelope, nowSeconds } from "../lib/senders.mjs";

const body = envelope();
const timestamped = SENDERS["contio-timestamped"](body);
const bodyForm = SENDERS["contio-body"](body);
const DAY = 86_400;

/** The code of the error, or `ok`. */
function outcome(headers, options, given = body) {
  const verifier = new WebhookVerifier(SECRET, options);
  const [signature, timestamp] = ["X-Contio-Signature", "X-Contio-Timestamp"].map((name) => headers[name]);
  const { isValid, code } = verifier.verifySignature(given, signature, timestamp);
  try {
    verifier.verify(headers, given);
    assert.ok(isValid);
    return "ok";
  } catch (error) {
    assert.equal(code, error.code);
    return error.code;
  }
}

/** A limit, and the time at which the delivery is exactly at it: one second later or earlier, it is beyond. */
const LIMITS = [
  ["maxAge is 300 seconds unless said", timestamped, {}, NOW + 300, +1, "timestamp_too_old"],
  ["maxAge is what is said", timestamped, { maxAge: 60 }, NOW + 60, +1, "timestamp_too_old"],
  ["maxAge may be 0", timestamped, { maxAge: 0 }, NOW, +1, "timestamp_too_old"],
  ["of maxAge the fraction is cut off", timestamped, { maxAge: 60.9 }, NOW + 60, +1, "timestamp_too_old"],
  ["maxSkew is 300 seconds unless said", timestamped, {}, NOW - 300, -1, "timestamp_in_future"],
  ["maxSkew is what is said", timestamped, { maxSkew: 5 }, NOW - 5, -1, "timestamp_in_future"],
  ["maxSkew may be 0", timestamped, { maxSkew: 0 }, NOW, -1, "timestamp_in_future"],
  ["maxSkew holds the event's time too", bodyForm, { maxSkew: 7 }, NOW - 7, -1, "timestamp_in_future"],
  ["maxEventAge is a day unless said", bodyForm, {}, NOW + DAY, +1, "event_too_old"],
  ["maxEventAge is what is said", bodyForm, { maxEventAge: 10 }, NOW + 10, +1, "event_too_old"],
  ["maxEventAge may be 0", bodyForm, { maxEventAge: 0 }, NOW, +1, "event_too_old"],
];

for (const [name, headers, options, now, beyond, code] of LIMITS) {
  test(name, () => {
    assert.equal(outcome(headers, { ...options, now }), "ok");
    assert.equal(outcome(headers, { ...options, now: now + beyond }), code);
  });
}

test("maxEventAge allows any age if it is null or infinity", () => {
  for (const maxEventAge of [null, Infinity]) {
    assert.equal(outcome(bodyForm, { maxEventAge, now: NOW + 1000 * 365 * DAY }), "ok");
  }
});

test("infinity allows any age, any skew and any size, and the largest numbers allow any size", () => {
  assert.equal(outcome(timestamped, { maxAge: Infinity, now: 10 * NOW }), "ok");
  assert.equal(outcome(timestamped, { maxSkew: Infinity, now: 0 }), "ok");
  for (const any of [Infinity, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 2 ** 64, 2 ** 63]) {
    assert.equal(outcome(timestamped, { maxBody: any, now: NOW }), "ok");
  }
});

test("maxBody accepts a body of exactly that size, and none that is a byte larger", () => {
  assert.equal(outcome(timestamped, { maxBody: body.length, now: NOW }), "ok");
  assert.equal(outcome(timestamped, { maxBody: body.length - 1, now: NOW }), "body_too_large");
  assert.equal(outcome(timestamped, { maxBody: body.length - 0.5, now: NOW }), "body_too_large");
  assert.equal(outcome(timestamped, { maxBody: 0, now: NOW }), "body_too_large");
});

test("maxBody counts the bytes of a body that is a string, not its characters", () => {
  const text = new TextDecoder().decode(body);
  assert.ok(text.length < body.length);
  assert.equal(outcome(timestamped, { maxBody: body.length, now: NOW }, text), "ok");
  assert.equal(outcome(timestamped, { maxBody: body.length - 1, now: NOW }, text), "body_too_large");
});

test("without maxBody, verify accepts bodies of any size, and the property has the limit for requests", () => {
  const large = envelope({ data: { text: "x".repeat(3 << 20) } });
  assert.equal(outcome(SENDERS["contio-timestamped"](large), { now: NOW }, large), "ok");
  assert.equal(new WebhookVerifier(SECRET).maxBody, 1 << 20);
  assert.equal(new WebhookVerifier(SECRET, { maxBody: 5 }).maxBody, 5);
});

test("now can be a number, whose fraction is truncated", () => {
  assert.equal(outcome(timestamped, { now: NOW + 300.9 }), "ok");
  assert.equal(outcome(timestamped, { now: NOW + 301 }), "timestamp_too_old");
  assert.equal(outcome(timestamped, { now: NOW - 300 }), "ok");
  assert.equal(outcome(timestamped, { now: NOW - 300.1 }), "timestamp_in_future");
});

test("now can be a function, which is called for every delivery", () => {
  let present = NOW;
  const verifier = new WebhookVerifier(SECRET, { now: () => present });
  assert.equal(verifier.verify(timestamped, body).timestamp, NOW);
  present = NOW + 301;
  assert.throws(() => verifier.verify(timestamped, body), { code: "timestamp_too_old" });
  present = NOW + 300;
  assert.equal(verifier.verify(timestamped, body).timestamp, NOW);
});

test("without now, the system's clock is used", () => {
  const fresh = SENDERS["contio-timestamped"](body, { timestamp: nowSeconds() });
  assert.equal(outcome(fresh, {}), "ok");
  assert.equal(outcome(timestamped, {}), "timestamp_too_old");
  assert.equal(outcome(sign(body, SECRET), {}), "ok");
});

test("times before 1970 and after the year 9999 work", () => {
  assert.equal(outcome(timestamped, { now: -NOW }), "timestamp_in_future");
  assert.equal(outcome(timestamped, { now: -(2 ** 53) }), "timestamp_in_future");
  assert.equal(outcome(timestamped, { now: 99_999_999_999 }), "timestamp_too_old");
  assert.equal(outcome(timestamped, { now: Number.MAX_VALUE }), "invalid_argument", "it is taken for milliseconds");
  assert.equal(outcome(timestamped, { now: -Number.MAX_VALUE }), "timestamp_in_future");
});

test("a clock that returns no time makes a delivery fail, and the next one may pass", () => {
  let reading;
  const verifier = new WebhookVerifier(SECRET, { now: () => reading });
  for (reading of [NaN, Infinity, undefined, null, "1700000000", new Date(), 1n, {}]) {
    const { code } = verifier.verifySignature(body, ...Object.values(timestamped));
    assert.equal(code, "invalid_argument", String(reading));
  }
  reading = NOW;
  assert.equal(verifier.verify(timestamped, body).timestamp, NOW);
});

test("an age or a skew that is too large is a mistake, however large it is", () => {
  for (const name of ["maxAge", "maxSkew"]) {
    for (const value of [100_000, 2 ** 53, 2 ** 63, 2 ** 64, 1e300, Number.MAX_VALUE]) {
      const expected = { code: "invalid_argument", message: new RegExp(`${name} is \\d+ s, as if in milliseconds`) };
      assert.throws(() => new WebhookVerifier(SECRET, { [name]: value }), expected, `${name} ${value}`);
    }
  }
  assert.equal(outcome(bodyForm, { maxEventAge: 1e300, now: NOW + DAY + 1 }), "ok");
});

test("undefined gives the default of every option", () => {
  const names = ["scheme", "maxAge", "maxSkew", "maxEventAge", "maxBody"];
  const unset = Object.fromEntries(names.map((name) => [name, undefined]));
  assert.equal(outcome(timestamped, { ...unset, now: NOW + 300 }), "ok");
  assert.equal(outcome(timestamped, { ...unset, now: NOW + 301 }), "timestamp_too_old");
  assert.equal(outcome(bodyForm, { ...unset, now: NOW + DAY }), "ok");
  assert.equal(outcome(bodyForm, { ...unset, now: NOW + DAY + 1 }), "event_too_old");
});

test("limits that are negative or not numbers are invalid_argument", () => {
  for (const name of ["maxAge", "maxSkew", "maxEventAge", "maxBody"]) {
    const wrong = [-1, -Infinity, NaN, "300", true, 1n, [], {}, new Date(), Symbol("300"), () => 300];
    if (name !== "maxEventAge") wrong.push(null);
    for (const value of wrong) {
      assert.throws(
        () => new WebhookVerifier(SECRET, { [name]: value }),
        { name: "WebhookVerificationError", code: "invalid_argument", status: 500 },
        `${name} ${String(value)}`,
      );
    }
  }
});

test("a clock that is neither a number nor a function is invalid_argument", () => {
  for (const now of [NaN, Infinity, null, "1700000000", new Date(NOW * 1000), 1n, {}, true]) {
    assert.throws(() => new WebhookVerifier(SECRET, { now }), { code: "invalid_argument" }, String(now));
  }
});

test("a timestamp for signing is 0 to 999999999999", () => {
  for (const timestamp of [0, 999_999_999_999, 1.9]) {
    const headers = sign(body, SECRET, { timestamp });
    assert.equal(headers["X-Contio-Timestamp"], String(Math.floor(timestamp)));
    assert.equal(outcome(headers, { now: timestamp }), "ok");
  }
  for (const timestamp of [-1, 1e12, NaN, Infinity, "1700000000", new Date(), null]) {
    const unusable = { code: "invalid_argument", status: 500 };
    assert.throws(() => sign(body, SECRET, { timestamp }), unusable, String(timestamp));
  }
});

test("the time of an event may have any offset and precision, and counts in whole seconds", () => {
  for (const timestamp of [NOW_TEXT, "2023-11-14T22:13:20.999Z", "2023-11-15T00:13:20+02:00"]) {
    const event = envelope({ timestamp });
    const headers = SENDERS["contio-body"](event);
    assert.equal(new WebhookVerifier(SECRET, { now: NOW }).verify(headers, event).timestamp, NOW, timestamp);
  }
});
