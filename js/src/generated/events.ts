// The types of Contio's events. This file has only types, so nothing of it is left at run time.
//
// Generated from `core/catalogue/contio-events.json` by `cargo xtask generate`; edit that instead.
//
// Objects may have additional fields, but no type has an index signature, since it would accept misspelled
// names too. A field that may be absent may also be null.

/** The fields of every event, except `data`. */
export interface Envelope {
  actor_user_id?: string | null;
  event_id: string;
  for_user?: EnvelopeForUser | null;
  partner_app_id: string;
  /** In RFC 3339. */
  timestamp: string;
}

/** The object `for_user` of `Envelope`. */
export interface EnvelopeForUser {
  email?: string | null;
  id?: string | null;
}

/** The event of each known type. */
export interface EventMap {
  "action_button.triggered": ActionButtonTriggeredEvent;
  "action_item.completed": ActionItemCompletedEvent;
  "action_item.created": ActionItemCreatedEvent;
  "action_item.updated": ActionItemUpdatedEvent;
  "agenda_item.created": AgendaItemCreatedEvent;
  "agenda_item.deleted": AgendaItemDeletedEvent;
  "agenda_item.updated": AgendaItemUpdatedEvent;
  "automation.assignment.created": AutomationAssignmentCreatedEvent;
  "calendar_event.created": CalendarEventCreatedEvent;
  "calendar_event.deleted": CalendarEventDeletedEvent;
  "calendar_event.updated": CalendarEventUpdatedEvent;
  "canvas_template.applied": CanvasTemplateAppliedEvent;
  "meeting.completed": MeetingCompletedEvent;
  "meeting.context.created": MeetingContextCreatedEvent;
  "meeting.context.deleted": MeetingContextDeletedEvent;
  "meeting.context.processed": MeetingContextProcessedEvent;
  "meeting.created": MeetingCreatedEvent;
  "meeting.updated": MeetingUpdatedEvent;
  "meeting_template.applied": MeetingTemplateAppliedEvent;
  "next_step.completed": NextStepCompletedEvent;
  "participant.added": ParticipantAddedEvent;
  "participant.removed": ParticipantRemovedEvent;
  "partner.idp.domain_revoked": PartnerIdpDomainRevokedEvent;
  "partner.idp.domain_verification_failed": PartnerIdpDomainVerificationFailedEvent;
  "partner.idp.domain_verified": PartnerIdpDomainVerifiedEvent;
  "session.expired": SessionExpiredEvent;
  "session.turn.completed": SessionTurnCompletedEvent;
  "session.turn.failed": SessionTurnFailedEvent;
  "user.connection.revoked": UserConnectionRevokedEvent;
  "workflow.assignment.created": WorkflowAssignmentCreatedEvent;
  "workflow.run.completed": WorkflowRunCompletedEvent;
  "workflow.run.failed": WorkflowRunFailedEvent;
  "workflow.run.started": WorkflowRunStartedEvent;
  "workflow.step.completed": WorkflowStepCompletedEvent;
  "workflow.task.created": WorkflowTaskCreatedEvent;
  "workflow.task.resolved": WorkflowTaskResolvedEvent;
}

export type EventType = keyof EventMap;

/** The event of a type, or of any of several types. */
export type EventOf<T extends EventType> = EventMap[T];

export type KnownEvent = EventMap[EventType];

/**
 * The event in a genuine delivery. Compare `event_type` to find out which event it is.
 *
 * Its envelope was checked; the contents of `data` are as the vendor sent them, and were not checked against these
 * types. Any object may have additional fields that its type does not declare.
 */
export type WebhookEvent = KnownEvent | UnknownEvent;

/**
 * An event of a type that this version does not know. The vendor may add types at any time: handle them in the
 * `default` of a `switch`.
 *
 * Its `event_type` can be used as a string, but never equals a known type. So a comparison with a known type narrows to
 * that event, and a comparison with a misspelled type is an error, in TypeScript 5.1 and later. To compare with a type
 * that is not known here, assign it to a string first:
 *
 * ```ts
 * const type: string = event.event_type;
 * if (type === "meeting.archived") console.log(event.data as Record<string, unknown>);
 * ```
 *
 * or declare it, which makes it a known type:
 *
 * ```ts
 * declare module "hookseal" {
 *   interface EventMap {
 *     "meeting.archived": Envelope & { event_type: "meeting.archived"; data: { meeting_id: string } };
 *   }
 * }
 * ```
 */
export interface UnknownEvent extends Envelope {
  // Without the template, the intersection would be comparable to every literal.
  event_type: `${string & { readonly unknown: true }}`;
  data: Record<string, unknown>;
}

/** `action_button.triggered`, in the vendor's package `@contio/partner-sdk`. */
export interface ActionButtonTriggeredEvent extends Envelope {
  event_type: "action_button.triggered";
  data: ActionButtonTriggeredData;
}

/** The `data` of `action_button.triggered`. */
export interface ActionButtonTriggeredData {
  action_button_id: string;
  action_button_name: string;
  context_id?: string | null;
  context_type?: string | null;
  invocation_id?: string | null;
  meeting_id?: string | null;
  next_step_id?: string | null;
  result_id?: string | null;
  trigger_mode: string;
  triggered_at: string;
  triggered_by: string;
}

/** `action_item.completed`, in the vendor's guide. */
export interface ActionItemCompletedEvent extends Envelope {
  event_type: "action_item.completed";
  data: ActionItemCompletedData;
}

/** The `data` of `action_item.completed`. */
export interface ActionItemCompletedData {
  action_item_id: string;
  assignee_id?: string | null;
  completed_at: string;
  completed_by_user_id: string;
  meeting_id: string;
  title: string;
  workspace_id: string;
}

/** `action_item.created`, in the vendor's guide. */
export interface ActionItemCreatedEvent extends Envelope {
  event_type: "action_item.created";
  data: ActionItemCreatedData;
}

/** The `data` of `action_item.created`. */
export interface ActionItemCreatedData {
  action_item_id: string;
  assignee_id?: string | null;
  created_at: string;
  meeting_id: string;
  title: string;
  workspace_id: string;
}

/** `action_item.updated`, in the vendor's guide. */
export interface ActionItemUpdatedEvent extends Envelope {
  event_type: "action_item.updated";
  data: ActionItemUpdatedData;
}

/** The `data` of `action_item.updated`. */
export interface ActionItemUpdatedData {
  action_item_id: string;
  assignee_id?: string | null;
  is_completed: boolean;
  meeting_id: string;
  status: "needs_review" | "accepted" | "in_progress" | "completed" | "cancelled" | "blocked" | (string & {});
  updated_at: string;
  workspace_id: string;
}

/** `agenda_item.created`, in the vendor's guide. */
export interface AgendaItemCreatedEvent extends Envelope {
  event_type: "agenda_item.created";
  data: AgendaItemCreatedData;
}

/** The `data` of `agenda_item.created`. */
export interface AgendaItemCreatedData {
  agenda_item_id: string;
  created_at: string;
  item_type: string;
  meeting_id?: string | null;
  title: string;
}

/** `agenda_item.deleted`, in the vendor's guide. */
export interface AgendaItemDeletedEvent extends Envelope {
  event_type: "agenda_item.deleted";
  data: AgendaItemDeletedData;
}

/** The `data` of `agenda_item.deleted`. */
export interface AgendaItemDeletedData {
  agenda_item_id: string;
  deleted_at: string;
  meeting_id?: string | null;
}

/** `agenda_item.updated`, in the vendor's guide. */
export interface AgendaItemUpdatedEvent extends Envelope {
  event_type: "agenda_item.updated";
  data: AgendaItemUpdatedData;
}

/** The `data` of `agenda_item.updated`. */
export interface AgendaItemUpdatedData {
  agenda_item_id: string;
  item_type: string;
  meeting_id?: string | null;
  status: string;
  title: string;
  updated_at: string;
}

/** `automation.assignment.created`, in the vendor's package `@contio/partner-sdk`. */
export interface AutomationAssignmentCreatedEvent extends Envelope {
  event_type: "automation.assignment.created";
  data: AutomationAssignmentCreatedData;
}

/** The `data` of `automation.assignment.created`. */
export interface AutomationAssignmentCreatedData {
  action_item_id: string;
  assignment_id: string;
  automation_data_payload?: Record<string, unknown> | null;
  automation_id: string;
  automation_name: string;
  confidence_score?: number | null;
  created_at: string;
  meeting_id: string;
  status: string;
  workspace_id: string;
}

/** `calendar_event.created`, in the vendor's guide. */
export interface CalendarEventCreatedEvent extends Envelope {
  event_type: "calendar_event.created";
  data: CalendarEventCreatedData;
}

/** The `data` of `calendar_event.created`. */
export interface CalendarEventCreatedData {
  attendee_count: number;
  calendar_event_id: string;
  end_time: string;
  is_all_day: boolean;
  start_time: string;
  title: string;
}

/** `calendar_event.deleted`, in the vendor's guide. */
export interface CalendarEventDeletedEvent extends Envelope {
  event_type: "calendar_event.deleted";
  data: CalendarEventDeletedData;
}

/** The `data` of `calendar_event.deleted`. */
export interface CalendarEventDeletedData {
  calendar_event_id: string;
}

/** `calendar_event.updated`, in the vendor's guide. */
export interface CalendarEventUpdatedEvent extends Envelope {
  event_type: "calendar_event.updated";
  data: CalendarEventUpdatedData;
}

/** The `data` of `calendar_event.updated`. */
export interface CalendarEventUpdatedData {
  attendee_count: number;
  calendar_event_id: string;
  end_time: string;
  is_all_day: boolean;
  start_time: string;
  title: string;
}

/** `canvas_template.applied`, in the vendor's package `@contio/partner-sdk`. */
export interface CanvasTemplateAppliedEvent extends Envelope {
  event_type: "canvas_template.applied";
  data: CanvasTemplateAppliedData;
}

/** The `data` of `canvas_template.applied`. */
export interface CanvasTemplateAppliedData {
  applied_at: string;
  applied_by_user_id: string;
  applied_items: CanvasTemplateAppliedAppliedItems;
  canvas_id: string;
  template_id: string;
  template_name: string;
}

/** The object `applied_items` of `CanvasTemplateAppliedData`. */
export interface CanvasTemplateAppliedAppliedItems {
  collaborators: number;
}

/** `meeting.completed`, in the vendor's guide. */
export interface MeetingCompletedEvent extends Envelope {
  event_type: "meeting.completed";
  data: MeetingCompletedData;
}

/** The `data` of `meeting.completed`. */
export interface MeetingCompletedData {
  completed_at: string;
  meeting_id: string;
  title: string;
  workspace_id: string;
}

/** `meeting.context.created`, in the vendor's package `@contio/partner-sdk`. */
export interface MeetingContextCreatedEvent extends Envelope {
  event_type: "meeting.context.created";
  data: MeetingContextCreatedData;
}

/** The `data` of `meeting.context.created`. */
export interface MeetingContextCreatedData {
  context_id: string;
  created_at: string;
  meeting_id: string;
  title?: string | null;
  workspace_id: string;
}

/** `meeting.context.deleted`, in the vendor's package `@contio/partner-sdk`. */
export interface MeetingContextDeletedEvent extends Envelope {
  event_type: "meeting.context.deleted";
  data: MeetingContextDeletedData;
}

/** The `data` of `meeting.context.deleted`. */
export interface MeetingContextDeletedData {
  context_id: string;
  deleted_at: string;
  meeting_id: string;
  workspace_id: string;
}

/** `meeting.context.processed`, in the vendor's package `@contio/partner-sdk`. */
export interface MeetingContextProcessedEvent extends Envelope {
  event_type: "meeting.context.processed";
  data: MeetingContextProcessedData;
}

/** The `data` of `meeting.context.processed`. */
export interface MeetingContextProcessedData {
  context_id: string;
  meeting_id: string;
  processed_at: string;
  sanitization_report: MeetingContextProcessedSanitizationReport;
  workspace_id: string;
}

/** The object `sanitization_report` of `MeetingContextProcessedData`. */
export interface MeetingContextProcessedSanitizationReport {
  formula_escaped: boolean;
  pii_detected: boolean;
  redactions?: MeetingContextProcessedSanitizationReportRedaction[] | null;
  secrets_detected: boolean;
}

/** An item of `redactions` of `MeetingContextProcessedSanitizationReport`. */
export interface MeetingContextProcessedSanitizationReportRedaction {
  count: number;
  type: string;
}

/** `meeting.created`, in the vendor's guide. */
export interface MeetingCreatedEvent extends Envelope {
  event_type: "meeting.created";
  data: MeetingCreatedData;
}

/** The `data` of `meeting.created`. */
export interface MeetingCreatedData {
  created_at: string;
  created_by_user_id: string;
  meeting_id: string;
  title: string;
  workspace_id: string;
}

/** `meeting.updated`, in the vendor's guide. */
export interface MeetingUpdatedEvent extends Envelope {
  event_type: "meeting.updated";
  data: MeetingUpdatedData;
}

/** The `data` of `meeting.updated`. */
export interface MeetingUpdatedData {
  meeting_id: string;
  scheduled_start?: string | null;
  title: string;
  updated_at: string;
  workspace_id: string;
}

/** `meeting_template.applied`, in the vendor's package `@contio/partner-sdk`. */
export interface MeetingTemplateAppliedEvent extends Envelope {
  event_type: "meeting_template.applied";
  data: MeetingTemplateAppliedData;
}

/** The `data` of `meeting_template.applied`. */
export interface MeetingTemplateAppliedData {
  applied_at: string;
  applied_by_user_id: string;
  applied_items: MeetingTemplateAppliedAppliedItems;
  meeting_id: string;
  template_id: string;
  template_name: string;
}

/** The object `applied_items` of `MeetingTemplateAppliedData`. */
export interface MeetingTemplateAppliedAppliedItems {
  agenda_items: number;
  documents: number;
  participants: number;
}

/** `next_step.completed`, in the vendor's package `@contio/partner-sdk`. */
export interface NextStepCompletedEvent extends Envelope {
  event_type: "next_step.completed";
  data: NextStepCompletedData;
}

/** The `data` of `next_step.completed`. */
export interface NextStepCompletedData {
  context_id: string;
  context_type: string;
  executed_at: string;
  executed_by: string;
  execution_mode: string;
  meeting_id?: string | null;
  next_step_id: string;
  next_step_name: string;
  result_id?: string | null;
}

/** `participant.added`, in the vendor's guide. */
export interface ParticipantAddedEvent extends Envelope {
  event_type: "participant.added";
  data: ParticipantAddedData;
}

/** The `data` of `participant.added`. */
export interface ParticipantAddedData {
  added_at: string;
  meeting_id: string;
  participants: ParticipantAddedParticipant[];
  workspace_id: string;
}

/** An item of `participants` of `ParticipantAddedData`. */
export interface ParticipantAddedParticipant {
  guest_email?: string | null;
  participant_id: string;
  role: string;
  user_id?: string | null;
}

/** `participant.removed`, in the vendor's guide. */
export interface ParticipantRemovedEvent extends Envelope {
  event_type: "participant.removed";
  data: ParticipantRemovedData;
}

/** The `data` of `participant.removed`. */
export interface ParticipantRemovedData {
  guest_email?: string | null;
  meeting_id: string;
  participant_id: string;
  removed_at: string;
  user_id?: string | null;
  workspace_id: string;
}

/** `partner.idp.domain_revoked`, in the vendor's package `@contio/partner-sdk`. */
export interface PartnerIdpDomainRevokedEvent extends Envelope {
  event_type: "partner.idp.domain_revoked";
  data: PartnerIdpDomainRevokedData;
}

/** The `data` of `partner.idp.domain_revoked`. */
export interface PartnerIdpDomainRevokedData {
  domain: string;
  revoked_at: string;
  status: string;
}

/** `partner.idp.domain_verification_failed`, in the vendor's package `@contio/partner-sdk`. */
export interface PartnerIdpDomainVerificationFailedEvent extends Envelope {
  event_type: "partner.idp.domain_verification_failed";
  data: PartnerIdpDomainVerificationFailedData;
}

/** The `data` of `partner.idp.domain_verification_failed`. */
export interface PartnerIdpDomainVerificationFailedData {
  domain: string;
  failed_at: string;
  reason: string;
  status: string;
}

/** `partner.idp.domain_verified`, in the vendor's package `@contio/partner-sdk`. */
export interface PartnerIdpDomainVerifiedEvent extends Envelope {
  event_type: "partner.idp.domain_verified";
  data: PartnerIdpDomainVerifiedData;
}

/** The `data` of `partner.idp.domain_verified`. */
export interface PartnerIdpDomainVerifiedData {
  domain: string;
  status: string;
  verified_at: string;
}

/** `session.expired`, in the vendor's package `@contio/partner-sdk`. */
export interface SessionExpiredEvent extends Envelope {
  event_type: "session.expired";
  data: SessionExpiredData;
}

/** The `data` of `session.expired`. */
export interface SessionExpiredData {
  expired_at: string;
  last_activity_at: string;
  meeting_id?: string | null;
  session_id: string;
  turn_count: number;
}

/** `session.turn.completed`, in the vendor's package `@contio/partner-sdk`. */
export interface SessionTurnCompletedEvent extends Envelope {
  event_type: "session.turn.completed";
  data: SessionTurnCompletedData;
}

/** The `data` of `session.turn.completed`. */
export interface SessionTurnCompletedData {
  completed_at: string;
  meeting_id?: string | null;
  sequence_number: number;
  session_id: string;
  turn_id: string;
}

/** `session.turn.failed`, in the vendor's package `@contio/partner-sdk`. */
export interface SessionTurnFailedEvent extends Envelope {
  event_type: "session.turn.failed";
  data: SessionTurnFailedData;
}

/** The `data` of `session.turn.failed`. */
export interface SessionTurnFailedData {
  error_code: string;
  error_message: string;
  failed_at: string;
  meeting_id?: string | null;
  sequence_number: number;
  session_id: string;
  turn_id: string;
}

/** `user.connection.revoked`, in the vendor's guide. */
export interface UserConnectionRevokedEvent extends Envelope {
  event_type: "user.connection.revoked";
  data: UserConnectionRevokedData;
}

/** The `data` of `user.connection.revoked`. */
export interface UserConnectionRevokedData {
  connection_id: string;
  revoked_at: string;
}

/** `workflow.assignment.created`, in the vendor's guide. */
export interface WorkflowAssignmentCreatedEvent extends Envelope {
  event_type: "workflow.assignment.created";
  data: WorkflowAssignmentCreatedData;
}

/**
 * The `data` of `workflow.assignment.created`, for which no schema was published. Later releases of the vendor call it
 * `automation.assignment.created`.
 */
export type WorkflowAssignmentCreatedData = Record<string, unknown>;

/** `workflow.run.completed`, in the vendor's package `@contio/partner-sdk`. */
export interface WorkflowRunCompletedEvent extends Envelope {
  event_type: "workflow.run.completed";
  data: WorkflowRunCompletedData;
}

/** The `data` of `workflow.run.completed`. */
export interface WorkflowRunCompletedData {
  completed_at: string;
  duration_ms: number;
  final_status: string;
  run_id: string;
  template_id: string;
  total_steps: number;
  workspace_id: string;
}

/** `workflow.run.failed`, in the vendor's package `@contio/partner-sdk`. */
export interface WorkflowRunFailedEvent extends Envelope {
  event_type: "workflow.run.failed";
  data: WorkflowRunFailedData;
}

/** The `data` of `workflow.run.failed`. */
export interface WorkflowRunFailedData {
  error_message: string;
  failed_at: string;
  final_status: string;
  node_id?: string | null;
  run_id: string;
  step_id?: string | null;
  template_id: string;
  workspace_id: string;
}

/** `workflow.run.started`, in the vendor's package `@contio/partner-sdk`. */
export interface WorkflowRunStartedEvent extends Envelope {
  event_type: "workflow.run.started";
  data: WorkflowRunStartedData;
}

/** The `data` of `workflow.run.started`. */
export interface WorkflowRunStartedData {
  originating_id: string;
  originating_type: string;
  run_id: string;
  started_at: string;
  template_id: string;
  trigger_type: string;
  triggered_by?: string | null;
  workspace_id: string;
}

/** `workflow.step.completed`, in the vendor's package `@contio/partner-sdk`. */
export interface WorkflowStepCompletedEvent extends Envelope {
  event_type: "workflow.step.completed";
  data: WorkflowStepCompletedData;
}

/** The `data` of `workflow.step.completed`. */
export interface WorkflowStepCompletedData {
  completed_at: string;
  node_id: string;
  node_type: string;
  output_summary?: unknown;
  run_id: string;
  status: string;
  step_id: string;
}

/** `workflow.task.created`, in the vendor's package `@contio/partner-sdk`. */
export interface WorkflowTaskCreatedEvent extends Envelope {
  event_type: "workflow.task.created";
  data: WorkflowTaskCreatedData;
}

/** The `data` of `workflow.task.created`. */
export interface WorkflowTaskCreatedData {
  assignee_user_id: string;
  created_at: string;
  run_id: string;
  task_id: string;
  task_type: string;
  title: string;
  workspace_id: string;
}

/** `workflow.task.resolved`, in the vendor's package `@contio/partner-sdk`. */
export interface WorkflowTaskResolvedEvent extends Envelope {
  event_type: "workflow.task.resolved";
  data: WorkflowTaskResolvedData;
}

/** The `data` of `workflow.task.resolved`. */
export interface WorkflowTaskResolvedData {
  decision: string;
  reason?: string | null;
  resolved_at: string;
  resolved_by: string;
  run_id: string;
  task_id: string;
  workspace_id: string;
}
