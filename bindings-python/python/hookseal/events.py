"""The types of Contio's events, which are plain dicts. Objects may have additional fields.

`event["event_type"]` distinguishes the events. The envelope around `data` was checked; the contents of `data` are as
the vendor sent them, and were not checked against these types.
"""

# Generated from `core/catalogue/contio-events.json` by `cargo xtask generate`; edit that instead.
#
# A class `_…Required` has the fields that are always present, since Python 3.10 cannot mark single fields as optional.
# A field that may be absent may also be null.

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict, Union


class EnvelopeForUser(TypedDict, total=False):
    """The object `for_user` of `Envelope`."""

    email: str | None
    id: str | None


class _EnvelopeRequired(TypedDict):
    """The fields that `Envelope` always has."""

    event_id: str
    partner_app_id: str
    timestamp: str  # in RFC 3339


class Envelope(_EnvelopeRequired, total=False):
    """The fields of every event, except `data`."""

    actor_user_id: str | None
    for_user: EnvelopeForUser | None


class _ActionButtonTriggeredDataRequired(TypedDict):
    """The fields that `ActionButtonTriggeredData` always has."""

    action_button_id: str
    action_button_name: str
    trigger_mode: str
    triggered_at: str
    triggered_by: str


class ActionButtonTriggeredData(_ActionButtonTriggeredDataRequired, total=False):
    """The `data` of `action_button.triggered`."""

    context_id: str | None
    context_type: str | None
    invocation_id: str | None
    meeting_id: str | None
    next_step_id: str | None
    result_id: str | None


class ActionButtonTriggeredEvent(Envelope):
    """`action_button.triggered`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["action_button.triggered"]
    data: ActionButtonTriggeredData


class _ActionItemCompletedDataRequired(TypedDict):
    """The fields that `ActionItemCompletedData` always has."""

    action_item_id: str
    completed_at: str
    completed_by_user_id: str
    meeting_id: str
    title: str
    workspace_id: str


class ActionItemCompletedData(_ActionItemCompletedDataRequired, total=False):
    """The `data` of `action_item.completed`."""

    assignee_id: str | None


class ActionItemCompletedEvent(Envelope):
    """`action_item.completed`, in the vendor's guide."""

    event_type: Literal["action_item.completed"]
    data: ActionItemCompletedData


class _ActionItemCreatedDataRequired(TypedDict):
    """The fields that `ActionItemCreatedData` always has."""

    action_item_id: str
    created_at: str
    meeting_id: str
    title: str
    workspace_id: str


class ActionItemCreatedData(_ActionItemCreatedDataRequired, total=False):
    """The `data` of `action_item.created`."""

    assignee_id: str | None


class ActionItemCreatedEvent(Envelope):
    """`action_item.created`, in the vendor's guide."""

    event_type: Literal["action_item.created"]
    data: ActionItemCreatedData


class _ActionItemUpdatedDataRequired(TypedDict):
    """The fields that `ActionItemUpdatedData` always has."""

    action_item_id: str
    is_completed: bool
    meeting_id: str
    status: str  # "needs_review", "accepted", "in_progress", "completed", "cancelled", "blocked"; others are possible
    updated_at: str
    workspace_id: str


class ActionItemUpdatedData(_ActionItemUpdatedDataRequired, total=False):
    """The `data` of `action_item.updated`."""

    assignee_id: str | None


class ActionItemUpdatedEvent(Envelope):
    """`action_item.updated`, in the vendor's guide."""

    event_type: Literal["action_item.updated"]
    data: ActionItemUpdatedData


class _AgendaItemCreatedDataRequired(TypedDict):
    """The fields that `AgendaItemCreatedData` always has."""

    agenda_item_id: str
    created_at: str
    item_type: str
    title: str


class AgendaItemCreatedData(_AgendaItemCreatedDataRequired, total=False):
    """The `data` of `agenda_item.created`."""

    meeting_id: str | None


class AgendaItemCreatedEvent(Envelope):
    """`agenda_item.created`, in the vendor's guide."""

    event_type: Literal["agenda_item.created"]
    data: AgendaItemCreatedData


class _AgendaItemDeletedDataRequired(TypedDict):
    """The fields that `AgendaItemDeletedData` always has."""

    agenda_item_id: str
    deleted_at: str


class AgendaItemDeletedData(_AgendaItemDeletedDataRequired, total=False):
    """The `data` of `agenda_item.deleted`."""

    meeting_id: str | None


class AgendaItemDeletedEvent(Envelope):
    """`agenda_item.deleted`, in the vendor's guide."""

    event_type: Literal["agenda_item.deleted"]
    data: AgendaItemDeletedData


class _AgendaItemUpdatedDataRequired(TypedDict):
    """The fields that `AgendaItemUpdatedData` always has."""

    agenda_item_id: str
    item_type: str
    status: str
    title: str
    updated_at: str


class AgendaItemUpdatedData(_AgendaItemUpdatedDataRequired, total=False):
    """The `data` of `agenda_item.updated`."""

    meeting_id: str | None


class AgendaItemUpdatedEvent(Envelope):
    """`agenda_item.updated`, in the vendor's guide."""

    event_type: Literal["agenda_item.updated"]
    data: AgendaItemUpdatedData


class _AutomationAssignmentCreatedDataRequired(TypedDict):
    """The fields that `AutomationAssignmentCreatedData` always has."""

    action_item_id: str
    assignment_id: str
    automation_id: str
    automation_name: str
    created_at: str
    meeting_id: str
    status: str
    workspace_id: str


class AutomationAssignmentCreatedData(_AutomationAssignmentCreatedDataRequired, total=False):
    """The `data` of `automation.assignment.created`."""

    automation_data_payload: dict[str, Any] | None
    confidence_score: float | None


class AutomationAssignmentCreatedEvent(Envelope):
    """`automation.assignment.created`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["automation.assignment.created"]
    data: AutomationAssignmentCreatedData


class CalendarEventCreatedData(TypedDict):
    """The `data` of `calendar_event.created`."""

    attendee_count: float
    calendar_event_id: str
    end_time: str
    is_all_day: bool
    start_time: str
    title: str


class CalendarEventCreatedEvent(Envelope):
    """`calendar_event.created`, in the vendor's guide."""

    event_type: Literal["calendar_event.created"]
    data: CalendarEventCreatedData


class CalendarEventDeletedData(TypedDict):
    """The `data` of `calendar_event.deleted`."""

    calendar_event_id: str


class CalendarEventDeletedEvent(Envelope):
    """`calendar_event.deleted`, in the vendor's guide."""

    event_type: Literal["calendar_event.deleted"]
    data: CalendarEventDeletedData


class CalendarEventUpdatedData(TypedDict):
    """The `data` of `calendar_event.updated`."""

    attendee_count: float
    calendar_event_id: str
    end_time: str
    is_all_day: bool
    start_time: str
    title: str


class CalendarEventUpdatedEvent(Envelope):
    """`calendar_event.updated`, in the vendor's guide."""

    event_type: Literal["calendar_event.updated"]
    data: CalendarEventUpdatedData


class CanvasTemplateAppliedAppliedItems(TypedDict):
    """The object `applied_items` of `CanvasTemplateAppliedData`."""

    collaborators: float


class CanvasTemplateAppliedData(TypedDict):
    """The `data` of `canvas_template.applied`."""

    applied_at: str
    applied_by_user_id: str
    applied_items: CanvasTemplateAppliedAppliedItems
    canvas_id: str
    template_id: str
    template_name: str


class CanvasTemplateAppliedEvent(Envelope):
    """`canvas_template.applied`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["canvas_template.applied"]
    data: CanvasTemplateAppliedData


class MeetingCompletedData(TypedDict):
    """The `data` of `meeting.completed`."""

    completed_at: str
    meeting_id: str
    title: str
    workspace_id: str


class MeetingCompletedEvent(Envelope):
    """`meeting.completed`, in the vendor's guide."""

    event_type: Literal["meeting.completed"]
    data: MeetingCompletedData


class _MeetingContextCreatedDataRequired(TypedDict):
    """The fields that `MeetingContextCreatedData` always has."""

    context_id: str
    created_at: str
    meeting_id: str
    workspace_id: str


class MeetingContextCreatedData(_MeetingContextCreatedDataRequired, total=False):
    """The `data` of `meeting.context.created`."""

    title: str | None


class MeetingContextCreatedEvent(Envelope):
    """`meeting.context.created`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["meeting.context.created"]
    data: MeetingContextCreatedData


class MeetingContextDeletedData(TypedDict):
    """The `data` of `meeting.context.deleted`."""

    context_id: str
    deleted_at: str
    meeting_id: str
    workspace_id: str


class MeetingContextDeletedEvent(Envelope):
    """`meeting.context.deleted`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["meeting.context.deleted"]
    data: MeetingContextDeletedData


class MeetingContextProcessedSanitizationReportRedaction(TypedDict):
    """An item of `redactions` of `MeetingContextProcessedSanitizationReport`."""

    count: float
    type: str


class _MeetingContextProcessedSanitizationReportRequired(TypedDict):
    """The fields that `MeetingContextProcessedSanitizationReport` always has."""

    formula_escaped: bool
    pii_detected: bool
    secrets_detected: bool


class MeetingContextProcessedSanitizationReport(_MeetingContextProcessedSanitizationReportRequired, total=False):
    """The object `sanitization_report` of `MeetingContextProcessedData`."""

    redactions: list[MeetingContextProcessedSanitizationReportRedaction] | None


class MeetingContextProcessedData(TypedDict):
    """The `data` of `meeting.context.processed`."""

    context_id: str
    meeting_id: str
    processed_at: str
    sanitization_report: MeetingContextProcessedSanitizationReport
    workspace_id: str


class MeetingContextProcessedEvent(Envelope):
    """`meeting.context.processed`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["meeting.context.processed"]
    data: MeetingContextProcessedData


class MeetingCreatedData(TypedDict):
    """The `data` of `meeting.created`."""

    created_at: str
    created_by_user_id: str
    meeting_id: str
    title: str
    workspace_id: str


class MeetingCreatedEvent(Envelope):
    """`meeting.created`, in the vendor's guide."""

    event_type: Literal["meeting.created"]
    data: MeetingCreatedData


class _MeetingUpdatedDataRequired(TypedDict):
    """The fields that `MeetingUpdatedData` always has."""

    meeting_id: str
    title: str
    updated_at: str
    workspace_id: str


class MeetingUpdatedData(_MeetingUpdatedDataRequired, total=False):
    """The `data` of `meeting.updated`."""

    scheduled_start: str | None


class MeetingUpdatedEvent(Envelope):
    """`meeting.updated`, in the vendor's guide."""

    event_type: Literal["meeting.updated"]
    data: MeetingUpdatedData


class MeetingTemplateAppliedAppliedItems(TypedDict):
    """The object `applied_items` of `MeetingTemplateAppliedData`."""

    agenda_items: float
    documents: float
    participants: float


class MeetingTemplateAppliedData(TypedDict):
    """The `data` of `meeting_template.applied`."""

    applied_at: str
    applied_by_user_id: str
    applied_items: MeetingTemplateAppliedAppliedItems
    meeting_id: str
    template_id: str
    template_name: str


class MeetingTemplateAppliedEvent(Envelope):
    """`meeting_template.applied`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["meeting_template.applied"]
    data: MeetingTemplateAppliedData


class _NextStepCompletedDataRequired(TypedDict):
    """The fields that `NextStepCompletedData` always has."""

    context_id: str
    context_type: str
    executed_at: str
    executed_by: str
    execution_mode: str
    next_step_id: str
    next_step_name: str


class NextStepCompletedData(_NextStepCompletedDataRequired, total=False):
    """The `data` of `next_step.completed`."""

    meeting_id: str | None
    result_id: str | None


class NextStepCompletedEvent(Envelope):
    """`next_step.completed`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["next_step.completed"]
    data: NextStepCompletedData


class _ParticipantAddedParticipantRequired(TypedDict):
    """The fields that `ParticipantAddedParticipant` always has."""

    participant_id: str
    role: str


class ParticipantAddedParticipant(_ParticipantAddedParticipantRequired, total=False):
    """An item of `participants` of `ParticipantAddedData`."""

    guest_email: str | None
    user_id: str | None


class ParticipantAddedData(TypedDict):
    """The `data` of `participant.added`."""

    added_at: str
    meeting_id: str
    participants: list[ParticipantAddedParticipant]
    workspace_id: str


class ParticipantAddedEvent(Envelope):
    """`participant.added`, in the vendor's guide."""

    event_type: Literal["participant.added"]
    data: ParticipantAddedData


class _ParticipantRemovedDataRequired(TypedDict):
    """The fields that `ParticipantRemovedData` always has."""

    meeting_id: str
    participant_id: str
    removed_at: str
    workspace_id: str


class ParticipantRemovedData(_ParticipantRemovedDataRequired, total=False):
    """The `data` of `participant.removed`."""

    guest_email: str | None
    user_id: str | None


class ParticipantRemovedEvent(Envelope):
    """`participant.removed`, in the vendor's guide."""

    event_type: Literal["participant.removed"]
    data: ParticipantRemovedData


class PartnerIdpDomainRevokedData(TypedDict):
    """The `data` of `partner.idp.domain_revoked`."""

    domain: str
    revoked_at: str
    status: str


class PartnerIdpDomainRevokedEvent(Envelope):
    """`partner.idp.domain_revoked`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["partner.idp.domain_revoked"]
    data: PartnerIdpDomainRevokedData


class PartnerIdpDomainVerificationFailedData(TypedDict):
    """The `data` of `partner.idp.domain_verification_failed`."""

    domain: str
    failed_at: str
    reason: str
    status: str


class PartnerIdpDomainVerificationFailedEvent(Envelope):
    """`partner.idp.domain_verification_failed`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["partner.idp.domain_verification_failed"]
    data: PartnerIdpDomainVerificationFailedData


class PartnerIdpDomainVerifiedData(TypedDict):
    """The `data` of `partner.idp.domain_verified`."""

    domain: str
    status: str
    verified_at: str


class PartnerIdpDomainVerifiedEvent(Envelope):
    """`partner.idp.domain_verified`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["partner.idp.domain_verified"]
    data: PartnerIdpDomainVerifiedData


class _SessionExpiredDataRequired(TypedDict):
    """The fields that `SessionExpiredData` always has."""

    expired_at: str
    last_activity_at: str
    session_id: str
    turn_count: float


class SessionExpiredData(_SessionExpiredDataRequired, total=False):
    """The `data` of `session.expired`."""

    meeting_id: str | None


class SessionExpiredEvent(Envelope):
    """`session.expired`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["session.expired"]
    data: SessionExpiredData


class _SessionTurnCompletedDataRequired(TypedDict):
    """The fields that `SessionTurnCompletedData` always has."""

    completed_at: str
    sequence_number: float
    session_id: str
    turn_id: str


class SessionTurnCompletedData(_SessionTurnCompletedDataRequired, total=False):
    """The `data` of `session.turn.completed`."""

    meeting_id: str | None


class SessionTurnCompletedEvent(Envelope):
    """`session.turn.completed`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["session.turn.completed"]
    data: SessionTurnCompletedData


class _SessionTurnFailedDataRequired(TypedDict):
    """The fields that `SessionTurnFailedData` always has."""

    error_code: str
    error_message: str
    failed_at: str
    sequence_number: float
    session_id: str
    turn_id: str


class SessionTurnFailedData(_SessionTurnFailedDataRequired, total=False):
    """The `data` of `session.turn.failed`."""

    meeting_id: str | None


class SessionTurnFailedEvent(Envelope):
    """`session.turn.failed`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["session.turn.failed"]
    data: SessionTurnFailedData


class UserConnectionRevokedData(TypedDict):
    """The `data` of `user.connection.revoked`."""

    connection_id: str
    revoked_at: str


class UserConnectionRevokedEvent(Envelope):
    """`user.connection.revoked`, in the vendor's guide."""

    event_type: Literal["user.connection.revoked"]
    data: UserConnectionRevokedData


# The `data` of `workflow.assignment.created`. No schema was published; later releases call it `automation.assignment.created`.
WorkflowAssignmentCreatedData: TypeAlias = dict[str, Any]


class WorkflowAssignmentCreatedEvent(Envelope):
    """`workflow.assignment.created`, in the vendor's guide."""

    event_type: Literal["workflow.assignment.created"]
    data: WorkflowAssignmentCreatedData


class WorkflowRunCompletedData(TypedDict):
    """The `data` of `workflow.run.completed`."""

    completed_at: str
    duration_ms: float
    final_status: str
    run_id: str
    template_id: str
    total_steps: float
    workspace_id: str


class WorkflowRunCompletedEvent(Envelope):
    """`workflow.run.completed`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["workflow.run.completed"]
    data: WorkflowRunCompletedData


class _WorkflowRunFailedDataRequired(TypedDict):
    """The fields that `WorkflowRunFailedData` always has."""

    error_message: str
    failed_at: str
    final_status: str
    run_id: str
    template_id: str
    workspace_id: str


class WorkflowRunFailedData(_WorkflowRunFailedDataRequired, total=False):
    """The `data` of `workflow.run.failed`."""

    node_id: str | None
    step_id: str | None


class WorkflowRunFailedEvent(Envelope):
    """`workflow.run.failed`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["workflow.run.failed"]
    data: WorkflowRunFailedData


class _WorkflowRunStartedDataRequired(TypedDict):
    """The fields that `WorkflowRunStartedData` always has."""

    originating_id: str
    originating_type: str
    run_id: str
    started_at: str
    template_id: str
    trigger_type: str
    workspace_id: str


class WorkflowRunStartedData(_WorkflowRunStartedDataRequired, total=False):
    """The `data` of `workflow.run.started`."""

    triggered_by: str | None


class WorkflowRunStartedEvent(Envelope):
    """`workflow.run.started`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["workflow.run.started"]
    data: WorkflowRunStartedData


class _WorkflowStepCompletedDataRequired(TypedDict):
    """The fields that `WorkflowStepCompletedData` always has."""

    completed_at: str
    node_id: str
    node_type: str
    run_id: str
    status: str
    step_id: str


class WorkflowStepCompletedData(_WorkflowStepCompletedDataRequired, total=False):
    """The `data` of `workflow.step.completed`."""

    output_summary: Any | None


class WorkflowStepCompletedEvent(Envelope):
    """`workflow.step.completed`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["workflow.step.completed"]
    data: WorkflowStepCompletedData


class WorkflowTaskCreatedData(TypedDict):
    """The `data` of `workflow.task.created`."""

    assignee_user_id: str
    created_at: str
    run_id: str
    task_id: str
    task_type: str
    title: str
    workspace_id: str


class WorkflowTaskCreatedEvent(Envelope):
    """`workflow.task.created`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["workflow.task.created"]
    data: WorkflowTaskCreatedData


class _WorkflowTaskResolvedDataRequired(TypedDict):
    """The fields that `WorkflowTaskResolvedData` always has."""

    decision: str
    resolved_at: str
    resolved_by: str
    run_id: str
    task_id: str
    workspace_id: str


class WorkflowTaskResolvedData(_WorkflowTaskResolvedDataRequired, total=False):
    """The `data` of `workflow.task.resolved`."""

    reason: str | None


class WorkflowTaskResolvedEvent(Envelope):
    """`workflow.task.resolved`, in the vendor's package `@contio/partner-sdk`."""

    event_type: Literal["workflow.task.resolved"]
    data: WorkflowTaskResolvedData


class UnknownEvent(Envelope):
    """An event of a type that this version does not know. The vendor may add types at any time.

    The declared `event_type` is a placeholder, which distinguishes this class from the known events: a comparison with
    a known type narrows to that event, and a comparison with a misspelled type is a type error. To compare with a type
    that is not known here, convert `event_type` to `str`:

        if str(event["event_type"]) == "meeting.archived":
            print(event["data"])
    """

    event_type: Literal["(a type that this version does not know)"]
    data: dict[str, Any]


EventType: TypeAlias = Literal[
    "action_button.triggered",
    "action_item.completed",
    "action_item.created",
    "action_item.updated",
    "agenda_item.created",
    "agenda_item.deleted",
    "agenda_item.updated",
    "automation.assignment.created",
    "calendar_event.created",
    "calendar_event.deleted",
    "calendar_event.updated",
    "canvas_template.applied",
    "meeting.completed",
    "meeting.context.created",
    "meeting.context.deleted",
    "meeting.context.processed",
    "meeting.created",
    "meeting.updated",
    "meeting_template.applied",
    "next_step.completed",
    "participant.added",
    "participant.removed",
    "partner.idp.domain_revoked",
    "partner.idp.domain_verification_failed",
    "partner.idp.domain_verified",
    "session.expired",
    "session.turn.completed",
    "session.turn.failed",
    "user.connection.revoked",
    "workflow.assignment.created",
    "workflow.run.completed",
    "workflow.run.failed",
    "workflow.run.started",
    "workflow.step.completed",
    "workflow.task.created",
    "workflow.task.resolved",
]

KnownEvent: TypeAlias = Union[
    ActionButtonTriggeredEvent,
    ActionItemCompletedEvent,
    ActionItemCreatedEvent,
    ActionItemUpdatedEvent,
    AgendaItemCreatedEvent,
    AgendaItemDeletedEvent,
    AgendaItemUpdatedEvent,
    AutomationAssignmentCreatedEvent,
    CalendarEventCreatedEvent,
    CalendarEventDeletedEvent,
    CalendarEventUpdatedEvent,
    CanvasTemplateAppliedEvent,
    MeetingCompletedEvent,
    MeetingContextCreatedEvent,
    MeetingContextDeletedEvent,
    MeetingContextProcessedEvent,
    MeetingCreatedEvent,
    MeetingUpdatedEvent,
    MeetingTemplateAppliedEvent,
    NextStepCompletedEvent,
    ParticipantAddedEvent,
    ParticipantRemovedEvent,
    PartnerIdpDomainRevokedEvent,
    PartnerIdpDomainVerificationFailedEvent,
    PartnerIdpDomainVerifiedEvent,
    SessionExpiredEvent,
    SessionTurnCompletedEvent,
    SessionTurnFailedEvent,
    UserConnectionRevokedEvent,
    WorkflowAssignmentCreatedEvent,
    WorkflowRunCompletedEvent,
    WorkflowRunFailedEvent,
    WorkflowRunStartedEvent,
    WorkflowStepCompletedEvent,
    WorkflowTaskCreatedEvent,
    WorkflowTaskResolvedEvent,
]

WebhookEvent: TypeAlias = Union[KnownEvent, UnknownEvent]
