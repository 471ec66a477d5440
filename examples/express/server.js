// Receives Contio's webhooks with Express. WEBHOOK_SECRET is the endpoint's secret.
import express from "express";
import { WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";

const verifier = new WebhookVerifier(process.env.WEBHOOK_SECRET); // throws if there is no secret
const app = express();

// Before express.json(), or anything else that reads bodies: the bytes as they came are what was signed.
app.post("/webhooks/contio", webhook(verifier), (req, res) => {
  const event = req.delivery.event();
  // The work is done before the answer, so that the sender tries again if it fails. If it takes longer than a second or
  // two, store the delivery first, as ../express-inbox does.
  if (event.event_type === "meeting.completed") console.log(`${event.data.title} is over`);
  else console.log(`${event.event_type} came in`);
  res.sendStatus(204);
});

const port = process.env.PORT ?? 3000;
app.listen(port, "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${port}/webhooks/contio`);
});
