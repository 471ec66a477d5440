// Plays vectors in any runtime: uses only the language itself, and what every runtime with `fetch` has.
// `tests/vectors/README.md` describes the format of a vector.

/**
 * The signature header and the timestamp header of the schemes that sign no id. If a header has two names, the one that
 * takes precedence comes first.
 */
const HEADERS = {
  contio: ["x-contio-signature", "x-contio-timestamp"],
  "contio-timestamped": ["x-contio-signature", "x-contio-timestamp"],
  "contio-body": ["x-contio-signature"],
  stripe: ["stripe-signature"],
  github: ["x-hub-signature-256"],
  slack: ["x-slack-signature", "x-slack-request-timestamp"],
  shopify: [["shopify-hmac-sha256", "x-shopify-hmac-sha256"]],
};

/**
 * Plays each vector in every way that can express it. `hookseal` has all exports of the package, including those of
 * `hookseal/explain`. Returns the `outcome` of each vector, the other `ways` that were tried, and the `faults`: ways
 * with another outcome.
 */
export async function play(vectors, hookseal) {
  const played = [];
  for (const vector of vectors) {
    const playIt = vector.report !== undefined ? explainOne : vector.expect.key !== undefined ? playKey : playOne;
    played.push({ name: vector.name, ...(await playIt(vector, hookseal)) });
  }
  return played;
}

async function playOne(vector, hookseal) {
  const attempt = attempts(hookseal.WebhookVerificationError);
  const bytes = bytesOf(vector.body_base64);
  const made = await attempt(() => new hookseal.WebhookVerifier(vector.secrets, options(vector)));
  if (made.ok === undefined) return { outcome: made, ways: [], faults: [] };
  const verifier = made.ok;
  const headers = vector.headers;
  const outcome = await attempt(() => verdict(verifier.verify(headers, bytes), bytes));
  const ways = [];
  const faults = [];
  const compare = (way, expected, other) => {
    ways.push(way);
    const [was, is] = [expected, other].map((value) => JSON.stringify(value));
    if (was !== is) faults.push(`${way} gives ${is}, and not ${was}`);
  };

  for (const [way, given] of sameDelivery(headers, bytes)) {
    compare(way, outcome, await attempt(() => verdict(verifier.verify(...given), bytes)));
  }
  const values = HEADERS[vector.scheme]?.map((name) => valueOf(headers, name));
  if (values !== undefined) {
    const verified = await attempt(() => verifier.verify(headers, bytes).timestamp);
    const { isValid, code, error } = verifier.verifySignature(bytes, ...values);
    compare("verifySignature", verified, isValid ? verified : { error: code, message: error });
    const event = await attempt(() => verifier.verify(headers, bytes).event());
    compare("parseWebhook", event, await attempt(() => verifier.parseWebhook(bytes, ...values)));
  }
  const request = asRequest(headers, bytes);
  if (request !== undefined) {
    // Requests report bodies that are too large in other words, because they do not read them to the end.
    const [{ message: _, ...expected }, { message: __, ...other }] = [
      outcome,
      await attempt(async () => verdict(await verifier.verifyRequest(request), bytes)),
    ];
    compare("verifyRequest", expected, other);
  }
  verifier.free();
  return { outcome, ways, faults };
}

/** Explains a delivery, and again with its headers and body in other types. */
async function explainOne(vector, { WebhookExplainer, WebhookVerificationError }) {
  const attempt = attempts(WebhookVerificationError);
  const bytes = bytesOf(vector.body_base64);
  const secrets = vector.secrets.map((secret) => (typeof secret === "string" ? secret : bytesOf(secret.base64)));
  const otherSecrets = Object.fromEntries(vector.others ?? []);
  const explainer = new WebhookExplainer(secrets, { ...options(vector), otherSecrets });
  const outcome = await attempt(() => explainer.explain(vector.headers, bytes));
  const ways = [];
  const faults = [];
  for (const [way, given] of sameDelivery(vector.headers, bytes)) {
    const [was, is] = [outcome, await attempt(() => explainer.explain(...given))].map((value) => JSON.stringify(value));
    ways.push(way);
    if (was !== is) faults.push(`${way} gives ${is}, and not ${was}`);
  }
  return { outcome, ways, faults };
}

/** Asks for the key of a delivery, and of the same delivery in other types. */
async function playKey(vector, { DeliveryKey, WebhookVerificationError, WebhookVerifier, defineScheme }) {
  const attempt = attempts(WebhookVerificationError);
  const bytes = bytesOf(vector.body_base64);
  const acme = { name: "acme", signatureHeader: "X-Acme-Signature", encoding: "hex", signed: "{body}" };
  const keyField = vector.options?.key_field ?? undefined;
  const scheme = vector.scheme === "acme" ? defineScheme({ ...acme, keyField }) : vector.scheme;
  const verifier = new WebhookVerifier(vector.secrets, { scheme, now: vector.now });
  const shown = (key) => {
    if (key === null) return null;
    const { scope } = vector.expect.key ?? { scope: "" };
    const again = new DeliveryKey(key.scheme, key.id);
    if (String(again) !== String(key) || String(key) !== key.text("")) throw new Error("another key");
    return { ...key, scope, text: key.text(scope) };
  };
  const outcome = await attempt(() => shown(verifier.verify(vector.headers, bytes).key));
  const ways = [];
  const faults = [];
  const compare = async (way, verify) => {
    const [was, is] = [outcome, await attempt(async () => shown((await verify()).key))].map((one) => JSON.stringify(one));
    ways.push(way);
    if (was !== is) faults.push(`${way} gives ${is}, and not ${was}`);
  };
  for (const [way, given] of sameDelivery(vector.headers, bytes)) await compare(way, () => verifier.verify(...given));
  const request = asRequest(vector.headers, bytes);
  if (request !== undefined) await compare("verifyRequest", () => verifier.verifyRequest(request));
  await compare("after another delivery", () => {
    const delivery = verifier.verify(vector.headers, bytes);
    verifier.verify(vector.headers, bytes);
    return delivery;
  });
  return { outcome, ways, faults };
}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** The outcome of a call: `ok`, the code and message of our own error, or that something else was thrown. */
const attempts = (ownError) => async (call) => {
  try {
    return { ok: await call() };
  } catch (thrown) {
    if (!(thrown instanceof ownError)) return { thrown: String(thrown) };
    return { error: thrown.code, message: thrown.message };
  }
};

function options({ scheme, now, options = {} }) {
  const { max_age, max_skew, max_event_age, max_body } = options;
  // In vectors, null is no limit.
  const limit = (seconds) => (seconds === null ? Infinity : seconds);
  return { scheme, now, maxAge: limit(max_age), maxSkew: limit(max_skew), maxEventAge: max_event_age, maxBody: max_body };
}

/** The part of a delivery that a vector's `expect.ok` is compared with. */
function verdict(delivery, sent) {
  const { scheme, timestamp, secretIndex, hasEnvelope, id, body } = delivery;
  if (body.length !== sent.length || body.some((byte, at) => byte !== sent[at])) throw new Error("another body");
  const ok = { scheme, timestamp, secret_index: secretIndex, id };
  if (!hasEnvelope) return ok;
  const event = delivery.event();
  if (JSON.stringify(event) !== JSON.stringify(JSON.parse(textOf(sent)))) throw new Error("another event");
  return { ...ok, event_type: event.event_type, event_id: event.event_id };
}

/** The same delivery in other types, as arguments for `verify`. */
function* sameDelivery(headers, bytes) {
  const byName = new Map();
  for (const [name, value] of headers) byName.set(name, [...(byName.get(name) ?? []), value]);
  const valuesByName = [...byName].map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
  yield ["an object", [Object.fromEntries(valuesByName), bytes]];
  yield ["a Map", [new Map(valuesByName), bytes]];
  yield ["an ArrayBuffer", [headers, bytes.buffer]];
  const text = textOf(bytes);
  if (text !== undefined) yield ["a string", [headers, text]];
  const fetchHeaders = asHeaders(headers);
  if (fetchHeaders !== undefined) yield ["a Headers", [fetchHeaders, bytes]];
}

function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Names are compared without regard to case, of ASCII letters only. */
const lower = (name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function valueOf(headers, name) {
  const values = [name].flat().map((spelling) => valuesOf(headers, spelling));
  // A name that occurs twice is an error whatever the other one has; otherwise, the first name that is present is read.
  const found = values.find(({ length }) => length > 1) ?? values.find(({ length }) => length === 1) ?? [];
  return found.length > 1 ? found : found[0];
}

const valuesOf = (headers, name) => headers.filter(([other]) => lower(other) === name).map(([, value]) => value);

/** Undefined if `Headers` refuses, joins or changes any of them. */
function asHeaders(headers) {
  try {
    const made = new Headers(headers);
    return isUnchanged(headers, made) ? made : undefined;
  } catch {
    return undefined;
  }
}

function asRequest(headers, bytes) {
  try {
    const request = new Request("http://127.0.0.1/", { method: "POST", headers, body: bytes });
    return isUnchanged(headers, request.headers) ? request : undefined;
  } catch {
    return undefined;
  }
}

function isUnchanged(headers, made) {
  const names = new Set(headers.map(([name]) => lower(name)));
  return names.size === headers.length && headers.every(([name, value]) => made.get(name) === value);
}
