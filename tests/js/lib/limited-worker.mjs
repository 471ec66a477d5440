// Answers with the status of what became of a delivery, whose body may have so many bytes.
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
