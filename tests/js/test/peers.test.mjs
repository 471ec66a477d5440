// Other implementations, both ways and over HTTP: what they sign, ours accepts, and what ours signs, they accept.
// Changed deliveries are refused, by theirs too, or it would have verified nothing.
import assert from "node:assert/strict";
import { before, test } from "node:test";

import { WebhookVerifier as PartnerVerifier, createWebhookMiddleware } from "@contio/partner-sdk/webhooks";
import * as octokit from "@octokit/webhooks-methods";
import express from "express";
import { WebhookVerifier, sign } from "hookseal";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";

import { BASE64_SECRET, SECRET, SENDERS, envelope, nowSeconds } from "../lib/senders.mjs";
import { listen, post, receiver } from "./support.mjs";
import { compiled } from "./typescript.mjs";

/** From the sender's guide, "Webhook Events", "Manual Verification", word for word. */
const GUIDE = `
import crypto from 'crypto';

function verifyWebhook(
  payload: Buffer,
  signature: string,
  timestamp: string,
  secret: string
): boolean {
  const signedPayload = \`\${timestamp}.\${payload.toString()}\`;
  const expectedSignature = crypto
    .createHmac('sha256', secret)
    .update(signedPayload)
    .digest('hex');

  return crypto.timingSafeEqual(
    Buffer.from(signature),
    Buffer.from(expectedSignature)
  );
}
`;

let guide;
before(async () => {
  guide = await compiled(`${GUIDE}\nexport { verifyWebhook };\n`);
});

const ID = "msg_2b1f";
const OTHER_BASE64_SECRET = `whsec_${Buffer.from("another secret, made up too").toString("base64")}`;
const stripe = new Stripe("a key of the API, for which there is no use here");

/** Standard Webhooks and Svix, which have similar classes. */
const webhookClass = (Webhook, name) => ({
  scheme: name,
  secrets: [BASE64_SECRET, OTHER_BASE64_SECRET],
  id: ID,
  signs: async (text, secret, timestamp) => ({
    [`${headerOf(name)}-id`]: ID,
    [`${headerOf(name)}-timestamp`]: String(timestamp),
    [`${headerOf(name)}-signature`]: new Webhook(secret).sign(ID, new Date(timestamp * 1000), text),
  }),
  accepts: async (body, headers, secret) => new Webhook(secret).verify(body, headers) !== undefined,
});
const headerOf = (scheme) => (scheme === "svix" ? "svix" : "webhook");

/**
 * Each has our name for its scheme, how it signs as a sender, and whether it accepts a delivery as a receiver. Those
 * without a function for signing sign with Node's HMAC.
 */
const PEERS = {
  "@contio/partner-sdk": {
    scheme: "contio-body",
    signs: async (text, key) => SENDERS["contio-body"](text, { key }),
    accepts: async (body, headers, secret) =>
      new PartnerVerifier(secret).verifySignature(body, headers["x-contio-signature"]).isValid,
  },
  "the guide's own code": {
    scheme: "contio-timestamped",
    signs: async (text, key, timestamp) => SENDERS["contio-timestamped"](text, { key, timestamp }),
    accepts: async (body, headers, secret) =>
      guide.verifyWebhook(body, headers["x-contio-signature"], headers["x-contio-timestamp"], secret),
  },
  standardwebhooks: webhookClass(StandardWebhook, "standard-webhooks"),
  svix: webhookClass(SvixWebhook, "svix"),
  stripe: {
    scheme: "stripe",
    signs: async (payload, secret, timestamp) => ({
      "stripe-signature": stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
    }),
    accepts: async (body, headers, secret) =>
      stripe.webhooks.constructEvent(body, headers["stripe-signature"], secret).event_id === "evt-1",
  },
  "@octokit/webhooks-methods": {
    scheme: "github",
    signs: async (text, secret) => ({ "x-hub-signature-256": await octokit.sign(secret, text) }),
    accepts: (body, headers, secret) => octokit.verify(secret, body.toString(), headers["x-hub-signature-256"]),
  },
};

/** A server that responds with 200 to what the peer accepts, and with 401 to everything else. */
async function peerServer(t, { accepts }, secret) {
  const app = express().use(express.raw({ type: "*/*" }));
  app.post("/", async (req, res) => {
    let isAccepted = false;
    try {
      isAccepted = await accepts(req.body, req.headers, secret);
    } catch {
      // Some throw when they refuse a delivery.
    }
    res.sendStatus(isAccepted ? 200 : 401);
  });
  return listen(t, app);
}

/** An event, written in three ways. Parsing and serializing does not preserve two of them. */
function texts() {
  const text = new TextDecoder().decode(envelope({ timestamp: new Date().toISOString(), note: "$& $$ $1 \\ </" }));
  return [text, JSON.stringify(JSON.parse(text), null, 3).replaceAll("\n", "\r\n"), text.replace("</", "<\\/")];
}

/** The name of the header with the signature. */
const signatureOf = (headers) => Object.keys(headers).find((name) => /signature/i.test(name));

/** Changes a hex digit or a letter of base64 near the end of a signature. */
function otherSignature(value) {
  const at = value.length - 10;
  return `${value.slice(0, at)}${value[at] === "1" ? "2" : "1"}${value.slice(at + 1)}`;
}

/** The ways in which someone without the secret may change a genuine delivery on its way. */
function* changes(headers, text) {
  const name = signatureOf(headers);
  yield ["a letter of the body", headers, text.replace("evt-1", "evt-2")];
  yield ["a space after the body", headers, `${text} `];
  yield ["the last byte of the body", headers, text.slice(0, -1)];
  yield ["the signature", { ...headers, [name]: otherSignature(headers[name]) }, text];
  for (const [header, value] of Object.entries(headers)) {
    const { [header]: _, ...rest } = headers;
    yield [`no ${header}`, rest, text];
    if (/-timestamp$/i.test(header)) yield ["the timestamp", { ...headers, [header]: String(Number(value) + 1) }, text];
    if (/-id$/i.test(header)) yield ["the id", { ...headers, [header]: `${value}2` }, text];
    const later = value.replace(/^t=(\d+)/, (_, timestamp) => `t=${Number(timestamp) + 1}`);
    if (later !== value) yield ["the timestamp", { ...headers, [header]: later }, text];
  }
}

for (const [peer, given] of Object.entries(PEERS)) {
  const { scheme, secrets: [secret, otherSecret] = [SECRET, "another secret"], id, signs } = given;

  test(`${peer} signs as ${scheme}, and ours accepts it, but no changed delivery`, async (t) => {
    const { port, deliveries, failures } = await receiver(t, { verifier: new WebhookVerifier(secret, { scheme }) });
    const theirs = await peerServer(t, given, secret);
    for (const text of texts()) {
      const body = Buffer.from(text);
      const headers = await signs(text, secret, nowSeconds());
      assert.equal((await post(theirs, body, headers)).status, 200, "they accept it themselves");
      assert.equal((await post(port, body, headers)).status, 200);
      assert.deepEqual(Buffer.from(deliveries.pop().body), body);
      for (const [what, changed, changedText] of changes(headers, text)) {
        const { status } = await post(port, Buffer.from(changedText), changed);
        assert.ok([400, 401].includes(status), `${what}: ${status}`);
      }
      const { status } = await post(port, body, await signs(text, otherSecret, nowSeconds()));
      assert.equal(status, 401, "another secret");
      assert.equal(failures.pop().error.code, "signature_mismatch");
    }
    assert.deepEqual(deliveries, []);
  });

  test(`${peer} accepts what ours signs as ${scheme}, but no changed delivery`, async (t) => {
    const port = await peerServer(t, given, secret);
    for (const text of texts()) {
      const headers = sign(text, secret, { scheme, id });
      assert.equal((await post(port, Buffer.from(text), headers)).status, 200);
      for (const [what, changed, changedText] of changes(headers, text)) {
        assert.equal((await post(port, Buffer.from(changedText), changed)).status, 401, what);
      }
      const others = sign(text, otherSecret, { scheme, id });
      assert.equal((await post(port, Buffer.from(text), others)).status, 401, "another secret");
    }
  });
}

for (const name of ["standardwebhooks", "svix", "stripe", "the guide's own code"]) {
  const { scheme, secrets: [secret] = [SECRET], signs } = PEERS[name];

  test(`a delivery that ${name} signed too long ago or too far ahead is refused`, async () => {
    const verifier = new WebhookVerifier(secret, { scheme });
    for (const [shift, code] of [[-600, "timestamp_too_old"], [600, "timestamp_in_future"]]) {
      const [text] = texts();
      const headers = await signs(text, secret, nowSeconds() + shift);
      assert.throws(() => verifier.verify(headers, text), { code, status: 401 });
    }
  });
}

test("the middleware of @contio/partner-sdk accepts what ours signs, and finds its event", async (t) => {
  const events = [];
  const app = express().use(express.raw({ type: "*/*" }));
  app.post("/", createWebhookMiddleware({ secret: SECRET }), (req, res) => {
    events.push(req.webhookEvent);
    res.sendStatus(200);
  });
  const port = await listen(t, app);
  for (const text of texts()) {
    const body = Buffer.from(text);
    assert.equal((await post(port, body, sign(text, SECRET, { scheme: "contio-body" }))).status, 200);
    assert.deepEqual(events.pop(), JSON.parse(text));
    assert.equal((await post(port, body, sign(text, "another secret", { scheme: "contio-body" }))).status, 401);
  }
  assert.deepEqual(events, []);
});
