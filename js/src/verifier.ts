import { HostHmac, verifyOnly } from "#engine";

import { readScheme } from "./definitions.js";
import type { VerifiedDelivery as Verified } from "./delivery.js";
import type { Handle, Macs } from "./engine/engine.js";
import { codeOf } from "./engine/exchange.js";
import { asVerificationError } from "./error.js";
import type { ErrorCode } from "./generated/codes.js";
import type { WebhookEvent } from "./generated/events.js";
import { type Body, type Bytes, MOST_BYTES, rawBody } from "./input/body.js";
import {
  type HeaderValue,
  type HeaderValues,
  type HeadersInput,
  MISSING,
  findHeaderValues,
  headerValuesOf,
} from "./input/headers.js";
import { type RequestLike, checkRequest, readRequest } from "./input/request.js";
import {
  type Secret,
  VERIFIER_OPTIONS,
  type VerifierOptions,
  checkClock,
  checkOptions,
  limit,
  readClock,
  remembered,
  secretList,
} from "./options.js";
import { VerifiedDelivery } from "./verified-delivery.js";

declare global {
  // Not every TypeScript configuration declares it; where one does, this repeats the same declaration.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** The limit of adapters without the option `maxBody`: 1 MiB. */
const DEFAULT_MAX_BODY = 1 << 20;

/** Whether the header with the signature of a verifier's scheme is present. */
export let isAddressed: (verifier: WebhookVerifier, headers: HeadersInput) => boolean;

/** A verdict that is returned, not thrown. */
export type VerificationResult =
  | { isValid: true; code?: undefined; error?: undefined }
  | { isValid: false; code: ErrorCode; error: string };

/**
 * Decides whether deliveries are genuine, fresh and well formed, using one scheme and prepared secrets.
 *
 * Create one and keep it: preparing a secret takes longer than verifying a small delivery.
 */
export class WebhookVerifier {
  /** The maximum size of bodies that are read for you, in bytes: the option, or 1 MiB. */
  readonly maxBody: number;
  /** The maximum size of any body, in bytes. */
  readonly #limit: number;
  readonly #now: number | (() => number) | undefined;
  readonly #handle: Handle;
  readonly #hostHmac: HostHmac;

  static {
    isAddressed = (verifier, headers) => findHeaderValues(headers, verifier.#handle.names).signature !== MISSING;
    // Some runtimes do not have the symbol yet.
    if (Symbol.dispose !== undefined) this.prototype[Symbol.dispose] = this.prototype.free;
  }

  /**
   * @param secrets the endpoint's secret, or during a rotation all secrets in use, at most 8
   * @throws {WebhookVerificationError} `invalid_secret`, `invalid_scheme` or `invalid_argument`
   */
  constructor(secrets: Secret | readonly Secret[], options: VerifierOptions = {}) {
    try {
      checkOptions(options, VERIFIER_OPTIONS);
      const maxBody = limit("maxBody", options.maxBody);
      this.#limit = Math.min(maxBody ?? MOST_BYTES, MOST_BYTES);
      this.maxBody = maxBody === undefined ? DEFAULT_MAX_BODY : this.#limit;
      this.#now = checkClock(options.now);
      const { engine = verifyOnly(), words, findId } = readScheme(options.scheme);
      this.#handle = engine.prepare({
        scheme: words,
        secrets: secretList(secrets),
        maxAge: limit("maxAge", options.maxAge),
        maxSkew: limit("maxSkew", options.maxSkew),
        maxEventAge: options.maxEventAge === null ? Infinity : limit("maxEventAge", options.maxEventAge),
        maxBody,
        remembered: remembered(options.once),
      });
      this.#handle.findId = findId;
      this.#hostHmac = new HostHmac(this.#handle);
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Verifies one delivery from its headers and its raw body.
   *
   * @throws {WebhookVerificationError} whose code says why the delivery was refused
   */
  verify(headers: HeadersInput, body: Body): Verified {
    try {
      return this.#deliver(findHeaderValues(headers, this.#handle.names), rawBody(body, this.#limit));
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Verifies a fetch `Request`. Reads its body, but no further than `maxBody` allows.
   *
   * @throws {WebhookVerificationError} whose code says why the delivery was refused
   */
  async verifyRequest(request: RequestLike): Promise<Verified> {
    try {
      checkRequest(request);
      const values = findHeaderValues(request.headers, this.#handle.names);
      const body = rawBody(await readRequest(request, this.maxBody)) as Bytes;
      const macs = this.#hostHmac.makeMacs(values, body);
      return this.#deliver(values, body, macs && (await macs));
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Verifies a body, given the values of its signature and timestamp headers. Never throws: the result says what is
   * wrong.
   *
   * For schemes that also sign an id, use `verify`.
   */
  verifySignature(body: Body, signature: HeaderValue, timestamp?: HeaderValue): VerificationResult {
    try {
      const values = headerValuesOf(signature, timestamp);
      const { engine } = this.#handle;
      const { failure } = engine.verify(this.#handle, values, rawBody(body, this.#limit), readClock(this.#now));
      if (failure === 0) return { isValid: true };
      return { isValid: false, code: codeOf(failure), error: engine.message() };
    } catch (thrown) {
      const { code, message } = asVerificationError(thrown);
      return { isValid: false, code, error: message };
    }
  }

  /**
   * Verifies a body, given the values of its signature and timestamp headers, and returns its event.
   *
   * @throws {WebhookVerificationError} whose code says why the delivery was refused
   */
  parseWebhook(body: Body, signature: HeaderValue, timestamp?: HeaderValue): WebhookEvent {
    try {
      return this.#deliver(headerValuesOf(signature, timestamp), rawBody(body, this.#limit)).event();
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Frees its memory and wipes its keys immediately. Otherwise, that happens when the verifier is garbage-collected.
   */
  free(): void {
    this.#handle.engine.free(this.#handle);
  }

  declare [Symbol.dispose]: () => void;

  #deliver(values: HeaderValues, body: Bytes | string, macs?: Macs): Verified {
    return new VerifiedDelivery({ handle: this.#handle, values, body, now: readClock(this.#now), macs });
  }
}
