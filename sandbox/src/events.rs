//! How an event becomes deliveries: the switch and the filter apply, and each endpoint has one of its own.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::Shared;
use crate::deliver::{self, Deliverer};
use crate::error::Error;
use crate::samples;
use crate::store::NewDelivery;

/// The largest body that is sent. The guide names no limit; receivers take 1 MiB.
const MAX_BODY: usize = 1 << 20;

/// No more events than these are emitted by one call.
const MAX_COUNT: u64 = 10_000;

/// What is asked for.
struct Wanted<'w> {
    event_type: &'w str,
    data: Option<&'w Value>,
    to: Option<&'w str>,
    count: u64,
}

/// Emits what a call asks for, and tells the ids of the events and of their deliveries.
pub(crate) async fn emit(shared: &Arc<Shared>, call: &Value) -> Result<Value, Error> {
    let wanted = read(call)?;
    samples::check_type(wanted.event_type)?;
    let app = shared.store.app().await?;
    let refused = why_not(&app, wanted.event_type);
    let urls = match wanted.to {
        Some(url) => vec![url.to_owned()],
        None => endpoints(shared, &app).await?,
    };
    let now = shared.clock.now();
    let (mut events, mut deliveries) = (Vec::new(), Vec::new());
    for _ in 0..wanted.count {
        let event_id = Uuid::new_v4().to_string();
        let data = match wanted.data {
            Some(data) => data.clone(),
            None => samples::sample(wanted.event_type, now.0)?,
        };
        let envelope = json!({
            "event_type": wanted.event_type,
            "event_id": event_id,
            "timestamp": now.rfc3339(),
            "partner_app_id": app["id"],
            "data": data,
        });
        let body = envelope.to_string().into_bytes();
        if body.len() > MAX_BODY {
            return Err(Error::new(
                413,
                "body_too_large",
                format!("data: the body would have more than {MAX_BODY} bytes"),
            ));
        }
        let mut ids = Vec::new();
        for url in urls.iter().filter(|_| refused.is_none()) {
            let id = Uuid::new_v4().to_string();
            ids.push(id.clone());
            let (event_id, event_type) = (event_id.clone(), wanted.event_type.to_owned());
            deliveries.push(NewDelivery { id, event_id, event_type, url: url.clone(), body: body.clone() });
        }
        events.push(json!({"event_id": event_id, "delivery_ids": ids}));
    }
    let reason = refused.or(if urls.is_empty() { Some("no_endpoint") } else { None });
    if !deliveries.is_empty() {
        shared.store.add_deliveries(now, deliveries).await?;
        urls.iter().for_each(|url| Deliverer::wake(shared, url));
    }
    Ok(json!({"events": events, "not_delivered": reason}))
}

fn read(call: &Value) -> Result<Wanted<'_>, Error> {
    let event_type = call["type"].as_str().ok_or_else(|| Error::invalid("type", "it must be the type of an event"))?;
    let data = match &call["data"] {
        Value::Null => None,
        data @ Value::Object(_) => Some(data),
        _ => return Err(Error::invalid("data", "it must be an object")),
    };
    let to = match &call["to"] {
        Value::Null => None,
        Value::String(url) => {
            deliver::check_url("to", url)?;
            Some(&**url)
        }
        _ => return Err(Error::invalid("to", "it must be the URL of an endpoint")),
    };
    let count = match &call["count"] {
        Value::Null => 1,
        count => count
            .as_u64()
            .filter(|count| (1..=MAX_COUNT).contains(count))
            .ok_or_else(|| Error::invalid("count", &format!("it must be a whole number from 1 to {MAX_COUNT}")))?,
    };
    Ok(Wanted { event_type, data, to, count })
}

/// Why an event is not delivered at all, if it is not.
fn why_not(app: &Value, event_type: &str) -> Option<&'static str> {
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

/// The app's URL, and those of the workflows that are active: each once.
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
