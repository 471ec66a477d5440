// The deliveries that `cases.json` describes. Used in workers too, so nothing of Node is used here.

const encoder = new TextEncoder();

/**
 * A genuine delivery; one that was signed with another secret; and one that was changed on its way.
 *
 * @param make one of the functions below
 * @param handOver brings a delivery into the form that a server has it in
 */
export async function deliveriesOf(make, cases, size, handOver = (delivery) => delivery) {
  const genuine = await make(cases, size, cases.secret);
  const forged = await make(cases, size, cases.other_secret);
  const changed = { ...genuine, body: genuine.body.slice() };
  // A letter of the title, which makes it JSON as good as before.
  changed.body[size - 30] ^= 1;
  return { genuine: handOver(genuine), forged: handOver(forged), changed: handOver(changed) };
}

/** The guide's form: the time and the body are signed. */
export async function timestamped(cases, size, secret) {
  const body = bodyOf(cases, size);
  const tag = await mac(encoder.encode(secret), `${cases.now}.`, body);
  const own = { "x-contio-signature": hex(tag), "x-contio-timestamp": String(cases.now) };
  return { headers: headersOf(cases, body, own), body };
}

/** The form that Contio's own package takes: the body alone is signed. */
export async function bodyOnly(cases, size, secret) {
  const body = bodyOf(cases, size);
  const tag = await mac(encoder.encode(secret), "", body);
  const own = { "x-contio-signature": `sha256=${hex(tag)}`, "x-contio-timestamp": String(cases.now) };
  return { headers: headersOf(cases, body, own), body };
}

/** Signed at present: `standardwebhooks` reads the clock, and can be told no other time. */
export async function standardWebhooks(cases, size, secret) {
  const body = bodyOf(cases, size);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Uint8Array.from(atob(secret.slice("whsec_".length)), (character) => character.charCodeAt(0));
  const tag = await mac(key, `${cases.id}.${timestamp}.`, body);
  const own = {
    "webhook-id": cases.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${btoa(String.fromCharCode(...tag))}`,
  };
  return { headers: headersOf(cases, body, own), body };
}

/** Reads the clock, as in use, and tells the second in which the deliveries were signed, however long a run takes. */
export function clockOf(cases) {
  return () => cases.now + (Date.now() % 1000) / 1000;
}

/** The body of exactly `size` bytes. */
function bodyOf(cases, size) {
  const [before, behind] = cases.template.split("{title}");
  const room = size - before.length - behind.length;
  if (room < 0) throw new Error(`the template does not fit into ${size} bytes`);
  const title = cases.title.repeat(Math.ceil(room / cases.title.length)).slice(0, room);
  return encoder.encode(before + title + behind);
}

/** The headers of any request with this body, and behind them those that the scheme signs with. */
function headersOf(cases, body, own) {
  const fixed = cases.headers.map(([name, value]) => [name, value.replace("{size}", String(body.length))]);
  return Object.fromEntries([...fixed, ...Object.entries(own)]);
}

/** By the host, so that we do not verify what we signed. */
async function mac(key, before, body) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  const prefix = encoder.encode(before);
  const message = new Uint8Array(prefix.length + body.length);
  message.set(prefix);
  message.set(body, prefix.length);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
