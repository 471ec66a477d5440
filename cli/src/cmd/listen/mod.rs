//! `hookseal listen`: a receiver in a terminal. It verifies each delivery, prints it, and can forward it: at once, or
//! from an inbox.

mod advice;
mod attempt;
pub(super) mod dev;
mod forward;
mod inbox;
mod line;
mod once;
mod pace;
mod saved;
mod verified;

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
use hookseal::explain::Explainer;
use hookseal::{Error, Scheme, UnixTime, Verifier, VerifierBuilder};
use hookseal_inbox::{Memory, Once, Sqlite};
use tokio::net::TcpListener;

use self::forward::Backend;
use self::line::{Genuine, Line, Shown};
use self::once::AtOnce;
use self::pace::PaceArgs;
use self::saved::Folder;
use self::verified::Verified;
use crate::args::{LIMITS, LimitArgs, PublicKeyArgs, SchemeArgs};
use crate::failure::{Failure, error_text};
use crate::inbox_args::InboxArgs;
use crate::outcome::Outcome;
use crate::receiver::Refused;
use crate::secrets::{ForwardSecretArgs, SecretArgs};
use crate::stopped::stopped;
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

    #[command(flatten)]
    shown: ShownArgs,

    /// Remember events in this file, after a restart too; by default in memory
    #[arg(long, value_name = "FILE")]
    once: Option<PathBuf>,

    #[command(flatten)]
    inbox: InboxArgs,

    #[command(flatten)]
    forward_secret: ForwardSecretArgs,

    #[command(flatten)]
    pace: PaceArgs,

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

/// What is shown and kept of each delivery, genuine or not.
#[derive(Args, Debug)]
struct ShownArgs {
    /// Print the body of each delivery
    #[arg(long)]
    body: bool,

    /// Save each delivery in this folder, for `explain --request` and `replay`
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
}

const EXAMPLES: &str = "\
A refused delivery gets the status of its error and {\"error\": code}. A genuine one gets 200, or the
response of the backend: 502 `backend_unreachable` if it cannot be reached, 504 `backend_timeout` if
it takes longer than --timeout. An event that the backend accepted (2xx) is forwarded once: a
duplicate of it gets 200. While the first is still being forwarded, a duplicate gets 503
`in_progress`, and if it fails, the next one is forwarded. With --once, events in Contio's body form
are accepted at any age that the file remembers. Ctrl-C stops it, with exit code 0.

With --inbox or --inbox-env, a genuine delivery is stored, and then gets 200. It is forwarded after
that, signed anew as by Standard Webhooks with a secret of its own, until the backend accepts it: at
most 12 times in about 6 1/2 h, and then it is dead; --attempts, --first-delay and --max-delay
change that. 410 ends it at once, and a Retry-After of 429 or 503 is kept, up to --max-delay.
Without --forward, deliveries wait for a worker in any language. Another line is printed for each
attempt. `hookseal inbox` shows what waits and what is dead.

Examples:
  hookseal listen                                            On 127.0.0.1:8080/webhooks/contio
  hookseal listen --forward http://127.0.0.1:3000/webhooks   In front of an application
  hookseal listen --json | jq -r .event_type                 In a script
  hookseal listen --save deliveries                          To explain or replay them later
  hookseal listen --inbox inbox.db --forward-secret-file forward.secret \\
    --forward http://127.0.0.1:3000/webhooks                 Loses nothing while it is down";

/// The largest body unless another limit is given.
const MAX_BODY: usize = 1024 * 1024;

/// The state that all requests share.
struct Listener<H> {
    verifier: Verifier,
    scheme: Scheme,
    path: String,
    handling: H,
    /// Says why a delivery was refused, in place of the error.
    explainer: Option<Explainer>,
    shows_body: bool,
    folder: Option<Folder>,
    json: bool,
}

/// What becomes of genuine deliveries.
trait Handling: Send + Sync + 'static {
    /// Returns the response to the sender, and says in `genuine` what it did.
    fn handle(
        &self,
        genuine: &mut Genuine,
        verified: Verified,
        headers: HeaderMap,
    ) -> impl Future<Output = Result<Response, hookseal_inbox::Error>> + Send;
}

pub(crate) fn run(args: &ListenArgs) -> Result<Outcome, Failure> {
    let builder = input::scheme(&args.scheme)?;
    let scheme = *builder.scheme();
    let secrets = args.secrets.load_beside(scheme, &args.public_keys)?;
    let of_file = builder.current_limits().max_body().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    let max_body = args.max_body.or(of_file).unwrap_or(MAX_BODY);
    let builder = args.public_keys.apply(args.limits.apply(builder)).max_body(max_body);
    let builder = secrets.iter().fold(builder, |builder, secret| builder.secret(secret.secret()));
    let inbox = args.inbox.place()?;
    if inbox.is_some() && args.once.is_some() {
        return Err(Failure::argument(
            "--once and an inbox exclude each other: an inbox recognizes duplicates by itself; leave --once out",
        ));
    }
    if args.forward_secret.is_given() && (inbox.is_none() || args.forward.is_none()) {
        return Err(Failure::argument(
            "a secret of forwards is given, but only what is forwarded from an inbox is signed anew: use --forward URL \
             and --inbox FILE or --inbox-env NAME",
        ));
    }
    if let Some(option) = args.pace.of_inbox()
        && (inbox.is_none() || args.forward.is_none())
    {
        return Err(Failure::argument(format!(
            "{option} is given, but it is for what is forwarded from an inbox: use --forward URL and --inbox FILE or \
             --inbox-env NAME"
        )));
    }
    let timeout = args.pace.timeout();
    let backend = args.forward.as_deref().map(|url| Backend::new(url, timeout)).transpose()?;
    let runtime = runtime()?;
    let listened = runtime.block_on(async {
        if let Some(place) = inbox {
            return inbox::listen(args, max_body, builder, place, backend).await;
        }
        match &args.once {
            None => {
                let once = Once::builder(Memory::default()).lease(args.pace.lease()).build();
                let once = once.map_err(|error| Failure::argument(error.to_string()))?;
                listen(args, max_body, builder, AtOnce { once, backend }).await
            }
            Some(file) => {
                let unusable = |error| Failure::argument(format!("--once {}: {error}", file.display()));
                // One file may serve several endpoints, each with a path of its own.
                let once = Sqlite::open(file)
                    .and_then(|store| Once::builder(store).scope(&args.path).lease(args.pace.lease()).build());
                let once = once.map_err(unusable)?;
                let builder = once.extend_event_age(builder).await.map_err(unusable)?;
                listen(args, max_body, builder, AtOnce { once, backend }).await
            }
        }
    });
    // A forward whose time was up may still wait for its backend.
    runtime.shutdown_background();
    listened.map(|()| Outcome::printed())
}

async fn listen<H: Handling>(
    args: &ListenArgs,
    max_body: usize,
    builder: VerifierBuilder,
    handling: H,
) -> Result<(), Failure> {
    let listener = Listener::new(args, builder, handling)?;
    let socket = bind(args).await?;
    // Before it reports that it listens: a reader of that line may stop it at once.
    let stopped = stopped().map_err(cannot_serve)?;
    print(&line::start(&url(args, &socket)?, args.forward.as_deref(), None, args.json), args.json);
    serve(listener, socket, max_body, stopped).await
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().map_err(|error| Failure::argument(format!("cannot start: {error}")))
}

async fn bind(args: &ListenArgs) -> Result<TcpListener, Failure> {
    match args.listen {
        Some(address) => bind_to(address, "another address with --listen").await,
        None => bind_to((Ipv4Addr::LOCALHOST, args.port).into(), "another port with --port").await,
    }
}

/// `other` says what to choose if the address cannot be used, and by which option.
async fn bind_to(address: SocketAddr, other: &str) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| Failure::argument(format!("cannot listen on {address}: {error}; choose {other}")))
}

fn url(args: &ListenArgs, socket: &TcpListener) -> Result<String, Failure> {
    Ok(format!("http://{}{}", socket.local_addr().map_err(cannot_serve)?, args.path))
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn cannot_serve(error: std::io::Error) -> Failure {
    Failure::argument(format!("cannot accept connections: {error}"))
}

/// Serves until it is stopped.
async fn serve<H: Handling>(
    listener: Listener<H>,
    socket: TcpListener,
    max_body: usize,
    stopped: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let app = Router::new().fallback(receive).layer(DefaultBodyLimit::max(max_body)).with_state(Arc::new(listener));
    // A request that is still incomplete then gets no response, and the sender sends it again.
    tokio::select! {
        served = async { axum::serve(socket, app).await } => served.map_err(cannot_serve),
        () = stopped => Ok(()),
    }
}

async fn receive<H: Handling>(
    State(listener): State<Arc<Listener<H>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let (line, shown, response) = listener.answer(&method, &uri, headers, body).await;
    print(&line.render(&shown, listener.json), listener.json);
    response
}

impl<H: Handling> Listener<H> {
    fn new(args: &ListenArgs, builder: VerifierBuilder, handling: H) -> Result<Self, Failure> {
        Ok(Self {
            scheme: *builder.scheme(),
            verifier: builder.build()?,
            path: args.path.clone(),
            handling,
            explainer: None,
            shows_body: args.shown.body,
            folder: args.shown.save.as_deref().map(Folder::create).transpose()?,
            json: args.json,
        })
    }

    async fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> (Line, Shown, Response) {
        let now = UnixTime::now();
        if uri.path() != self.path || method != Method::POST {
            let message = format!("received {method} {}; deliveries are accepted at POST {}", uri.path(), self.path);
            let (status, code) = match uri.path() == self.path {
                true => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
                false => (StatusCode::NOT_FOUND, "not_found"),
            };
            let (line, response) = refuse(now, Refused { status, code }, message);
            return (line, Shown::default(), response);
        }
        let body = match body {
            Ok(body) => body,
            Err(rejection) => {
                let message = rejection.to_string();
                let (line, response) = refuse(now, rejection.into(), message);
                return (line, Shown::default(), response);
            }
        };
        let shown = self.shown(now, uri, &headers, &body);
        let (line, response) = self.judge(now, headers, body).await;
        (line, shown, response)
    }

    /// What is shown and kept of a delivery. One that cannot be saved is received all the same.
    fn shown(&self, now: UnixTime, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Shown {
        let saved = self.folder.as_ref().map(|folder| folder.save(now, uri, headers, body));
        let saved = saved.and_then(|saved| match saved {
            Ok(path) => Some(path.display().to_string()),
            Err(error) => {
                output::complain(&format!("a delivery was not saved: {error}"));
                None
            }
        });
        Shown { body: self.shows_body.then(|| String::from_utf8_lossy(body).into_owned()), saved }
    }

    async fn judge(&self, now: UnixTime, headers: HeaderMap, body: Bytes) -> (Line, Response) {
        let (mut genuine, verified) = match self.verify(&headers, body.clone(), now) {
            Ok(verified) => verified,
            Err(error) => {
                let message = self.advice(&headers, &body, now).unwrap_or_else(|| error_text(&error));
                return refuse(now, error.into(), message);
            }
        };
        match self.handling.handle(&mut genuine, verified, headers).await {
            Ok(response) => (Line::Genuine { now, genuine }, response),
            Err(error) => {
                let line =
                    Line::Refused { now, status: error.status(), code: error.code(), message: error.to_string() };
                (line, error.into_response())
            }
        }
    }

    fn advice(&self, headers: &HeaderMap, body: &[u8], now: UnixTime) -> Option<String> {
        let report = self.explainer.as_ref()?.explain(headers, body, now);
        Some(report.advice).filter(|advice| !advice.is_empty())
    }

    fn verify(&self, headers: &HeaderMap, body: Bytes, now: UnixTime) -> Result<(Genuine, Verified), Error> {
        let delivery = self.verifier.verify(headers, &body, now)?;
        let envelope = if self.scheme.has_envelope() { Some(delivery.envelope()?) } else { None };
        let event_id = envelope.as_ref().map(|envelope| envelope.event_id.decode().into_owned());
        let genuine = Genuine {
            scheme: delivery.scheme().to_owned(),
            timestamp: delivery.timestamp(),
            secret_index: delivery.secret_index(),
            event_type: envelope.as_ref().map(|envelope| envelope.event_type.decode().into_owned()),
            duplicate: None,
            id: event_id.or_else(|| delivery.id().map(str::to_owned)),
            forwarded: None,
            stored: None,
            advice: None,
        };
        let verified = Verified::of(&delivery, body.clone());
        Ok((genuine, verified))
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
