// An application in CommonJS on Node's own HTTP server.
const { createServer } = require("node:http");

const { WebhookVerifier, sign } = require("hookseal");
const { WebhookExplainer } = require("hookseal/explain");

const SECRET = "a-secret-that-was-made-up-for-tests";

function receive(headers, rawBody) {
  try {
    const delivery = new WebhookVerifier(SECRET).verify(headers, rawBody);
    const signed = sign(rawBody, SECRET, { scheme: "github" });
    const { scheme } = new WebhookVerifier(SECRET, { scheme: "github" }).verify(signed, rawBody);
    return { status: 200, event: delivery.event().event_id, bytes: delivery.body.length, signed: scheme };
  } catch (error) {
    if (error.status !== 401) return { status: 500, code: error.code, error: String(error.stack) };
    const report = new WebhookExplainer(SECRET).explain(headers, rawBody);
    return { status: error.status, code: error.code, cause: report.causes[0]?.cause };
  }
}

createServer(async (incoming, outgoing) => {
  const { status, ...value } = receive(incoming.headers, Buffer.concat(await incoming.toArray()));
  outgoing.writeHead(status).end(JSON.stringify(value));
}).listen(Number(process.env.PORT), "127.0.0.1");
