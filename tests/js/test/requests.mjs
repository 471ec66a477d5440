// What the tests of `verifyRequest` share: requests whose bodies arrive in chunks, and the outcome of a call.
import { WebhookVerificationError } from "hookseal";

import { assertOwnError } from "../lib/codes.mjs";
import { envelope } from "../lib/senders.mjs";

const URL = "http://127.0.0.1/";

/** A fetch request with these headers. Its body may be bytes, text, null or a stream. */
export const requestOf = (headers, body) => new Request(URL, { method: "POST", headers, body, duplex: "half" });

/** An event so large that WebCrypto makes its MAC. */
export const large = (fields = {}) => envelope({ ...fields, filler: "x".repeat(100 * 1024) });

/**
 * A stream that creates a chunk only on demand; `seen` records how many bytes it gave, and whether it was cancelled.
 * After its chunks, it calls `end`, which may throw.
 */
export function streamOf(chunks, end = () => {}) {
  const seen = { pulledBytes: 0, cancelled: false };
  const iterator = chunks[Symbol.iterator]();
  const stream = new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = iterator.next();
        if (!done) {
          if (value instanceof Uint8Array) seen.pulledBytes += value.length;
          controller.enqueue(value);
          return;
        }
        await end();
        controller.close();
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

/** Splits bytes into chunks of at most `most` bytes, each in memory of its own. */
export function* chunksOf(bytes, most) {
  for (let at = 0; at < bytes.length; at += most) yield Uint8Array.from(bytes.subarray(at, at + most));
}

/** The same chunk, endlessly. */
export function* endless(chunk) {
  for (;;) yield chunk.slice();
}

/** Everything that a delivery has, or the error instead. */
export async function outcomeOf(call) {
  try {
    const delivery = await call();
    const { scheme, timestamp, secretIndex, hasEnvelope } = delivery;
    const body = Buffer.from(delivery.body);
    const [id, event] = [() => delivery.id, () => delivery.event()].map(resultOf);
    return { scheme, timestamp, secretIndex, hasEnvelope, body, id, event };
  } catch (thrown) {
    return refusal(thrown);
  }
}

function resultOf(read) {
  try {
    return read();
  } catch (thrown) {
    return refusal(thrown);
  }
}

function refusal(thrown) {
  assertOwnError(thrown, WebhookVerificationError);
  return { code: thrown.code, message: thrown.message };
}
