import type { Delivery } from "./delivery.js";
import type { Handle, Verdict } from "./exchange.js";
import type { WebhookVerificationError } from "./error.js";
import type { WebhookEvent } from "./events.js";
import type { Claim } from "./input.js";
import type { Tags } from "./tags.js";

/** What a delivery is judged from. */
export interface Source {
  readonly handle: Handle;
  readonly claim: Claim;
  readonly body: Uint8Array | string;
  readonly now: number;
  /** The MACs, where they were not made by the core. */
  readonly tags: Tags | undefined;
}

const EMPTY = new Uint8Array(0);

/** The delivery of a source, once it was judged. */
export class JudgedDelivery implements Delivery {
  readonly scheme: string;
  readonly timestamp: number | null;
  readonly secretIndex: number;
  readonly #source: Source;
  /** Where the core still holds the very bytes that it judged: it does until the next delivery. */
  #generation = -1;
  /** What is wrong with the envelope; `null` if nothing is, undefined as long as nobody asked. */
  #envelope: WebhookVerificationError | null | undefined;
  #json: unknown;
  #body: Uint8Array | undefined;

  /** @throws {WebhookVerificationError} with the code that says why it was refused */
  constructor(source: Source) {
    const { tags } = source;
    this.#source = source;
    const { scheme, secretIndex, timestamp } = tags === undefined || tags.readsBody ? this.#judge() : this.#decide(EMPTY);
    this.scheme = scheme;
    this.secretIndex = secretIndex;
    this.timestamp = timestamp;
  }

  get hasEnvelope(): boolean {
    return this.#source.handle.hasEnvelope;
  }

  get id(): string | null {
    const { id } = this.#source.claim;
    if (typeof id === "string") return id;
    return this.hasEnvelope ? this.event().event_id : null;
  }

  get body(): Uint8Array {
    const { body, tags } = this.#source;
    if (typeof body === "string") return new TextEncoder().encode(body);
    // Whoever gave the body may have changed it while the host made its MAC, and whoever asks may change what is given.
    return tags === undefined ? body : (this.#body ??= tags.body.slice());
  }

  json(): unknown {
    if (this.#json === undefined) {
      this.#bringBack();
      const wrong = this.#source.handle.engine.checkBody(false);
      if (wrong) throw wrong;
    }
    return this.#parse();
  }

  event(): WebhookEvent {
    if (this.#envelope === undefined) {
      this.#bringBack();
      this.#envelope = this.#source.handle.engine.checkBody(true);
    }
    if (this.#envelope) throw this.#envelope;
    return this.#parse() as WebhookEvent;
  }

  /** Parses a body that was checked, where the core read it: the caller's bytes may have changed since. */
  #parse(): unknown {
    if (this.#json === undefined) {
      const { handle, body } = this.#source;
      this.#bringBack();
      this.#json = JSON.parse(typeof body === "string" ? body : handle.engine.judgedText());
    }
    return this.#json;
  }

  /** Sees to it that the body is the one in the core, and judged. */
  #bringBack(): void {
    if (this.#source.handle.engine.generation !== this.#generation) this.#judge();
  }

  #judge(): Verdict {
    const { handle, body, tags } = this.#source;
    const verdict = this.#decide(tags === undefined ? body : tags.body);
    this.#generation = handle.engine.generation;
    if (verdict.hasEnvelope) this.#envelope = null;
    return verdict;
  }

  /** With tags the body is asked only for its length, unless the verdict depends on it. */
  #decide(body: Uint8Array | string): Verdict {
    const { handle, claim, now, tags } = this.#source;
    const verdict = handle.engine.judge(handle, claim, body, now, tags?.bytes, true);
    if (verdict.failure !== 0) throw handle.engine.failure(verdict.failure);
    return verdict;
  }
}
