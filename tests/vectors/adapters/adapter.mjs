// The protocol of `play.py`, for adapters in JavaScript.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

/** A vector that is outside what the library is documented to do. The message says why. */
export class Skip extends Error {}

/**
 * What is more than a library for one sender is documented to do, and why: files of vectors, kinds of faults, and
 * beginnings of names.
 */
export const OUTSIDE = {
  "doubled-headers": "what a host makes of a header that was sent twice",
  "fault 8": "what a host makes of a header that was sent twice",
  "standard-webhooks: an id with": "the letters of an id, of which the specification forbids the dot",
  "svix: an id with": "the letters of an id, of which the specification forbids the dot",
  "header-spellings": "which of two names of a header counts",
  "signature-lists": "what is skipped in a list of signatures, which no specification says",
  limits: "the size of a body, of an id and of a list",
  secrets: "what can be a secret, except that an empty one cannot",
  "secrets-base64": "what can be a secret, except that an empty one cannot",
  configuration: "settings that only this project has",
};

/** The version of an installed package. */
export function versionOf(name) {
  for (const folder of createRequire(import.meta.url).resolve.paths(name)) {
    const file = path.join(folder, name, "package.json");
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).version;
  }
  throw new Error(`${name} is not installed`);
}

/**
 * Answers requests. `verify` returns false, or throws one of the `refusals`, for what it refuses; anything else that it
 * throws is a crash.
 */
export async function serve({ name, version, schemes, outside = {}, verify, refusals = [], codeOf = () => undefined }) {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    if (request.hello !== undefined) {
      answer = { name, version, schemes, outside };
    } else {
      // Libraries ask the clock, which is the vector's here.
      Date.now = () => request.now * 1000;
      try {
        answer = { ok: (await verify(request, Buffer.from(request.body_base64, "base64"))) !== false };
      } catch (error) {
        if (error instanceof Skip) answer = { skip: error.message };
        else if (refusals.some((type) => error instanceof type)) answer = { ok: false, code: codeOf(error) };
        else answer = { ok: false, crash: true, reason: error?.constructor?.name };
      }
      answer.id = request.id;
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

/** The headers as Node has them: a name occurs once. */
export function headersOf({ headers }) {
  if (headers.some(([name]) => /[^\x21-\x7e]/.test(name))) throw new Skip("a name that no header has in HTTP");
  const found = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  if (Object.keys(found).length < headers.length) {
    throw new Skip("a header occurs twice, which the host joins or drops before the library sees it");
  }
  return found;
}

export function onlySecret({ secrets }) {
  if (secrets.length !== 1) throw new Skip("several secrets, and the library takes one");
  return secrets[0];
}

/** The options of a vector, of which the library must support all. */
export function withDefaultLimits({ options = {} }, ...supported) {
  const isSupported = ([option, value]) => supported.includes(option) && value !== null;
  if (!Object.entries(options).every(isSupported)) throw new Skip("a limit that cannot be set in the library");
  return options;
}

/** A secret as senders give them out. What is not one is a mistake of the receiver, not a delivery. */
export function usableSecret(secret, { isBase64 }) {
  const text = isBase64 ? secret.replace(/^whsec_/, "") : secret;
  const isTrimmed = !/^[\p{White_Space}\ufeff]|[\p{White_Space}\ufeff]$/u.test(secret);
  const bytes = Buffer.from(text, "base64");
  const isWhole = bytes.length >= 16 && bytes.length <= 512 && bytes.toString("base64") === text;
  if (isTrimmed && (text === "" || !isBase64 || isWhole)) return secret;
  throw new Skip("a secret that no sender gives out");
}
