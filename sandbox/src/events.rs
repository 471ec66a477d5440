//! How an event becomes deliveries: the on/off switch and the filter apply, and each endpoint gets its own delivery.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::Shared;
use crate::deliver::{self, Deliverer};
use crate::error::Error;
use crate::samples::{self, SampleEvent};
use crate::store::NewDelivery;

/// The largest body that is sent. The guide names no limit; receivers accept 1 MiB.
const MAX_BODY: usize = 1 << 20;

/// The most events that one call may emit.
const MAX_COUNT: u64 = 10_000;

/// A parsed request to emit events.
struct EmitRequest<'r> {
    event_type: &'r str,
    data: Option<&'r Value>,
    to: Option<&'r str>,
    count: u64,
}

/// Emits the requested events, and returns their ids and those of their deliveries.
pub(crate) async fn emit(shared: &Arc<Shared>, body: &Value) -> Result<Value, Error> {
    let request = parse(body)?;
    samples::check_type(request.event_type)?;
    let app = shared.store.app().await?;
    let suppressed = suppression(&app, request.event_type);
    let urls = match request.to {
        Some(url) => vec![url.to_owned()],
        None => endpoints(shared, &app).await?,
    };
    let now = shared.clock.now();
    let (mut events, mut deliveries) = (Vec::new(), Vec::new());
    for _ in 0..request.count {
        let event = samples::event_at(request.event_type, request.data, &app["id"], now)?;
        let SampleEvent { id: event_id, body } = event;
        if body.len() > MAX_BODY {
            return Err(Error::new(
                413,
                "body_too_large",
                format!("data: the body would be larger than {MAX_BODY} bytes"),
            ));
        }
        let mut ids = Vec::new();
        for url in urls.iter().filter(|_| suppressed.is_none()) {
            let id = Uuid::new_v4().to_string();
            ids.push(id.clone());
            let (event_id, event_type) = (event_id.clone(), request.event_type.to_owned());
            deliveries.push(NewDelivery { id, event_id, event_type, url: url.clone(), body: body.clone() });
        }
        events.push(json!({"event_id": event_id, "delivery_ids": ids}));
    }
    let reason = suppressed.or(if urls.is_empty() { Some("no_endpoint") } else { None });
    if !deliveries.is_empty() {
        shared.store.add_deliveries(now, deliveries).await?;
        urls.iter().for_each(|url| Deliverer::wake(shared, url));
    }
    Ok(json!({"events": events, "not_delivered": reason}))
}

fn parse(body: &Value) -> Result<EmitRequest<'_>, Error> {
    let event_type = body["type"].as_str().ok_or_else(|| Error::invalid("type", "must be an event type"))?;
    let data = match &body["data"] {
        Value::Null => None,
        data @ Value::Object(_) => Some(data),
        _ => return Err(Error::invalid("data", "must be an object")),
    };
    let to = match &body["to"] {
        Value::Null => None,
        Value::String(url) => {
            deliver::check_url("to", url)?;
            Some(&**url)
        }
        _ => return Err(Error::invalid("to", "must be the URL of an endpoint")),
    };
    let count = match &body["count"] {
        Value::Null => 1,
        count => count
            .as_u64()
            .filter(|count| (1..=MAX_COUNT).contains(count))
            .ok_or_else(|| Error::invalid("count", &format!("must be a whole number from 1 to {MAX_COUNT}")))?,
    };
    Ok(EmitRequest { event_type, data, to, count })
}

/// Why an event is not delivered at all, if so.
fn suppression(app: &Value, event_type: &str) -> Option<&'static str> {
    if app["webhook_enabled"] == false {
        return Some("disabled");
    }
    let filter = &app["webhook_filter"];
    let is_listed = filter["events"].as_array().is_some_and(|events| events.iter().any(|event| event == event_type));
    match (filter["type"].as_str(), is_listed) {
        (Some("include"), false) | (Some("exclude"), true) => Some("filtered"),
        _ => None,
    }
}

/// The app's URL and those of the active workflows, without duplicates.
async fn endpoints(shared: &Arc<Shared>, app: &Value) -> Result<Vec<String>, Error> {
    let mut urls: Vec<String> = app["webhook_url"].as_str().map(Into::into).into_iter().collect();
    for workflow in shared.store.objects("workflow").await? {
        let url = workflow["webhook_url"].as_str().filter(|_| workflow["is_active"] != false);
        urls.extend(
            url.filter(|url| !urls.iter().any(|known| known == url)).map(Into::into).into_iter().collect::<Vec<_>>(),
        );
    }
    Ok(urls)
}
