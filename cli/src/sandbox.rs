//! `hookseal sandbox`: Contio's side, on a laptop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use hookseal_sandbox::{Form, Options, Sandbox, SignWith};

use crate::failure::Failure;
use crate::report::{self, json_line};

#[derive(Args, Debug)]
pub(crate) struct SandboxArgs {
    /// File with its state, made if it is not there; the credentials are in a file next to it
    #[arg(long, value_name = "FILE", default_value = "hookseal-sandbox.db")]
    data: PathBuf,

    /// Where its management API listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8118")]
    listen: SocketAddr,

    /// Where deliveries go [default: as the app was told before]
    #[arg(long, value_name = "URL")]
    to: Option<String>,

    /// How deliveries are signed
    #[arg(long, value_name = "FORM", default_value = "timestamped")]
    form: FormArg,

    /// Which secret signs while a rotation is in its grace period
    #[arg(long, value_name = "WHICH", default_value = "new")]
    sign_with: SignWithArg,

    /// How many times shorter the waits between tries are; all dates are real ones
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = speed, allow_negative_numbers = true)]
    speed: u32,

    /// Print one line of JSON when it is ready, and errors too
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormArg {
    /// As the guide has it: hex over the timestamp and the body
    Timestamped,
    /// As the SDK has it: sha256= and hex over the body alone
    Body,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SignWithArg {
    /// The new one
    New,
    /// The one before
    Old,
    /// Now one and now the other
    Alternate,
}

pub(crate) const EXAMPLES: &str = "\
The file of credentials has the API key, the webhook secret and the token of the sandbox's own calls. They are
in its database too. Only their owner can read these files, and none of them is printed.

Examples:
  Send to a receiver on this machine, and have retries come after 1, 5 and 30 seconds:
    hookseal sandbox --to http://127.0.0.1:3000/webhooks/contio --speed 60

  Emit an event, in another shell:
    curl -H \"X-Sandbox-Token: $(jq -r .sandbox_token hookseal-sandbox.db.credentials)\" \\
      -d '{\"type\": \"meeting.completed\"}' http://127.0.0.1:8118/sandbox/events";

fn speed(text: &str) -> Result<u32, String> {
    let speed = text.parse().ok().filter(|speed| (1..=100_000).contains(speed));
    speed.ok_or_else(|| "give a whole number from 1 to 100000, such as 60".to_owned())
}

pub(crate) fn run(args: &SandboxArgs) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::argument(error.to_string()))?;
    runtime.block_on(serve(args)).map_err(|error| Failure::argument(error.to_string()))
}

async fn serve(args: &SandboxArgs) -> Result<(), hookseal_sandbox::Error> {
    let options = Options {
        listen: args.listen,
        form: match args.form {
            FormArg::Timestamped => Form::Timestamped,
            FormArg::Body => Form::Body,
        },
        sign_with: match args.sign_with {
            SignWithArg::New => SignWith::New,
            SignWithArg::Old => SignWith::Old,
            SignWithArg::Alternate => SignWith::Alternate,
        },
        speed: args.speed,
        webhook_url: args.to.clone(),
        ..Options::new(&args.data)
    };
    // Before anybody is told that it is ready, and may stop it.
    let stopped = Stop::listen();
    let sandbox = Sandbox::open(&options).await?;
    let (base, credentials) = (format!("http://{}", sandbox.address()), sandbox.credentials().display().to_string());
    // Whoever closed stdout needs no address.
    let _: ExitCode = if args.json {
        let line = json_line(&[("ok", true.into()), ("base_url", base.into()), ("credentials", credentials.into())]);
        report::print_json(&line, ExitCode::SUCCESS)
    } else {
        let rows = [
            ("API", format!("{base}/v1/partner/admin")),
            ("base URL", format!("{base} (what the SDK is given)")),
            ("credentials", credentials),
            ("page", "at the page_url in that file".to_owned()),
            ("stop", "with Ctrl-C; it goes on where it was when it is started again".to_owned()),
        ];
        report::print(&report::block("sandbox", &rows), ExitCode::SUCCESS)
    };
    sandbox.serve(stopped.wait()).await
}

/// Ctrl-C, and what a service manager sends.
struct Stop {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl Stop {
    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // Without signals it runs until it is killed.
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Self { signals: kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect() }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    #[cfg(unix)]
    async fn wait(mut self) {
        std::future::poll_fn(|context| {
            let came = self.signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if came { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }

    #[cfg(not(unix))]
    async fn wait(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
