// python3 play.py -- node adapters/for_standardwebhooks.mjs [svix]: the package standardwebhooks, or Svix's around it.
import { OUTSIDE, headersOf, onlySecret, serve, usableSecret, versionOf, withDefaultLimits } from "./adapter.mjs";

const isSvix = process.argv[2] === "svix";
const name = isSvix ? "svix" : "standardwebhooks";
const { Webhook, WebhookVerificationError } = await import(name);

function verify(request, body) {
  withDefaultLimits(request);
  const headers = headersOf(request);
  const secret = usableSecret(onlySecret(request), { isBase64: true });
  let webhook;
  try {
    webhook = new Webhook(secret);
  } catch (error) {
    if (/empty/.test(error.message)) return false; // it refuses the secret, by an error without a class of its own
    throw error;
  }
  try {
    webhook.verify(body, headers, { jsonParse: false });
  } catch (error) {
    // Svix's always parses what was genuine, and most vectors of this scheme are no JSON.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return true;
}

await serve({
  name: `${name} (npm)`,
  version: versionOf(name),
  schemes: [isSvix ? "svix" : "standard-webhooks"],
  outside: OUTSIDE,
  verify,
  refusals: [WebhookVerificationError],
});
