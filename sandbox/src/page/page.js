// Shows the deliveries of the sandbox that serves this page. Every request carries its token.

import { HIDDEN, visible } from "./text.js";

const REFRESH_MS = 1000;
const TOKEN_KEY = "hookseal-sandbox-token";

const element = (id) => document.getElementById(id);
let token = "";
let selected;

/** A body as indented JSON, with invisible characters escaped as JSON does. */
function pretty(body) {
  const unit = (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const escape = (character) => (character === "\n" ? character : character.split("").map(unit).join(""));
  return JSON.stringify(JSON.parse(body), null, 2).replace(HIDDEN, escape);
}

/** Calls the sandbox. A refusal is thrown as an error with the sandbox's message. */
async function request(path, options = {}) {
  const response = await fetch(`/sandbox/${path}`, { ...options, headers: { "X-Sandbox-Token": token } });
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.error), { status: response.status });
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
    setStatus(error.status === undefined ? "The sandbox does not respond. Is it running?" : error.message);
    return false;
  }
}

/** Shows the form for the token. */
function askForToken() {
  sessionStorage.removeItem(TOKEN_KEY);
  element("sandbox").hidden = true;
  element("entry").hidden = false;
  setStatus("This page needs the sandbox's token.");
  return false;
}

async function open() {
  const isOpen = await attempt(async () => {
    const { event_types, scheme } = await request("event-types");
    element("scheme").textContent = `signed by ${visible(scheme)}`;
    element("type").replaceChildren(...event_types.map((type) => new Option(type)));
    element("type").value = "meeting.completed";
    element("only").replaceChildren(new Option("all", ""), ...event_types.map((type) => new Option(type)));
    sessionStorage.setItem(TOKEN_KEY, token);
    element("entry").hidden = true;
    element("sandbox").hidden = false;
    setStatus("");
    await refresh();
  });
  if (isOpen) schedule();
}

function schedule() {
  setTimeout(async () => {
    if (element("sandbox").hidden) return;
    await attempt(refresh);
    schedule();
  }, REFRESH_MS);
}

async function refresh() {
  const query = new URLSearchParams({ limit: "50" });
  if (element("status").value !== "") query.set("status", element("status").value);
  if (element("only").value !== "") query.set("event_type", element("only").value);
  const { deliveries, total } = await request(`deliveries?${query}`);
  const focused = document.activeElement?.dataset?.id;
  element("list").replaceChildren(...deliveries.map(rowOf));
  // Keeps the keyboard focus on the same delivery.
  if (focused !== undefined) element("list").querySelector(`[data-id="${focused}"]`)?.focus();
  element("count").textContent = `${deliveries.length} of ${total}`;
  if (selected !== undefined) await show(selected, false);
}

function rowOf({ id, event_type, delivery_status, http_status_code, error_message, tries, created_at }) {
  const row = document.createElement("tr");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: visible(event_type) });
  button.dataset.id = id;
  button.addEventListener("click", () => attempt(() => show(id, true)));
  const first = document.createElement("th");
  first.scope = "row";
  first.append(button);
  const response = http_status_code ?? (error_message === null ? "" : "none");
  row.append(first, cell(delivery_status, delivery_status), cell(response), cell(tries), cell(created_at));
  return row;
}

function cell(text, style = "") {
  return Object.assign(document.createElement("td"), { textContent: visible(text), className: style });
}

/** Shows one delivery in full. */
async function show(id, takesFocus) {
  const delivery = await request(`deliveries/${id}`);
  selected = id;
  element("one-title").textContent = visible(delivery.event_type);
  const facts = ["id", "event_id", "url", "delivery_status", "error_message", "next_retry_at", "delivered_at"];
  element("facts").replaceChildren(
    ...facts
      .filter((name) => delivery[name] !== null)
      .flatMap((name) => [
        Object.assign(document.createElement("dt"), { textContent: name.replaceAll("_", " ") }),
        Object.assign(document.createElement("dd"), { textContent: visible(delivery[name]) }),
      ]),
  );
  element("attempts").replaceChildren(
    ...delivery.attempts.map(({ at, http_status_code, error_message, headers }) => {
      const result = error_message ?? `answered ${http_status_code}`;
      const lines = [`${at}: ${result}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
      return Object.assign(document.createElement("li"), { textContent: lines.map(visible).join("\n") });
    }),
  );
  element("body").textContent = pretty(delivery.body);
  element("one").hidden = false;
  if (takesFocus) element("one").focus();
}

element("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  token = element("token").value.trim();
  element("token").value = "";
  open();
});

element("emit").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const body = { type: element("type").value };
    const data = element("data").value.trim();
    if (data !== "") {
      try {
        body.data = JSON.parse(data);
      } catch {
        return setStatus("The data is not valid JSON.");
      }
    }
    const { not_delivered } = await request("events", { method: "POST", body: JSON.stringify(body) });
    setStatus(not_delivered === null ? "Emitted." : `Emitted, but not delivered: ${not_delivered.replaceAll("_", " ")}.`);
    await refresh();
  });
});

element("retry").addEventListener("click", () =>
  attempt(async () => {
    await request(`deliveries/${selected}/retry`, { method: "POST" });
    setStatus("Sending again.");
    await refresh();
  }),
);

for (const id of ["status", "only"]) element(id).addEventListener("change", () => attempt(refresh));

// The token is removed from the address, so that it does not stay in the history.
token = location.hash.slice(1) || (sessionStorage.getItem(TOKEN_KEY) ?? "");
history.replaceState(null, "", location.pathname);
if (token === "") askForToken();
else open();
