// The worker from the README that handles each event once.
import { WebhookVerifier } from "hookseal";
import { Once } from "hookseal/once";

const once = new Once();

export default {
  async fetch(request, env) {
    const verifier = new WebhookVerifier(env.SECRET);
    try {
      const delivery = await verifier.verifyRequest(request);
      return await once.respond(delivery, () => Response.json(delivery.event()));
    } catch (error) {
      return new Response(error.code, { status: error.status ?? 500 });
    }
  },
};
