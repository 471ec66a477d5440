// WebCrypto in a worker, as a user would write it.
import cases from "../cases.json";
import * as webcrypto from "./webcrypto.mjs";

/** Imported by the first delivery, and kept. */
let key;

function verifyWith(key, headers, body) {
  return webcrypto.verify(key, headers.get("x-contio-signature"), headers.get("x-contio-timestamp"), body);
}

export async function verify({ headers, body }) {
  key ??= await webcrypto.importKey(cases.secret);
  return await verifyWith(key, headers, body);
}

/** As most guides show it. */
export async function verifyImporting({ headers, body }) {
  return await verifyWith(await webcrypto.importKey(cases.secret), headers, body);
}

export async function verifyRequest(request) {
  const body = new Uint8Array(await request.arrayBuffer());
  key ??= await webcrypto.importKey(cases.secret);
  return await verifyWith(key, request.headers, body);
}
