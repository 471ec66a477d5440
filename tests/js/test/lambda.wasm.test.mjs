// The README's handler for AWS Lambda, word for word: a refusal is a response, and not a fault of the function.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";

import { PACKAGES } from "../lib/programs.mjs";
import { nowSeconds } from "../lib/senders.mjs";
import { SECRET, bodyForm, envelope, timestamped } from "./support.mjs";
import { compiled } from "./typescript.mjs";

let handler;

before(async () => {
  process.env.WEBHOOK_SECRET = SECRET;
  const readme = readFileSync(path.join(PACKAGES, "hookseal", "README.md"), "utf8");
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]);
  const example = examples.find((text) => text.includes("LambdaEvent"));
  ({ handler } = await compiled(example));
});

const body = envelope({ timestamp: new Date().toISOString() });
const genuine = timestamped(body, { timestamp: nowSeconds() });
const lists = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));

/** The events of the services that call functions. */
const EVENTS = {
  "a function URL": (headers) => ({ headers, body: String(body), isBase64Encoded: false }),
  "an API, in base64": (headers) => ({ headers, body: body.toString("base64"), isBase64Encoded: true }),
  "a REST API, with both kinds of headers": (headers) => ({
    headers,
    multiValueHeaders: lists(headers),
    body: String(body),
    isBase64Encoded: false,
  }),
  "a load balancer with multi-value headers": (headers) => ({
    multiValueHeaders: lists(headers),
    body: String(body),
    isBase64Encoded: false,
  }),
};

for (const [name, event] of Object.entries(EVENTS)) {
  test(`the README's handler for Lambda answers ${name}`, async (t) => {
    for (const level of ["log", "debug"]) t.mock.method(console, level, () => {});
    for (const headers of [genuine, bodyForm(body)]) {
      assert.deepEqual(await handler(event(headers)), { statusCode: 204 });
    }
    const forged = await handler(event(timestamped(body, { secret: "another", timestamp: nowSeconds() })));
    assert.deepEqual(forged, { statusCode: 401, body: '{"error":"signature_mismatch"}' });
    assert.deepEqual(await handler(event({})), { statusCode: 400, body: '{"error":"missing_header"}' });
  });
}

test("the README's handler for Lambda answers an event without a body, and a header that was sent twice", async (t) => {
  t.mock.method(console, "debug", () => {});
  assert.equal((await handler({ headers: genuine, body: null, isBase64Encoded: false })).statusCode, 401);
  const twice = { ...lists(genuine), "x-contio-signature": Array(2).fill(genuine["x-contio-signature"]) };
  const { body: answer } = await handler({ multiValueHeaders: twice, body: String(body), isBase64Encoded: false });
  assert.equal(answer, '{"error":"duplicate_header"}');
});
