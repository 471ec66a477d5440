/**
 * Explains why a delivery was refused, and what to do. It is a module of its own, with its own WebAssembly, so that
 * verifying does not load it.
 *
 * @module
 */
import { ask } from "#engine/explain";

import { ExplainRequest, pairsOf } from "./engine/explain-request.js";
import type { ErrorStatus } from "./error.js";
import type { ErrorCode, SchemeName } from "./generated/codes.js";
import type { CauseCode, SuspicionCode } from "./generated/explain-codes.js";
import type { Body } from "./input/body.js";
import type { HeadersInput } from "./input/headers.js";
import { WebhookVerificationError, internals } from "./main.js";
import type { Secret, VerifierOptions } from "./options.js";

export type { CauseCode, SuspicionCode } from "./generated/explain-codes.js";

export interface ExplainerOptions extends VerifierOptions {
  /** Secrets that you use for other schemes, by scheme name, to check whether one was mixed up with this endpoint's. */
  otherSecrets?: { readonly [scheme in SchemeName]?: Secret } | undefined;
}

/**
 * Why a delivery was refused, as far as that can be known: a plain object. Its names are in snake_case, because the
 * report is the same JSON in every language and from the command line; only its texts name options as JavaScript does.
 *
 * It may be logged: it contains no secret, no key, no received or expected signature, and no part of the body.
 */
export interface Report {
  /** Whether the delivery is genuine, fresh and well formed. */
  readonly ok: boolean;
  /** The code of the error, or null if there is none. */
  readonly code: ErrorCode | null;
  /** The HTTP status to respond with, or null if there is no error. */
  readonly status: ErrorStatus | null;
  /** The verdict, for people. */
  readonly message: string;
  /** The explainer's scheme. */
  readonly scheme: string;
  /** The variant that was checked: for `contio` one of its two variants, otherwise the scheme. */
  readonly form: string;
  /** The index of the secret that made the signature, as it is or once the causes are undone. */
  readonly secret_index: number | null;
  /** Every check, in order. */
  readonly checks: readonly Check[];
  /** The causes that were found: undoing all of them makes the signature genuine. Empty if none could be found. */
  readonly causes: readonly Cause[];
  /** What looks wrong, and may be unrelated. */
  readonly suspicions: readonly Suspicion[];
  /** How many MACs were computed, and whether everything was tried. */
  readonly search: { readonly macs: number; readonly complete: boolean };
  /** What to do, in a sentence or two. */
  readonly advice: string;
}

/** One check of a verification. */
export interface Check {
  readonly check:
    | "secrets"
    | "body_size"
    | "headers"
    | "signature_form"
    | "timestamp_form"
    | "signature"
    | "freshness"
    | "envelope";
  readonly outcome: "passed" | "failed" | "skipped";
  readonly message: string;
  /** The numbers that were checked. Times are Unix seconds, ages and limits seconds; null is unknown, or no limit. */
  readonly facts: { readonly [name: string]: number | null };
}

/** What was changed on the way. Undoing it makes the signature genuine. */
export interface Cause {
  readonly cause: CauseCode;
  /** The scheme that it is about, if any. */
  readonly scheme: string | null;
  readonly finding: string;
  readonly fix: string;
}

/** Something that looks wrong. */
export interface Suspicion {
  readonly suspicion: SuspicionCode;
  readonly finding: string;
  readonly fix: string;
}

const { VERIFIER_OPTIONS, asVerificationError, checkClock, checkOptions, checkUtf8, invalidArgument } = internals;
const { limit, rawBody, readClock, readScheme, remembered, secretList } = internals;

/**
 * Explains the verdict on deliveries. It takes the same secrets and options as a `WebhookVerifier`.
 *
 * Unlike a verifier it accepts secrets that cannot be used, because that may be why deliveries are refused.
 */
export class WebhookExplainer {
  readonly #now: VerifierOptions["now"];
  readonly #configure: (request: ExplainRequest, now: number) => void;

  /**
   * @param secrets the endpoint's secret, or all secrets in use
   * @throws {WebhookVerificationError} `invalid_scheme`, `invalid_argument`, or `invalid_secret` for what is neither text nor bytes
   */
  constructor(secrets: Secret | readonly Secret[], options: ExplainerOptions = {}) {
    try {
      checkOptions(options, `${VERIFIER_OPTIONS} otherSecrets`);
      const scheme = readScheme(options.scheme).words;
      const endpointSecrets = secretList(secrets);
      const { otherSecrets: named = {} } = options;
      // The entries of a text would be its characters.
      if (typeof named !== "object" || named === null) {
        throw invalidArgument("otherSecrets must be an object of secrets by scheme name");
      }
      const others = Object.entries(named).filter(([, secret]) => secret !== undefined);
      const otherSecrets = others.map(([name, secret]) => [name, secretList(secret)[0] as Secret] as const);
      const maxEventAge = options.maxEventAge === null ? Infinity : limit("maxEventAge", options.maxEventAge);
      const limits = [
        limit("maxAge", options.maxAge),
        limit("maxSkew", options.maxSkew),
        maxEventAge,
        limit("maxBody", options.maxBody),
      ];
      const [kept, since] = remembered(options.once) ?? [];
      this.#now = checkClock(options.now);
      this.#configure = (request, now) => {
        request.text(scheme);
        for (const number of [now, ...limits, kept, since]) request.number(number ?? NaN);
        request.list(endpointSecrets, (secret) => request.secret(secret));
        request.list(otherSecrets, ([name, secret]) => {
          request.text(name);
          request.secret(secret);
        });
      };
      checkUtf8(invalidArgument);
      // Reports what is wrong with a scheme now, not when a delivery comes.
      this.explain([], "");
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Explains the verdict on one delivery. Takes up to half a second for a body of 1 MiB, so call it only for a refused
   * one.
   *
   * @throws {WebhookVerificationError} `invalid_argument` for headers or a body that cannot be read; `body_not_read` for
   * `undefined`, `null` or `{}`, which is what parsers leave if they did not read the body
   */
  explain(headers: HeadersInput, body: Body): Report {
    try {
      const raw = rawBody(body);
      const pairs = pairsOf(headers);
      const now = readClock(this.#now);
      const request = new ExplainRequest();
      try {
        this.#configure(request, now);
        request.list(pairs, ([name, value]) => {
          request.text(name);
          request.text(value);
        });
        request.text(raw);
        return read(ask(request));
      } finally {
        request.wipe();
      }
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }
}

/** The report in an answer, unless it is an error. */
function read(answer: string): Report {
  if (!answer.startsWith("!")) return JSON.parse(answer) as Report;
  const [code, message] = answer.slice(1).split("\n") as [ErrorCode, string];
  throw new WebhookVerificationError(code, message);
}
