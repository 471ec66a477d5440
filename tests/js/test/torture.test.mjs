// `hookseal torture` against Express, Node's own server and the fetch adapter finds nothing wrong.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";

import { torture } from "./hookseal-torture.mjs";
import { SECRET, listen, receiver } from "./support.mjs";

async function tortured(port) {
  const { code, report, wrong } = await torture(port);
  assert.deepEqual(wrong, []);
  assert(report.sent > 80 && report.not_sent === 0);
  assert.equal(code, 0);
}

test("torture finds nothing wrong with Express", async (t) => {
  const { port } = await receiver(t, { verifier: new WebhookVerifier(SECRET) });
  await tortured(port);
});

test("torture finds nothing wrong with Node's own server", async (t) => {
  const middleware = webhook(new WebhookVerifier(SECRET), { onFailure: () => {} });
  const failed = (res, error) => res.writeHead(error ? 400 : 200).end();
  await tortured(await listen(t, (req, res) => middleware(req, res, (error) => failed(res, error))));
});

/**
 * The request's body, read by hand: in Node 20, `Readable.toWeb` throws uncaught errors if a body is cancelled while it
 * arrives.
 */
function streamOf(req) {
  const chunks = req.iterator({ destroyOnReturn: false });
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel() {
      req.resume();
    },
  });
}

test("torture finds nothing wrong with a fetch handler", async (t) => {
  const verifier = new WebhookVerifier(SECRET);
  /** A handler like a worker's. */
  const handler = async (request) => {
    try {
      (await verifier.verifyRequest(request)).event();
      return Response.json({ received: true });
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      return Response.json({ error: error.code }, { status: error.status });
    }
  };
  const port = await listen(t, async (req, res) => {
    const headers = new Headers();
    for (let at = 0; at < req.rawHeaders.length; at += 2) headers.append(req.rawHeaders[at], req.rawHeaders[at + 1]);
    const request = new Request("http://127.0.0.1/", { method: "POST", headers, body: streamOf(req), duplex: "half" });
    try {
      const response = await handler(request);
      res.writeHead(response.status, { connection: "close" }).end(await response.text());
    } catch {
      // The body was cut off, and no one is left to respond to.
      res.destroy();
    }
  });
  await tortured(port);
});
