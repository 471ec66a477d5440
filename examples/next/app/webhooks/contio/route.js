// Receives Contio's webhooks in a route handler of Next.js' app router, on Node.
import { WebhookVerificationError, WebhookVerifier } from "hookseal";

export const runtime = "nodejs";

// Made with the first delivery, since `next build` loads this file on a machine that need not have the secret.
let verifier;

export async function POST(request) {
  verifier ??= new WebhookVerifier(process.env.WEBHOOK_SECRET);
  try {
    // Reads the body itself, at most 1 MiB of it.
    const event = (await verifier.verifyRequest(request)).event();
    // The work is done before the answer, so that the sender tries again if it fails. What `after()` does instead is
    // lost if it fails.
    if (event.event_type === "meeting.completed") console.log(`${event.data.title} is over`);
    else console.log(`${event.event_type} came in`);
    return new Response(null, { status: 204 });
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.warn(`refused, ${error.code}: ${error.message}`);
    return Response.json({ error: error.code }, { status: error.status });
  }
}
