// python3 play.py -- node adapters/for_stripe.mjs: the package stripe, and its check of signatures alone.
import Stripe from "stripe";

import { OUTSIDE, Skip, headersOf, onlySecret, serve, usableSecret, versionOf, withDefaultLimits } from "./adapter.mjs";

const { signature } = new Stripe("a key of the API, for which there is no use here").webhooks;

function verify(request, body) {
  const { max_age } = withDefaultLimits(request, "max_age");
  if (max_age === 0) throw new Skip("a tolerance of 0, which is documented as none");
  const secret = usableSecret(onlySecret(request), { isBase64: false });
  return signature.verifyHeader(body, headersOf(request)["stripe-signature"], secret, max_age);
}

await serve({
  name: "stripe (npm)",
  version: versionOf("stripe"),
  schemes: ["stripe"],
  outside: { ...OUTSIDE, future: "a time in the future, since its tolerance is documented for old ones" },
  verify,
  refusals: [Stripe.errors.StripeSignatureVerificationError],
});
