// Senders that use Node's own HMAC: they share no code with what is tested.
import { createHmac } from "node:crypto";

export const SECRET = "a-secret-that-was-made-up-for-tests";

/** A secret of senders whose keys are base64, and its key. */
export const BASE64_SECRET = "whsec_bWFkZSB1cCBmb3IgdGVzdHMsIG5vdGhpbmcgZWxzZQ==";
const BASE64_KEY = Buffer.from("made up for tests, nothing else");

/** The current time in tests, in Unix seconds and as an event writes it. */
export const NOW = 1_700_000_000;
export const NOW_TEXT = "2023-11-14T22:13:20Z";

export const hmac = (key, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac("sha256", key));

export const nowSeconds = () => Math.floor(Date.now() / 1000);

/** An event as bytes. `fields` replace those of the envelope. */
export function envelope(fields = {}) {
  const event = {
    event_type: "meeting.completed",
    event_id: "evt-1",
    timestamp: NOW_TEXT,
    partner_app_id: "app-1",
    data: { meeting_id: "m-1", title: "Größe 📏", workspace_id: "w-1", completed_at: NOW_TEXT },
    ...fields,
  };
  return new TextEncoder().encode(JSON.stringify(event));
}

/** What each sender signs, and in which headers. `key` is a secret, or the bytes of a key. */
export const SENDERS = {
  "contio-timestamped": (body, { key = SECRET, timestamp = NOW } = {}) => ({
    "X-Contio-Signature": hmac(key, `${timestamp}.`, body).digest("hex"),
    "X-Contio-Timestamp": String(timestamp),
  }),
  "contio-body": (body, { key = SECRET } = {}) => ({
    "X-Contio-Signature": `sha256=${hmac(key, body).digest("hex")}`,
  }),
  "standard-webhooks": (body, options) => withId("webhook", body, options),
  svix: (body, options) => withId("svix", body, options),
  stripe: (body, { key = SECRET, timestamp = NOW } = {}) => ({
    "Stripe-Signature": `t=${timestamp},v1=${hmac(key, `${timestamp}.`, body).digest("hex")}`,
  }),
  github: (body, { key = SECRET } = {}) => ({ "X-Hub-Signature-256": `sha256=${hmac(key, body).digest("hex")}` }),
  slack: (body, { key = SECRET, timestamp = NOW } = {}) => ({
    "X-Slack-Signature": `v0=${hmac(key, `v0:${timestamp}:`, body).digest("hex")}`,
    "X-Slack-Request-Timestamp": String(timestamp),
  }),
  shopify: (body, { key = SECRET } = {}) => ({ "X-Shopify-Hmac-Sha256": hmac(key, body).digest("base64") }),
};

function withId(sender, body, { key = BASE64_KEY, timestamp = NOW, id = "msg_1" } = {}) {
  return {
    [`${sender}-id`]: id,
    [`${sender}-timestamp`]: String(timestamp),
    [`${sender}-signature`]: `v1,${hmac(key, `${id}.${timestamp}.`, body).digest("base64")}`,
  };
}

/** The schemes by name, a receiver's secret for each, and the id and the time of their deliveries. */
export const SCHEMES = [
  { scheme: "contio-timestamped", secret: SECRET, id: "evt-1", timestamp: NOW, isContio: true },
  { scheme: "contio-body", secret: SECRET, id: "evt-1", timestamp: NOW, isContio: true },
  { scheme: "standard-webhooks", secret: BASE64_SECRET, id: "msg_1", timestamp: NOW },
  { scheme: "svix", secret: BASE64_SECRET, id: "msg_1", timestamp: NOW },
  { scheme: "stripe", secret: SECRET, id: null, timestamp: NOW },
  { scheme: "github", secret: SECRET, id: null, timestamp: null },
  { scheme: "slack", secret: SECRET, id: null, timestamp: NOW },
  { scheme: "shopify", secret: SECRET, id: null, timestamp: null },
];
