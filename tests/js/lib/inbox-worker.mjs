// A worker that stores each delivery in a database which a client of the shape of pg reaches: here, in its own memory.
import { WebhookVerifier } from "hookseal";
import { Inbox } from "hookseal/inbox";
import { postgres } from "hookseal/inbox/postgres";

const stored = new Map();

/** Answers what the inbox asks when it stores a delivery. */
function answer(text, [key, , , , , digest]) {
  if (text.includes("to_regclass")) return [{ is_known: true }];
  if (text.includes("SELECT version, made")) return [{ version: 1, made: "1" }];
  if (text.includes("INSERT INTO hookseal_inbox")) return stored.set(key, digest).size;
  if (text.includes("AS same_body")) return stored.has(key) ? [{ state: "pending", same_body: true }] : [];
  return [{ number: String(stored.size), bytes: "0" }];
}

const client = {
  async query({ text, values = [] }) {
    const found = answer(text, values);
    return typeof found === "number" ? { rows: [], rowCount: 1 } : { rows: found, rowCount: found.length };
  },
};

const results = [];
const inbox = new Inbox(postgres(client), { scope: "acme", onNotice: ({ name }) => results.push(name) });

export default {
  async fetch(request, env) {
    const verifier = new WebhookVerifier(env.SECRET);
    try {
      const delivery = await verifier.verifyRequest(request);
      const response = await inbox.respond(delivery);
      return response.ok ? Response.json({ event_id: delivery.id, results }) : response;
    } catch (error) {
      return new Response(error.code, { status: error.status ?? 500 });
    }
  },
};
