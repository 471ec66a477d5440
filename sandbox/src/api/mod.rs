//! What can be asked of the sandbox: the management API as Contio's SDK calls it, below `/v1/partner/admin`, and the
//! sandbox's own calls below `/sandbox`, which the page at `/` makes too.

mod admin;
mod objects;
mod own;
mod page;
mod reply;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};

use crate::Shared;

/// The largest call: an event's data may have 1 MiB.
const MAX_CALL: usize = 2 << 20;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let admin = Router::new()
        .route("/webhook-deliveries", get(admin::deliveries))
        .route("/webhook-deliveries/{id}", get(admin::delivery))
        .route("/webhook-deliveries/{id}/retry", post(admin::retry))
        .route("/app", get(admin::app).put(admin::change_app))
        .route("/app/webhook-status", put(admin::switch))
        .route("/app/webhook-filter", put(admin::set_filter).delete(admin::remove_filter))
        .route("/credentials", get(admin::credentials))
        .route("/credentials/{kind}/rotate", post(admin::rotate))
        .route("/credentials/{kind}/rollback", post(admin::roll_back))
        .route("/workflows", get(objects::list_workflows).post(objects::create_workflow))
        .route("/workflows/{id}", get(objects::workflow).put(objects::change_workflow).delete(objects::remove_workflow))
        .route("/automations", get(objects::list_automations).post(objects::create_automation))
        .route(
            "/automations/{id}",
            get(objects::automation).put(objects::change_automation).delete(objects::remove_automation),
        )
        .fallback(reply::no_such_call)
        .method_not_allowed_fallback(reply::no_such_method);
    Router::new()
        .nest("/v1/partner/admin", admin)
        .route("/", get(page::html))
        .route("/page.css", get(page::style))
        .route("/page.js", get(page::script))
        .route("/sandbox/events", post(own::emit))
        .route("/sandbox/event-types", get(own::event_types))
        .route("/sandbox/deliveries", get(own::deliveries))
        .route("/sandbox/deliveries/{id}", get(own::delivery))
        .route("/sandbox/deliveries/{id}/retry", post(own::retry))
        .fallback(reply::no_such_call)
        .method_not_allowed_fallback(reply::no_such_method)
        .layer(DefaultBodyLimit::max(MAX_CALL))
        .with_state(shared)
}
