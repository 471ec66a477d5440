// What the tests of the adapters share: deliveries, and servers on loopback that receive them.
import { once } from "node:events";
import http from "node:http";

import express from "express";
import { defineScheme } from "hookseal";
import { webhook } from "hookseal/express";

import * as senders from "../lib/senders.mjs";
import { DEADLINE_MS } from "./waiting.mjs";

const { NOW, SECRET, SENDERS } = senders;

export { NOW, SECRET };

/**
 * The body of an event that happened just now. `fields` replace those of the envelope, and `undefined` leaves one out.
 */
export const envelope = (fields) => Buffer.from(senders.envelope(fields));

/** The headers as Node's servers have them. */
const lower = (headers) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Signs as a sender does; `secret` replaces the receiver's. */
const sends =
  (scheme) =>
  (body, { secret, timestamp } = {}) =>
    lower(SENDERS[scheme](body, { key: secret, timestamp }));

/** The guide's variant: the signature covers the timestamp and the body. */
export const timestamped = sends("contio-timestamped");

/** The other variant: the signature covers only the body. */
export const bodyForm = sends("contio-body");

/** GitHub, whose bodies can be anything. */
export const github = sends("github");

/** A custom scheme without an envelope, although its name starts like Contio's, and the headers of its sender. */
export const contioX = {
  scheme: defineScheme({ name: "contio-x", signatureHeader: "X-Signature", encoding: "hex", signed: "{body}" }),
  headers: (body, { secret = SECRET } = {}) => ({ "x-signature": senders.hmac(secret, body).digest("hex") }),
};

/** Serves until the test is over, and returns the port. */
export async function listen(t, handler) {
  const server = http.createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server.address().port;
}

/** Posts JSON with these headers, where a list is for one that is sent several times, and returns the response. */
export async function post(port, body, headers, { path = "/", chunked = false, agent } = {}) {
  const length = chunked ? { "transfer-encoding": "chunked" } : { "content-length": String(body.length) };
  const request = http.request({
    host: "127.0.0.1",
    port,
    path,
    agent,
    method: "POST",
    signal: AbortSignal.timeout(DEADLINE_MS),
    headers: { "content-type": "application/json", ...length, ...headers },
  });
  request.end(body);
  const [response] = await once(request, "response");
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, headers: response.headers, text, reusedSocket: request.reusedSocket };
}

/** A middleware that reads the body, as hosting platforms for Express do, and sets what `leave` makes of its bytes. */
export const platform = (leave) => async (req, res, next) => {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  Object.assign(req, leave(Buffer.concat(chunks)));
  next();
};

/**
 * An Express application with `webhook` on its route, and a record of what reached which part. `before` are the
 * middlewares that run before it; the rest are the arguments of `webhook`.
 */
export async function receiver(t, { verifier, before = [], onFailure, app = express() }) {
  const seen = { deliveries: [], failures: [], errors: [] };
  // Keeps Express from printing errors that no handler takes.
  app.set("env", "test");
  const hook = onFailure ?? ((error, req) => seen.failures.push({ error, req }));
  for (const middleware of before) app.use(middleware);
  app.post("/", webhook(verifier, { onFailure: hook }), (req, res) => {
    seen.deliveries.push(req.delivery);
    res.json({ received: true });
  });
  app.use((error, req, res, next) => {
    seen.errors.push({ error, req, answered: res.writableFinished });
    if (res.headersSent) next(error);
    else res.status(500).json({ error: "application" });
  });
  return { ...seen, port: await listen(t, app) };
}
