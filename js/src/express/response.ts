// Responds to refused deliveries with the status and the code. The message is only for the receiver.
import type { WebhookVerificationError } from "../index.js";
import type { WebhookRequest } from "./body.js";

/** The part of a response that is used. Responses of Express 4 and 5 and of Node's own server have it. */
export interface WebhookResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly destroyed?: boolean;
  readonly writableEnded?: boolean;
  readonly writableFinished?: boolean;
  setHeader(name: string, value: string): unknown;
  write(text: string): unknown;
  end(text?: string): unknown;
  once(event: string, listener: () => void): unknown;
}

/**
 * How long a sender may keep sending a body that was refused. If the connection were closed immediately, it would be
 * reset, and many senders would lose the response.
 */
const LINGER_MS = 2000;

export function refuse(req: WebhookRequest, res: WebhookResponse, error: WebhookVerificationError): void {
  // Other code responded while the body arrived, such as a timeout middleware.
  if (res.headersSent) return;
  const json = JSON.stringify({ error: error.code });
  res.statusCode = error.status;
  res.setHeader("Content-Type", "application/json");
  res.setHeader("Content-Length", String(json.length));
  if (error.retryAfter !== undefined) res.setHeader("Retry-After", String(error.retryAfter));
  if (req.complete !== false) {
    res.end(json);
    return;
  }
  res.setHeader("Connection", "close");
  res.write(json);
  lingerBefore(() => res.end(), req);
}

/** Discards incoming data for a while. Ending the response then closes the connection. */
function lingerBefore(close: () => void, req: WebhookRequest): void {
  const events = ["end", "error", "close"];
  const done = (): void => {
    clearTimeout(timer);
    for (const event of events) req.removeListener(event, done);
    close();
  };
  const timer = setTimeout(done, LINGER_MS);
  for (const event of events) req.on(event, done);
  req.resume();
}

/** Calls back once the response was sent, or can no longer be sent. */
export function whenAnswered(res: WebhookResponse, callback: () => void): void {
  if (res.writableFinished === true || res.destroyed === true) return callback();
  let called = false;
  const once = (): void => {
    if (!called) callback();
    called = true;
  };
  res.once("finish", once);
  res.once("close", once);
}
