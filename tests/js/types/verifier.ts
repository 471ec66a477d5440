// The types of the verifier. Nothing here runs. TypeScript must find every expected error.
import {
  type Body,
  type ErrorCode,
  type ErrorStatus,
  type HeadersInput,
  type HeaderValue,
  type RequestLike,
  type Scheme,
  type SchemeDefinition,
  defineScheme,
  type SchemeName,
  type Secret,
  type SignOptions,
  type VerificationResult,
  type VerifiedDelivery,
  type VerifierOptions,
  type WebhookEvent,
  WebhookVerificationError,
  WebhookVerifier,
  sign,
} from "hookseal";

import { is } from "./is.js";

declare const bytes: Uint8Array;
declare const buffer: ArrayBuffer;

// Secrets.
const verifier = new WebhookVerifier("text");
new WebhookVerifier(bytes);
new WebhookVerifier(["new", "old"]);
new WebhookVerifier(["new", bytes] as const);
// @ts-expect-error a secret is required
new WebhookVerifier();
// @ts-expect-error a variable that may be unset
new WebhookVerifier(undefined as string | undefined);
// @ts-expect-error a number is not a secret
new WebhookVerifier(42);

// Options.
const options: VerifierOptions = { scheme: "svix", maxAge: 60, maxSkew: 0, maxEventAge: null, maxBody: 1024, now: 1 };
new WebhookVerifier("text", options);
new WebhookVerifier("text", { now: () => Date.now() / 1000 });
new WebhookVerifier("text", { maxAge: undefined, scheme: undefined });
const acme: SchemeDefinition = {
  name: "acme",
  signatureHeader: "X-Acme-Signature",
  encoding: "hex",
  list: { separator: ",", joiner: "=", version: "v1" },
  timestampInSignature: "t",
  signed: "{timestamp}.{body}",
};
const acmeScheme: Scheme = defineScheme(acme);
new WebhookVerifier("text", { scheme: acmeScheme });
// @ts-expect-error a definition is not a scheme
new WebhookVerifier("text", { scheme: acme });
// @ts-expect-error only defineScheme makes one
const madeUp: Scheme = { name: "acme" };
// @ts-expect-error no scheme has that name
new WebhookVerifier("text", { scheme: "gitlab" });
new WebhookVerifier("text", { maxAge: Infinity, maxSkew: Infinity });
// @ts-expect-error the option has another name
new WebhookVerifier("text", { tolerance: 300 });
// @ts-expect-error a Date is not a number of seconds
new WebhookVerifier("text", { now: new Date() });
// @ts-expect-error only the age of events can be unlimited
new WebhookVerifier("text", { maxAge: null });
// @ts-expect-error the template of what is signed is missing
const halfScheme: SchemeDefinition = { name: "acme", signatureHeader: "X-Acme-Signature", encoding: "hex" };
// @ts-expect-error there are only two encodings
const wrongScheme: SchemeDefinition = { ...acme, encoding: "base32" };

// Headers and bodies.
declare const fetchHeaders: Headers;
const delivery = verifier.verify({ "x-contio-signature": "", other: ["a", "b"], absent: undefined }, bytes);
verifier.verify(fetchHeaders, buffer);
verifier.verify(new Map([["x-contio-signature", "value"]]), "text");
verifier.verify([["x-contio-signature", "value"]], bytes);
// @ts-expect-error a parsed body
verifier.verify({}, { event_type: "meeting.completed" });
// @ts-expect-error a body that may be missing
verifier.verify({}, undefined as Uint8Array | undefined);
// @ts-expect-error the headers are missing
verifier.verify(bytes);
declare const fetchRequest: Request;
// @ts-expect-error a promise of headers
verifier.verify(Promise.resolve(fetchHeaders), bytes);
// @ts-expect-error a request is not its headers
verifier.verify(fetchRequest, bytes);
// @ts-expect-error a promise of a body
verifier.verify(fetchHeaders, fetchRequest.text());
// @ts-expect-error a number is not a header's value
verifier.verify({ "content-length": 3 }, bytes);

// Deliveries.
is<typeof delivery, VerifiedDelivery>(true);
is<typeof delivery.scheme, string>(true);
is<typeof delivery.timestamp, number | null>(true);
is<typeof delivery.secretIndex, number>(true);
is<typeof delivery.hasEnvelope, boolean>(true);
is<typeof delivery.id, string | null>(true);
is<typeof delivery.body, Uint8Array<ArrayBuffer>>(true);
is<ReturnType<typeof delivery.json>, unknown>(true);
is<ReturnType<typeof delivery.event>, WebhookEvent>(true);
// @ts-expect-error it is readonly
delivery.scheme = "other";
// @ts-expect-error the type of JSON is not known
delivery.json().event_type;

// Requests.
declare const request: Request;
is<ReturnType<typeof verifier.verifyRequest>, Promise<VerifiedDelivery>>(true);
void verifier.verifyRequest(request);
declare const like: RequestLike;
void verifier.verifyRequest(like);
// @ts-expect-error a promise of a request
void verifier.verifyRequest(Promise.resolve(request));
// @ts-expect-error a body is not a request
void verifier.verifyRequest(bytes);

// By header values.
declare const value: HeaderValue;
const result = verifier.verifySignature(bytes, value, value);
is<typeof result, VerificationResult>(true);
if (result.isValid) is<typeof result.code, undefined>(true);
else is<typeof result.code, ErrorCode>(true);
is<typeof result.error, string | undefined>(true);
verifier.verifySignature("text", "signature");
// @ts-expect-error the signature is missing
verifier.verifySignature(bytes);
is<ReturnType<typeof verifier.parseWebhook>, WebhookEvent>(true);
is<typeof verifier.maxBody, number>(true);
is<ReturnType<typeof verifier.free>, void>(true);

// Errors.
is<ErrorStatus, 400 | 401 | 413 | 500 | 503>(true);
try {
  verifier.parseWebhook(bytes, undefined);
} catch (error) {
  if (error instanceof WebhookVerificationError) {
    is<typeof error.code, ErrorCode>(true);
    is<typeof error.status, ErrorStatus>(true);
    is<typeof error.name, "WebhookVerificationError">(true);
    if (error.code === "signature_mismatch") console.log(error.message);
    // @ts-expect-error no code is spelled like that
    if (error.code === "signature_missmatch") console.log(error.message);
  }
}

// Signing.
const signing: SignOptions = { scheme: "standard-webhooks", id: "msg_1", timestamp: 1 };
is<ReturnType<typeof sign>, Record<string, string>>(true);
verifier.verify(sign(bytes, "text", signing), bytes);
// @ts-expect-error only one secret signs
sign(bytes, ["new", "old"]);
// @ts-expect-error the secret is missing
sign(bytes);

export type { Body, HeadersInput, SchemeName, Secret };
export { halfScheme, wrongScheme };
