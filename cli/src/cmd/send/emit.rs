//! Makes a running sandbox emit an event.

use serde_json::Value;

use super::SendArgs;
use crate::credentials::{self, Credentials};
use crate::escape::printable;
use crate::failure::Failure;
use crate::http;
use crate::outcome::Outcome;
use crate::render::json_line;

pub(super) fn run(args: &SendArgs, credentials: &Credentials, event: Value) -> Result<Outcome, Failure> {
    let token = credentials.field("sandbox_token")?;
    let root = match &args.sandbox {
        Some(url) => credentials::root("--sandbox", url)?,
        None => credentials.root()?,
    };
    let answer = emit(&root, token, &event)?;
    let json = json_line(&[("ok", true.into()), ("answer", answer.clone())]);
    Ok(Outcome::success(text(&answer), json))
}

fn emit(root: &str, token: &str, event: &Value) -> Result<Value, Failure> {
    let request = http::client(true).post(format!("{root}/sandbox/events")).content_type("application/json");
    let failed = |error: &ureq::Error| {
        Failure::Unreachable(format!("no sandbox answers at {root}: {error}; start one with `hookseal sandbox`"))
    };
    let mut response =
        request.header("X-Sandbox-Token", token).send(event.to_string()).map_err(|error| failed(&error))?;
    let text = response.body_mut().read_to_string().map_err(|error| failed(&error))?;
    let answer: Value = serde_json::from_slice(&hookseal::replace_lone_surrogates(text.as_bytes())).unwrap_or_default();
    if response.status().is_success() {
        return Ok(answer);
    }
    let (status, code) = (response.status().as_u16(), answer["code"].as_str().unwrap_or("no code"));
    let message = answer["error"].as_str().unwrap_or("no message");
    Err(Failure::RefusedElsewhere(format!("the sandbox answered {status} {code}: {message}")))
}

/// The ids of the events and of their deliveries, or why nothing was delivered.
fn text(answer: &Value) -> String {
    let mut lines = Vec::new();
    for event in answer["events"].as_array().into_iter().flatten() {
        let deliveries = event["delivery_ids"].as_array().into_iter().flatten().map(|id| ("delivery", id));
        for (name, id) in [("event", &event["event_id"])].into_iter().chain(deliveries) {
            lines.push(format!("{name:8}  {}\n", printable(id.as_str().unwrap_or_default())));
        }
    }
    let why = match answer["not_delivered"].as_str() {
        None => "",
        Some("disabled") => "not delivered: the app's webhooks are disabled\n",
        Some("filtered") => "not delivered: the app's filter excludes this type\n",
        Some("no_endpoint") => "not delivered: the app has no webhook_url; set one with `hookseal sandbox --to`\n",
        Some(_) => "not delivered\n",
    };
    lines.concat() + why
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_ids_of_events_and_deliveries_are_printed() {
        let events =
            json!([{"event_id": "e-1", "delivery_ids": ["d-1", "d-2"]}, {"event_id": "e-2", "delivery_ids": []}]);
        let answer = json!({"events": events, "not_delivered": null});
        assert_eq!(text(&answer), "event     e-1\ndelivery  d-1\ndelivery  d-2\nevent     e-2\n");
        let answer = json!({"events": [{"event_id": "e-1", "delivery_ids": []}], "not_delivered": "filtered"});
        assert_eq!(text(&answer), "event     e-1\nnot delivered: the app's filter excludes this type\n");
    }
}
