// Explains a delivery that a user pasted, entirely in the page.
import { WebhookVerificationError } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";

import { type Captured, type Header, readRequest, readTime } from "./captured.js";
import { element, put, sentence } from "./dom.js";
import { EXAMPLE } from "./example.js";
import { type Shared, fragmentOf, rawRequest, readFragment } from "./link.js";
import { iso, showError, showReport } from "./report.js";

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

type SchemeName = (typeof SCHEMES)[number][0];

const form = element("form", HTMLFormElement);
const scheme = element("scheme", HTMLSelectElement);
const secret = element("secret", HTMLInputElement);
const second = element("second", HTMLInputElement);
const now = element("now", HTMLInputElement);
const file = element("file", HTMLInputElement);
const request = element("request", HTMLTextAreaElement);
const body = element("body", HTMLTextAreaElement);
const bodyFile = element("body-file", HTMLInputElement);
const show = element("show", HTMLInputElement);
const output = element("report", HTMLElement);

/** The bytes of a request that a link brought, for as long as its text is not changed: a text field drops each CR. */
let linked: { text: string; bytes: Uint8Array } | undefined;

/** What was explained last, for a link to it. */
let explained: { shared: Omit<Shared, "headers">; headers: readonly Header[] } | undefined;

scheme.append(...SCHEMES.map(([name, label]) => new Option(label, name)));

function say(message: string): void {
  put("state", message);
}

show.addEventListener("change", () => {
  for (const input of [secret, second]) input.type = show.checked ? "text" : "password";
});

element("example", HTMLButtonElement).addEventListener("click", () => {
  form.reset();
  scheme.value = EXAMPLE.scheme;
  secret.value = EXAMPLE.secret;
  request.value = EXAMPLE.request;
  now.value = iso(EXAMPLE.now);
});

form.addEventListener("reset", () => {
  for (const input of [secret, second]) input.type = "password";
  for (const id of ["apart", "rotation"]) element(id, HTMLDetailsElement).open = false;
  output.hidden = true;
  linked = explained = undefined;
  say("");
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void explain();
});

/** A user's mistake, with what to do. */
class Mistake extends Error {
  constructor(
    message: string,
    readonly advice: string,
  ) {
    super(message);
  }
}

async function explain(): Promise<void> {
  explained = undefined;
  say("");
  element("link-field", HTMLElement).hidden = true;
  try {
    const arrived = readNow();
    const captured = readRequest(await bytesOf(file, request));
    const bytes = await bodyOf(captured);
    const secrets = second.value === "" ? [secret.value] : [secret.value, second.value];
    const explainer = new WebhookExplainer(secrets, { scheme: scheme.value as SchemeName, now: arrived });
    const pairs = captured.headers.map(({ name, value }) => [name, value] as const);
    showReport(explainer.explain(pairs, bytes));
    explained = { shared: { scheme: scheme.value, now: arrived, body: bytes }, headers: captured.headers };
  } catch (thrown) {
    showMistake(thrown);
  }
  output.hidden = false;
  output.focus();
}

function showMistake(thrown: unknown): void {
  if (thrown instanceof Mistake) return showError(thrown.message, thrown.advice);
  const isKnown = thrown instanceof WebhookVerificationError || thrown instanceof RangeError;
  const [reason = "", ...advice] = (isKnown ? thrown.message : String(thrown)).split("; ");
  const known = advice.join("; ");
  showError(`The request cannot be read: ${reason}`, known === "" ? "" : sentence(known));
}

/** When the delivery arrived, in Unix seconds. */
function readNow(): number {
  const text = now.value.trim();
  if (text === "") return Math.floor(Date.now() / 1000);
  const time = readTime(text);
  if (time !== undefined) return time;
  now.focus();
  const advice = "Give Unix seconds, such as 1736937000, or a time such as 2025-01-15T10:30:00Z.";
  throw new Mistake("The time of arrival cannot be read", advice);
}

async function bytesOf(chosen: HTMLInputElement, typed: HTMLTextAreaElement): Promise<Uint8Array> {
  const [first] = chosen.files ?? [];
  if (first !== undefined) return new Uint8Array(await first.arrayBuffer());
  if (typed === request && linked !== undefined && typed.value === linked.text) return linked.bytes;
  return new TextEncoder().encode(typed.value);
}

/** The body of the request, or else the one that was given apart from it. */
async function bodyOf({ body: shown }: Captured): Promise<Uint8Array> {
  const apart = await bytesOf(bodyFile, body);
  if (apart.length === 0 && shown !== undefined) return shown;
  if (shown !== undefined && shown.length > 0) {
    const advice = "Empty the field for the body, or leave the body out of the request.";
    throw new Mistake("The request has a body already", advice);
  }
  if (apart.length > 0) return apart;
  element("apart", HTMLDetailsElement).open = true;
  throw new Mistake("The request is shown without its body", "Give the body in its own field, as it was sent.");
}

element("link", HTMLButtonElement).addEventListener("click", () => void copyLink());

async function copyLink(): Promise<void> {
  if (explained === undefined) return;
  try {
    const { shared, headers } = explained;
    const address = new URL(location.href);
    address.search = "";
    address.hash = fragmentOf(shared, headers, [secret.value, second.value]);
    const text = element("link-text", HTMLInputElement);
    element("link-field", HTMLElement).hidden = false;
    text.value = address.href;
    text.select();
    await navigator.clipboard.writeText(address.href);
    say("The link is copied.");
  } catch (thrown) {
    say(thrown instanceof RangeError ? thrown.message : "The browser does not allow copying. The link is selected.");
  }
}

/** Fills in what the address carries. The secret is for its reader to enter. */
function open(): void {
  const shared = readFragment(location.hash);
  if (shared === undefined) {
    if (location.hash.length > 1) say("The link is incomplete, so nothing was filled in.");
    return;
  }
  form.reset();
  const bytes = rawRequest(shared);
  if (SCHEMES.some(([name]) => name === shared.scheme)) scheme.value = shared.scheme;
  request.value = new TextDecoder().decode(bytes);
  linked = { text: request.value, bytes };
  now.value = iso(shared.now);
  say("The request is filled in from the link. Enter the secret of the endpoint.");
  secret.focus();
}

addEventListener("hashchange", open);
open();
