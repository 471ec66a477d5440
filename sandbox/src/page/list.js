// The list of deliveries, as cards, and how the state of one is said.

import { make, button } from "./dom.js";
import { visible } from "./text.js";
import { ago, duration } from "./time.js";

/** Whether its last attempt failed, even if it is tried again. */
export const isFailing = ({ delivery_status: status, error_message: error }) =>
  status === "failed" || (status === "pending" && error !== null);

/** The state of a delivery, in words and with its colour. */
export function stateOf(delivery) {
  const { delivery_status: status, error_message: error, tries } = delivery;
  if (status === "delivered") return ["delivered", "good"];
  if (status === "failed") return ["failed", "bad"];
  if (status === "abandoned") return ["abandoned", ""];
  if (error !== null) return ["failing", "bad"];
  return [tries > 0 ? "sending again" : "sending", "warn"];
}

export function chipOf(delivery) {
  const [word, style] = stateOf(delivery);
  return make("span", `chip ${style}`, word);
}

/** What the last attempt brought: `500 in 12 ms, 2 tries`. */
export function resultOf({ http_status_code: status, error_message: error, duration_ms: length, tries }) {
  if (tries === 0) return "not tried yet";
  const answer = status ?? (error === null ? "answered" : "no answer");
  const took = length === null || length === undefined ? "" : ` in ${duration(length)}`;
  return `${answer}${took}, ${tries === 1 ? "1 try" : `${tries} tries`}`;
}

/** The name of an event type, which may break after a dot or an underscore. */
function nameOf(type) {
  const parts = visible(type).split(/(?<=[._])/);
  const name = make("span", "name");
  for (const part of parts) name.append(part, make("wbr"));
  return name;
}

/** A card that opens the delivery. */
export function cardOf(delivery, open) {
  const style = isFailing(delivery) ? "card bad" : "card";
  const card = button(style, () => open(delivery.id), nameOf(delivery.event_type), chipOf(delivery));
  const result = make("span", "small faint", resultOf(delivery));
  const when = make("span", "small faint when");
  when.append(ago(delivery.created_at));
  card.append(result, when);
  const item = make("li");
  item.append(card);
  return item;
}

/** What changed since the last list, in a sentence for screen readers; empty if nothing did. */
export function newsOf(before, after) {
  const states = new Map(before.map((delivery) => [delivery.id, stateOf(delivery)[0]]));
  const counts = new Map();
  for (const delivery of after) {
    const [word] = stateOf(delivery);
    if (states.get(delivery.id) !== word && !word.startsWith("sending")) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}
