// Passes each event to the handlers that are registered for its type.
import type { Delivery, EventOf, EventType, UnknownEvent, WebhookEvent } from "./index.js";
import { internals } from "./main.js";

const { invalidArgument, refusePromise } = internals;

/**
 * The event that a handler for `T` gets: the event of that type if this version knows it, an `UnknownEvent` if not, and
 * any event if the type is known only at run time.
 */
export type RoutedEvent<T extends string> = T extends EventType
  ? EventOf<T>
  : string extends T
    ? WebhookEvent
    : UnknownEvent;

/** The result is awaited and otherwise ignored. The delivery is passed if `handle` was called with one. */
export type WebhookHandler<E> = (event: E, delivery?: Delivery) => unknown;

// The type that a handler is registered for determines what it takes.
type AnyHandler = WebhookHandler<never>;

/**
 * ```ts
 * const router = new WebhookRouter()
 *   .on("meeting.completed", (event) => console.log(event.data.title))
 *   .onUnknown((event) => console.log("no handler for", event.event_type));
 * await router.handle(verifier.verify(headers, body));
 * ```
 */
export class WebhookRouter {
  readonly #byType = new Map<string, AnyHandler[]>();
  readonly #any: AnyHandler[] = [];
  readonly #unknown: AnyHandler[] = [];

  /**
   * Adds a handler for one event type. A type may have several handlers, and may be one that this version does not
   * know.
   */
  on<T extends EventType | (string & {})>(type: T, handler: WebhookHandler<RoutedEvent<T>>): this {
    if (typeof type !== "string") throw invalidArgument("an event's type must be a string");
    mustBeFunction(handler);
    const handlers = this.#byType.get(type);
    if (handlers === undefined) this.#byType.set(type, [handler]);
    else handlers.push(handler);
    return this;
  }

  /** Adds a handler for every event, whether or not it has other handlers. */
  onAny(handler: WebhookHandler<WebhookEvent>): this {
    mustBeFunction(handler);
    this.#any.push(handler);
    return this;
  }

  /** Adds a handler for events whose type has no handler added by `on`. */
  onUnknown(handler: WebhookHandler<WebhookEvent>): this {
    mustBeFunction(handler);
    this.#unknown.push(handler);
    return this;
  }

  /**
   * Starts every handler for an event, those for its type first, and waits for all of them, even if some fail. Rejects
   * with an `AggregateError` if any of them failed, and with the error of `delivery.event()` if the delivery contains
   * no event, as those of other senders than Contio.
   */
  async handle(deliveryOrEvent: Delivery | WebhookEvent): Promise<void> {
    refusePromise("the delivery", deliveryOrEvent);
    const delivery = isDelivery(deliveryOrEvent) ? deliveryOrEvent : undefined;
    const event = isDelivery(deliveryOrEvent) ? deliveryOrEvent.event() : deliveryOrEvent;
    const type: unknown = event?.event_type;
    if (typeof type !== "string") throw invalidArgument("handle() needs a delivery or its event");

    const handlers = [...(this.#byType.get(type) ?? this.#unknown), ...this.#any];
    // An async function, so that a handler that throws synchronously does not keep the others from starting.
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
  if (typeof handler !== "function") throw invalidArgument("an event's handler must be a function");
}
