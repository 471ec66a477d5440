// python3 play.py -- node adapters/for_octokit.mjs: the package @octokit/webhooks-methods.
import { verifyWithFallback } from "@octokit/webhooks-methods";

import { OUTSIDE, headersOf, serve, usableSecret, versionOf, withDefaultLimits } from "./adapter.mjs";

const name = "@octokit/webhooks-methods";

async function verify(request, body) {
  withDefaultLimits(request);
  const [secret, ...more] = request.secrets.map((secret) => usableSecret(secret, { isBase64: false }));
  try {
    // It takes text, as its own middleware reads it.
    return await verifyWithFallback(secret, body.toString(), headersOf(request)["x-hub-signature-256"], more);
  } catch (error) {
    // It has no class of errors; what it refuses with an error begins with its name.
    if (error.message.startsWith(`[${name}]`)) return false;
    throw error;
  }
}

await serve({ name: `${name} (npm)`, version: versionOf(name), schemes: ["github"], outside: OUTSIDE, verify });
