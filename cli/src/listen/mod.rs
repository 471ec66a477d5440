//! `hookseal listen`: a receiver in a terminal. Each delivery is judged, printed, and passed on where that was asked for.

mod forward;
mod line;
mod seen;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use clap::Args;
use hookseal::{Error, Scheme, UnixTime, Verifier};

use self::forward::Backend;
use self::line::{Genuine, Line};
use self::seen::Seen;
use crate::args::LimitArgs;
use crate::failure::Failure;
use crate::receiver::Refused;
use crate::secrets::SecretArgs;
use crate::{input, report};

/// Arguments of `hookseal listen`.
#[derive(Args, Debug)]
pub(crate) struct ListenArgs {
    /// Port on 127.0.0.1; 0 lets the system choose
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,

    /// Address instead, such as 0.0.0.0:8080, for other machines
    #[arg(long, value_name = "ADDRESS", conflicts_with = "port")]
    listen: Option<SocketAddr>,

    /// Path that deliveries are sent to
    #[arg(long, value_name = "PATH", default_value = crate::receiver::PATH, value_parser = path)]
    path: String,

    /// Pass genuine deliveries on to this URL, and answer what it answers
    #[arg(long, value_name = "URL")]
    forward: Option<String>,

    /// How the sender signs; see `hookseal sign --help`
    #[arg(long, value_name = "NAME", default_value = "contio")]
    scheme: String,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// How large a body may be [default: 1048576]
    #[arg(long, value_name = "BYTES", default_value_t = 1024 * 1024, hide_default_value = true)]
    #[arg(help_heading = "Limits")]
    max_body: usize,

    /// Print a line of JSON for each delivery, after one with the URL
    #[arg(long)]
    json: bool,
}

pub(crate) const EXAMPLES: &str = "\
A refused delivery is answered with the status of its error and {\"error\": code}. A genuine one is
answered with 200, or with what the backend answers: 502 `backend_unreachable` where that cannot be
reached, 504 `backend_timeout` where it takes longer than 30 s. Duplicates are told by the signed id
among the last 10,000, and passed on like others: the first may have failed. Ctrl-C ends it: exit 0.

Examples:
  hookseal listen                                            On 127.0.0.1:8080/webhooks/contio
  hookseal listen --forward http://127.0.0.1:3000/webhooks   In front of an application
  hookseal listen --json | jq -r .event_type                 In a script";

/// What every request shares.
struct Listener {
    verifier: Verifier,
    scheme: Scheme,
    path: String,
    backend: Option<Backend>,
    seen: Mutex<Seen>,
    json: bool,
}

pub(crate) fn run(args: &ListenArgs) -> ExitCode {
    match listen(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report::finish(Err(failure), args.json),
    }
}

fn listen(args: &ListenArgs) -> Result<(), Failure> {
    let scheme = input::scheme(&args.scheme)?;
    let secrets = args.secrets.load(scheme)?;
    let builder = args.limits.apply(Verifier::builder(scheme)).max_body(args.max_body);
    let verifier = secrets.iter().fold(builder, |builder, secret| builder.secret(secret.secret())).build()?;
    let backend = args.forward.as_deref().map(Backend::new).transpose()?;
    let listener =
        Listener { verifier, scheme, path: args.path.clone(), backend, seen: Mutex::default(), json: args.json };
    let address = args.listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, args.port).into());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::argument(format!("cannot start: {error}")))?;
    runtime
        .block_on(serve(listener, address, args.max_body))
        .map_err(|error| Failure::argument(format!("cannot listen on {address}: {error}; choose another with --port")))
}

async fn serve(listener: Listener, address: SocketAddr, max_body: usize) -> std::io::Result<()> {
    let socket = tokio::net::TcpListener::bind(address).await?;
    // Before the line that says that it listens: whoever reads it may end it at once.
    let end = end()?;
    let url = format!("http://{}{}", socket.local_addr()?, listener.path);
    say(&line::start(&url, listener.backend.as_ref().map(Backend::url), listener.json), listener.json);
    let app = Router::new().fallback(receive).layer(DefaultBodyLimit::max(max_body)).with_state(Arc::new(listener));
    // What a sender has not finished when it ends was not answered, and is sent again.
    tokio::select! {
        served = async { axum::serve(socket, app).await } => served,
        () = end => Ok(()),
    }
}

/// Ends with Ctrl-C, and with what ends a service. They are caught from the call on, before anybody waits for it.
#[cfg(unix)]
fn end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with Ctrl-C, which is caught from the call on.
#[cfg(windows)]
fn end() -> std::io::Result<impl Future<Output = ()>> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        let _ = ctrl_c.recv().await;
    })
}

async fn receive(
    State(listener): State<Arc<Listener>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let (line, response) = listener.answer(&method, &uri, headers, body).await;
    say(&line.written(listener.json), listener.json);
    response
}

impl Listener {
    async fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> (Line, Response) {
        let now = UnixTime::now();
        if uri.path() != self.path || method != Method::POST {
            let message = format!("{method} {} came; deliveries are taken by POST {}", uri.path(), self.path);
            let (status, code) = match uri.path() == self.path {
                true => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
                false => (StatusCode::NOT_FOUND, "not_found"),
            };
            return refuse(now, Refused { status, code }, message);
        }
        let body = match body {
            Ok(body) => body,
            Err(rejection) => {
                let message = rejection.to_string();
                return refuse(now, rejection.into(), message);
            }
        };
        let mut genuine = match self.judge(&headers, &body, now) {
            Ok(genuine) => genuine,
            Err(error) => return refuse(now, error.into(), error.to_string()),
        };
        let response = match &self.backend {
            None => StatusCode::OK.into_response(),
            Some(backend) => {
                let (response, failed) = backend.pass_on(headers, body).await;
                genuine.backend = Some((response.status().as_u16(), failed));
                response
            }
        };
        (Line::Genuine { now, genuine }, response)
    }

    fn judge(&self, headers: &HeaderMap, body: &[u8], now: UnixTime) -> Result<Genuine, Error> {
        let delivery = self.verifier.verify(headers, body, now)?;
        let envelope = if self.scheme.has_envelope() { Some(delivery.envelope()?) } else { None };
        let event_id = envelope.as_ref().map(|envelope| envelope.event_id.decode().into_owned());
        let id = event_id.or_else(|| delivery.id().map(str::to_owned));
        let seen = |id: &String| self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_known(id);
        Ok(Genuine {
            scheme: delivery.scheme().to_owned(),
            timestamp: delivery.timestamp(),
            secret_index: delivery.secret_index(),
            event_type: envelope.as_ref().map(|envelope| envelope.event_type.decode().into_owned()),
            duplicate: id.as_ref().map(seen),
            id,
            backend: None,
        })
    }
}

fn refuse(now: UnixTime, refused: Refused, message: String) -> (Line, Response) {
    let line = Line::Refused { now, status: refused.status.as_u16(), code: refused.code, message };
    (line, refused.into_response())
}

/// Whoever closed stdout has read enough; deliveries are still answered.
fn say(line: &str, json: bool) {
    let _: ExitCode = match json {
        true => report::print_json(line, ExitCode::SUCCESS),
        false => report::print(&format!("{line}\n"), ExitCode::SUCCESS),
    };
}

fn path(text: &str) -> Result<String, String> {
    match text.parse::<Uri>() {
        Ok(uri) if text.starts_with('/') && uri.path() == text => Ok(text.to_owned()),
        _ => Err("give a path, such as /webhooks/contio".to_owned()),
    }
}
