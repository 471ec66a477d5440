// Shows the deliveries of the sandbox that serves this. Everything is asked for with its token.

const REFRESH_MS = 1000;
const PLACE = "hookseal-sandbox-token";

/** What shows nothing itself, or changes how other text is shown: as `hookseal` has it in a terminal (cli/src/escape.rs). */
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\ufff9-\ufffb]|(?! )\p{Zs}/gu;

const element = (id) => document.getElementById(id);
let token = "";
let shown;

/** Text of an event or an endpoint, which its author chose: what cannot be seen of it is written as its code. */
function visible(text) {
  const code = (letter) => `\\u{${letter.codePointAt(0).toString(16)}}`;
  return String(text).replaceAll("\\", "\\\\").replace(HIDDEN, code);
}

/** A body over several lines, as the JSON that it is. */
function pretty(body) {
  const unit = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const code = (letter) => (letter === "\n" ? letter : letter.split("").map(unit).join(""));
  return JSON.stringify(JSON.parse(body), null, 2).replace(HIDDEN, code);
}

/** A call of the sandbox; what it refuses is an error with what it says. */
async function call(path, options = {}) {
  const answer = await fetch(`/sandbox/${path}`, { ...options, headers: { "X-Sandbox-Token": token } });
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.error), { status: answer.status });
  return said;
}

function say(text) {
  const said = visible(text);
  if (element("state").textContent !== said) element("state").textContent = said;
}

/** Does something, and tells what went wrong with it. */
async function attempt(act) {
  try {
    await act();
    return true;
  } catch (error) {
    if (error.status === 401) return ask();
    say(error.status === undefined ? "The sandbox does not answer: is it running?" : error.message);
    return false;
  }
}

/** Asks for the token. */
function ask() {
  sessionStorage.removeItem(PLACE);
  element("sandbox").hidden = true;
  element("entry").hidden = false;
  say("This page needs the token of the sandbox.");
  return false;
}

async function open() {
  const is_open = await attempt(async () => {
    const { event_types } = await call("event-types");
    element("type").replaceChildren(...event_types.map((type) => new Option(type)));
    element("type").value = "meeting.completed";
    element("only").replaceChildren(new Option("all", ""), ...event_types.map((type) => new Option(type)));
    sessionStorage.setItem(PLACE, token);
    element("entry").hidden = true;
    element("sandbox").hidden = false;
    say("");
    await refresh();
  });
  if (is_open) schedule();
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
  const { deliveries, total } = await call(`deliveries?${query}`);
  const focused = document.activeElement?.dataset?.id;
  element("list").replaceChildren(...deliveries.map(rowOf));
  // What is read with a keyboard stays where it was.
  if (focused !== undefined) element("list").querySelector(`[data-id="${focused}"]`)?.focus();
  element("count").textContent = `${deliveries.length} of ${total}`;
  if (shown !== undefined) await show(shown, false);
}

function rowOf({ id, event_type, delivery_status, http_status_code, error_message, tries, created_at }) {
  const row = document.createElement("tr");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: visible(event_type) });
  button.dataset.id = id;
  button.addEventListener("click", () => attempt(() => show(id, true)));
  const first = document.createElement("th");
  first.scope = "row";
  first.append(button);
  const answer = http_status_code ?? (error_message === null ? "" : "none");
  row.append(first, cell(delivery_status, delivery_status), cell(answer), cell(tries), cell(created_at));
  return row;
}

function cell(text, style = "") {
  return Object.assign(document.createElement("td"), { textContent: visible(text), className: style });
}

/** Shows one delivery whole. */
async function show(id, is_asked) {
  const delivery = await call(`deliveries/${id}`);
  shown = id;
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
      const came = error_message ?? `answered ${http_status_code}`;
      const lines = [`${at}: ${came}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
      return Object.assign(document.createElement("li"), { textContent: lines.map(visible).join("\n") });
    }),
  );
  element("body").textContent = pretty(delivery.body);
  element("one").hidden = false;
  if (is_asked) element("one").focus();
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
    const call_body = { type: element("type").value };
    const data = element("data").value.trim();
    if (data !== "") {
      try {
        call_body.data = JSON.parse(data);
      } catch {
        return say("The data is not JSON.");
      }
    }
    const { not_delivered } = await call("events", { method: "POST", body: JSON.stringify(call_body) });
    say(not_delivered === null ? "Emitted." : `Emitted, and not delivered: ${not_delivered.replaceAll("_", " ")}.`);
    await refresh();
  });
});

element("retry").addEventListener("click", () =>
  attempt(async () => {
    await call(`deliveries/${shown}/retry`, { method: "POST" });
    say("It is sent again.");
    await refresh();
  }),
);

for (const id of ["status", "only"]) element(id).addEventListener("change", () => attempt(refresh));

// The token leaves the address, where it would stay in the history.
token = location.hash.slice(1) || (sessionStorage.getItem(PLACE) ?? "");
history.replaceState(null, "", location.pathname);
if (token === "") ask();
else open();
