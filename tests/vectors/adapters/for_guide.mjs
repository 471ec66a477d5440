// python3 play.py -- node adapters/for_guide.mjs: the code of Contio's guide, "Manual Verification", without its types.
import crypto from "node:crypto";

import { OUTSIDE, headersOf, onlySecret, serve, usableSecret, withDefaultLimits } from "./adapter.mjs";

function verifyWebhook(payload, signature, timestamp, secret) {
  const signedPayload = `${timestamp}.${payload.toString()}`;
  const expectedSignature = crypto.createHmac("sha256", secret).update(signedPayload).digest("hex");
  return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expectedSignature));
}

function verify(request, body) {
  withDefaultLimits(request);
  const headers = headersOf(request);
  const secret = usableSecret(onlySecret(request), { isBase64: false });
  return verifyWebhook(body, headers["x-contio-signature"], headers["x-contio-timestamp"], secret);
}

const reason = "the guide's code checks the signature alone";
const outside = { ...OUTSIDE, envelope: reason, stale: reason, future: reason };
await serve({ name: "the guide's code (Node)", version: "", schemes: ["contio-timestamped"], outside, verify });
