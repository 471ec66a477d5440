// The worker from the README.
import { WebhookVerifier } from "hookseal";

export default {
  async fetch(request, env) {
    const verifier = new WebhookVerifier(env.SECRET);
    try {
      const delivery = await verifier.verifyRequest(request);
      return Response.json(delivery.event());
    } catch (error) {
      return new Response(error.code, { status: error.status ?? 500 });
    }
  },
};
