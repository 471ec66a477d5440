// Responds with the status of a delivery, and limits its body to the given number of bytes.
import { WebhookVerifier } from "hookseal";

export default {
  async fetch(request, { SECRET, LIMIT }) {
    const verifier = new WebhookVerifier(SECRET, { maxBody: Number(LIMIT) });
    try {
      (await verifier.verifyRequest(request)).event();
      return new Response(null, { status: 200 });
    } catch (error) {
      return new Response(error.code, { status: error.status });
    }
  },
};
