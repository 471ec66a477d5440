// The deliveries that `cases.json` describes. Workers use them too, so this uses nothing from Node.

const encoder = new TextEncoder();

/**
 * A genuine delivery; one that was signed with another secret; and one that was changed on its way.
 *
 * @param make one of the functions below
 * @param handOver converts a delivery to the form in which a server has it
 */
export async function deliveriesOf(make, cases, size, handOver = (delivery) => delivery) {
  const genuine = await make(cases, size, cases.secret);
  const forged = await make(cases, size, cases.other_secret);
  const changed = { ...genuine, body: genuine.body.slice() };
  // A letter of the title, so that it is still valid JSON.
  changed.body[size - 30] ^= 1;
  return { genuine: handOver(genuine), forged: handOver(forged), changed: handOver(changed) };
}

/** The guide's variant: signs the timestamp and the body. */
export async function timestamped(cases, size, secret) {
  const body = bodyOf(cases, size);
  const signature = await mac(encoder.encode(secret), `${cases.now}.`, body);
  const own = { "x-contio-signature": hex(signature), "x-contio-timestamp": String(cases.now) };
  return { headers: headersOf(cases, body, own), body };
}

/** The variant that Contio's own package accepts: signs only the body. */
export async function bodyOnly(cases, size, secret) {
  const body = bodyOf(cases, size);
  const signature = await mac(encoder.encode(secret), "", body);
  const own = { "x-contio-signature": `sha256=${hex(signature)}`, "x-contio-timestamp": String(cases.now) };
  return { headers: headersOf(cases, body, own), body };
}

/** Signed now: `standardwebhooks` reads the clock, and cannot be given another time. */
export async function standardWebhooks(cases, size, secret) {
  const body = bodyOf(cases, size);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Uint8Array.from(atob(secret.slice("whsec_".length)), (character) => character.charCodeAt(0));
  const signature = await mac(key, `${cases.id}.${timestamp}.`, body);
  const own = {
    "webhook-id": cases.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${btoa(String.fromCharCode(...signature))}`,
  };
  return { headers: headersOf(cases, body, own), body };
}

/**
 * Reads the clock, as in production, but returns the second in which the deliveries were signed, however long a run
 * takes.
 */
export function clockOf(cases) {
  return () => cases.now + (Date.now() % 1000) / 1000;
}

/** A body of exactly `size` bytes. */
function bodyOf(cases, size) {
  const [before, after] = cases.template.split("{title}");
  const space = size - before.length - after.length;
  if (space < 0) throw new Error(`the template does not fit into ${size} bytes`);
  const title = cases.title.repeat(Math.ceil(space / cases.title.length)).slice(0, space);
  return encoder.encode(before + title + after);
}

/** The headers that any request with this body has, followed by those of the signature. */
function headersOf(cases, body, own) {
  const fixed = cases.headers.map(([name, value]) => [name, value.replace("{size}", String(body.length))]);
  return Object.fromEntries([...fixed, ...Object.entries(own)]);
}

/** Uses WebCrypto, so that we do not verify our own signatures. */
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
