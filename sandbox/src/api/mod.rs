//! The sandbox's HTTP API: the management API as Contio's SDK calls it, under `/v1/partner/admin`, and the sandbox's
//! own calls under `/sandbox`, which the page at `/` also uses.

mod admin;
mod http;
mod objects;
mod sandbox;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};

use crate::{Shared, page};

/// The largest request body: an event's data may have 1 MiB.
const MAX_REQUEST: usize = 2 << 20;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let admin = Router::new()
        .route("/webhook-deliveries", get(admin::deliveries))
        .route("/webhook-deliveries/{id}", get(admin::delivery))
        .route("/webhook-deliveries/{id}/retry", post(admin::retry))
        .route("/app", get(admin::app).put(admin::update_app))
        .route("/app/webhook-status", put(admin::switch))
        .route("/app/webhook-filter", put(admin::set_filter).delete(admin::remove_filter))
        .route("/credentials", get(admin::credentials))
        .route("/credentials/{kind}/rotate", post(admin::rotate))
        .route("/credentials/{kind}/rollback", post(admin::roll_back))
        .route("/workflows", get(objects::list_workflows).post(objects::create_workflow))
        .route("/workflows/{id}", get(objects::workflow).put(objects::update_workflow).delete(objects::delete_workflow))
        .route("/automations", get(objects::list_automations).post(objects::create_automation))
        .route(
            "/automations/{id}",
            get(objects::automation).put(objects::update_automation).delete(objects::delete_automation),
        )
        .fallback(http::not_found)
        .method_not_allowed_fallback(http::method_not_allowed);
    Router::new()
        .nest("/v1/partner/admin", admin)
        .merge(page::own_files())
        .merge(page::shared_files())
        .route("/sandbox/settings", get(sandbox::settings).put(sandbox::change_settings))
        .route("/sandbox/samples/{type}", get(sandbox::sample))
        .route("/sandbox/events", post(sandbox::emit))
        .route("/sandbox/event-types", get(sandbox::event_types))
        .route("/sandbox/deliveries", get(sandbox::deliveries))
        .route("/sandbox/deliveries/{id}", get(sandbox::delivery))
        .route("/sandbox/deliveries/{id}/retry", post(sandbox::retry))
        .route("/sandbox/deliveries/{id}/attempts/{number}/explain", post(sandbox::explain))
        .fallback(http::not_found)
        .method_not_allowed_fallback(http::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .with_state(shared)
}
