// An application on Node's own HTTP server.
import { createServer } from "node:http";

import { receive } from "./receive.js";

createServer(async (incoming, outgoing) => {
  const chunks = await incoming.toArray();
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
  const request = new Request("http://localhost/", { method: incoming.method, headers: incoming.headers, body });
  const response = await receive(request);
  outgoing.writeHead(response.status).end(await response.text());
}).listen(Number(process.env.PORT), "127.0.0.1");
