// Deliveries for the tests of `hookseal/once`.
import { WebhookVerifier, sign } from "hookseal";

export const SECRET = "a secret of the tests";
export const NOW = 1_700_000_000;

export const verifier = new WebhookVerifier(SECRET, { now: NOW });

export function envelope(event_id = "evt-1", more = {}) {
  const data = { meeting_id: "m-1", title: "Stand-up", workspace_id: "w-1", completed_at: "2023-11-14T22:13:19Z" };
  const fields = {
    event_type: "meeting.completed",
    event_id,
    timestamp: "2023-11-14T22:13:20Z",
    partner_app_id: "app-1",
  };
  return JSON.stringify({ ...fields, data, ...more });
}

export const headersOf = (body) => sign(body, SECRET, { timestamp: NOW });

export function delivery(eventId, more) {
  const body = envelope(eventId, more);
  return verifier.verify(headersOf(body), body);
}

/** A delivery that nothing distinguishes from others. */
export function keyless() {
  const github = new WebhookVerifier(SECRET, { scheme: "github" });
  return github.verify(sign("", SECRET, { scheme: "github" }), "");
}
