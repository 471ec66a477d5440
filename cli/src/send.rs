//! `hookseal send`: has a running sandbox emit an event.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};
use ureq::Agent;
use ureq::http::Uri;

use crate::escape::printable;
use crate::failure::Failure;
use crate::input::{self, quoted, quoted_url};
use crate::report::{Success, json_line};

/// Arguments of `hookseal send`.
#[derive(Args, Debug)]
pub(crate) struct SendArgs {
    /// Type of the event, such as meeting.completed
    #[arg(long = "type", value_name = "TYPE")]
    event_type: String,

    /// File with its data, a JSON object; - for stdin [default: made up]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Where it is delivered [default: the app's endpoint]
    #[arg(long, value_name = "URL")]
    to: Option<String>,

    /// How many events, each with an id of its own
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    count: u16,

    /// Where the sandbox is [default: as its credentials say]
    #[arg(long, value_name = "URL")]
    sandbox: Option<String>,

    /// File that the sandbox wrote [default: hookseal-sandbox.db.credentials]
    #[arg(long, value_name = "FILE", hide_default_value = true, default_value = "hookseal-sandbox.db.credentials")]
    credentials: PathBuf,

    /// Print one line of JSON, of errors too
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &SendArgs) -> Result<Success, Failure> {
    let event = event(args)?;
    let credentials = input::read_secret(&args.credentials).map_err(|failure| {
        Failure::argument(format!("{failure}; `hookseal sandbox` writes it; --credentials names it"))
    })?;
    let credentials: Value = serde_json::from_slice(&credentials).unwrap_or_default();
    let field = |name: &str| {
        let lacks = || {
            Failure::argument(format!(
                "{} holds no credentials of a sandbox: `{name}` is missing",
                quoted(&args.credentials)
            ))
        };
        credentials[name].as_str().ok_or_else(lacks)
    };
    let token = field("sandbox_token")?;
    let base = match &args.sandbox {
        Some(url) => url,
        None => field("base_url")?,
    };
    let answer = emit(&root(base)?, token, &event)?;
    let json = json_line(&[("ok", true.into()), ("answer", answer.clone())]);
    Ok(Success { text: text(&answer), json })
}

fn event(args: &SendArgs) -> Result<Value, Failure> {
    let mut event = Map::from_iter([("type".to_owned(), args.event_type.clone().into())]);
    if let Some(path) = &args.data {
        match serde_json::from_slice(&input::read_body(path, None)?) {
            Ok(Value::Object(data)) => event.insert("data".to_owned(), data.into()),
            Ok(_) => return Err(Failure::argument(format!("--data {}: the JSON is no object", quoted(path)))),
            Err(error) => return Err(Failure::argument(format!("--data {}: no JSON: {error}", quoted(path)))),
        };
    }
    if args.count > 1 {
        event.insert("count".to_owned(), args.count.into());
    }
    if let Some(url) = &args.to {
        event.insert("to".to_owned(), url.clone().into());
    }
    Ok(event.into())
}

/// The sandbox of a URL, whatever the path: the token goes to this machine only.
fn root(url: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::argument(format!(
            "{} is no sandbox: give an http URL of this machine, such as http://127.0.0.1:4000",
            quoted_url(url)
        ))
    };
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?;
    let host = authority.host().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    let is_safe = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && is_here);
    if !is_safe || authority.as_str().contains('@') {
        return Err(wrong());
    }
    Ok(format!("{}://{authority}", uri.scheme_str().unwrap_or("http")))
}

fn emit(root: &str, token: &str, event: &Value) -> Result<Value, Failure> {
    let config = Agent::config_builder().proxy(None).http_status_as_error(false).max_redirects(0);
    let config = config.max_redirects_will_error(false).timeout_global(Some(Duration::from_secs(30)));
    let agent: Agent = config.build().into();
    let request = agent.post(format!("{root}/sandbox/events")).content_type("application/json");
    let failed = |error: &ureq::Error| {
        Failure::unreachable(format!("no sandbox answers at {root}: {error}; start one with `hookseal sandbox`"))
    };
    let mut answer =
        request.header("X-Sandbox-Token", token).send(event.to_string()).map_err(|error| failed(&error))?;
    let text = answer.body_mut().read_to_string().map_err(|error| failed(&error))?;
    let said: Value = serde_json::from_slice(&hookseal::replace_lone_surrogates(text.as_bytes())).unwrap_or_default();
    if answer.status().is_success() {
        return Ok(said);
    }
    let (status, code) = (answer.status().as_u16(), said["code"].as_str().unwrap_or("no code"));
    let message = said["error"].as_str().unwrap_or("it says no more");
    Err(Failure::refused_elsewhere(format!("the sandbox answered {status} {code}: {message}")))
}

/// The ids of the events and of their deliveries; or why there are none of these.
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
        Some("disabled") => "not delivered: the app's webhooks are switched off\n",
        Some("filtered") => "not delivered: the app's filter leaves this type out\n",
        Some("no_endpoint") => "not delivered: the app has no webhook_url; give one to `hookseal sandbox --to`\n",
        Some(_) => "not delivered\n",
    };
    lines.concat() + why
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_ids_of_events_and_deliveries_are_told() {
        let events =
            json!([{"event_id": "e-1", "delivery_ids": ["d-1", "d-2"]}, {"event_id": "e-2", "delivery_ids": []}]);
        let answer = json!({"events": events, "not_delivered": null});
        assert_eq!(text(&answer), "event     e-1\ndelivery  d-1\ndelivery  d-2\nevent     e-2\n");
        let answer = json!({"events": [{"event_id": "e-1", "delivery_ids": []}], "not_delivered": "filtered"});
        assert_eq!(text(&answer), "event     e-1\nnot delivered: the app's filter leaves this type out\n");
    }

    #[test]
    fn a_token_goes_over_plain_http_to_loopback_only() {
        assert_eq!(root("http://127.0.0.1:4000/v1/partner/admin").ok().as_deref(), Some("http://127.0.0.1:4000"));
        for other in ["http://10.0.0.1/", "127.0.0.1:4000", "http://u@127.0.0.1/", "file:///etc", ""] {
            assert!(root(other).is_err(), "{other}");
        }
    }
}
