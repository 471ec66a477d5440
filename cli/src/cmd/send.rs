//! `hookseal send`: makes a running sandbox emit an event.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};
use ureq::Agent;
use ureq::http::Uri;

use crate::escape::printable;
use crate::failure::Failure;
use crate::input::{self, quoted, quoted_url};
use crate::outcome::Outcome;
use crate::render::json_line;

#[derive(Args, Debug)]
pub(crate) struct SendArgs {
    /// Type of the event, such as meeting.completed
    #[arg(long = "type", value_name = "TYPE")]
    event_type: String,

    /// File with its data, a JSON object; - for stdin [default: sample data]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Where to deliver it [default: the app's endpoint]
    #[arg(long, value_name = "URL")]
    to: Option<String>,

    /// How many events to emit, each with its own id
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    count: u16,

    /// URL of the sandbox [default: the one in its credentials]
    #[arg(long, value_name = "URL")]
    sandbox: Option<String>,

    /// Its credentials file [default: hookseal-sandbox.db.credentials]
    #[arg(long, value_name = "FILE", hide_default_value = true, default_value = "hookseal-sandbox.db.credentials")]
    credentials: PathBuf,

    /// Print one line of JSON, for errors too
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &SendArgs) -> Result<Outcome, Failure> {
    let event = event(args)?;
    let credentials = input::read_secret(&args.credentials).map_err(|failure| {
        Failure::argument(format!("{failure}; `hookseal sandbox` writes this file, and --credentials names it"))
    })?;
    let credentials: Value = serde_json::from_slice(&credentials).unwrap_or_default();
    let field = |name: &str| {
        let missing = || {
            Failure::argument(format!(
                "{} is not the credentials file of a sandbox: `{name}` is missing",
                quoted(&args.credentials)
            ))
        };
        credentials[name].as_str().ok_or_else(missing)
    };
    let token = field("sandbox_token")?;
    let base = match &args.sandbox {
        Some(url) => url,
        None => field("base_url")?,
    };
    let answer = emit(&root(base)?, token, &event)?;
    let json = json_line(&[("ok", true.into()), ("answer", answer.clone())]);
    Ok(Outcome::success(text(&answer), json))
}

fn event(args: &SendArgs) -> Result<Value, Failure> {
    let mut event = Map::from_iter([("type".to_owned(), args.event_type.clone().into())]);
    if let Some(path) = &args.data {
        match serde_json::from_slice(&input::read_body(path, None)?) {
            Ok(Value::Object(data)) => event.insert("data".to_owned(), data.into()),
            Ok(_) => return Err(Failure::argument(format!("--data {}: the JSON is not an object", quoted(path)))),
            Err(error) => return Err(Failure::argument(format!("--data {}: not JSON: {error}", quoted(path)))),
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

/// The root of the sandbox's URL, without its path. Over plain HTTP the token is only sent to this machine.
fn root(url: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::argument(format!(
            "{} is not a sandbox: give an http URL on this machine, such as http://127.0.0.1:4000",
            quoted_url(url)
        ))
    };
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?;
    let host = authority.host().trim_matches(['[', ']']);
    let is_loopback = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    let is_safe = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && is_loopback);
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

    #[test]
    fn a_token_is_sent_over_plain_http_only_to_loopback() {
        assert_eq!(root("http://127.0.0.1:4000/v1/partner/admin").ok().as_deref(), Some("http://127.0.0.1:4000"));
        for other in ["http://10.0.0.1/", "127.0.0.1:4000", "http://u@127.0.0.1/", "file:///etc", ""] {
            assert!(root(other).is_err(), "{other}");
        }
    }
}
