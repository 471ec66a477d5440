//! The events of the catalogue, one struct for each.
//!
//! Generated from `core/catalogue/contio-events.json` by `cargo xtask generate`; edit that instead.

use super::*;

events! {
    /// `action_button.triggered`, in the vendor's package `@contio/partner-sdk`.
    ActionButtonTriggered "action_button.triggered";
    /// `action_item.completed`, in the vendor's guide.
    ActionItemCompleted "action_item.completed";
    /// `action_item.created`, in the vendor's guide.
    ActionItemCreated "action_item.created";
    /// `action_item.updated`, in the vendor's guide.
    ActionItemUpdated "action_item.updated";
    /// `agenda_item.created`, in the vendor's guide.
    AgendaItemCreated "agenda_item.created";
    /// `agenda_item.deleted`, in the vendor's guide.
    AgendaItemDeleted "agenda_item.deleted";
    /// `agenda_item.updated`, in the vendor's guide.
    AgendaItemUpdated "agenda_item.updated";
    /// `automation.assignment.created`, in the vendor's package `@contio/partner-sdk`.
    AutomationAssignmentCreated "automation.assignment.created";
    /// `calendar_event.created`, in the vendor's guide.
    CalendarEventCreated "calendar_event.created";
    /// `calendar_event.deleted`, in the vendor's guide.
    CalendarEventDeleted "calendar_event.deleted";
    /// `calendar_event.updated`, in the vendor's guide.
    CalendarEventUpdated "calendar_event.updated";
    /// `canvas_template.applied`, in the vendor's package `@contio/partner-sdk`.
    CanvasTemplateApplied "canvas_template.applied";
    /// `meeting.completed`, in the vendor's guide.
    MeetingCompleted "meeting.completed";
    /// `meeting.context.created`, in the vendor's package `@contio/partner-sdk`.
    MeetingContextCreated "meeting.context.created";
    /// `meeting.context.deleted`, in the vendor's package `@contio/partner-sdk`.
    MeetingContextDeleted "meeting.context.deleted";
    /// `meeting.context.processed`, in the vendor's package `@contio/partner-sdk`.
    MeetingContextProcessed "meeting.context.processed";
    /// `meeting.created`, in the vendor's guide.
    MeetingCreated "meeting.created";
    /// `meeting.updated`, in the vendor's guide.
    MeetingUpdated "meeting.updated";
    /// `meeting_template.applied`, in the vendor's package `@contio/partner-sdk`.
    MeetingTemplateApplied "meeting_template.applied";
    /// `next_step.completed`, in the vendor's package `@contio/partner-sdk`.
    NextStepCompleted "next_step.completed";
    /// `participant.added`, in the vendor's guide.
    ParticipantAdded "participant.added";
    /// `participant.removed`, in the vendor's guide.
    ParticipantRemoved "participant.removed";
    /// `partner.idp.domain_revoked`, in the vendor's package `@contio/partner-sdk`.
    PartnerIdpDomainRevoked "partner.idp.domain_revoked";
    /// `partner.idp.domain_verification_failed`, in the vendor's package `@contio/partner-sdk`.
    PartnerIdpDomainVerificationFailed "partner.idp.domain_verification_failed";
    /// `partner.idp.domain_verified`, in the vendor's package `@contio/partner-sdk`.
    PartnerIdpDomainVerified "partner.idp.domain_verified";
    /// `session.expired`, in the vendor's package `@contio/partner-sdk`.
    SessionExpired "session.expired";
    /// `session.turn.completed`, in the vendor's package `@contio/partner-sdk`.
    SessionTurnCompleted "session.turn.completed";
    /// `session.turn.failed`, in the vendor's package `@contio/partner-sdk`.
    SessionTurnFailed "session.turn.failed";
    /// `user.connection.revoked`, in the vendor's guide.
    UserConnectionRevoked "user.connection.revoked";
    /// `workflow.assignment.created`, in the vendor's guide.
    WorkflowAssignmentCreated "workflow.assignment.created";
    /// `workflow.run.completed`, in the vendor's package `@contio/partner-sdk`.
    WorkflowRunCompleted "workflow.run.completed";
    /// `workflow.run.failed`, in the vendor's package `@contio/partner-sdk`.
    WorkflowRunFailed "workflow.run.failed";
    /// `workflow.run.started`, in the vendor's package `@contio/partner-sdk`.
    WorkflowRunStarted "workflow.run.started";
    /// `workflow.step.completed`, in the vendor's package `@contio/partner-sdk`.
    WorkflowStepCompleted "workflow.step.completed";
    /// `workflow.task.created`, in the vendor's package `@contio/partner-sdk`.
    WorkflowTaskCreated "workflow.task.created";
    /// `workflow.task.resolved`, in the vendor's package `@contio/partner-sdk`.
    WorkflowTaskResolved "workflow.task.resolved";
}

object! {
    /// The `data` of `action_button.triggered`.
    ActionButtonTriggered {
        /// A string.
        action_button_id "action_button_id": Cow<'a, str> = Required;
        /// A string.
        action_button_name "action_button_name": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        context_id "context_id": Option<Cow<'a, str>> = Optional;
        /// A string; may be absent or null.
        context_type "context_type": Option<Cow<'a, str>> = Optional;
        /// A string; may be absent or null.
        invocation_id "invocation_id": Option<Cow<'a, str>> = Optional;
        /// A string; may be absent or null.
        meeting_id "meeting_id": Option<Cow<'a, str>> = Optional;
        /// A string; may be absent or null.
        next_step_id "next_step_id": Option<Cow<'a, str>> = Optional;
        /// A string; may be absent or null.
        result_id "result_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        trigger_mode "trigger_mode": Cow<'a, str> = Required;
        /// A string.
        triggered_at "triggered_at": Cow<'a, str> = Required;
        /// A string.
        triggered_by "triggered_by": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `action_item.completed`.
    ActionItemCompleted {
        /// A string.
        action_item_id "action_item_id": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        assignee_id "assignee_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        completed_at "completed_at": Cow<'a, str> = Required;
        /// A string.
        completed_by_user_id "completed_by_user_id": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        title "title": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `action_item.created`.
    ActionItemCreated {
        /// A string.
        action_item_id "action_item_id": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        assignee_id "assignee_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        created_at "created_at": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        title "title": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `action_item.updated`.
    ActionItemUpdated {
        /// A string.
        action_item_id "action_item_id": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        assignee_id "assignee_id": Option<Cow<'a, str>> = Optional;
        /// A boolean.
        is_completed "is_completed": bool = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// One of the known values, or another.
        status "status": ActionItemUpdatedStatus<'a> = Required;
        /// A string.
        updated_at "updated_at": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

choice! {
    /// The values of `status` of [`ActionItemUpdated`].
    ActionItemUpdatedStatus {
        NeedsReview "needs_review",
        Accepted "accepted",
        InProgress "in_progress",
        Completed "completed",
        Cancelled "cancelled",
        Blocked "blocked"
    }
}

object! {
    /// The `data` of `agenda_item.created`.
    AgendaItemCreated {
        /// A string.
        agenda_item_id "agenda_item_id": Cow<'a, str> = Required;
        /// A string.
        created_at "created_at": Cow<'a, str> = Required;
        /// A string.
        item_type "item_type": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        meeting_id "meeting_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        title "title": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `agenda_item.deleted`.
    AgendaItemDeleted {
        /// A string.
        agenda_item_id "agenda_item_id": Cow<'a, str> = Required;
        /// A string.
        deleted_at "deleted_at": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        meeting_id "meeting_id": Option<Cow<'a, str>> = Optional;
    }
}

object! {
    /// The `data` of `agenda_item.updated`.
    AgendaItemUpdated {
        /// A string.
        agenda_item_id "agenda_item_id": Cow<'a, str> = Required;
        /// A string.
        item_type "item_type": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        meeting_id "meeting_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        status "status": Cow<'a, str> = Required;
        /// A string.
        title "title": Cow<'a, str> = Required;
        /// A string.
        updated_at "updated_at": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `automation.assignment.created`.
    AutomationAssignmentCreated {
        /// A string.
        action_item_id "action_item_id": Cow<'a, str> = Required;
        /// A string.
        assignment_id "assignment_id": Cow<'a, str> = Required;
        /// An object with any members; may be absent or null.
        automation_data_payload "automation_data_payload": Option<Fields<'a>> = Optional;
        /// A string.
        automation_id "automation_id": Cow<'a, str> = Required;
        /// A string.
        automation_name "automation_name": Cow<'a, str> = Required;
        /// A number; may be absent or null.
        confidence_score "confidence_score": Option<Number> = Optional;
        /// A string.
        created_at "created_at": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        status "status": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `calendar_event.created`.
    CalendarEventCreated {
        /// A number.
        attendee_count "attendee_count": Number = Required;
        /// A string.
        calendar_event_id "calendar_event_id": Cow<'a, str> = Required;
        /// A string.
        end_time "end_time": Cow<'a, str> = Required;
        /// A boolean.
        is_all_day "is_all_day": bool = Required;
        /// A string.
        start_time "start_time": Cow<'a, str> = Required;
        /// A string.
        title "title": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `calendar_event.deleted`.
    CalendarEventDeleted {
        /// A string.
        calendar_event_id "calendar_event_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `calendar_event.updated`.
    CalendarEventUpdated {
        /// A number.
        attendee_count "attendee_count": Number = Required;
        /// A string.
        calendar_event_id "calendar_event_id": Cow<'a, str> = Required;
        /// A string.
        end_time "end_time": Cow<'a, str> = Required;
        /// A boolean.
        is_all_day "is_all_day": bool = Required;
        /// A string.
        start_time "start_time": Cow<'a, str> = Required;
        /// A string.
        title "title": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `canvas_template.applied`.
    CanvasTemplateApplied {
        /// A string.
        applied_at "applied_at": Cow<'a, str> = Required;
        /// A string.
        applied_by_user_id "applied_by_user_id": Cow<'a, str> = Required;
        /// An object.
        applied_items "applied_items": CanvasTemplateAppliedAppliedItems<'a> = Required;
        /// A string.
        canvas_id "canvas_id": Cow<'a, str> = Required;
        /// A string.
        template_id "template_id": Cow<'a, str> = Required;
        /// A string.
        template_name "template_name": Cow<'a, str> = Required;
    }
}

object! {
    /// The object `applied_items` of [`CanvasTemplateApplied`].
    CanvasTemplateAppliedAppliedItems {
        /// A number.
        collaborators "collaborators": Number = Required;
    }
}

object! {
    /// The `data` of `meeting.completed`.
    MeetingCompleted {
        /// A string.
        completed_at "completed_at": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        title "title": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `meeting.context.created`.
    MeetingContextCreated {
        /// A string.
        context_id "context_id": Cow<'a, str> = Required;
        /// A string.
        created_at "created_at": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        title "title": Option<Cow<'a, str>> = Optional;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `meeting.context.deleted`.
    MeetingContextDeleted {
        /// A string.
        context_id "context_id": Cow<'a, str> = Required;
        /// A string.
        deleted_at "deleted_at": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `meeting.context.processed`.
    MeetingContextProcessed {
        /// A string.
        context_id "context_id": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        processed_at "processed_at": Cow<'a, str> = Required;
        /// An object.
        sanitization_report "sanitization_report": MeetingContextProcessedSanitizationReport<'a> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The object `sanitization_report` of [`MeetingContextProcessed`].
    MeetingContextProcessedSanitizationReport {
        /// A boolean.
        formula_escaped "formula_escaped": bool = Required;
        /// A boolean.
        pii_detected "pii_detected": bool = Required;
        /// An array of objects; may be absent or null.
        redactions "redactions": Option<Vec<MeetingContextProcessedSanitizationReportRedaction<'a>>> = Optional;
        /// A boolean.
        secrets_detected "secrets_detected": bool = Required;
    }
}

object! {
    /// An item of `redactions` of [`MeetingContextProcessedSanitizationReport`].
    MeetingContextProcessedSanitizationReportRedaction {
        /// A number.
        count "count": Number = Required;
        /// A string.
        r#type "type": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `meeting.created`.
    MeetingCreated {
        /// A string.
        created_at "created_at": Cow<'a, str> = Required;
        /// A string.
        created_by_user_id "created_by_user_id": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        title "title": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `meeting.updated`.
    MeetingUpdated {
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        scheduled_start "scheduled_start": Option<Cow<'a, str>> = Optional;
        /// A string.
        title "title": Cow<'a, str> = Required;
        /// A string.
        updated_at "updated_at": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `meeting_template.applied`.
    MeetingTemplateApplied {
        /// A string.
        applied_at "applied_at": Cow<'a, str> = Required;
        /// A string.
        applied_by_user_id "applied_by_user_id": Cow<'a, str> = Required;
        /// An object.
        applied_items "applied_items": MeetingTemplateAppliedAppliedItems<'a> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        template_id "template_id": Cow<'a, str> = Required;
        /// A string.
        template_name "template_name": Cow<'a, str> = Required;
    }
}

object! {
    /// The object `applied_items` of [`MeetingTemplateApplied`].
    MeetingTemplateAppliedAppliedItems {
        /// A number.
        agenda_items "agenda_items": Number = Required;
        /// A number.
        documents "documents": Number = Required;
        /// A number.
        participants "participants": Number = Required;
    }
}

object! {
    /// The `data` of `next_step.completed`.
    NextStepCompleted {
        /// A string.
        context_id "context_id": Cow<'a, str> = Required;
        /// A string.
        context_type "context_type": Cow<'a, str> = Required;
        /// A string.
        executed_at "executed_at": Cow<'a, str> = Required;
        /// A string.
        executed_by "executed_by": Cow<'a, str> = Required;
        /// A string.
        execution_mode "execution_mode": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        meeting_id "meeting_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        next_step_id "next_step_id": Cow<'a, str> = Required;
        /// A string.
        next_step_name "next_step_name": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        result_id "result_id": Option<Cow<'a, str>> = Optional;
    }
}

object! {
    /// The `data` of `participant.added`.
    ParticipantAdded {
        /// A string.
        added_at "added_at": Cow<'a, str> = Required;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// An array of objects.
        participants "participants": Vec<ParticipantAddedParticipant<'a>> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// An item of `participants` of [`ParticipantAdded`].
    ParticipantAddedParticipant {
        /// A string; may be absent or null.
        guest_email "guest_email": Option<Cow<'a, str>> = Optional;
        /// A string.
        participant_id "participant_id": Cow<'a, str> = Required;
        /// A string.
        role "role": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        user_id "user_id": Option<Cow<'a, str>> = Optional;
    }
}

object! {
    /// The `data` of `participant.removed`.
    ParticipantRemoved {
        /// A string; may be absent or null.
        guest_email "guest_email": Option<Cow<'a, str>> = Optional;
        /// A string.
        meeting_id "meeting_id": Cow<'a, str> = Required;
        /// A string.
        participant_id "participant_id": Cow<'a, str> = Required;
        /// A string.
        removed_at "removed_at": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        user_id "user_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `partner.idp.domain_revoked`.
    PartnerIdpDomainRevoked {
        /// A string.
        domain "domain": Cow<'a, str> = Required;
        /// A string.
        revoked_at "revoked_at": Cow<'a, str> = Required;
        /// A string.
        status "status": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `partner.idp.domain_verification_failed`.
    PartnerIdpDomainVerificationFailed {
        /// A string.
        domain "domain": Cow<'a, str> = Required;
        /// A string.
        failed_at "failed_at": Cow<'a, str> = Required;
        /// A string.
        reason "reason": Cow<'a, str> = Required;
        /// A string.
        status "status": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `partner.idp.domain_verified`.
    PartnerIdpDomainVerified {
        /// A string.
        domain "domain": Cow<'a, str> = Required;
        /// A string.
        status "status": Cow<'a, str> = Required;
        /// A string.
        verified_at "verified_at": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `session.expired`.
    SessionExpired {
        /// A string.
        expired_at "expired_at": Cow<'a, str> = Required;
        /// A string.
        last_activity_at "last_activity_at": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        meeting_id "meeting_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        session_id "session_id": Cow<'a, str> = Required;
        /// A number.
        turn_count "turn_count": Number = Required;
    }
}

object! {
    /// The `data` of `session.turn.completed`.
    SessionTurnCompleted {
        /// A string.
        completed_at "completed_at": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        meeting_id "meeting_id": Option<Cow<'a, str>> = Optional;
        /// A number.
        sequence_number "sequence_number": Number = Required;
        /// A string.
        session_id "session_id": Cow<'a, str> = Required;
        /// A string.
        turn_id "turn_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `session.turn.failed`.
    SessionTurnFailed {
        /// A string.
        error_code "error_code": Cow<'a, str> = Required;
        /// A string.
        error_message "error_message": Cow<'a, str> = Required;
        /// A string.
        failed_at "failed_at": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        meeting_id "meeting_id": Option<Cow<'a, str>> = Optional;
        /// A number.
        sequence_number "sequence_number": Number = Required;
        /// A string.
        session_id "session_id": Cow<'a, str> = Required;
        /// A string.
        turn_id "turn_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `user.connection.revoked`.
    UserConnectionRevoked {
        /// A string.
        connection_id "connection_id": Cow<'a, str> = Required;
        /// A string.
        revoked_at "revoked_at": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `workflow.assignment.created`, for which no schema was published: all fields are in `extra`. Later releases of the vendor call it `automation.assignment.created`.
    WorkflowAssignmentCreated {
    }
}

object! {
    /// The `data` of `workflow.run.completed`.
    WorkflowRunCompleted {
        /// A string.
        completed_at "completed_at": Cow<'a, str> = Required;
        /// A number.
        duration_ms "duration_ms": Number = Required;
        /// A string.
        final_status "final_status": Cow<'a, str> = Required;
        /// A string.
        run_id "run_id": Cow<'a, str> = Required;
        /// A string.
        template_id "template_id": Cow<'a, str> = Required;
        /// A number.
        total_steps "total_steps": Number = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `workflow.run.failed`.
    WorkflowRunFailed {
        /// A string.
        error_message "error_message": Cow<'a, str> = Required;
        /// A string.
        failed_at "failed_at": Cow<'a, str> = Required;
        /// A string.
        final_status "final_status": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        node_id "node_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        run_id "run_id": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        step_id "step_id": Option<Cow<'a, str>> = Optional;
        /// A string.
        template_id "template_id": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `workflow.run.started`.
    WorkflowRunStarted {
        /// A string.
        originating_id "originating_id": Cow<'a, str> = Required;
        /// A string.
        originating_type "originating_type": Cow<'a, str> = Required;
        /// A string.
        run_id "run_id": Cow<'a, str> = Required;
        /// A string.
        started_at "started_at": Cow<'a, str> = Required;
        /// A string.
        template_id "template_id": Cow<'a, str> = Required;
        /// A string.
        trigger_type "trigger_type": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        triggered_by "triggered_by": Option<Cow<'a, str>> = Optional;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `workflow.step.completed`.
    WorkflowStepCompleted {
        /// A string.
        completed_at "completed_at": Cow<'a, str> = Required;
        /// A string.
        node_id "node_id": Cow<'a, str> = Required;
        /// A string.
        node_type "node_type": Cow<'a, str> = Required;
        /// Any JSON, as it was sent; may be absent or null.
        output_summary "output_summary": Option<Json<'a>> = Optional;
        /// A string.
        run_id "run_id": Cow<'a, str> = Required;
        /// A string.
        status "status": Cow<'a, str> = Required;
        /// A string.
        step_id "step_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `workflow.task.created`.
    WorkflowTaskCreated {
        /// A string.
        assignee_user_id "assignee_user_id": Cow<'a, str> = Required;
        /// A string.
        created_at "created_at": Cow<'a, str> = Required;
        /// A string.
        run_id "run_id": Cow<'a, str> = Required;
        /// A string.
        task_id "task_id": Cow<'a, str> = Required;
        /// A string.
        task_type "task_type": Cow<'a, str> = Required;
        /// A string.
        title "title": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}

object! {
    /// The `data` of `workflow.task.resolved`.
    WorkflowTaskResolved {
        /// A string.
        decision "decision": Cow<'a, str> = Required;
        /// A string; may be absent or null.
        reason "reason": Option<Cow<'a, str>> = Optional;
        /// A string.
        resolved_at "resolved_at": Cow<'a, str> = Required;
        /// A string.
        resolved_by "resolved_by": Cow<'a, str> = Required;
        /// A string.
        run_id "run_id": Cow<'a, str> = Required;
        /// A string.
        task_id "task_id": Cow<'a, str> = Required;
        /// A string.
        workspace_id "workspace_id": Cow<'a, str> = Required;
    }
}
