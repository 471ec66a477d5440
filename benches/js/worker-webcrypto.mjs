// WebCrypto in a worker, as a user would write it.
import cases from "../cases.json";
import { importKey, verify } from "./webcrypto.mjs";

/** Imported by the first delivery, and kept. */
let key;

function judgeWith(key, headers, body) {
  return verify(key, headers.get("x-contio-signature"), headers.get("x-contio-timestamp"), body);
}

export async function judge({ headers, body }) {
  key ??= await importKey(cases.secret);
  return await judgeWith(key, headers, body);
}

/** As most guides show it. */
export async function judgeImporting({ headers, body }) {
  return await judgeWith(await importKey(cases.secret), headers, body);
}

export async function judgeRequest(request) {
  const body = new Uint8Array(await request.arrayBuffer());
  key ??= await importKey(cases.secret);
  return await judgeWith(key, request.headers, body);
}
