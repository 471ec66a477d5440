//! What the user reads, and what a script reads: one place that writes, so that a closed pipe never panics.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::ColorChoice;
use clap::error::{ContextValue, ErrorKind as UsageKind};
use serde_json::Value;

use crate::escape::{self, printable};
use crate::failure::Failure;

/// What a command has to say when all went well: to people, and to scripts.
pub(crate) struct Success {
    /// Lines with styles, each with its newline.
    pub(crate) text: String,
    /// One line, without its newline.
    pub(crate) json: String,
}

/// What was found out, and whether all of it is as it should be.
pub(crate) struct Report {
    pub(crate) success: Success,
    pub(crate) all_right: bool,
}

impl Report {
    pub(crate) const fn right(success: Success) -> Self {
        Self { success, all_right: true }
    }
}

pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();

const REFUSED: u8 = 1;
const MISUSED: u8 = 2;

pub(crate) fn set_color(choice: ColorChoice) {
    match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Prints a command's result, and gives the exit code for it.
pub(crate) fn finish(result: Result<Success, Failure>, json: bool) -> ExitCode {
    match result {
        Ok(success) => print_success(&success, json, ExitCode::SUCCESS),
        Err(failure) => fail(&failure, json),
    }
}

fn print_success(success: &Success, json: bool, code: ExitCode) -> ExitCode {
    if json { print_json(&success.json, code) } else { print(&success.text, code) }
}

/// The same for a verdict: of a delivery that was refused it says who knows more.
pub(crate) fn finish_verdict(result: Result<Success, Failure>, json: bool) -> ExitCode {
    let is_refused = result.as_ref().is_err_and(Failure::is_refusal);
    let code = finish(result, json);
    if is_refused && !json {
        complain("`hookseal explain`, with the same arguments, says what may have happened to it");
    }
    code
}

/// The same for an explanation, which is printed whatever its verdict.
pub(crate) fn finish_explanation(result: Result<(Success, ExitCode), Failure>, json: bool) -> ExitCode {
    match result {
        Ok((report, code)) => print_success(&report, json, code),
        Err(failure) => fail(&failure, json),
    }
}

/// The same for what ran until it was told to stop, and said all it had to meanwhile.
pub(crate) fn finish_served(result: Result<(), Failure>, json: bool) -> ExitCode {
    result.map_or_else(|failure| fail(&failure, json), |()| ExitCode::SUCCESS)
}

/// 1 if a delivery was judged and refused, and 2 if the caller is at fault.
pub(crate) fn exit_code(kind: hookseal::ErrorKind) -> ExitCode {
    ExitCode::from(if kind.status() == 500 { MISUSED } else { REFUSED })
}

/// Prints a report, and gives the exit code 1 where it tells of something wrong.
pub(crate) fn finish_report(result: Result<Report, Failure>, json: bool) -> ExitCode {
    match result {
        Ok(Report { success, all_right }) => {
            print_success(&success, json, ExitCode::from(if all_right { 0 } else { REFUSED }))
        }
        Err(failure) => fail(&failure, json),
    }
}

fn fail(failure: &Failure, json: bool) -> ExitCode {
    let code = exit_code(failure.kind());
    if json {
        let line = json_line(&[
            ("ok", false.into()),
            ("code", failure.code().into()),
            ("status", failure.status().into()),
            ("message", failure.to_string().into()),
        ]);
        return print_json(&line, code);
    }
    // What others wrote stands in it as it is: in JSON it has to be what it was.
    let message = printable(&failure.to_string());
    complain(&if failure.is_refusal() {
        format!("{BAD}refused{BAD:#}: {} (HTTP {}): {message}", failure.code(), failure.status())
    } else {
        format!("{BAD}error{BAD:#}: {message}")
    });
    code
}

/// An argument list that was not understood, or that asks for help.
pub(crate) fn usage(mut error: clap::Error, json: bool) -> ExitCode {
    let asks_for_help = matches!(error.kind(), UsageKind::DisplayHelp | UsageKind::DisplayVersion);
    make_printable(&mut error);
    if json && !asks_for_help {
        return fail(&Failure::argument(usage_message(&error)), json);
    }
    let text = error.render().ansi().to_string();
    if asks_for_help {
        return print(&text, ExitCode::SUCCESS);
    }
    complain(text.trim_end_matches('\n'));
    ExitCode::from(MISUSED)
}

/// An argument may be what somebody else wrote, and clap repeats it as it is.
fn make_printable(error: &mut clap::Error) {
    let given: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
    for (kind, value) in given {
        let shown = match value {
            ContextValue::String(text) => ContextValue::String(printable(&text)),
            ContextValue::Strings(texts) => ContextValue::Strings(texts.iter().map(|text| printable(text)).collect()),
            _ => continue,
        };
        error.insert(kind, shown);
    }
}

/// What clap says, without its layout and without the usage that follows.
fn usage_message(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines =
        text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let message = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    message.strip_prefix("error: ").unwrap_or(&message).to_owned()
}

/// Writes text to stdout, with its colours where those are wanted.
pub(crate) fn print(text: &str, code: ExitCode) -> ExitCode {
    write(anstream::stdout().lock(), &escape::guarded(text), code)
}

/// Writes a line of JSON to stdout. It goes through nothing that looks for colours, and would drop a part of it.
pub(crate) fn print_json(line: &str, code: ExitCode) -> ExitCode {
    write(io::stdout().lock(), &format!("{}\n", escape::json(line)), code)
}

/// Whoever closed stdout early, such as `head`, has read enough, and the verdict stays what it is.
fn write(mut stdout: impl Write, text: &str, code: ExitCode) -> ExitCode {
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("{BAD}error{BAD:#}: cannot write to stdout: {error}"));
            ExitCode::from(MISUSED)
        }
        _ => code,
    }
}

pub(crate) fn complain(line: &str) {
    // There is nowhere left to report that stderr is closed.
    let _: io::Result<()> = writeln!(anstream::stderr(), "{}", escape::guarded(line));
}

/// An object with its fields in this order, which a map would sort.
pub(crate) fn json_line(fields: &[(&str, Value)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{}:{value}", Value::from(*name))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A title and rows below it, their values aligned. All of it may be other people's text.
pub(crate) fn block(title: &str, rows: &[(&str, String)]) -> String {
    let names: Vec<_> = rows.iter().map(|(name, _)| printable(name)).collect();
    let columns = names.iter().map(|name| escape::width(name)).max().unwrap_or_default();
    let mut text = format!("{GOOD}{}{GOOD:#}\n", printable(title));
    for (name, (_, value)) in names.iter().zip(rows) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {FAINT}{}{FAINT:#}  {}", escape::padded(name, columns), printable(value));
    }
    text
}
