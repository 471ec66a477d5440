// Receives Contio's webhooks with Fastify. WEBHOOK_SECRET is the endpoint's secret.
import Fastify from "fastify";
import { WebhookVerificationError, WebhookVerifier } from "hookseal";

const verifier = new WebhookVerifier(process.env.WEBHOOK_SECRET); // throws if there is no secret
const app = Fastify({ bodyLimit: 1024 * 1024 });

// A plugin has its own parsers: here every body stays the bytes that were signed, and other routes keep their JSON.
app.register(async (hooks) => {
  hooks.removeAllContentTypeParsers();
  hooks.addContentTypeParser("*", { parseAs: "buffer" }, async (request, body) => body);

  hooks.setErrorHandler((error, request, reply) => {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.warn(`refused, ${error.code}: ${error.message}`);
    return reply.code(error.status).send({ error: error.code });
  });

  hooks.post("/webhooks/contio", async (request, reply) => {
    // Node's own object has each header as a list, so that one that was sent twice is noticed.
    const event = verifier.verify(request.raw.headersDistinct, request.body).event();
    // The work is done before the answer, so that the sender tries again if it fails.
    if (event.event_type === "meeting.completed") console.log(`${event.data.title} is over`);
    else console.log(`${event.event_type} came in`);
    return reply.code(204).send();
  });
});

const address = await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT ?? 3000) });
console.log(`${address}/webhooks/contio`);
