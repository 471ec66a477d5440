//! `hookseal explain`: finds out why a delivery was refused, and what to do about it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use hookseal::explain::{Check, CheckOutcome, Explainer, Report};
use hookseal::{Error, OptionNames, Scheme, UnixTime, VerifierBuilder};
use hookseal_captured::ReadError;

use crate::args::{self, DeliveryArgs, Limit, PublicKeyArgs};
use crate::failure::Failure;
use crate::input;
use crate::outcome::{Exit, Outcome};
use crate::secrets::{LoadedSecret, OtherSecretArgs};
use crate::style::{BAD, FAINT, GOOD};

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    delivery: DeliveryArgs,

    /// File with the request, in place of headers and body; - for stdin
    #[arg(long, value_name = "FILE", conflicts_with = "headers")]
    request: Option<PathBuf>,

    #[command(flatten)]
    public_keys: PublicKeyArgs,

    #[command(flatten)]
    others: OtherSecretArgs,

    /// Print the report as one line of JSON, and errors too
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = args::with_schemes!(
    "\
A report is safe to log: it shows no secret, no signature and nothing of the body.

Exit codes: 0 genuine; 1 refused; 2 invalid usage or configuration.

Examples:
  A delivery whose headers and body were saved to two files, as of the time when it arrived:
    hookseal explain --now 1736937000 -H @headers body.json

  A request that a proxy saved, or ngrok, a browser (also as HAR) or the log of a gateway shows:
    hookseal explain --request request.txt

  What curl -v printed, which is without the body:
    hookseal explain --request curl.txt body.json

  With the secret of another sender, in case the two were mixed up:
    hookseal explain --other-secret-env github=GITHUB_SECRET --request request.txt

  A sender that signs with ed25519, by its public key:
    hookseal explain --scheme discord --public-key 7bd6... --request request.txt"
);

/// A refused delivery is no failure here: the report is printed either way, and the exit code is that of its verdict.
pub(crate) fn run(args: &ExplainArgs) -> Result<Outcome, Failure> {
    let delivery = &args.delivery;
    let signed = &delivery.signed;
    let settings = input::scheme(&signed.scheme)?;
    let secrets = signed.secrets.read_beside(*settings.scheme(), &args.public_keys)?;
    let others = args.others.read()?;
    let explainer = args.public_keys.explain(explainer(&settings, &secrets, &others, delivery)?);
    let (headers, body) = match &args.request {
        Some(path) => {
            let request = hookseal_captured::read(&input::read_body(path, None)?).map_err(unreadable)?;
            (request.headers, body(request.body, &signed.body)?)
        }
        None => {
            let headers = input::read_headers(&delivery.headers, &signed.body)?;
            (headers, input::read_body(&signed.body, None)?)
        }
    };
    let report = explainer.explain(&headers, &body, delivery.now.unwrap_or_else(UnixTime::now));
    let exit = report.verdict.map_or_else(|error| Exit::of(error.kind()), |()| Exit::Success);
    Ok(Outcome { text: text(&report, &secrets), json: report.to_json(), exit })
}

fn unreadable(reason: ReadError) -> Failure {
    let advice = if reason == ReadError::ParsedBody { "; give the body as it came in FILE" } else { "" };
    Failure::argument(format!("--request: {reason}{advice}"))
}

/// The body of a request, or else that of the file that was given, if one was.
fn body(shown: Option<Vec<u8>>, file: &Path) -> Result<Vec<u8>, Failure> {
    match shown {
        Some(body) if input::is_stdin(file) => Ok(body),
        Some(body) if !body.is_empty() => {
            Err(Failure::argument("--request has a body already; leave FILE out, or give the headers without a body"))
        }
        None if input::is_stdin(file) => Err(Failure::argument(
            "--request shows no body; give it in FILE as it was sent, such as: hookseal explain --request curl.txt \
             body.json",
        )),
        _ => input::read_body(file, None),
    }
}

fn explainer(
    settings: &VerifierBuilder,
    secrets: &[LoadedSecret],
    others: &[(Scheme, LoadedSecret)],
    args: &DeliveryArgs,
) -> Result<Explainer, Failure> {
    let mut explainer = Explainer::new(*settings.scheme()).limits(settings.current_limits());
    explainer = explainer.option_names(OptionNames::Flag);
    for secret in secrets {
        explainer = explainer.secret(secret.secret());
    }
    for (scheme, secret) in others {
        explainer = explainer.other_secret(*scheme, secret.secret());
    }
    if let Some(Limit(limit)) = args.limits.max_age {
        explainer = explainer.max_age(limit);
    }
    if let Some(Limit(limit)) = args.limits.max_skew {
        explainer = explainer.max_skew(limit);
    }
    if let Some(Limit(limit)) = args.limits.max_event_age {
        explainer = explainer.max_event_age(limit);
    }
    if let Some(limit) = args.max_body {
        explainer = explainer.max_body(limit);
    }
    Ok(explainer)
}

/// Of a delivery that is genuine with the sandbox's secret.
const APPLICATION: &str = "If your application refused it, it has another secret, or was not given these bytes: name its \
                           secret with --secret-env NAME, and give the body that it verified.";

/// The maximum width of a report's lines.
const WIDTH: usize = 100;

/// Public keys are counted after the secrets.
fn text(report: &Report, secrets: &[LoadedSecret]) -> String {
    let mut text = String::new();
    match report.verdict.as_ref().map_err(Error::code) {
        Ok(()) => put(&mut text, &format!("{GOOD}genuine{GOOD:#}")),
        Err(code) => put(&mut text, &format!("{BAD}refused{BAD:#}: {code}")),
    }
    put(&mut text, &format!("  {FAINT}scheme{FAINT:#}  {}", report.form));
    // It may have been found without being named.
    let of_sandbox = secrets.iter().find(|secret| secret.is_of_sandbox());
    if let Some(secret) = of_sandbox {
        put(&mut text, &format!("  {FAINT}secret{FAINT:#}  the sandbox's: {}", secret.origin()));
    }
    title(&mut text, "checks");
    report.checks.iter().for_each(|check| put_check(&mut text, check));
    for finding in &report.causes {
        let about = finding.scheme.as_ref().map(|scheme| format!(": {scheme}")).unwrap_or_default();
        title(&mut text, &format!("cause {}{about}", finding.cause.code()));
        put_wrapped(&mut text, 2, finding.cause.finding());
    }
    if let Some(index) = report.secret_index.filter(|_| !report.causes.is_empty()) {
        let key = match index.checked_sub(secrets.len()) {
            None => format!("secrets[{index}]"),
            Some(index) => format!("public_keys[{index}]"),
        };
        put_wrapped(&mut text, 2, &format!("{key} matches the signature"));
    }
    for suspicion in &report.suspicions {
        title(&mut text, &format!("suspicion {}", suspicion.code()));
        put_wrapped(&mut text, 2, &format!("{}: {}", suspicion.finding(), suspicion.fix()));
    }
    if !report.advice.is_empty() {
        title(&mut text, "what to do");
        put_wrapped(&mut text, 2, &report.advice);
    } else if report.verdict.is_ok() && of_sandbox.is_some() {
        title(&mut text, "what to do");
        put_wrapped(&mut text, 2, APPLICATION);
    }
    text
}

fn put_check(text: &mut String, check: &Check) {
    let style = match check.outcome {
        CheckOutcome::Passed => GOOD,
        CheckOutcome::Failed => BAD,
        CheckOutcome::Skipped => FAINT,
    };
    let mut lines = wrapped(&check.message, WIDTH - 27).into_iter();
    let first = lines.next().unwrap_or_default();
    put(text, &format!("  {style}{:7}{style:#}  {:14}  {first}", check.outcome.as_str(), check.name));
    lines.for_each(|line| put(text, &format!("{:27}{line}", "")));
}

fn title(text: &mut String, title: &str) {
    put(text, &format!("\n{title}"));
}

fn put_wrapped(text: &mut String, indent: usize, sentence: &str) {
    for line in wrapped(sentence, WIDTH - indent) {
        put(text, &format!("{:indent$}{line}", ""));
    }
}

fn put(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

/// Wraps a sentence into lines of at most `width` characters.
fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
