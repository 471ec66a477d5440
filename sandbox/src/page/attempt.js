// One attempt: what was sent, what was answered, and what can be done with it.

import { say } from "./calls.js";
import { curl } from "./curl.js";
import { button, facts, make, sentence } from "./dom.js";
import { explainButton } from "./explain.js";
import { visible } from "./text.js";
import { ago, duration } from "./time.js";

/** Text of several lines, with its invisible characters escaped. */
export const lines = (text) => text.split(/\r?\n/).map(visible).join("\n");

/** The item of an attempt. It never changes once it has ended. */
export function attemptOf(delivery, attempt) {
  const { number, at, duration_ms: length, http_status_code: status, error_message: error, headers, answer } = attempt;
  const item = make("li", "attempt stack tight");
  const head = make("div", "row");
  const heading = make("h4", "", `Attempt ${number}`);
  const result = status ?? "no answer";
  head.append(heading, make("span", `chip ${error === null ? "good" : "bad"}`, result));
  const details = make("span", "small faint");
  if (typeof length === "number") details.append(`${duration(length)}, `);
  details.append(ago(at));
  head.append(details);
  item.append(head);
  // Otherwise the status says it.
  if (error !== null && status === null) item.append(make("p", "bad", sentence(error)));
  const actions = make("div", "row");
  const wasSent = Object.keys(headers).length > 0;
  if (error !== null) item.append(actions, explainButton(delivery.id, number, actions));
  else item.append(actions);
  if (wasSent) actions.append(copyButton(() => curl(delivery.url, headers, delivery.body), item));
  if (wasSent) item.append(part("Request", `POST ${delivery.url}`, Object.entries(headers)));
  if (answer !== null) item.append(answerOf(answer, error !== null));
  return item;
}

function answerOf({ status, headers, body, body_hex: hex, bytes }, isOpen) {
  const size = bytes === 1 ? "1 byte" : `${bytes.toLocaleString("en")} bytes`;
  const shown = part("Answer", `${status}, ${size}`, headers);
  shown.open = isOpen;
  if (bytes > 0) {
    const text = make("pre");
    text.textContent = body === undefined ? `These bytes are not UTF-8. In hex:\n${hex}` : lines(body);
    text.tabIndex = 0;
    text.setAttribute("role", "region");
    text.setAttribute("aria-label", "Body of the answer");
    shown.append(text);
  }
  return shown;
}

function part(title, summary, headers) {
  const shown = make("details", "stack tight");
  const head = make("summary", "", `${title} `);
  head.append(make("span", "mono faint", summary));
  const list = make("dl", "facts headers");
  list.append(...facts(headers));
  shown.append(head, list);
  return shown;
}

/** Copies a text; where the browser does not allow that, it is shown, to be copied by hand. */
function copyButton(textOf, item) {
  return button(
    "small",
    async () => {
      const text = textOf();
      try {
        await navigator.clipboard.writeText(text);
        say("The command is copied.");
      } catch {
        const shown = make("pre");
        shown.textContent = text;
        shown.tabIndex = 0;
        shown.setAttribute("role", "region");
        shown.setAttribute("aria-label", "The command");
        item.querySelector(":scope > pre")?.remove();
        item.querySelector(":scope > .row ~ .row").after(shown);
        getSelection().selectAllChildren(shown);
        shown.focus();
        say("The browser does not allow copying. The command is selected.");
      }
    },
    "Copy as curl",
  );
}
