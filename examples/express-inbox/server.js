// Receives Contio's webhooks with Express: each is stored in a file before it is answered, and handled later, though
// the process is killed in between. WEBHOOK_SECRET is the endpoint's secret; INBOX_FILE is where deliveries are stored.
import express from "express";
import { WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";
import { Inbox } from "hookseal/inbox";
import { WebhookRouter } from "hookseal/router";

const verifier = new WebhookVerifier(process.env.WEBHOOK_SECRET); // throws if there is no secret
// Put the file on a volume: on a container's own disk it is lost with the container.
const inbox = new Inbox(process.env.INBOX_FILE ?? "inbox.db", { scope: "contio" });
const app = express();
app.post("/webhooks/contio", webhook(verifier), inbox.express());

// Handlers may take their time. One that throws is called again: in 5 s, then later each time, 12 times.
const router = new WebhookRouter()
  .on("meeting.completed", async (event) => console.log(`${event.data.title} is over`))
  .onUnknown((event) => console.log(`${event.event_type} is not handled here`));
const worker = inbox.work(router, { concurrency: 10 });

const port = process.env.PORT ?? 3000;
const server = app.listen(port, "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${port}/webhooks/contio`);
});

// Waits for the handlers that run. What is left is handled after the next start.
process.once("SIGTERM", async () => {
  server.close();
  await worker.close({ grace: 20 });
  process.exit();
});
