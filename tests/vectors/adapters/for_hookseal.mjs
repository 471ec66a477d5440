// python3 play.py --codes -- node adapters/for_hookseal.mjs
import { WebhookVerificationError, WebhookVerifier } from "hookseal";

import { serve, versionOf } from "./adapter.mjs";

const SCHEMES = ["contio", "contio-timestamped", "contio-body", "standard-webhooks", "svix", "stripe", "github"];
SCHEMES.push("slack", "shopify");

const NAMES = { max_age: "maxAge", max_skew: "maxSkew", max_event_age: "maxEventAge", max_body: "maxBody" };

function verify({ scheme, secrets, headers, now, options = {} }, body) {
  const limits = Object.entries(options).map(([name, value]) => [NAMES[name], value ?? Infinity]);
  const verifier = new WebhookVerifier(secrets, { scheme, now, ...Object.fromEntries(limits) });
  try {
    const delivery = verifier.verify(headers, body);
    if (delivery.hasEnvelope) delivery.event();
  } finally {
    verifier.free();
  }
}

await serve({
  name: "hookseal (npm)",
  version: versionOf("hookseal"),
  schemes: SCHEMES,
  verify,
  refusals: [WebhookVerificationError],
  codeOf: (error) => error.code,
});
