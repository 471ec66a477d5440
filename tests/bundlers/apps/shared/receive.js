// What every application does with a request: it uses all entry points, so that each WebAssembly is loaded.
import { WebhookVerifier, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";
import { WebhookRouter } from "hookseal/router";

const SECRET = "a-secret-that-was-made-up-for-tests";

export async function receive(request) {
  const copy = request.clone();
  try {
    const delivery = await new WebhookVerifier(SECRET).verifyRequest(request);
    let event;
    await new WebhookRouter().on("meeting.completed", ({ event_id }) => (event = event_id)).handle(delivery);
    const headers = sign(delivery.body, SECRET, { scheme: "github" });
    const { scheme } = new WebhookVerifier(SECRET, { scheme: "github" }).verify(headers, delivery.body);
    return respond({ event, bytes: delivery.body.length, signed: scheme });
  } catch (error) {
    if (error.status !== 401) return respond({ code: error.code, error: String(error?.stack ?? error) }, 500);
    const report = new WebhookExplainer(SECRET).explain(copy.headers, new Uint8Array(await copy.arrayBuffer()));
    return respond({ code: error.code, cause: report.causes[0]?.cause }, error.status);
  }
}

const respond = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
