// python3 play.py -- node adapters/for_partner_sdk.mjs: the vendor's package @contio/partner-sdk.
import { WebhookVerifier } from "@contio/partner-sdk/webhooks";

import { OUTSIDE, headersOf, onlySecret, serve, usableSecret, versionOf, withDefaultLimits } from "./adapter.mjs";

function verify(request, body) {
  withDefaultLimits(request);
  const secret = usableSecret(onlySecret(request), { isBase64: false });
  const headers = headersOf(request);
  let verifier;
  try {
    verifier = new WebhookVerifier(secret);
  } catch {
    return false; // it refuses the secret
  }
  return verifier.verifySignature(body, headers["x-contio-signature"]).isValid;
}

const name = "@contio/partner-sdk";
const reason = "verifySignature checks the signature alone";
const outside = { ...OUTSIDE, envelope: reason, stale: reason, future: reason };
await serve({ name: `${name} (npm)`, version: versionOf(name), schemes: ["contio-body"], outside, verify });
