import { type DeliveryKey, keyOf } from "./delivery-key.js";
import type { VerifiedDelivery as Verified } from "./delivery.js";
import type { Engine, Handle, Macs, Verdict } from "./engine/engine.js";
import { EMPTY } from "./engine/exchange.js";
import type { WebhookVerificationError } from "./error.js";
import type { WebhookEvent } from "./generated/events.js";
import type { Bytes } from "./input/body.js";
import type { HeaderLookup, HeaderValues } from "./input/headers.js";
import { encoder } from "./utf8.js";

/** Everything a delivery is verified from. */
export interface Source {
  readonly handle: Handle;
  readonly values: HeaderValues;
  readonly body: Bytes | string;
  readonly now: number;
  /** The MACs, if they were made outside the core. */
  readonly macs: Macs | undefined;
}

/** A delivery that was verified from its source. */
export class VerifiedDelivery implements Verified {
  readonly scheme: string;
  readonly timestamp: number | null;
  readonly secretIndex: number;
  readonly #source: Source;
  /** The engine's generation at which the core held this body. It holds each body until the next one. */
  #generation = -1;
  /** The error of the envelope; `null` if it is valid, undefined if it was not checked yet. */
  #envelope: WebhookVerificationError | null | undefined;
  #json: unknown;
  /** Undefined if nobody has asked for it yet. */
  #key: DeliveryKey | null | undefined;
  #body: Bytes | undefined;

  /** @throws {WebhookVerificationError} with the code that says why it was refused */
  constructor(source: Source) {
    const { macs } = source;
    this.#source = source;
    const { scheme, secretIndex, timestamp } = macs === undefined || macs.readsBody ? this.#verify() : this.#decide(EMPTY);
    this.scheme = scheme;
    this.secretIndex = secretIndex;
    this.timestamp = timestamp;
  }

  get hasEnvelope(): boolean {
    return this.#source.handle.hasEnvelope;
  }

  get id(): string | null {
    const id = this.#signedId();
    if (typeof id === "string") return id;
    return this.hasEnvelope ? this.event().event_id : null;
  }

  get key(): DeliveryKey | null {
    if (this.#key === undefined) {
      const { handle, values } = this.#source;
      const text = this.#current().deliveryKey(handle, { ...values, id: this.#signedId() });
      this.#key = text === "" ? null : keyOf(text);
    }
    return this.#key;
  }

  get body(): Bytes {
    const { body, macs } = this.#source;
    if (typeof body === "string") return encoder().encode(body);
    // A copy: the caller may have changed the body during WebCrypto's call, and may change what is returned here.
    return macs === undefined ? body : (this.#body ??= macs.body.slice());
  }

  json(): unknown {
    if (this.#json === undefined) {
      const wrong = this.#current().checkBody(false, this.hasEnvelope);
      if (wrong) throw wrong;
    }
    return this.#parse();
  }

  event(): WebhookEvent {
    if (this.#envelope === undefined) this.#envelope = this.#current().checkBody(true, this.hasEnvelope);
    if (this.#envelope) throw this.#envelope;
    return this.#parse() as WebhookEvent;
  }

  /** The id in its header, or in the list of signatures. */
  #signedId(): HeaderLookup {
    const { handle, values } = this.#source;
    return handle.findId?.(values.signature as string) ?? values.id;
  }

  /** Parses a checked body as the core holds it, since the caller's bytes may have changed. */
  #parse(): unknown {
    if (this.#json === undefined) {
      const { body } = this.#source;
      const engine = this.#current();
      this.#json = JSON.parse(typeof body === "string" ? body : engine.verifiedText());
    }
    return this.#json;
  }

  /** The engine, after making sure that it holds this body and has verified it. */
  #current(): Engine {
    const { engine } = this.#source.handle;
    if (engine.generation !== this.#generation) this.#verify();
    return engine;
  }

  #verify(): Verdict {
    const { handle, body, macs } = this.#source;
    const verdict = this.#decide(macs === undefined ? body : macs.body);
    this.#generation = handle.engine.generation;
    if (verdict.hasReadEnvelope) this.#envelope = null;
    return verdict;
  }

  /** If the MACs are given, an empty body will do unless the verdict depends on it. */
  #decide(body: Uint8Array | string): Verdict {
    const { handle, values, now, macs } = this.#source;
    const verdict = handle.engine.verify(handle, values, body, now, macs?.bytes, true);
    if (verdict.failure !== 0) throw handle.engine.failure(verdict.failure);
    return verdict;
  }
}
