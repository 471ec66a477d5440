//! `hookseal listen`: a receiver in a terminal. It verifies each delivery, prints it, and can forward it.

mod forward;
mod line;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use clap::Args;
use hookseal::{DeliveryKey, Error, Scheme, UnixTime, Verifier, VerifierBuilder};
use hookseal_inbox::store::Store;
use hookseal_inbox::{Attempt, Keyed, Memory, Once, Sqlite};

use self::forward::Backend;
use self::line::{Genuine, Line};
use crate::args::{LIMITS, LimitArgs, PublicKeyArgs, SchemeArgs};
use crate::failure::{Failure, error_text};
use crate::outcome::Outcome;
use crate::receiver::Refused;
use crate::secrets::SecretArgs;
use crate::{input, output};

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListenArgs {
    /// Port on 127.0.0.1; 0 lets the system choose one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,

    /// Address to use instead; 0.0.0.0:8080 accepts other machines
    #[arg(long, value_name = "ADDRESS", conflicts_with = "port")]
    listen: Option<SocketAddr>,

    /// Path of the endpoint
    #[arg(long, value_name = "PATH", default_value = crate::receiver::PATH, value_parser = path)]
    path: String,

    /// Forward genuine deliveries to this URL, and return its responses
    #[arg(long, value_name = "URL")]
    forward: Option<String>,

    /// Remember events in this file, after a restart too; by default in memory
    #[arg(long, value_name = "FILE")]
    once: Option<PathBuf>,

    #[command(flatten)]
    scheme: SchemeArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    public_keys: PublicKeyArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// Maximum size of a body [default: 1048576]
    #[arg(long, value_name = "BYTES", help_heading = LIMITS)]
    max_body: Option<usize>,

    /// Print a line of JSON with the URL, and then one for each delivery
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "\
A refused delivery gets the status of its error and {\"error\": code}. A genuine one gets 200, or the
response of the backend: 502 `backend_unreachable` if it cannot be reached, 504 `backend_timeout` if
it takes longer than 30 s. An event that the backend accepted (2xx) is forwarded once: a duplicate
of it gets 200. While the first is still being forwarded, a duplicate gets 503 `in_progress`, and if
it fails, the next one is forwarded. With --once, events in Contio's body form are accepted at any
age that the file remembers. Ctrl-C stops it, with exit code 0.

Examples:
  hookseal listen                                            On 127.0.0.1:8080/webhooks/contio
  hookseal listen --forward http://127.0.0.1:3000/webhooks   In front of an application
  hookseal listen --json | jq -r .event_type                 In a script";

/// The largest body unless another limit is given.
const MAX_BODY: usize = 1024 * 1024;

/// The state that all requests share.
struct Listener<S: Store> {
    verifier: Verifier,
    scheme: Scheme,
    path: String,
    backend: Option<Backend>,
    once: Once<S>,
    json: bool,
}

pub(crate) fn run(args: &ListenArgs) -> Result<Outcome, Failure> {
    let builder = input::scheme(&args.scheme)?;
    let scheme = *builder.scheme();
    let secrets = args.secrets.load_beside(scheme, &args.public_keys)?;
    let of_file = builder.current_limits().max_body().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    let max_body = args.max_body.or(of_file).unwrap_or(MAX_BODY);
    let builder = args.public_keys.apply(args.limits.apply(builder)).max_body(max_body);
    let builder = secrets.iter().fold(builder, |builder, secret| builder.secret(secret.secret()));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::argument(format!("cannot start: {error}")))?;
    match &args.once {
        None => runtime.block_on(listen(args, max_body, builder, Once::builder(Memory::default()).build()))?,
        Some(file) => {
            // One file may serve several endpoints, each with a path of its own.
            let once = Sqlite::open(file).and_then(|store| Once::builder(store).scope(&args.path).build());
            runtime.block_on(async {
                let unusable = |error| Failure::argument(format!("--once {}: {error}", file.display()));
                let once = once.map_err(unusable)?;
                let builder = once.extend_event_age(builder).await.map_err(unusable)?;
                listen(args, max_body, builder, Ok(once)).await
            })?;
        }
    }
    Ok(Outcome::printed())
}

async fn listen<S: Store>(
    args: &ListenArgs,
    max_body: usize,
    builder: VerifierBuilder,
    once: Result<Once<S>, hookseal_inbox::Error>,
) -> Result<(), Failure> {
    let once = once.map_err(|error| Failure::argument(error.to_string()))?;
    let backend = args.forward.as_deref().map(Backend::new).transpose()?;
    let scheme = *builder.scheme();
    let listener =
        Listener { verifier: builder.build()?, scheme, path: args.path.clone(), backend, once, json: args.json };
    let address = args.listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, args.port).into());
    serve(listener, address, max_body).await.map_err(|error| {
        Failure::argument(format!("cannot listen on {address}: {error}; choose another port with --port"))
    })
}

async fn serve<S: Store>(listener: Listener<S>, address: SocketAddr, max_body: usize) -> std::io::Result<()> {
    let socket = tokio::net::TcpListener::bind(address).await?;
    // Before it reports that it listens: a reader of that line may stop it at once.
    let stopped = stopped()?;
    let url = format!("http://{}{}", socket.local_addr()?, listener.path);
    print(&line::start(&url, listener.backend.as_ref().map(Backend::url), listener.json), listener.json);
    let app = Router::new().fallback(receive).layer(DefaultBodyLimit::max(max_body)).with_state(Arc::new(listener));
    // A request that is still incomplete then gets no response, and the sender sends it again.
    tokio::select! {
        served = async { axum::serve(socket, app).await } => served,
        () = stopped => Ok(()),
    }
}

/// Completes on Ctrl-C or SIGTERM. Both are caught from the call on, before the future is awaited.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes on Ctrl-C, which is caught from the call on.
#[cfg(windows)]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        let _ = ctrl_c.recv().await;
    })
}

async fn receive<S: Store>(
    State(listener): State<Arc<Listener<S>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let (line, response) = listener.answer(&method, &uri, headers, body).await;
    print(&line.render(listener.json), listener.json);
    response
}

impl<S: Store> Listener<S> {
    async fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> (Line, Response) {
        let now = UnixTime::now();
        if uri.path() != self.path || method != Method::POST {
            let message = format!("received {method} {}; deliveries are accepted at POST {}", uri.path(), self.path);
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
        let (mut genuine, event) = match self.verify(&headers, &body, now) {
            Ok(verified) => verified,
            Err(error) => return refuse(now, error.into(), error_text(&error)),
        };
        let response = match self.once.claim(&event).await {
            Err(error) => {
                let line =
                    Line::Refused { now, status: error.status(), code: error.code(), message: error.to_string() };
                return (line, error.into_response());
            }
            Ok(None) => {
                genuine.duplicate = Some(true);
                StatusCode::OK.into_response()
            }
            Ok(Some(attempt)) => {
                genuine.duplicate = attempt.key().map(|_| false);
                self.handle(attempt, &mut genuine, headers, body).await
            }
        };
        (Line::Genuine { now, genuine }, response)
    }

    fn verify(&self, headers: &HeaderMap, body: &[u8], now: UnixTime) -> Result<(Genuine, EventKey), Error> {
        let delivery = self.verifier.verify(headers, body, now)?;
        let envelope = if self.scheme.has_envelope() { Some(delivery.envelope()?) } else { None };
        let event_id = envelope.as_ref().map(|envelope| envelope.event_id.decode().into_owned());
        let genuine = Genuine {
            scheme: delivery.scheme().to_owned(),
            timestamp: delivery.timestamp(),
            secret_index: delivery.secret_index(),
            event_type: envelope.as_ref().map(|envelope| envelope.event_type.decode().into_owned()),
            duplicate: None,
            id: event_id.or_else(|| delivery.id().map(str::to_owned)),
            backend: None,
        };
        Ok((genuine, EventKey { key: delivery.key(), body: delivery.body_digest() }))
    }

    /// Forwards an event, which has been handled if the backend accepts it.
    async fn handle(&self, attempt: Attempt<S>, genuine: &mut Genuine, headers: HeaderMap, body: Bytes) -> Response {
        let Some(backend) = &self.backend else {
            attempt.finish().await;
            return StatusCode::OK.into_response();
        };
        let (response, failed) = backend.forward(headers, body).await;
        genuine.backend = Some((response.status().as_u16(), failed));
        if response.status().is_success() {
            attempt.finish().await
        } else {
            attempt.release().await
        };
        response
    }
}

/// By what a verified delivery is claimed, without a borrow of its body.
struct EventKey {
    key: Option<DeliveryKey>,
    body: [u8; 32],
}

impl Keyed for EventKey {
    fn key(&self) -> Option<DeliveryKey> {
        self.key
    }

    fn body_digest(&self) -> [u8; 32] {
        self.body
    }
}

fn refuse(now: UnixTime, refused: Refused, message: String) -> (Line, Response) {
    let line = Line::Refused { now, status: refused.status.as_u16(), code: refused.code, message };
    (line, refused.into_response())
}

/// Prints a line. Deliveries are still answered if stdout is closed.
fn print(line: &str, json: bool) {
    match json {
        true => output::stream(line, json),
        false => output::stream(&format!("{line}\n"), json),
    }
}

fn path(text: &str) -> Result<String, String> {
    match text.parse::<Uri>() {
        Ok(uri) if text.starts_with('/') && uri.path() == text => Ok(text.to_owned()),
        _ => Err("give a path, such as /webhooks/contio".to_owned()),
    }
}
