// Why a handler failed, and what is to be done about it.
import { essentials } from "../main.js";

const { invalidArgument } = essentials;

/** The longest text of an error that is kept, in characters. */
const MAX_TEXT = 200;

/**
 * A handler's error that says that no further attempt makes sense: the delivery is dead, until a person has it tried
 * again. The message is shown to that person.
 *
 * ```ts
 * throw new Reject("this endpoint handles no invoices");
 * ```
 */
export class Reject extends Error {
  override readonly name = "Reject";
}

/** A handler's error that says when the next attempt makes sense, in seconds. The attempt counts. */
export class RetryIn extends Error {
  override readonly name = "RetryIn";
  readonly seconds: number;

  /** @throws {WebhookVerificationError} `invalid_argument` if it is no time */
  constructor(seconds: number, message = "the handler asked for a delay", options?: ErrorOptions) {
    super(message, options);
    if (!(seconds >= 0 && seconds < Infinity))
      throw invalidArgument(`a delay must be 0 s or more, but it is ${seconds}`);
    this.seconds = seconds;
  }
}

/** What came of an attempt that failed. */
export interface Failure {
  readonly text: string;
  /** Milliseconds that the handler asked for, `bury`, or the delay that follows from the attempt. */
  readonly then: number | "bury" | "retry";
}

/** Errors are recognized by their names: they may come from the package's other module system. */
export function failureOf(thrown: unknown): Failure {
  try {
    const all = leavesOf(thrown).map(askedBy);
    // Of several handlers, one may still need the next attempt.
    const delays = all.filter((then) => typeof then === "number");
    const then = all.every((one) => one === "bury") ? "bury" : delays.length > 0 ? Math.max(...delays) : "retry";
    return { text: firstLine(textOf(thrown)), then };
  } catch {
    return { text: "the handler threw what cannot be read", then: "retry" };
  }
}

export const failure = (text: string): Failure => ({ text: firstLine(text), then: "retry" });

interface Known {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
  readonly seconds?: unknown;
}

const known = (thrown: unknown): Known => (thrown ?? {}) as Known;

/** The errors of several handlers of a router. */
function leavesOf(thrown: unknown): unknown[] {
  const { name, errors } = known(thrown);
  return name === "AggregateError" && Array.isArray(errors) && errors.length > 0 ? errors.flatMap(leavesOf) : [thrown];
}

/** What an error asks for, or one that caused it. */
function askedBy(thrown: unknown): Failure["then"] {
  let error: unknown = thrown;
  for (let depth = 0; depth < 16 && typeof error === "object" && error !== null; depth++) {
    const { name, seconds, cause } = known(error);
    if (name === "Reject") return "bury";
    if (name === "RetryIn" && typeof seconds === "number" && seconds >= 0) return Math.round(seconds * 1000);
    error = cause;
  }
  return "retry";
}

/** The class and the message. Those of a router have no more to say than what they consist of. */
function textOf(thrown: unknown): string {
  const [first, ...others] = leavesOf(thrown);
  const { name, message } = known(first);
  if (typeof message !== "string") return String(first);
  const isPlain = name === "Error" || name === "Reject" || name === "RetryIn" || typeof name !== "string";
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return `${isPlain ? "" : `${name}: `}${message}${more}`;
}

/** The first line, at most so many characters, without what controls a terminal or ends a database's text. */
function firstLine(text: string): string {
  const line = text.split(/[\r\n]/).find((one) => one.trim() !== "") ?? "no text";
  return [...line.replaceAll(/[\p{Cc}\p{Cs}]/gu, " ").trim()].slice(0, MAX_TEXT).join("");
}
