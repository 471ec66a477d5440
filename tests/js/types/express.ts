// The types of the middleware in an Express application. Nothing here runs. TypeScript must find every expected error.
import * as http from "node:http";

import express = require("express");
import { type VerifiedDelivery, WebhookVerifier } from "hookseal";
import { keepRawBody, webhook } from "hookseal/express";

import { is } from "./is.js";

const verifier = new WebhookVerifier(process.env["WEBHOOK_SECRET"]!);
const app = express();

app.post("/webhooks/contio", webhook(verifier), (req, res) => {
  is<typeof req.delivery, VerifiedDelivery | undefined>(true);
  const event = req.delivery!.event();
  if (event.event_type === "meeting.completed") console.log(event.data.title);
  res.json({ received: true });
});
app.use(express.json({ verify: keepRawBody }));
app.use("/webhooks", webhook(verifier, { onFailure: (error, req) => console.error(error.code, req.url) }));

// As in the guide.
app.post("/webhooks/guide", express.raw({ type: "application/json" }), (req, res) => {
  const signature = req.headers["x-contio-signature"];
  const timestamp = req.headers["x-contio-timestamp"];
  if (!verifier.verifySignature(req.body, signature, timestamp).isValid) res.sendStatus(401);
  verifier.verify(req.headers, req.body);
});

// Without Express.
http.createServer((req, res) => webhook(verifier)(req, res, () => res.end()));

// @ts-expect-error it may be absent, because the type does not say that the middleware ran
app.get("/", (req) => req.delivery.id);
