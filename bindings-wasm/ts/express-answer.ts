// What the sender of a refused delivery is told: the status and the code. The message is for the receiver.
import type { WebhookVerificationError } from "./error.js";
import type { WebhookRequest } from "./express-body.js";

/** What is needed of a response: those of Express 4 and 5, and of Node's own server, have it. */
export interface WebhookResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly destroyed?: boolean;
  readonly writableFinished?: boolean;
  setHeader(name: string, value: string): unknown;
  write(text: string): unknown;
  end(text?: string): unknown;
  once(event: string, listener: () => void): unknown;
}

/**
 * How long a sender whose body is not wanted may go on sending. Closed at once, the connection would be reset, and many
 * senders would lose the answer that is on its way to them.
 */
const LINGER_MS = 2000;

export function refuse(req: WebhookRequest, res: WebhookResponse, error: WebhookVerificationError): void {
  // Somebody else has answered while the body came in, such as a middleware that limits the time.
  if (res.headersSent) return;
  const json = JSON.stringify({ error: error.code });
  res.statusCode = error.status;
  res.setHeader("Content-Type", "application/json");
  res.setHeader("Content-Length", String(json.length));
  if (req.complete !== false) {
    res.end(json);
    return;
  }
  res.setHeader("Connection", "close");
  res.write(json);
  lingerBefore(() => res.end(), req);
}

/** Throws away what is still coming in, for a while. Ending the response then closes the connection. */
function lingerBefore(close: () => void, req: WebhookRequest): void {
  const events = ["end", "error", "close"];
  const over = (): void => {
    clearTimeout(timer);
    for (const event of events) req.removeListener(event, over);
    close();
  };
  const timer = setTimeout(over, LINGER_MS);
  for (const event of events) req.on(event, over);
  req.resume();
}

/** Calls back when the answer has left, or can no longer leave. */
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
