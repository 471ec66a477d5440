// Hands each event to the handlers that were registered for its type.
import { WebhookVerificationError } from "./error.js";
import type { Delivery, EventOf, EventType, UnknownEvent, WebhookEvent } from "./index.js";

/**
 * The event that a handler for `T` gets: of that type if this version knows it, an `UnknownEvent` if not, and any event
 * for a type that is known only while the program runs.
 */
export type RoutedEvent<T extends string> = T extends EventType
  ? EventOf<T>
  : string extends T
    ? WebhookEvent
    : UnknownEvent;

/** What it returns is awaited and otherwise not looked at. The delivery is there if `handle` was given one. */
export type WebhookHandler<E> = (event: E, delivery?: Delivery) => unknown;

// What the handlers take is known by the type that they are registered under.
type AnyHandler = WebhookHandler<never>;

/**
 * ```ts
 * const router = new WebhookRouter()
 *   .on("meeting.completed", (event) => console.log(event.data.title))
 *   .onUnknown((event) => console.log("nobody waits for", event.event_type));
 * await router.handle(verifier.verify(headers, body));
 * ```
 */
export class WebhookRouter {
  readonly #byType = new Map<string, AnyHandler[]>();
  readonly #any: AnyHandler[] = [];
  readonly #unknown: AnyHandler[] = [];

  /** Adds a handler for one type of event. A type may have several, and may be one that this version does not know. */
  on<T extends EventType | (string & {})>(type: T, handler: WebhookHandler<RoutedEvent<T>>): this {
    if (typeof type !== "string") throw misused("the type of an event must be a string");
    mustBeFunction(handler);
    const handlers = this.#byType.get(type);
    if (handlers === undefined) this.#byType.set(type, [handler]);
    else handlers.push(handler);
    return this;
  }

  /** Adds a handler for every event, whether there are others for it or not. */
  onAny(handler: WebhookHandler<WebhookEvent>): this {
    mustBeFunction(handler);
    this.#any.push(handler);
    return this;
  }

  /** Adds a handler for the events whose type has no handler from `on`. */
  onUnknown(handler: WebhookHandler<WebhookEvent>): this {
    mustBeFunction(handler);
    this.#unknown.push(handler);
    return this;
  }

  /**
   * Starts every handler for an event, those of its type first, and waits for all of them, whatever becomes of each.
   * Rejects with an `AggregateError` if any of them failed, and with the error of `delivery.event()` if the delivery
   * has no event in it.
   */
  async handle(deliveryOrEvent: Delivery | WebhookEvent): Promise<void> {
    const delivery = isDelivery(deliveryOrEvent) ? deliveryOrEvent : undefined;
    const event = isDelivery(deliveryOrEvent) ? deliveryOrEvent.event() : deliveryOrEvent;
    const type: unknown = event?.event_type;
    if (typeof type !== "string") throw misused("handle() takes a delivery or its event");

    const handlers = [...(this.#byType.get(type) ?? this.#unknown), ...this.#any];
    // An async function, so that one handler that throws at once does not keep the others from being started.
    const outcomes = await Promise.allSettled(handlers.map(async (handler) => handler(event as never, delivery)));
    const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    if (errors.length > 0) {
      const counts = `${errors.length} of ${handlers.length} handlers`;
      throw new AggregateError(errors, `${counts} of the event ${JSON.stringify(type)} failed`);
    }
  }
}

function isDelivery(value: Delivery | WebhookEvent): value is Delivery {
  return typeof (value as Partial<Delivery> | null | undefined)?.event === "function";
}

function mustBeFunction(handler: unknown): void {
  if (typeof handler !== "function") throw misused("the handler of an event must be a function");
}

function misused(message: string): WebhookVerificationError {
  return new WebhookVerificationError("invalid_argument", message);
}
