// Receives Contio's webhooks in a Cloudflare Worker. WEBHOOK_SECRET is the endpoint's secret.
import { WebhookVerificationError, WebhookVerifier } from "hookseal";

interface Env {
  WEBHOOK_SECRET: string;
}

let verifier: WebhookVerifier | undefined; // created once and kept for later requests

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method !== "POST" || pathname !== "/webhooks/contio") return new Response(null, { status: 404 });
    try {
      // A worker has no start at which it could fail: without a secret, every delivery is answered 500.
      verifier ??= new WebhookVerifier(env.WEBHOOK_SECRET);
      // Reads the body itself, at most 1 MiB of it.
      const event = (await verifier.verifyRequest(request)).event();
      // The work is awaited before the answer, so that the sender tries again if it fails. What `waitUntil` does
      // instead is lost if it fails: use a Queue for that.
      if (event.event_type === "meeting.completed") console.log(`${event.data.title} is over`);
      else console.log(`${event.event_type} came in`);
      return new Response(null, { status: 204 });
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      console.warn(`refused, ${error.code}: ${error.message}`);
      return Response.json({ error: error.code }, { status: error.status });
    }
  },
};
