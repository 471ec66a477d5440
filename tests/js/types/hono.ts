// The types of errors in an application with Hono. Nothing here runs. TypeScript must find every expected error.
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { WebhookVerificationError, WebhookVerifier } from "hookseal";

const verifier = new WebhookVerifier("text");
const app = new Hono();

app.post("/webhooks/contio", async (c) => {
  try {
    const delivery = await verifier.verifyRequest(c.req.raw);
    return c.json({ id: delivery.id }, 200);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return c.json({ error: error.code }, error.status);
  }
});

// @ts-expect-error Hono's own request is not a fetch Request
app.post("/", async (c) => c.json((await verifier.verifyRequest(c.req)).id));
// @ts-expect-error a request is not its headers
app.post("/", async (c) => c.json(verifier.verify(c.req, await c.req.text()).id));

declare const error: WebhookVerificationError;
const status: ContentfulStatusCode = error.status;
export { status };
