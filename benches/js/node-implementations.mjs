// What is measured in Node. Each implementation prepares what can be prepared, and returns a function that verifies a
// delivery: it returns true for a genuine one, and returns false or throws for others. Its packages are imported on
// demand, since that is a part of a start.
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { resolve } from "node:path";

import { clockOf } from "./deliveries.mjs";
import { importKey, verify } from "./webcrypto.mjs";

async function verifier(cases, options) {
  const { WebhookVerifier } = await import("hookseal");
  return new WebhookVerifier(cases.secret, options);
}

/** The native package is installed under the other one's name in the project inside this one, where its tests run. */
async function nativeVerifier(cases, options) {
  const { WebhookVerifier } = createRequire(resolve("native", "package.json"))("hookseal");
  return new WebhookVerifier(cases.secret, options);
}

export const IN_NODE = {
  verify: {
    async guide({ secret }) {
      const { verifyWebhook } = await import("./guide.mjs");
      return ({ headers, body }) =>
        verifyWebhook(body, headers["x-contio-signature"], headers["x-contio-timestamp"], secret);
    },
    async hookseal(cases) {
      const own = await verifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) => own.verify(headers, body).secretIndex === 0;
    },
    async "hookseal-signature"(cases) {
      const own = await verifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) =>
        own.verifySignature(body, headers["x-contio-signature"], headers["x-contio-timestamp"]).isValid;
    },
    async native(cases) {
      const own = await nativeVerifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) => own.verify(headers, body).secretIndex === 0;
    },
    async "native-signature"(cases) {
      const own = await nativeVerifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) =>
        own.verifySignature(body, headers["x-contio-signature"], headers["x-contio-timestamp"]).isValid;
    },
    async "create-hmac"({ secret }) {
      return ({ headers, body }) =>
        createHmac("sha256", secret).update(`${headers["x-contio-timestamp"]}.`).update(body).digest("hex") ===
        headers["x-contio-signature"];
    },
    async webcrypto({ secret }) {
      const key = await importKey(secret);
      return ({ headers, body }) => verify(key, headers["x-contio-signature"], headers["x-contio-timestamp"], body);
    },
  },

  event: {
    async guide({ secret, meeting_id }) {
      const { verifyWebhook } = await import("./guide.mjs");
      return ({ headers, body }) =>
        verifyWebhook(body, headers["x-contio-signature"], headers["x-contio-timestamp"], secret) &&
        JSON.parse(body.toString()).data.meeting_id === meeting_id;
    },
    async hookseal(cases) {
      const own = await verifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) => own.verify(headers, body).event().data.meeting_id === cases.meeting_id;
    },
    async native(cases) {
      const own = await nativeVerifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) => own.verify(headers, body).event().data.meeting_id === cases.meeting_id;
    },
  },

  parse: {
    async "contio-sdk"({ secret, meeting_id }) {
      const { WebhookVerifier } = await import("@contio/partner-sdk/webhooks");
      const theirs = new WebhookVerifier(secret);
      return ({ headers, body }) =>
        theirs.parseWebhook(body, headers["x-contio-signature"]).data.meeting_id === meeting_id;
    },
    async hookseal(cases) {
      const own = await verifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) =>
        own.parseWebhook(body, headers["x-contio-signature"]).data.meeting_id === cases.meeting_id;
    },
    async native(cases) {
      const own = await nativeVerifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) =>
        own.parseWebhook(body, headers["x-contio-signature"]).data.meeting_id === cases.meeting_id;
    },
    async "hookseal-event"(cases) {
      const own = await verifier(cases, { now: clockOf(cases) });
      return ({ headers, body }) => own.verify(headers, body).event().data.meeting_id === cases.meeting_id;
    },
  },

  "standard-webhooks": {
    async standardwebhooks({ secret }) {
      const { Webhook } = await import("standardwebhooks");
      const theirs = new Webhook(secret);
      // Without the parsing that it could also do, since ours is measured without parsing here.
      return ({ headers, body }) => theirs.verify(body, headers, { jsonParse: false }) === undefined;
    },
    async native(cases) {
      const own = await nativeVerifier(cases, { scheme: "standard-webhooks" });
      return ({ headers, body }) => own.verify(headers, body).secretIndex === 0;
    },
    async hookseal(cases) {
      const own = await verifier(cases, { scheme: "standard-webhooks" });
      return ({ headers, body }) => own.verify(headers, body).secretIndex === 0;
    },
  },
};
