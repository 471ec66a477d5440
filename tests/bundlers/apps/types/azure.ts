// The requests of Azure Functions. Nothing here runs.
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { WebhookVerificationError, WebhookVerifier } from "hookseal";

const verifier = new WebhookVerifier("text");

export async function receive(request: HttpRequest): Promise<HttpResponseInit> {
  try {
    const delivery = await verifier.verifyRequest(request);
    return { status: 200, body: delivery.body };
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return { status: error.status, jsonBody: { error: error.code } };
  }
}
