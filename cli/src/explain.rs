//! `hookseal explain`: why a delivery was refused, and what to do.

use std::fmt::Write as _;
use std::process::ExitCode;

use hookseal::explain::{Check, Explainer, Outcome, Report};
use hookseal::{Error, Scheme, UnixTime};

use crate::args::{DeliveryArgs, EventAge, ExplainArgs};
use crate::failure::Failure;
use crate::report::{self, BAD, FAINT, GOOD, Success};
use crate::secrets::Loaded;
use crate::{input, request};

/// The report, and the exit code that goes with its verdict.
pub(crate) fn run(args: &ExplainArgs) -> Result<(Success, ExitCode), Failure> {
    let delivery = &args.delivery;
    let scheme = input::scheme(&delivery.common.scheme)?;
    let secrets = delivery.common.secrets.read()?;
    let others = args.others.read()?;
    let explainer = explainer(scheme, &secrets, &others, delivery)?;
    let (headers, body) = match &args.request {
        Some(path) => {
            let request = request::read(&input::read_body(path, None)?)?;
            (request.headers, request.body)
        }
        None => {
            let headers = input::read_headers(&delivery.headers, &delivery.common.body)?;
            (headers, input::read_body(&delivery.common.body, None)?)
        }
    };
    let report = explainer.explain(&headers, &body, delivery.now.unwrap_or_else(UnixTime::now));
    let code = report.verdict.map_or_else(|error| report::exit_code(error.kind()), |()| ExitCode::SUCCESS);
    Ok((Success { text: text(&report), json: report.to_json() }, code))
}

fn explainer(
    scheme: Scheme,
    secrets: &[Loaded],
    others: &[(Scheme, Loaded)],
    args: &DeliveryArgs,
) -> Result<Explainer, Failure> {
    let mut explainer = Explainer::new(scheme);
    for secret in secrets {
        explainer = explainer.secret(secret.secret());
    }
    for (scheme, secret) in others {
        explainer = explainer.secret_of_another(*scheme, secret.secret());
    }
    if let Some(limit) = args.limits.max_age {
        explainer = explainer.max_age(limit);
    }
    if let Some(limit) = args.limits.max_skew {
        explainer = explainer.max_skew(limit);
    }
    if let Some(EventAge(limit)) = args.limits.max_event_age {
        explainer = explainer.max_event_age(limit);
    }
    if let Some(limit) = args.max_body {
        explainer = explainer.max_body(limit);
    }
    Ok(explainer)
}

/// How wide the lines of a report are.
const WIDTH: usize = 100;

fn text(report: &Report) -> String {
    let mut text = String::new();
    match report.verdict.as_ref().map_err(Error::code) {
        Ok(()) => put(&mut text, &format!("{GOOD}genuine{GOOD:#}")),
        Err(code) => put(&mut text, &format!("{BAD}refused{BAD:#}: {code}")),
    }
    put(&mut text, &format!("  {FAINT}scheme{FAINT:#}  {}", report.form));
    title(&mut text, "checks");
    report.checks.iter().for_each(|check| put_check(&mut text, check));
    for shown in &report.causes {
        let about = shown.scheme.as_ref().map(|scheme| format!(": {scheme}")).unwrap_or_default();
        title(&mut text, &format!("cause {}{about}", shown.cause.code()));
        put_wrapped(&mut text, 2, shown.cause.finding());
    }
    if let Some(index) = report.secret_index.filter(|_| !report.causes.is_empty()) {
        put_wrapped(&mut text, 2, &format!("secrets[{index}] made the signature"));
    }
    for suspicion in &report.suspicions {
        title(&mut text, &format!("suspicion {}", suspicion.code()));
        put_wrapped(&mut text, 2, &format!("{}: {}", suspicion.finding(), suspicion.fix()));
    }
    if !report.advice.is_empty() {
        title(&mut text, "what to do");
        put_wrapped(&mut text, 2, &report.advice);
    }
    text
}

fn put_check(text: &mut String, check: &Check) {
    let style = match check.outcome {
        Outcome::Passed => GOOD,
        Outcome::Failed => BAD,
        Outcome::Skipped => FAINT,
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

/// A sentence in lines of at most so many characters.
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
