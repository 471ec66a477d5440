/**
 * Says why a delivery was refused, and what to do. A module of its own, with a WebAssembly of its own: who verifies does
 * not load it.
 *
 * @module
 */
import type { ErrorCode, SchemeName } from "./codes.js";
import { definitions } from "./definitions.js";
import { WebhookVerificationError, asVerificationError } from "./error.js";
import { ask } from "./explain-engine.js";
import type { CauseCode, SuspicionCode } from "./explain-codes.js";
import { type Body, type HeadersInput, rawBody } from "./input.js";
import { type Secret, type VerifierOptions, checkClock, limit, readClock, secretList } from "./options.js";
import { Question, pairsOf } from "./question.js";
import type { Scheme } from "./scheme.js";

export type { CauseCode, SuspicionCode } from "./explain-codes.js";

export interface ExplainerOptions extends VerifierOptions {
  /** Secrets that you use for other schemes, by their names: it is looked whether one of them was mixed up with this. */
  otherSecrets?: { readonly [scheme in SchemeName]?: Secret } | undefined;
}

/**
 * Why a delivery was refused, as far as that can be known: a plain object, the same in every language.
 *
 * It may go into a log: it holds no secret, no key, no signature, neither offered nor expected, and nothing of the body.
 */
export interface Report {
  /** Whether the delivery is genuine, fresh and well formed. */
  readonly ok: boolean;
  /** The code of the error, or null if there is none. */
  readonly code: ErrorCode | null;
  /** The HTTP status to answer with, or null if there is no error. */
  readonly status: number | null;
  /** The verdict, for people. */
  readonly message: string;
  /** The scheme that was asked for. */
  readonly scheme: string;
  /** The form that was checked: for `contio` one of its two. */
  readonly form: string;
  /** Which of the secrets made the signature, as it is or once the causes are undone. */
  readonly secret_index: number | null;
  /** Every check, in the order in which they are made. */
  readonly checks: readonly Check[];
  /** What can be shown: undoing all of these makes the signature genuine. Empty where nothing could be shown. */
  readonly causes: readonly Cause[];
  /** What looks wrong, and may have nothing to do with it. */
  readonly suspicions: readonly Suspicion[];
  /** How many MACs were made, and whether all was tried. */
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
  /** The numbers behind it. Times are Unix seconds, ages and limits seconds; null is unknown, or a limit not set. */
  readonly facts: { readonly [name: string]: number | null };
}

/** What was changed on the way: undoing it makes the signature genuine. */
export interface Cause {
  readonly cause: CauseCode;
  /** The scheme that it is about, where it is about one. */
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

/**
 * Explains what becomes of deliveries, given all that a `WebhookVerifier` is given.
 *
 * Unlike one it takes secrets that cannot be used, for that may be why.
 */
export class WebhookExplainer {
  readonly #now: VerifierOptions["now"];
  readonly #configured: (question: Question, now: number) => void;

  /**
   * @param secrets the endpoint's secret, or all that are live
   * @throws {WebhookVerificationError} `invalid_scheme`, `invalid_argument`, or `invalid_secret` for what is neither text nor bytes
   */
  constructor(secrets: Secret | readonly Secret[], options: ExplainerOptions = {}) {
    try {
      const scheme = wordsOf(options.scheme);
      const own = secretList(secrets);
      const others = Object.entries(options.otherSecrets ?? {}).filter(([, secret]) => secret !== undefined);
      const ofOthers = others.map(([name, secret]) => [name, secretList(secret)[0] as Secret] as const);
      const maxEventAge = options.maxEventAge === null ? Infinity : limit("maxEventAge", options.maxEventAge);
      const limits = [
        limit("maxAge", options.maxAge),
        limit("maxSkew", options.maxSkew),
        maxEventAge,
        limit("maxBody", options.maxBody),
      ];
      this.#now = checkClock(options.now);
      this.#configured = (question, now) => {
        question.text(scheme);
        for (const number of [now, ...limits]) question.number(number ?? NaN);
        question.list(own, (secret) => question.secret(secret));
        question.list(ofOthers, ([name, secret]) => {
          question.text(name);
          question.secret(secret);
        });
      };
      // What is wrong with a scheme is told here, and not when a delivery comes.
      this.explain([], "");
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }

  /**
   * Explains what becomes of one delivery. Takes up to half a second for a body of 1 MiB, so call it when one was refused.
   *
   * @throws {WebhookVerificationError} `invalid_argument` for headers or a body that cannot be read
   */
  explain(headers: HeadersInput, body: Body): Report {
    try {
      const raw = rawBody(body);
      const pairs = pairsOf(headers);
      const now = readClock(this.#now);
      const question = new Question();
      try {
        this.#configured(question, now);
        question.list(pairs, ([name, value]) => {
          question.text(name);
          question.text(value);
        });
        question.text(raw);
        return read(ask(question));
      } finally {
        question.wipe();
      }
    } catch (thrown) {
      throw asVerificationError(thrown);
    }
  }
}

function wordsOf(scheme: SchemeName | Scheme = "contio"): string {
  if (typeof scheme === "string") return scheme;
  const definition = definitions.get(scheme);
  if (definition !== undefined) return definition.words;
  throw new WebhookVerificationError(
    "invalid_scheme",
    "the scheme cannot be used: it is neither a name nor made by defineScheme()",
  );
}

/** The report in an answer, unless it is an error. */
function read(answer: string): Report {
  if (!answer.startsWith("!")) return JSON.parse(answer) as Report;
  const [code, message] = answer.slice(1).split("\n") as [ErrorCode, string];
  throw new WebhookVerificationError(code, message);
}
