// What `once` and the inbox answer, and say.
import type { WebhookResponse } from "../express/response.js";
import { WebhookVerificationError, essentials } from "../main.js";
import { StoreError } from "./error.js";

/** The message of another error may show an address, or what was stored. */
export const textOf = (error: Error): string => (error instanceof StoreError ? error.message : error.name);

/** Of a copy: the host takes no bytes that threads share. */
export async function sha256(body: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(body)));
  return Array.from(digest, (byte) => (byte + 256).toString(16).slice(1)).join("");
}

/** The answer to a delivery that is to come again. Throws any other error. */
function answerTo(thrown: unknown): [body: string, rest: { status: number; headers: Record<string, string> }] {
  const { code, status, retryAfter } = thrown as WebhookVerificationError;
  if (!WebhookVerificationError.isOwn(thrown) || retryAfter === undefined) throw thrown;
  return [
    JSON.stringify({ error: code }),
    { status, headers: { "Retry-After": String(retryAfter), "Content-Type": "application/json" } },
  ];
}

/** The same as a fetch `Response`. */
export function postponed(thrown: unknown): Response {
  return new Response(...answerTo(thrown));
}

/** The same in Express. Any other error is passed to `next`. */
export function postpone(res: WebhookResponse, thrown: unknown, next: (error?: unknown) => void): void {
  try {
    if (res.headersSent) throw thrown;
    const [body, { status, headers }] = answerTo(thrown);
    res.statusCode = status;
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    res.end(body);
  } catch {
    next(essentials.asError(thrown));
  }
}

/** An empty 200 once a delivery is stored, and the answer above if it could not be. */
export async function acknowledged(stored: Promise<unknown>): Promise<Response> {
  try {
    await stored;
    return new Response();
  } catch (thrown) {
    return postponed(thrown);
  }
}

/** The same in Express. */
export function acknowledge(res: WebhookResponse, stored: Promise<unknown>, next: (error?: unknown) => void): void {
  stored.then(
    () => {
      if (!res.headersSent) res.end();
    },
    (thrown) => postpone(res, thrown, next),
  );
}
