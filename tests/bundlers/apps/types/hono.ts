// Hono takes a status from a union of its own. Nothing here runs.
import { WebhookVerificationError, WebhookVerifier } from "hookseal";
import { Hono } from "hono";

const verifier = new WebhookVerifier("text");

export const app = new Hono().post("/", async (c) => {
  try {
    const delivery = await verifier.verifyRequest(c.req.raw);
    return c.body(delivery.body);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return c.json({ error: error.code }, error.status);
  }
});
