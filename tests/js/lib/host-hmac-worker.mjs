// A worker that verifies one delivery, and responds with the verdict and the number of MACs that `node:crypto` made.
let macs = 0;
const { process } = globalThis;
const crypto = process?.getBuiltinModule?.("node:crypto");
if (crypto !== undefined) {
  const createHmac = (...values) => {
    macs++;
    return crypto.createHmac(...values);
  };
  process.getBuiltinModule = (name) => (name === "node:crypto" ? { ...crypto, createHmac } : undefined);
}

const { WebhookVerifier } = await import("hookseal");

export default {
  async fetch(request) {
    const { secret, now, headers, body } = await request.json();
    macs = 0;
    const bytes = new TextEncoder().encode(body);
    const verifier = new WebhookVerifier(secret, { now });
    try {
      return Response.json({ event: verifier.verify(headers, bytes).event().event_id, macs });
    } catch ({ code }) {
      return Response.json({ code, macs });
    }
  },
};
