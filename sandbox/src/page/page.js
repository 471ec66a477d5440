// Shows the deliveries of the sandbox that serves this page, its settings, and a form that sends events.

import { askForToken, attempt, findToken, keepToken, request, say, setToken } from "./calls.js";
import { close, connect, openId, show } from "./delivery.js";
import { element, reconcile, setText } from "./dom.js";
import { setSchemes } from "./explain.js";
import { cardOf, newsOf } from "./list.js";
import { renewTimes } from "./time.js";

const REFRESH_MS = 1000;
const PAGE = 50;

const WORDS = {
  "contio-timestamped": "contio-timestamped: hex, over the time and the body",
  "contio-body": "contio-body: sha256= and hex, over the body alone",
};

/** Why an event is not delivered. */
const REASONS = {
  no_endpoint: "there is no endpoint",
  disabled: "webhooks are off",
  filtered: "the filter excludes it",
};

let offset = 0;
let listed;
let openState;
let endpoint = null;

async function open() {
  const isOpen = await attempt(async () => {
    const settings = await request("settings");
    const types = settings.event_types;
    element("type").replaceChildren(...types.map((type) => new Option(type)));
    element("type").value = "meeting.completed";
    element("only").replaceChildren(new Option("all", ""), ...types.map((type) => new Option(type)));
    setSchemes(settings.schemes, settings.scheme);
    showSettings(settings);
    keepToken();
    element("entry").hidden = true;
    element("sandbox").hidden = false;
    say("");
    await refresh();
  });
  if (isOpen) schedule();
}

function schedule() {
  setTimeout(async () => {
    if (element("sandbox").hidden) return;
    // Nobody looks at a page in the background.
    if (!document.hidden) await attempt(refresh);
    schedule();
  }, REFRESH_MS);
}

function showSettings({ webhook_url: url, webhook_enabled: isEnabled, scheme, speed, retry_waits_s: waits }) {
  endpoint = url;
  setText("endpoint", url ?? "none yet, so events are delivered nowhere");
  setText("change-endpoint", url === null ? "Set" : "Change");
  setText("scheme", WORDS[scheme] ?? scheme);
  const seconds = waits.every((wait) => wait < 60);
  const numbers = waits.map((wait) => Number((seconds ? wait : wait / 60).toPrecision(2)));
  const list = `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)} ${seconds ? "s" : "min"}`;
  setText("retries", `after ${list}${speed === 1 ? ", as Contio" : `, ${speed} times faster than Contio`}`);
  setText("clock", "this machine's time, for signatures and dates");
  element("off").hidden = isEnabled;
}

async function refresh() {
  const query = new URLSearchParams({ limit: PAGE, offset });
  if (element("status").value !== "") query.set("status", element("status").value);
  if (element("only").value !== "") query.set("event_type", element("only").value);
  const { deliveries, total } = await request(`deliveries?${query}`);
  if (listed !== undefined) setText("news", newsOf(listed, deliveries) || element("news").textContent);
  listed = deliveries;
  const isNarrowed = element("status").value !== "" || element("only").value !== "";
  element("empty").hidden = deliveries.length > 0;
  setText("empty", isNarrowed ? "No delivery is like that." : "None yet. Send an event, or let your program send one.");
  reconcile(element("list"), deliveries, ({ id }) => id, (delivery) => cardOf(delivery, choose));
  markOpen();
  const last = offset + deliveries.length;
  setText("count", total > PAGE ? `${last === 0 ? 0 : offset + 1} to ${last} of ${total}` : `${total}`);
  element("pages").hidden = total <= PAGE && offset === 0;
  element("newer").disabled = offset === 0;
  element("older").disabled = last >= total;
  renewTimes();
  showSettings(await request("settings"));
  await renewOpen(deliveries);
}

/** Loads the open delivery again if it changed, as far as the list shows; or always, if it is not in the list. */
async function renewOpen(deliveries) {
  if (openId() === undefined) return;
  const state = JSON.stringify(deliveries.find(({ id }) => id === openId()) ?? null);
  if (state !== "null" && state === openState) return;
  openState = state;
  await show(openId(), false);
}

function choose(id) {
  return attempt(async () => {
    openState = undefined;
    await show(id, true);
    markOpen();
  });
}

function markOpen() {
  for (const item of element("list").children) {
    item.firstChild.setAttribute("aria-current", String(item.dataset.key === openId()));
  }
}

async function save(settings, message) {
  await attempt(async () => {
    showSettings(await request("settings", "PUT", settings));
    openEndpointForm(false);
    say(message);
  });
}

function openEndpointForm(isOpen) {
  element("endpoint-form").hidden = !isOpen;
  element("change-endpoint").setAttribute("aria-expanded", String(isOpen));
  element(isOpen ? "url" : "change-endpoint").focus();
}

element("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  setToken(element("token").value.trim());
  element("token").value = "";
  open();
});

element("change-endpoint").addEventListener("click", () => {
  element("url").value = endpoint ?? "";
  openEndpointForm(element("endpoint-form").hidden);
});
element("cancel-endpoint").addEventListener("click", () => openEndpointForm(false));
element("endpoint-form").addEventListener("keydown", (event) => {
  if (event.key === "Escape") openEndpointForm(false);
});
element("endpoint-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const url = element("url").value.trim();
  save({ webhook_url: url === "" ? null : url }, url === "" ? "There is no endpoint now." : "The endpoint is changed.");
});
element("switch-on").addEventListener("click", () => save({ webhook_enabled: true }, "Webhooks are on."));

element("emit").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const type = element("type").value;
    const data = element("data").value.trim() || "null";
    try {
      JSON.parse(data);
    } catch {
      element("data").focus();
      return say("The data is not valid JSON.");
    }
    // As it was typed: JavaScript would round long numbers.
    const event = `{"type":${JSON.stringify(type)},"data":${data}}`;
    const { not_delivered: reason } = await request("events", "POST", event);
    say(reason === null ? `Sent ${type}.` : `It is not delivered: ${REASONS[reason] ?? reason}.`);
    offset = 0;
    await refresh();
  });
});

element("sample").addEventListener("click", () =>
  attempt(async () => {
    const { data } = await request(`samples/${encodeURIComponent(element("type").value)}`);
    element("data").value = JSON.stringify(data, null, 2);
    element("data").rows = 12;
    element("data").focus();
  }),
);

element("back").addEventListener("click", () => {
  const id = close();
  markOpen();
  const card = [...element("list").children].find((item) => item.dataset.key === id)?.firstChild;
  (card ?? element("deliveries-title")).focus();
});

element("filter").addEventListener("submit", (event) => event.preventDefault());
for (const id of ["status", "only"]) {
  element(id).addEventListener("change", () => {
    offset = 0;
    attempt(refresh);
  });
}
const turn = (by) => () => {
  offset = Math.max(0, offset + by);
  attempt(refresh);
};
element("newer").addEventListener("click", turn(-PAGE));
element("older").addEventListener("click", turn(PAGE));

connect(refresh);
if (findToken()) open();
else askForToken();
