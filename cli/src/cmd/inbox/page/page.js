// Shows what waits in an inbox and what is dead. Every request carries the token of the process that serves this page.

import { visible } from "./text.js";

const REFRESH_MS = 1000;
const TOKEN_KEY = "hookseal-inbox-token";
const STYLES = { dead: "failed", done: "delivered" };

const element = (id) => document.getElementById(id);
let token = "";
let selected;

/** Calls the server. A refusal is thrown as an error with its message. */
async function request(path, method = "GET") {
  const response = await fetch(`/inbox/${path}`, { method, headers: { "X-Inbox-Token": token } });
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.message), { status: response.status });
  return body;
}

function setStatus(text) {
  const status = visible(text);
  if (element("state").textContent !== status) element("state").textContent = status;
}

/** Runs an action, and shows the error if it fails. */
async function attempt(act) {
  try {
    await act();
    return true;
  } catch (error) {
    if (error.status === 401) return askForToken();
    setStatus(error.status === undefined ? "There is no answer. Is `hookseal inbox serve` running?" : error.message);
    return false;
  }
}

/** Shows the form for the token. */
function askForToken() {
  sessionStorage.removeItem(TOKEN_KEY);
  element("inbox").hidden = true;
  element("entry").hidden = false;
  setStatus("This page needs its token.");
  return false;
}

async function open() {
  const isOpen = await attempt(async () => {
    await refresh();
    sessionStorage.setItem(TOKEN_KEY, token);
    element("entry").hidden = true;
    element("inbox").hidden = false;
    setStatus("");
  });
  if (isOpen) schedule();
}

function schedule() {
  setTimeout(async () => {
    if (element("inbox").hidden) return;
    await attempt(refresh);
    schedule();
  }, REFRESH_MS);
}

async function refresh() {
  const stats = await request("stats");
  const { deliveries } = await request(`deliveries?state=${element("only").value}`);
  const counts = ["dead", "running", "pending"].map((state) => `${stats[state].number} ${state}`);
  element("counts").textContent = `${counts.join(", ")}, ${stats.done} done`;
  element("lost").hidden = stats.lost_with === null;
  element("lost").textContent = `The file is on ${stats.lost_with}, which does not last: use a volume.`;
  element("retry-all").disabled = stats.dead.number === 0;
  const focused = document.activeElement?.dataset?.number;
  element("list").replaceChildren(...deliveries.map(rowOf));
  // Keeps the keyboard focus on the same delivery.
  if (focused !== undefined) element("list").querySelector(`[data-number="${focused}"]`)?.focus();
  element("shown").textContent = `${deliveries.length} shown`;
  if (selected !== undefined) await show(selected, false);
}

function rowOf({ number, id, key, state, attempts, error, due_at, received_at }) {
  const row = document.createElement("tr");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: visible(id ?? key) });
  button.dataset.number = number;
  button.addEventListener("click", () => attempt(() => show(number, true)));
  const first = document.createElement("th");
  first.scope = "row";
  first.append(button);
  const due = state === "pending" ? due_at : "";
  const cells = [cell(state, STYLES[state]), cell(attempts), cell(error ?? ""), cell(due), cell(received_at)];
  row.append(first, ...cells);
  return row;
}

function cell(text, style = "") {
  return Object.assign(document.createElement("td"), { textContent: visible(text), className: style });
}

/** Shows one delivery, and its body only if that is asked. */
async function show(number, takesFocus) {
  const { delivery } = await request(`deliveries/${number}`);
  if (selected !== number) hideBody();
  selected = number;
  element("one-title").textContent = visible(delivery.id ?? delivery.key);
  element("facts").replaceChildren(
    ...Object.entries(delivery)
      .filter(([, value]) => value !== null)
      .flatMap(([name, value]) => [
        Object.assign(document.createElement("dt"), { textContent: name.replaceAll("_", " ") }),
        Object.assign(document.createElement("dd"), { textContent: visible(value) }),
      ]),
  );
  for (const id of ["retry", "discard"]) element(id).hidden = delivery.state !== "dead";
  element("show-body").hidden = delivery.state === "done";
  element("one").hidden = false;
  if (takesFocus) element("one").focus();
}

function hideBody() {
  element("body").hidden = true;
  element("body").textContent = "";
}

/** Changes the delivery that is shown. */
async function change(path, done) {
  await attempt(async () => {
    await request(`deliveries/${selected}/${path}`, "POST");
    setStatus(done);
    await refresh();
  });
}

element("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  token = element("token").value.trim();
  element("token").value = "";
  open();
});

element("filter").addEventListener("submit", (event) => event.preventDefault());
element("only").addEventListener("change", () => attempt(refresh));
element("retry").addEventListener("click", () => change("retry", "It is tried again."));
element("discard").addEventListener("click", () => {
  if (confirm("Give this delivery up? Its body is deleted.")) {
    hideBody();
    change("discard", "It is given up.");
  }
});

element("show-body").addEventListener("click", () =>
  attempt(async () => {
    const { delivery } = await request(`deliveries/${selected}?body=true`);
    const { body, body_hex: hex } = delivery;
    const text = body === undefined ? `bytes that are not UTF-8, in hex: ${hex}` : (body ?? "the body is dropped");
    element("body").textContent = text.split("\n").map(visible).join("\n");
    element("body").hidden = false;
    element("body").focus();
  }),
);

element("retry-all").addEventListener("click", () =>
  attempt(async () => {
    const { retried } = await request("retry-all", "POST");
    setStatus(`${retried} are tried again.`);
    await refresh();
  }),
);

// The token is removed from the address, so that it does not stay in the history.
token = location.hash.slice(1) || (sessionStorage.getItem(TOKEN_KEY) ?? "");
history.replaceState(null, "", location.pathname);
if (token === "") askForToken();
else open();
