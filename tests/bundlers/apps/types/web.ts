// A delivery's body in the interfaces of the web, as the platform's own library declares them. Nothing here runs.
import { WebhookVerifier, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";

const verifier = new WebhookVerifier("text");
declare const request: Request;
declare const headers: Headers;

export async function use(): Promise<void> {
  const delivery = await verifier.verifyRequest(request);
  new Response(delivery.body);
  new Request("http://localhost", { method: "POST", body: delivery.body });
  await fetch("http://localhost", { method: "POST", body: delivery.body });
  await crypto.subtle.digest("SHA-256", delivery.body);
  new Blob([delivery.body]);
  new File([delivery.body], "body.json");
  new TextDecoder().decode(delivery.body);
  new DataView(delivery.body.buffer);
  verifier.verify(request.headers, await request.arrayBuffer());
  verifier.verify(headers, delivery.body);
  verifier.verify(new Headers(sign(delivery.body, "text")), await request.text());
  new WebhookExplainer("text").explain(request.headers, delivery.body);
}
