// The types of the router, and of the middleware without Express. Nothing here runs. TypeScript must find every
// expected error.
import {
  type Delivery,
  type MeetingCompletedEvent,
  type UnknownEvent,
  type VerifiedDelivery,
  type WebhookEvent,
  WebhookVerificationError,
  WebhookVerifier,
} from "hookseal";
import { type WebhookMiddleware, type WebhookOptions, keepRawBody, webhook } from "hookseal/express";
import { type RoutedEvent, WebhookRouter } from "hookseal/router";

import { is } from "./is.js";

declare const verifier: WebhookVerifier;
declare const delivery: Delivery;

// The handler for a type gets its event.
const router: WebhookRouter = new WebhookRouter()
  .on("meeting.completed", (event, from) => {
    is<typeof event, MeetingCompletedEvent>(true);
    is<typeof from, Delivery | undefined>(true);
  })
  .on("meeting.unheard", async (event) => is<typeof event, UnknownEvent>(true))
  .on("meeting.unheard" as string, (event) => is<typeof event, WebhookEvent>(true))
  .onAny((event) => is<typeof event, WebhookEvent>(true))
  .onUnknown((event) => console.log(event.event_type));
is<RoutedEvent<"meeting.completed">, MeetingCompletedEvent>(true);
is<ReturnType<typeof router.handle>, Promise<void>>(true);
void router.handle(delivery);
void router.handle(delivery.event());

// @ts-expect-error the event has no such field
router.on("meeting.completed", (event) => event.data.meeting_ids);
// @ts-expect-error the handler is missing
router.on("meeting.completed");
// @ts-expect-error another event
router.on("meeting.completed", (event: { event_type: "meeting.created" }) => event);
// @ts-expect-error a body is not a delivery
void router.handle(new Uint8Array());

// The middleware takes a verifier, and reports what it refused.
const options: WebhookOptions = {
  onFailure(error, req) {
    is<typeof error, WebhookVerificationError>(true);
    is<typeof req.delivery, VerifiedDelivery | undefined>(true);
  },
};
const middleware: WebhookMiddleware = webhook(verifier, options);
webhook(verifier);
keepRawBody({}, undefined, new Uint8Array());
// @ts-expect-error a secret is not a verifier
webhook("secret");
// @ts-expect-error the option has another name
webhook(verifier, { onError: () => undefined });

export { middleware };
