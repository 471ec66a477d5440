import type { Delivery } from "../index.js";
import { DeliveryKey, WebhookVerificationError, internals } from "../main.js";
import { StoredDelivery } from "../stores/stored-delivery.js";
import { decode, encode } from "./base64url.js";
import { read, write } from "./fields.js";
import { Seal, hasMade, macOf } from "./seal.js";

const { checkOptions, invalidArgument } = internals;

/** What every stored delivery begins with: what it is, and the version of its form. */
const HEAD = "hookseal1.";

const MALFORMED = "this is not a stored delivery: pass on what stored() returned, unchanged";

export interface StoreOptions {
  /** By which the worker recognizes the delivery. Without it, anyone who can write to the queue can forge deliveries. */
  seal?: Seal | undefined;
}

export interface RestoreOptions {
  /** The seal that `stored` was given, or one that has its key too. */
  seal: Seal;
}

/**
 * A verified delivery as a text for the queue of another engine, from which `restored` makes it again.
 *
 * It contains the body, the scheme, the key and the times; no header, no signature and no secret. The text is ASCII, in
 * four bytes for three of the body.
 *
 * @throws {WebhookVerificationError} `invalid_argument`
 */
export function stored(delivery: Delivery, options: StoreOptions = {}): string {
  checkOptions(options, "seal");
  if (typeof delivery?.event !== "function")
    throw invalidArgument("stored() takes what a verifier returned; in Express, put webhook(verifier) before it");
  const { seal } = options;
  if (seal !== undefined) checkSeal(seal);
  const { scheme, key, hasEnvelope, timestamp } = delivery;
  // A copy: the caller may change its bytes meanwhile.
  const body = new Uint8Array(delivery.body);
  const known = { scheme, keyScheme: key?.scheme ?? "", keyId: key?.id ?? "", id: idOf(delivery), hasEnvelope };
  // From one queue to another, the time of receipt stays.
  const receivedAt = delivery instanceof StoredDelivery ? delivery.receivedAt.getTime() : Date.now();
  const content = HEAD + encode(write({ ...known, timestamp, receivedAt, body }));
  return `${content}.${seal === undefined ? "" : macOf(seal, content)}`;
}

/**
 * The delivery that `stored` made this text of, with one of the seal's keys.
 *
 * @throws {WebhookVerificationError} `wrong_seal` if the text was changed, was sealed with another key, or has no seal
 */
export function restored(text: string, options: RestoreOptions): StoredDelivery {
  checkOptions(options, "seal");
  checkSeal(options.seal);
  const [content, mac] = split(text, wrongSeal);
  if (mac === "") {
    throw wrongSeal(
      "this delivery was stored without a seal; pass the seal to stored() too, or read it with restoredTrusted() if " +
        "nobody else can write to the queue",
    );
  }
  // Upper case would be another text of the same delivery.
  if (!/^[0-9a-f]{64}$/.test(mac) || !hasMade(options.seal, mac, content)) {
    throw wrongSeal(
      "no key in use has sealed this delivery: it was changed in the queue, or sealed with another key; while keys " +
        "are changed, give the old one too",
    );
  }
  return deliveryOf(content);
}

/**
 * The delivery that `stored` made this text of, without a seal: anyone who can write to the queue can forge what this
 * returns. Use it only where nobody else can.
 *
 * @throws {WebhookVerificationError} `invalid_argument` if the text is not of this form, or is sealed
 */
export function restoredTrusted(text: string): StoredDelivery {
  const [content, mac] = split(text, invalidArgument);
  if (mac !== "") throw invalidArgument("this delivery is sealed: read it with restored() and the seal");
  return deliveryOf(content);
}

/** The text before the last full stop, and the MAC after it. */
function split(text: unknown, refusal: (message: string) => Error): [content: string, mac: string] {
  if (typeof text !== "string") {
    const kind = text === null ? "null" : `of type ${typeof text}`;
    throw invalidArgument(`a stored delivery is a string, but this is ${kind}`);
  }
  const end = text.lastIndexOf(".");
  if (text.startsWith(HEAD)) {
    if (end >= HEAD.length) return [text.slice(0, end), text.slice(end + 1)];
    throw refusal("this is not a whole stored delivery: pass on what stored() returned, unchanged");
  }
  throw refusal(
    /^hookseal\d/.test(text)
      ? "the delivery was stored in a form that this version does not know: update hookseal"
      : MALFORMED,
  );
}

function deliveryOf(content: string): StoredDelivery {
  const bytes = decode(content.slice(HEAD.length));
  const fields = bytes && read(bytes);
  if (fields === undefined) throw invalidArgument(MALFORMED);
  const { keyScheme, keyId, receivedAt, ...facts } = fields;
  const key = keyScheme === "" ? null : new DeliveryKey(keyScheme, keyId);
  return new StoredDelivery({ ...facts, key, receivedAt: new Date(receivedAt) });
}

/** `null` too for an envelope that was not read and is malformed: the worker learns of that. */
function idOf(delivery: Delivery): string | null {
  try {
    return delivery.id;
  } catch {
    return null;
  }
}

function checkSeal(seal: unknown): void {
  if (!(seal instanceof Seal)) throw invalidArgument("the seal must be a Seal: new Seal(process.env.QUEUE_KEY)");
}

const wrongSeal = (message: string): Error => new WebhookVerificationError("wrong_seal", message);
