// Explains a delivery that a user pasted, entirely in the page.
import { WebhookVerificationError } from "hookseal";
import { type Check, type Report, WebhookExplainer } from "hookseal/explain";

import { EXAMPLE } from "./example.js";
import { readRequest } from "./request.js";

const SCHEMES = [
  ["contio", "Contio, either variant"],
  ["contio-timestamped", "Contio, timestamped variant"],
  ["contio-body", "Contio, body variant"],
  ["standard-webhooks", "Standard Webhooks"],
  ["svix", "Svix"],
  ["stripe", "Stripe"],
  ["github", "GitHub"],
  ["slack", "Slack"],
  ["shopify", "Shopify"],
] as const;

function element<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

const form = element("form", HTMLFormElement);
const scheme = element("scheme", HTMLSelectElement);
const [secret, second, now] = ["secret", "second", "now"].map((id) => element(id, HTMLInputElement)) as [
  HTMLInputElement,
  HTMLInputElement,
  HTMLInputElement,
];
const file = element("file", HTMLInputElement);
const request = element("request", HTMLTextAreaElement);
const show = element("show", HTMLInputElement);
const output = element("report", HTMLElement);

scheme.append(...SCHEMES.map(([name, label]) => new Option(label, name)));

show.addEventListener("change", () => {
  for (const input of [secret, second]) input.type = show.checked ? "text" : "password";
});

element("example", HTMLButtonElement).addEventListener("click", () => {
  form.reset();
  scheme.value = EXAMPLE.scheme;
  secret.value = EXAMPLE.secret;
  request.value = EXAMPLE.request;
  now.value = String(EXAMPLE.now);
});

form.addEventListener("reset", () => {
  for (const input of [secret, second]) input.type = "password";
  output.hidden = true;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void explain();
});

async function explain(): Promise<void> {
  try {
    const [chosen] = file.files ?? [];
    const raw = chosen === undefined ? new TextEncoder().encode(request.value) : new Uint8Array(await chosen.arrayBuffer());
    const { headers, body } = readRequest(raw);
    const secrets = second.value === "" ? [secret.value] : [secret.value, second.value];
    const options = {
      scheme: scheme.value as (typeof SCHEMES)[number][0],
      now: now.value === "" ? undefined : Number(now.value),
    };
    showReport(new WebhookExplainer(secrets, options).explain(headers, body));
  } catch (thrown) {
    showError(thrown instanceof WebhookVerificationError || thrown instanceof RangeError ? thrown.message : String(thrown));
  }
  output.hidden = false;
  output.focus();
}

function showReport(report: Report): void {
  const { ok, code, status, message, causes, suspicions, checks, advice } = report;
  put("verdict", text("span", ok ? "Genuine" : `Refused: ${code}`, ok ? "good" : "bad"));
  put("message", sentence(ok ? message : `${message} (HTTP ${status})`));
  put(
    "causes",
    ...causes.map(({ cause, scheme: about, finding }) => {
      const box = document.createElement("div");
      box.className = "cause";
      box.append(text("h3", about === null ? cause : `${cause}: ${about}`), text("p", sentence(finding)));
      return box;
    }),
  );
  put("advice", sentence(advice === "" ? "nothing: the delivery is valid" : advice));
  put(
    "suspicions",
    ...suspicions.flatMap(({ suspicion, finding, fix }) => [text("h3", `Suspicion: ${suspicion}`), text("p", sentence(`${finding}: ${fix}`))]),
  );
  put("checks", ...checks.map(rowOf));
  put("json", JSON.stringify(report, null, 2));
}

function rowOf({ check, outcome, message }: Check): HTMLElement {
  const row = document.createElement("tr");
  const head = text("th", check.replaceAll("_", " "));
  head.setAttribute("scope", "row");
  const style = { passed: "good", failed: "bad", skipped: "faint" }[outcome];
  row.append(head, text("td", outcome, style), text("td", message));
  return row;
}

function showError(message: string): void {
  put("verdict", text("span", "The request cannot be read", "bad"));
  put("message", sentence(message));
  put("advice", "Paste the request as you received it: header lines, an empty line, and the body.");
  for (const id of ["causes", "suspicions", "checks", "json"]) put(id);
}

/** Makes a sentence of a message, which has no capital and no full stop because other places embed it. */
function sentence(part: string): string {
  return `${part.charAt(0).toUpperCase()}${part.slice(1)}.`;
}

function put(id: string, ...content: (Node | string)[]): void {
  element(id, HTMLElement).replaceChildren(...content);
}

function text(tag: string, content: string, style = ""): HTMLElement {
  const created = document.createElement(tag);
  created.textContent = content;
  if (style !== "") created.className = style;
  return created;
}
