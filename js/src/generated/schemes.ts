// The schemes of further senders, each in its textual form.
//
// Generated from `core/src/scheme/presets` by `cargo xtask generate`; edit those instead.
import type { Scheme } from "../options.js";
import { preset, withUrl } from "../presets.js";

/** Zoom. Its requests named `endpoint.url_validation` want an answer: see docs/senders.md. */
export const zoom: Scheme = /* @__PURE__ */ preset(
  "zoom",
  '{"name":"zoom","signature":{"header":"x-zm-signature","encoding":"hex","prefix":"v0="},"timestamp":{"header":"x-zm-request-timestamp"},"signed":"v0:{timestamp}:{body}","keyless":{"field":"event","value":"endpoint.url_validation"}}',
);

/** Linear. It signs no time: compare the body's `webhookTimestamp` with the clock. */
export const linear: Scheme = /* @__PURE__ */ preset(
  "linear",
  '{"name":"linear","signature":{"header":"Linear-Signature","encoding":"hex"},"signed":"{body}"}',
);

/** Paddle Billing. */
export const paddle: Scheme = /* @__PURE__ */ preset(
  "paddle",
  '{"name":"paddle","signature":{"header":"Paddle-Signature","encoding":"hex","list":{"separator":";","joiner":"=","version":"h1"}},"timestamp":{"in_signature":"ts"},"signed":"{timestamp}:{body}","key_field":"event_id"}',
);

/** Square, for the notification URL of the subscription, exactly as it is configured there. */
export function square(url: string): Scheme {
  return withUrl(
    '{"name":"square","signature":{"header":"x-square-hmacsha256-signature","encoding":"base64"},"signed":"https://hookseal.invalid/{body}","key_field":"event_id"}',
    url,
  );
}

/** HubSpot, signatures of version 3, for the target URL as HubSpot signs it: with :/?@!$'()*,; not percent-encoded. */
export function hubspot(url: string): Scheme {
  return withUrl(
    '{"name":"hubspot","signature":{"header":"X-HubSpot-Signature-v3","encoding":"base64"},"timestamp":{"header":"X-HubSpot-Request-Timestamp","format":"milliseconds"},"signed":"POSThttps://hookseal.invalid/{body}{timestamp}"}',
    url,
  );
}

/** Zendesk. */
export const zendesk: Scheme = /* @__PURE__ */ preset(
  "zendesk",
  '{"name":"zendesk","signature":{"header":"X-Zendesk-Webhook-Signature","encoding":"base64"},"timestamp":{"header":"X-Zendesk-Webhook-Signature-Timestamp","format":"rfc3339"},"signed":"{timestamp}{body}"}',
);

/** Typeform. It signs no time. */
export const typeform: Scheme = /* @__PURE__ */ preset(
  "typeform",
  '{"name":"typeform","signature":{"header":"Typeform-Signature","encoding":"base64","prefix":"sha256="},"signed":"{body}","key_field":"event_id"}',
);

/** Sentry's integration platform. It signs no time. */
export const sentry: Scheme = /* @__PURE__ */ preset(
  "sentry",
  '{"name":"sentry","signature":{"header":"Sentry-Hook-Signature","encoding":"hex"},"signed":"{body}"}',
);

/** Meta, for WhatsApp, Messenger and Instagram. It signs no time. */
export const meta: Scheme = /* @__PURE__ */ preset(
  "meta",
  '{"name":"meta","signature":{"header":"X-Hub-Signature-256","encoding":"hex","prefix":"sha256="},"signed":"{body}"}',
);

/** Calendly. */
export const calendly: Scheme = /* @__PURE__ */ preset(
  "calendly",
  '{"name":"calendly","signature":{"header":"Calendly-Webhook-Signature","encoding":"hex","list":{"separator":",","joiner":"=","version":"v1"}},"timestamp":{"in_signature":"t"},"signed":"{timestamp}.{body}"}',
);

/** DocuSign Connect, signatures by the first key of the account. It signs no time. */
export const docusign: Scheme = /* @__PURE__ */ preset(
  "docusign",
  '{"name":"docusign","signature":{"header":"X-DocuSign-Signature-1","encoding":"base64"},"signed":"{body}"}',
);

/** Twitch EventSub. Its requests with a `challenge` want that as the answer. */
export const twitch: Scheme = /* @__PURE__ */ preset(
  "twitch",
  '{"name":"twitch","signature":{"header":"Twitch-Eventsub-Message-Signature","encoding":"hex","prefix":"sha256="},"timestamp":{"header":"Twitch-Eventsub-Message-Timestamp","format":"rfc3339"},"id":{"header":"Twitch-Eventsub-Message-Id"},"signed":"{id}{timestamp}{body}","keyless":{"field":"challenge"}}',
);

/** WorkOS. */
export const workos: Scheme = /* @__PURE__ */ preset(
  "workos",
  '{"name":"workos","signature":{"header":"WorkOS-Signature","encoding":"hex","list":{"separator":",","joiner":"=","version":"v1","spaced":true}},"timestamp":{"in_signature":"t","format":"milliseconds"},"signed":"{timestamp}.{body}","key_field":"id"}',
);
