// What the thread of a file and its owner say to each other.
import { Fault, type Request } from "./table.js";

export interface Asked extends Request {
  readonly id: number;
}

export interface Replied {
  readonly id: number;
  readonly value?: unknown;
  readonly thrown?: Packed;
}

/** An error: messages keep its text only. */
export interface Packed {
  readonly message: string;
  readonly code?: unknown;
  readonly errcode?: unknown;
  /** Set for a `Fault`. */
  readonly isMisuse?: boolean;
}

export function packed(thrown: unknown): Packed {
  const { message, code, errcode } = thrown as Packed;
  return { message: String(message), code, errcode, ...(thrown instanceof Fault && { isMisuse: thrown.isMisuse }) };
}

export function unpacked({ message, code, errcode, isMisuse }: Packed): Error {
  if (isMisuse !== undefined) return new Fault(message, isMisuse);
  const codes = { ...(code !== undefined && { code }), ...(errcode !== undefined && { errcode }) };
  return Object.assign(new Error(message), codes);
}
