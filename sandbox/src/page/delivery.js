// The delivery that is open, in full.

import { attemptOf } from "./attempt.js";
import { attempt, request, say } from "./calls.js";
import { element, facts, make, reconcile, sentence, setText } from "./dom.js";
import { dataOf, indented } from "./json.js";
import { chipOf, isFailing } from "./list.js";
import { ago } from "./time.js";

let shown;

export const openId = () => shown?.id;

/** Shows one delivery. Attempts that are shown already stay as they are. */
export async function show(id, takesFocus) {
  const delivery = await request(`deliveries/${encodeURIComponent(id)}`);
  if (shown?.id !== delivery.id) element("attempts").replaceChildren();
  shown = delivery;
  setText("one-title", delivery.event_type);
  element("one-status").replaceChildren(chipOf(delivery));
  showReason(delivery);
  const time = (iso) => (iso === null ? null : ago(iso));
  element("facts").replaceChildren(
    ...facts([
      ["Endpoint", delivery.url],
      ["Event", delivery.event_id],
      ["Delivery", delivery.id],
      ["Created", time(delivery.created_at)],
      ["Delivered", time(delivery.delivered_at)],
      ["Next try", time(delivery.next_retry_at)],
    ]),
  );
  const newestFirst = [...delivery.attempts].reverse();
  reconcile(element("attempts"), newestFirst, ({ number }) => number, (one) => attemptOf(delivery, one));
  element("untried").hidden = delivery.attempts.length > 0;
  setBody(indented(delivery.body));
  element("one").hidden = false;
  element("columns").classList.add("open");
  if (takesFocus) {
    element("one").focus();
    element("one").scrollIntoView({ block: "nearest" });
  }
}

function setBody(text) {
  if (element("body").textContent !== text) element("body").textContent = text;
}

function showReason(delivery) {
  const reason = element("reason");
  reason.hidden = !isFailing(delivery);
  reason.className = "callout bad";
  if (reason.hidden) return;
  const error = delivery.error_message ?? "it failed";
  reason.replaceChildren(make("strong", "", sentence(error)), " ");
  if (delivery.next_retry_at === null) reason.append("It is not tried again by itself.");
  else reason.append("Next try ", ago(delivery.next_retry_at), ".");
}

/** Closes it, and returns its id. */
export function close() {
  const id = shown?.id;
  shown = undefined;
  element("one").hidden = true;
  element("columns").classList.remove("open");
  return id;
}

/** Connects the buttons. `changed` is called after an action. */
export function connect(changed) {
  element("retry").addEventListener("click", () =>
    attempt(async () => {
      await request(`deliveries/${encodeURIComponent(shown.id)}/retry`, "POST");
      say("It is being sent again.");
      await changed();
    }),
  );
  element("edit").addEventListener("click", () => {
    element("type").value = shown.event_type;
    element("data").value = indented(dataOf(shown.body));
    element("data").rows = 12;
    say("Change the data below, and send it as a new event.");
    element("data").focus();
    element("send").scrollIntoView({ block: "nearest" });
  });
}
