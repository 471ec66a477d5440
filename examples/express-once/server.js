// Receives Contio's webhooks with Express, and handles each event once, also after a restart. WEBHOOK_SECRET is the
// endpoint's secret; ONCE_FILE is where handled events are remembered.
import { DatabaseSync } from "node:sqlite";

import express from "express";
import { WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";
import { Once } from "hookseal/once";
import { SQLiteStore } from "hookseal/once/sqlite";

// Put the file on a disk that outlives a redeploy. PostgresStore and RedisStore are for several machines.
const database = new DatabaseSync(process.env.ONCE_FILE ?? "once.db");
const once = new Once(new SQLiteStore(database), { scope: "contio" });
await once.create();
// Throws if there is no secret. With `once`, events as old as the store remembers are accepted.
const verifier = new WebhookVerifier(process.env.WEBHOOK_SECRET, { once });
const app = express();

// Called for the first delivery of each event. If it fails, or the process is killed, the sender's next attempt is
// handled instead; after that, duplicates are answered 200 and not handled.
async function handle(delivery) {
  const event = delivery.event();
  if (event.event_type === "meeting.completed") console.log(`${event.data.title} is over`);
  else console.log(`${event.event_type} came in`);
}

app.post("/webhooks/contio", webhook(verifier), once.express(handle));

const port = process.env.PORT ?? 3000;
app.listen(port, "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${port}/webhooks/contio`);
});
