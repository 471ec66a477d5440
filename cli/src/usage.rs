//! Command lines that clap did not accept, or that ask for help.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextValue, ErrorKind};

use crate::escape::printable;
use crate::failure::Failure;
use crate::outcome::{Exit, Outcome};
use crate::output;

/// Whether `--json` is among arguments that could not be parsed, so that a script that asked for JSON gets JSON then too.
pub(crate) fn asks_for_json(args: &[OsString]) -> bool {
    args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json")
}

/// Prints help or an error, and returns the exit code.
pub(crate) fn report(mut error: clap::Error, json: bool) -> ExitCode {
    let asks_for_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    make_printable(&mut error);
    if json && !asks_for_help {
        return output::finish(Err(Failure::argument(message(&error))), json);
    }
    let text = error.render().ansi().to_string();
    if asks_for_help {
        return output::finish(Ok(Outcome::success(text, String::new())), false);
    }
    output::complain(text.trim_end_matches('\n'));
    Exit::Misuse.into()
}

/// An argument can be foreign text, and clap repeats it as it is.
fn make_printable(error: &mut clap::Error) {
    let given: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
    for (kind, value) in given {
        let escaped = match value {
            ContextValue::String(text) => ContextValue::String(printable(&text)),
            ContextValue::Strings(texts) => ContextValue::Strings(texts.iter().map(|text| printable(text)).collect()),
            _ => continue,
        };
        error.insert(kind, escaped);
    }
}

/// clap's message, without its layout and without the usage that follows it.
fn message(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines =
        text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let message = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    message.strip_prefix("error: ").unwrap_or(&message).to_owned()
}
