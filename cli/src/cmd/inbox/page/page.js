// Shows what waits in an inbox and what is dead. Every request carries the token of the process that serves this page.

import { button, element, facts, make, reconcile, sentence, setText } from "./dom.js";
import { visible } from "./text.js";
import { ago, renewTimes } from "./time.js";

const REFRESH_MS = 1000;
const TOKEN_KEY = "hookseal-inbox-token";
const STYLES = { dead: "bad", done: "good", running: "warn" };

let token = "";
let selected;

/** Calls the server. A refusal is thrown as an error with its message. */
async function request(path, method = "GET") {
  const response = await fetch(`/inbox/${path}`, { method, headers: { "X-Inbox-Token": token } });
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.message), { status: response.status });
  return body;
}

const setStatus = (text) => setText("state", text);

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
  setText("counts", `${counts.join(", ")}, ${stats.done} done`);
  element("lost").hidden = stats.lost_with === null;
  setText("lost", `The file is on ${stats.lost_with}, which does not last: use a volume.`);
  element("retry-all").disabled = stats.dead.number === 0;
  reconcile(element("list"), deliveries, ({ number }) => number, cardOf);
  markOpen();
  element("empty").hidden = deliveries.length > 0;
  setText("shown", `${deliveries.length} shown`);
  if (selected !== undefined) await show(selected, false);
  renewTimes();
}

/** A card that opens the delivery. */
function cardOf({ number, id, key, state, attempts, error, due_at, received_at }) {
  const open = () => attempt(() => show(number, true));
  const card = button(state === "dead" ? "card bad" : "card", open, make("span", "name", id ?? key), chipOf(state));
  const tries = make("span", "small faint", attempts === 1 ? "1 attempt" : `${attempts} attempts`);
  if (state === "pending") tries.append(", due ", ago(due_at));
  const when = make("span", "small faint when", "received ", ago(received_at));
  card.append(tries, when);
  if (error !== null) card.append(make("span", "small more", error));
  const item = make("li");
  item.append(card);
  return item;
}

const chipOf = (state) => make("span", `chip ${STYLES[state] ?? ""}`, state);

function markOpen() {
  for (const item of element("list").children) {
    item.firstChild.setAttribute("aria-current", String(item.dataset.key === String(selected)));
  }
}

/** Shows one delivery, and its body only if that is asked. */
async function show(number, takesFocus) {
  const { delivery } = await request(`deliveries/${number}`);
  if (selected !== number) hideBody();
  selected = number;
  markOpen();
  setText("one-title", delivery.id ?? delivery.key);
  // What did not change keeps its selection.
  const state = JSON.stringify(delivery);
  if (element("facts").dataset.state !== state) {
    element("facts").dataset.state = state;
    element("one-state").replaceChildren(chipOf(delivery.state));
    const pairs = Object.entries(delivery).filter(([name]) => !["error", "state"].includes(name));
    const shown = (name, value) => (name.endsWith("_at") && value !== null ? ago(value) : value);
    const shownPairs = pairs.map(([name, value]) => [name.replaceAll("_", " "), shown(name, value)]);
    element("facts").replaceChildren(...facts(shownPairs));
    element("reason").hidden = delivery.error === null;
    setText("reason", sentence(delivery.error ?? ""));
    for (const id of ["retry", "discard"]) element(id).hidden = delivery.state !== "dead";
    element("show-body").hidden = delivery.state === "done";
  }
  element("one").hidden = false;
  element("columns").classList.add("open");
  if (takesFocus) {
    element("one").focus();
    element("one").scrollIntoView({ block: "nearest" });
  }
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

element("back").addEventListener("click", () => {
  const card = [...element("list").children].find((item) => item.dataset.key === String(selected))?.firstChild;
  selected = undefined;
  hideBody();
  markOpen();
  element("one").hidden = true;
  element("columns").classList.remove("open");
  (card ?? element("only")).focus();
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
