// The handler of Contio's guide, "Webhook Events": its quick start, with its code for manual verification, which
// benches/js/guide.mjs quotes verbatim. Prints its port, and exits when its stdin ends.
import http from "node:http";

import { verifyWebhook } from "../../../benches/js/guide.mjs";

const secret = process.env.WEBHOOK_SECRET;

function handler(req, res, body) {
  const signature = req.headers["x-contio-signature"];
  const timestamp = req.headers["x-contio-timestamp"];
  if (!verifyWebhook(body, signature, timestamp, secret)) return res.writeHead(401).end();
  JSON.parse(body.toString());
  res.writeHead(200).end();
}

const server = http.createServer((req, res) => {
  const chunks = [];
  req.on("error", () => {});
  req.on("data", (chunk) => chunks.push(chunk));
  req.on("end", () => {
    try {
      handler(req, res, Buffer.concat(chunks));
    } catch {
      // As Express does when a handler throws.
      res.writeHead(500).end();
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
