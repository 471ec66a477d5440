// What a receiver writes with only WebCrypto. It checks the signature alone: neither the age nor the size of a delivery
// is limited.

const encoder = new TextEncoder();

export function importKey(secret) {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

/** @param body a Uint8Array */
export function verify(key, signature, timestamp, body) {
  const before = encoder.encode(`${timestamp}.`);
  const signed = new Uint8Array(before.length + body.length);
  signed.set(before);
  signed.set(body, before.length);
  return crypto.subtle.verify("HMAC", key, fromHex(signature), signed);
}

function fromHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}
