//! `hookseal sandbox`: runs Contio's side on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hookseal::Scheme;
use hookseal_sandbox::{Options, Sandbox, SenderScheme, SignWith, SignatureVariant};

use crate::args::SchemeArgs;
use crate::escape::printable;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;
use crate::output;
use crate::render::{self, json_line};
use crate::stopped::stopped;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SandboxArgs {
    /// File with its state, created if missing; the credentials are in a file next to it
    #[arg(long, value_name = "FILE", default_value = "hookseal-sandbox.db")]
    data: PathBuf,

    /// Address of its management API
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8118")]
    listen: SocketAddr,

    /// Where to send deliveries [default: the app's current endpoint]
    #[arg(long, value_name = "URL")]
    to: Option<String>,

    /// Which of Contio's forms signs
    #[arg(long, value_name = "FORM", default_value = "timestamped", conflicts_with_all = ["scheme", "scheme_file"])]
    form: FormArg,

    #[command(flatten)]
    scheme: SchemeArgs,

    /// Which secret signs during the grace period of a rotation
    #[arg(long, value_name = "WHICH", default_value = "new")]
    sign_with: SignWithArg,

    /// How many times to shorten the waits between retries; all dates stay real
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = speed, allow_negative_numbers = true)]
    speed: u32,

    /// Print one line of JSON when it is ready, and for errors
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormArg {
    /// As in the guide: hex over the timestamp and the body
    Timestamped,
    /// As in the SDK: sha256= and hex over the body alone
    Body,
}

impl From<FormArg> for SenderScheme {
    fn from(form: FormArg) -> Self {
        match form {
            FormArg::Timestamped => SignatureVariant::Timestamped.into(),
            FormArg::Body => SignatureVariant::Body.into(),
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SignWithArg {
    /// The new secret
    New,
    /// The previous secret
    Old,
    /// The new and the previous secret in turn
    Alternate,
}

const EXAMPLES: &str = "\
The credentials file has the API key, the webhook secret and the token for the sandbox's own calls.
They are in its database too. Only the owner can read these files, and no value is ever printed.

With --scheme or --scheme-file it signs as another sender does, to test a receiver of that one: with
its webhook secret, and with the id of the event where an id is signed. The events and the API stay
Contio's. A sender that signs its URL signs that of each endpoint, or that of --signed-url. Schemes
of ed25519 cannot be used: it has no private key.

Examples:
  Send to a receiver on this machine, with retries after 1, 5 and 30 seconds:
    hookseal sandbox --to http://127.0.0.1:3000/webhooks/contio --speed 60

  Sign as Standard Webhooks describes:
    hookseal sandbox --scheme standard-webhooks --to http://127.0.0.1:3000/webhooks

  In another shell, in the same folder, where the other commands find the credentials:
    hookseal listen
    hookseal send --type meeting.completed
    hookseal deliveries list";

pub(super) fn speed(text: &str) -> Result<u32, String> {
    let speed = text.parse().ok().filter(|speed| (1..=100_000).contains(speed));
    speed.ok_or_else(|| "give a whole number from 1 to 100000, such as 60".to_owned())
}

pub(crate) fn run(args: &SandboxArgs) -> Result<Outcome, Failure> {
    let scheme = scheme(args)?;
    if let Some(url) = &args.to {
        input::receiver_url("--to", url)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::argument(error.to_string()))?;
    runtime.block_on(serve(args, scheme))?;
    Ok(Outcome::printed())
}

/// The scheme of another sender, if one was given, or else the form of Contio's.
fn scheme(args: &SandboxArgs) -> Result<SenderScheme, Failure> {
    let SchemeArgs { scheme, scheme_file, signed_url } = &args.scheme;
    let signed_by_url = Scheme::SIGNED_URL_PRESETS.iter().find(|name| *name == scheme);
    match signed_by_url {
        Some(name) if signed_url.is_none() && scheme_file.is_none() => Ok(SenderScheme::SignedUrl(name)),
        _ => {
            let scheme = input::signable_scheme(&args.scheme)?;
            Ok(if scheme == Scheme::CONTIO { args.form.into() } else { SenderScheme::Fixed(scheme) })
        }
    }
}

async fn serve(args: &SandboxArgs, scheme: SenderScheme) -> Result<(), Failure> {
    let failed = |error| Failure::of_sandbox(&error, "another address with --listen");
    let options = Options {
        listen: args.listen,
        scheme,
        sign_with: match args.sign_with {
            SignWithArg::New => SignWith::New,
            SignWithArg::Old => SignWith::Old,
            SignWithArg::Alternate => SignWith::Alternate,
        },
        speed: args.speed,
        webhook_url: args.to.clone(),
        ..Options::new(&args.data)
    };
    // Before it reports that it is ready: a reader of that line may stop it at once.
    let stopped = stopped().map_err(|error| Failure::argument(error.to_string()))?;
    let sandbox = Sandbox::open(&options).await.map_err(failed)?;
    let (base, credentials) = (format!("http://{}", sandbox.address()), sandbox.credentials().display().to_string());
    let ready = if args.json {
        json_line(&[
            ("ok", true.into()),
            ("base_url", base.into()),
            ("credentials", credentials.into()),
            ("scheme", sandbox.scheme().into()),
        ])
    } else {
        let rows = [
            ("API", format!("{base}/v1/partner/admin")),
            ("base URL", format!("{base} (for the SDK)")),
            ("credentials", credentials),
            ("signs", printable(sandbox.scheme())),
            ("page", "the page_url in that file".to_owned()),
            ("stop", "Ctrl-C; it continues where it stopped when it is started again".to_owned()),
        ];
        render::block("sandbox", &rows)
    };
    output::stream(&ready, args.json);
    sandbox.serve(stopped).await.map_err(failed)
}
