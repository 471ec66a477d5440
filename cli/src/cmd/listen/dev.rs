//! `hookseal dev`: a sandbox and a receiver in one process.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use clap::Args;
use hookseal::explain::Explainer;
use hookseal::{OptionNames, Scheme, Verifier};
use hookseal_inbox::Error;
use hookseal_sandbox::{Options, Sandbox};

use super::advice::advice;
use super::forward::Backend;
use super::line::Genuine;
use super::pace::TIMEOUT;
use super::saved::Folder;
use super::verified::Verified;
use super::{Handling, Listener, MAX_BODY, ShownArgs, bind_to, cannot_serve, print, runtime, serve};
use crate::cmd::sandbox::{FormArg, speed};
use crate::credentials::Credentials;
use crate::failure::Failure;
use crate::input::quoted;
use crate::outcome::Outcome;
use crate::receiver::PATH;
use crate::render::{self, json_line};
use crate::stopped::stopped;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DevArgs {
    /// Forward genuine deliveries to this URL of your application
    #[arg(long, value_name = "URL")]
    forward: Option<String>,

    #[command(flatten)]
    shown: ShownArgs,

    /// Port of the receiver on 127.0.0.1; 0 lets the system choose one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,

    /// Port of the sandbox on 127.0.0.1, with its page and API
    #[arg(long, value_name = "PORT", default_value_t = 8118)]
    sandbox_port: u16,

    /// File with its state, created if missing; the credentials are in a file next to it
    #[arg(long, value_name = "FILE", default_value = "hookseal-sandbox.db")]
    data: PathBuf,

    /// Which of Contio's forms signs
    #[arg(long, value_name = "FORM", default_value = "timestamped")]
    form: FormArg,

    /// How many times to shorten the waits between retries
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = speed, allow_negative_numbers = true)]
    speed: u32,

    /// Print a line of JSON when it is ready, and then one for each delivery
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "\
The sandbox sends its events to the receiver, which prints a line for each attempt: the status, the
event, and how long your application took, with the error code in its response. What is refused is
explained. Each attempt is forwarded, unchanged, with its signature; without --forward, the receiver
answers. If your application refuses a genuine delivery, it has another secret, or verifies other
bytes than it received.

Ctrl-C stops both, with exit code 0. The events stay in the file, and `hookseal send`, `torture` and
`deliveries` find the sandbox if they are started in the same folder.

Examples:
  hookseal dev
  hookseal dev --forward http://127.0.0.1:3000/webhooks/contio
  hookseal send --type meeting.completed                     In another shell, in the same folder";

/// Forwards every attempt: a person who sends an event again wants to see it again.
struct EachAttempt(Option<Backend>);

impl Handling for EachAttempt {
    async fn handle(&self, genuine: &mut Genuine, verified: Verified, headers: HeaderMap) -> Result<Response, Error> {
        let Some(backend) = &self.0 else { return Ok(StatusCode::OK.into_response()) };
        let (response, forwarded) = backend.forward(headers, verified.into_body()).await;
        genuine.advice = advice(&forwarded);
        genuine.forwarded = Some(forwarded);
        Ok(response)
    }
}

pub(crate) fn run(args: &DevArgs) -> Result<Outcome, Failure> {
    let backend = args.forward.as_deref().map(|url| Backend::new(url, Duration::from_secs(TIMEOUT))).transpose()?;
    let runtime = runtime()?;
    let ran = runtime.block_on(dev(args, backend));
    // A forward may still wait for its backend.
    runtime.shutdown_background();
    ran.map(|()| Outcome::printed())
}

async fn dev(args: &DevArgs, backend: Option<Backend>) -> Result<(), Failure> {
    let socket = bind_to((Ipv4Addr::LOCALHOST, args.port).into(), "another port with --port").await?;
    let url = format!("http://{}{PATH}", socket.local_addr().map_err(cannot_serve)?);
    let options = Options {
        listen: (Ipv4Addr::LOCALHOST, args.sandbox_port).into(),
        scheme: args.form.into(),
        speed: args.speed,
        webhook_url: Some(url.clone()),
        ..Options::new(&args.data)
    };
    // Before it reports that it is ready: a reader of that line may stop it at once.
    let stopped = stopped().map_err(cannot_serve)?;
    let failed = |error| Failure::of_sandbox(&error, "another port of the sandbox with --sandbox-port");
    let sandbox = Sandbox::open(&options).await.map_err(failed)?;
    let credentials = Credentials::read(sandbox.credentials())?;
    let secret = credentials.field("webhook_secret")?;
    let listener = Listener {
        verifier: Verifier::builder(Scheme::CONTIO).secret(secret).max_body(MAX_BODY).build()?,
        scheme: Scheme::CONTIO,
        path: PATH.to_owned(),
        handling: EachAttempt(backend),
        explainer: Some(Explainer::new(Scheme::CONTIO).secret(secret).option_names(OptionNames::Flag)),
        shows_body: args.shown.body,
        folder: args.shown.save.as_deref().map(Folder::create).transpose()?,
        json: args.json,
    };
    print(start(args, &url, &sandbox).trim_end(), args.json);
    // Deliveries in flight need the receiver until the sandbox has stopped.
    tokio::select! {
        served = serve(listener, socket, MAX_BODY, std::future::pending()) => served,
        served = sandbox.serve(stopped) => served.map_err(failed),
    }
}

/// What is printed once both are ready. It shows no secret, and no link with the token.
fn start(args: &DevArgs, url: &str, sandbox: &Sandbox) -> String {
    let (base, file) = (format!("http://{}", sandbox.address()), sandbox.credentials());
    if args.json {
        return json_line(&[
            ("ok", true.into()),
            ("listening", url.into()),
            ("forward", args.forward.as_deref().into()),
            ("base_url", base.into()),
            ("credentials", file.display().to_string().into()),
        ]);
    }
    let forward = args.forward.as_ref().map(|url| format!(", forwarding to {url}")).unwrap_or_default();
    let file = quoted(file);
    let rows = [
        ("receiver", format!("{url}{forward}")),
        ("page", format!("{base}, with the token in page_url in {file}")),
        ("secret", format!("webhook_secret in {file}")),
        ("export", format!("export WEBHOOK_SECRET=\"$(awk -F'\"' '/webhook_secret/ {{print $4}}' {file})\"")),
        ("send", format!("{} send --type meeting.completed", command())),
        ("stop", "Ctrl-C".to_owned()),
    ];
    render::block("dev", &rows)
}

/// What starts this program in the user's shell: npx sets the variable, and leaves nothing on the path.
fn command() -> &'static str {
    if std::env::var_os("npm_lifecycle_event").is_some_and(|by| by == "npx") { "npx hookseal" } else { "hookseal" }
}
