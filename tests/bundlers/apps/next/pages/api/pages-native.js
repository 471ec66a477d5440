// A route of the pages router, with native code.
import { receive } from "../../native/receive.js";

export const config = { api: { bodyParser: false } };

export default async function handler(incoming, outgoing) {
  const body = Buffer.concat(await incoming.toArray());
  const request = new Request("http://localhost/", { method: "POST", headers: incoming.headers, body });
  const response = await receive(request);
  outgoing.status(response.status).send(await response.text());
}
