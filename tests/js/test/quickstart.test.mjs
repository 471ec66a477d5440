// The quick start of the sender's guide, "Webhook Events", word for word except for the verifier's import. It is
// written in TypeScript, which checks and compiles it here. Deliveries of both variants are sent to it.
import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";

import { nowSeconds } from "../lib/senders.mjs";
import { PATH, quickStart } from "./guide.mjs";
import { SECRET, bodyForm, envelope, listen, post, timestamped } from "./support.mjs";
import { compiled } from "./typescript.mjs";

const processed = [];
let app;

before(async () => {
  process.env.WEBHOOK_SECRET = SECRET;
  globalThis.processWebhookAsync = (event) => processed.push(event);
  ({ app } = await compiled(quickStart("hookseal")));
});

beforeEach(() => {
  processed.length = 0;
});

const event = () => envelope({ timestamp: new Date().toISOString() });
const signs = {
  timestamped: (body, options) => timestamped(body, { timestamp: String(nowSeconds()), ...options }),
  body: bodyForm,
};

for (const [variant, sign] of Object.entries(signs)) {
  test(`the quick start accepts a genuine delivery of the variant ${variant}`, async (t) => {
    const body = event();
    const answer = await post(await listen(t, app), body, sign(body), { path: PATH });
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.text), { received: true });
    assert.deepEqual(processed, [JSON.parse(body)]);
  });

  test(`the quick start responds with 401 to a forged delivery of the variant ${variant}`, async (t) => {
    const body = event();
    const answer = await post(await listen(t, app), body, sign(body, { secret: "another" }), { path: PATH });
    assert.equal(answer.status, 401);
    assert.deepEqual(JSON.parse(answer.text), { error: "Invalid signature" });
    assert.deepEqual(processed, []);
  });
}

test("the quick start responds with 401 to everything else that is not genuine, and never fails", async (t) => {
  const port = await listen(t, app);
  const body = event();
  const genuine = signs.timestamped(body);
  const wrong = {
    "no signature": {},
    "no timestamp": { ...genuine, "x-contio-timestamp": [] },
    "a stale one": signs.timestamped(body, { timestamp: String(nowSeconds() - 301) }),
    "two signatures": { ...genuine, "x-contio-signature": [genuine["x-contio-signature"], "00".repeat(32)] },
    "a signature that is not hex": { ...genuine, "x-contio-signature": "é" },
    "a body that express.raw ignored": { ...genuine, "content-type": "text/plain" },
  };
  for (const [name, headers] of Object.entries(wrong)) {
    const answer = await post(port, body, headers, { path: PATH });
    assert.equal(answer.status, 401, name);
  }
  assert.deepEqual(processed, []);
});
