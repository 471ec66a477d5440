// The types of every entry point, without any library of a platform. Nothing here runs.
import {
  type Delivery,
  type ErrorCode,
  type ErrorStatus,
  type RequestLike,
  type VerificationResult,
  type VerifierOptions,
  type WebhookEvent,
  WebhookVerificationError,
  WebhookVerifier,
  defineScheme,
  sign,
} from "hookseal";
import { type Report, WebhookExplainer } from "hookseal/explain";
import { keepRawBody, webhook } from "hookseal/express";
import { type Notice, Once } from "hookseal/once";
import { PostgresStore } from "hookseal/once/postgres";
import { RedisStore } from "hookseal/once/redis";
import { SQLiteStore } from "hookseal/once/sqlite";
import { WebhookRouter } from "hookseal/router";

declare const like: RequestLike;
declare const bytes: Uint8Array;
declare const buffer: ArrayBuffer;

const options: VerifierOptions = { scheme: "svix", maxAge: 60, maxEventAge: null };
export const verifier = new WebhookVerifier(["new", bytes], options);
export const custom = new WebhookVerifier("text", {
  scheme: defineScheme({ name: "acme", signatureHeader: "X-Acme", encoding: "hex", signed: "{body}" }),
});

export const delivery: Delivery = verifier.verify({ "x-contio-signature": "", others: ["a"] }, bytes);
verifier.verify([["x-contio-signature", "value"]], buffer);
verifier.verify(new Map([["x-contio-signature", "value"]]), "text");
export const result: VerificationResult = verifier.verifySignature(bytes, "signature", undefined);
export const event: WebhookEvent = delivery.event();
export const later: Promise<Delivery> = verifier.verifyRequest(like);
export const body: Uint8Array = delivery.body;
export const report: Report = new WebhookExplainer("text").explain({}, bytes);
export const middleware = webhook(verifier, { onFailure: (error) => void error.code });
export const router = new WebhookRouter().on("meeting.completed", (found) => void found.data.title);
export const headers: Record<string, string> = sign(bytes, "text", { scheme: "github" });
export { keepRawBody };

export function statusOf(error: unknown): ErrorStatus | undefined {
  if (!(error instanceof WebhookVerificationError)) return undefined;
  const code: ErrorCode = error.code;
  if (code === "body_too_large") return 413;
  return error.status;
}

// @ts-expect-error a parsed body
verifier.verify({}, { event_type: "meeting.completed" });
// @ts-expect-error a promise of a request
void verifier.verifyRequest(Promise.resolve(like));

export const once = new Once(undefined, { onNotice: ({ name }: Notice) => name });
export const stores = [PostgresStore, RedisStore, SQLiteStore];
export const ran: Promise<number | undefined> = once.run(delivery, async () => 1);
export const answered: Promise<{ status: number }> = once.respond(delivery, () => ({ status: 200 }));
export const received = once.express((from) => from.key);
