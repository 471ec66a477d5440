// Receives Contio's webhooks with Hono, here on Node. WEBHOOK_SECRET is the endpoint's secret.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { WebhookVerificationError, WebhookVerifier } from "hookseal";

const verifier = new WebhookVerifier(process.env.WEBHOOK_SECRET); // throws if there is no secret
const app = new Hono();

app.post("/webhooks/contio", async (c) => {
  // Reads the body itself, at most 1 MiB of it.
  const event = (await verifier.verifyRequest(c.req.raw)).event();
  // The work is done before the answer, so that the sender tries again if it fails.
  if (event.event_type === "meeting.completed") console.log(`${event.data.title} is over`);
  else console.log(`${event.event_type} came in`);
  return c.body(null, 204);
});

app.onError((error, c) => {
  if (!(error instanceof WebhookVerificationError)) {
    console.error(error);
    return c.json({ error: "internal" }, 500);
  }
  console.warn(`refused, ${error.code}: ${error.message}`);
  return c.json({ error: error.code }, error.status);
});

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}/webhooks/contio`);
});
