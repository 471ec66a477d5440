// The types of events. Nothing here runs. TypeScript must find every expected error.
import type {
  ActionItemUpdatedData,
  Envelope,
  EventOf,
  EventType,
  KnownEvent,
  MeetingCompletedData,
  MeetingCompletedEvent,
  ParticipantAddedParticipant,
  UnknownEvent,
  WebhookEvent,
  WorkflowAssignmentCreatedData,
} from "hookseal";

import { is } from "./is.js";

declare const event: WebhookEvent;

// Comparing with a known type narrows to its event.
if (event.event_type === "meeting.completed") {
  is<typeof event, MeetingCompletedEvent>(true);
  is<typeof event.data, MeetingCompletedData>(true);
  is<typeof event.data.meeting_id, string>(true);
  // @ts-expect-error a misspelled field
  event.data.meeting_ids;
} else {
  is<typeof event, Exclude<WebhookEvent, MeetingCompletedEvent>>(true);
}

// @ts-expect-error a misspelled type
if (event.event_type === "meeting.complete") {
}

switch (event.event_type) {
  case "meeting.completed":
    is<typeof event.data.completed_at, string>(true);
    break;
  case "participant.added":
    is<typeof event.data.participants, ParticipantAddedParticipant[]>(true);
    break;
  case "meeting.created":
  case "meeting.updated":
    is<typeof event, EventOf<"meeting.created" | "meeting.updated">>(true);
    break;
  // @ts-expect-error a misspelled type
  case "meeting.update":
    break;
  default: {
    is<Extract<typeof event, UnknownEvent>, UnknownEvent>(true);
    event.event_type.startsWith("meeting.");
    // @ts-expect-error it is not known which event's data it is
    event.data.title;
  }
}

// An event's type is a string, and can be used as one.
const type: string = event.event_type;
if (type === "meeting.unheard") console.log(event.data as Record<string, unknown>);
console.log(["meeting.unheard" as string].includes(event.event_type), new Set<string>().has(event.event_type));

// Destructured parts still belong together.
const { event_type, data } = event;
if (event_type === "meeting.completed") is<typeof data, MeetingCompletedData>(true);

// The envelope is the same for every event.
is<typeof event.event_id, string>(true);
is<typeof event.timestamp, string>(true);
is<typeof event.partner_app_id, string>(true);
is<typeof event.actor_user_id, string | null | undefined>(true);
is<NonNullable<Envelope["for_user"]>["email"], string | null | undefined>(true);
// @ts-expect-error it may be absent
event.for_user.email;

is<Extract<WebhookEvent, { event_type: "meeting.completed" }>, MeetingCompletedEvent>(true);
is<UnknownEvent extends KnownEvent ? 1 : 0, 0>(true);
is<KnownEvent["event_type"], EventType>(true);
is<WorkflowAssignmentCreatedData, Record<string, unknown>>(true);

// @ts-expect-error no event has that type
type Misspelled = EventOf<"meeting.complete">;

const rest = { event_id: "", timestamp: "", partner_app_id: "", data: {} };
const unknown: UnknownEvent = { ...rest, event_type: "meeting.unheard" as UnknownEvent["event_type"] };
// @ts-expect-error a known type is not unknown
const known: UnknownEvent = { ...rest, event_type: "meeting.completed" };

// A status may be a new one, and a nullable field is not yet a string.
declare const item: ActionItemUpdatedData;
console.log(item.status === "blocked", item.status === "a new one", item.assignee_id?.length);
// @ts-expect-error it may be null
const assignee: string = item.assignee_id;

// A type can be declared as known.
declare module "hookseal" {
  interface EventMap {
    "meeting.archived": Envelope & { event_type: "meeting.archived"; data: { meeting_id: string } };
  }
}
if (event.event_type === "meeting.archived") is<typeof event.data, { meeting_id: string }>(true);

export type { Misspelled };
export { assignee, known, unknown };
