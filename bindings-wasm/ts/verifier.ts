import { type ErrorCode } from "./codes.js";
import { readScheme } from "./definitions.js";
import type { Delivery } from "./delivery.js";
import { type Handle, codeOf } from "./exchange.js";
import { asVerificationError } from "./error.js";
import type { WebhookEvent } from "./events.js";
import {
  type Body,
  type Claim,
  type HeaderValue,
  type HeadersInput,
  MOST_BYTES,
  claimOf,
  findClaim,
  rawBody,
} from "./input.js";
import { JudgedDelivery } from "./judged.js";
import { type Secret, type VerifierOptions, checkClock, limit, readClock, secretList } from "./options.js";
import { type RequestLike, readRequest } from "./request.js";
import { Host, type Tags } from "./tags.js";

declare global {
  // Not every user's settings name it; for those who do, this is the same declaration again.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** What adapters hold bodies to unless `maxBody` says otherwise: 1 MiB. */
const DEFAULT_MAX_BODY = 1 << 20;

/** A verdict that is not thrown. */
export type VerificationResult =
  | { isValid: true; code?: undefined; error?: undefined }
  | { isValid: false; code: ErrorCode; error: string };

/**
 * Decides whether deliveries are genuine, fresh and well formed, by one scheme and with prepared secrets.
 *
 * Make one and keep it: preparing a secret takes longer than verifying a small delivery.
 */
export class WebhookVerifier {
  /** The most bytes that a body may have where it is read for you: the option, or 1 MiB. */
  readonly maxBody: number;
  /** The most bytes that any body may have. */
  readonly #limit: number;
  readonly #now: number | (() => number) | undefined;
  readonly #handle: Handle;
  readonly #host: Host;

  static {
    // Not every runtime has the symbol yet.
    if (Symbol.dispose !== undefined) this.prototype[Symbol.dispose] = this.prototype.free;
  }

  /**
   * @param secrets the endpoint's secret; during a rotation all that are live, at most 8
   * @throws {WebhookVerificationError} `invalid_secret`, `invalid_scheme` or `invalid_argument`
   */
  constructor(secrets: Secret | readonly Secret[], options: VerifierOptions = {}) {
    try {
      const maxBody = limit("maxBody", options.maxBody);
      this.#limit = Math.min(maxBody ?? MOST_BYTES, MOST_BYTES);
      this.maxBody = maxBody === undefined ? DEFAULT_MAX_BODY : this.#limit;
      this.#now = checkClock(options.now);
      const { engine, words } = readScheme(options.scheme);
      this.#handle = engine.prepare({
        scheme: words,
        secrets: secretList(secrets),
        maxAge: limit("maxAge", options.maxAge),
        maxSkew: limit("maxSkew", options.maxSkew),
        maxEventAge: options.maxEventAge === null ? Infinity : limit("maxEventAge", options.maxEventAge),
        maxBody,
      });
      this.#host = new Host(this.#handle);
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Verifies one delivery from its headers and its raw body.
   *
   * @throws {WebhookVerificationError} with the code that says why it was refused
   */
  verify(headers: HeadersInput, body: Body): Delivery {
    try {
      return this.#deliver(findClaim(headers, this.#handle.names), rawBody(body, this.#limit));
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Verifies a fetch `Request`, whose body it reads: no further than `maxBody` allows.
   *
   * @throws {WebhookVerificationError} with the code that says why it was refused
   */
  async verifyRequest(request: RequestLike): Promise<Delivery> {
    try {
      const claim = findClaim(request.headers, this.#handle.names);
      const body = rawBody(await readRequest(request, this.maxBody)) as Uint8Array;
      const tags = this.#host.makeTags(claim, body);
      return this.#deliver(claim, body, tags && (await tags));
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Verifies a body by the values of its signature and timestamp headers. Never throws: what is wrong is in the answer.
   *
   * For schemes that sign an id too, use `verify`.
   */
  verifySignature(body: Body, signature: HeaderValue, timestamp?: HeaderValue): VerificationResult {
    try {
      const claim = claimOf(signature, timestamp);
      const { engine } = this.#handle;
      const { failure } = engine.judge(this.#handle, claim, rawBody(body, this.#limit), readClock(this.#now));
      if (failure === 0) return { isValid: true };
      return { isValid: false, code: codeOf(failure), error: engine.message() };
    } catch (thrown) {
      const { code, message } = asVerificationError(thrown);
      return { isValid: false, code, error: message };
    }
  }

  /**
   * Verifies a body by the values of its signature and timestamp headers, and gives its event.
   *
   * @throws {WebhookVerificationError} with the code that says why it was refused
   */
  parseWebhook(body: Body, signature: HeaderValue, timestamp?: HeaderValue): WebhookEvent {
    try {
      return this.#deliver(claimOf(signature, timestamp), rawBody(body, this.#limit)).event();
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /** Gives its memory back and wipes its keys, at once: otherwise that happens when the verifier is collected. */
  free(): void {
    this.#handle.engine.free(this.#handle);
  }

  declare [Symbol.dispose]: () => void;

  #deliver(claim: Claim, body: Uint8Array | string, tags?: Tags): Delivery {
    return new JudgedDelivery({ handle: this.#handle, claim, body, now: readClock(this.#now), tags });
  }
}
