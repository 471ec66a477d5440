//! What the user reads, and what a script reads: one place that writes, so that a closed pipe never panics.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::ColorChoice;
use clap::error::ErrorKind as UsageKind;
use serde_json::Value;

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
        Ok(success) if json => print(&format!("{}\n", success.json), ExitCode::SUCCESS),
        Ok(success) => print(&success.text, ExitCode::SUCCESS),
        Err(failure) => fail(&failure, json),
    }
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
        Ok((report, code)) => print(&if json { report.json + "\n" } else { report.text }, code),
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
    let (success, code) = match result {
        Ok(Report { success, all_right }) => (success, ExitCode::from(if all_right { 0 } else { REFUSED })),
        Err(failure) => return fail(&failure, json),
    };
    if json { print(&format!("{}\n", success.json), code) } else { print(&success.text, code) }
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
        return print(&format!("{line}\n"), code);
    }
    complain(&if failure.is_refusal() {
        format!("{BAD}refused{BAD:#}: {} (HTTP {}): {failure}", failure.code(), failure.status())
    } else {
        format!("{BAD}error{BAD:#}: {failure}")
    });
    code
}

/// An argument list that was not understood, or that asks for help.
pub(crate) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    let asks_for_help = matches!(error.kind(), UsageKind::DisplayHelp | UsageKind::DisplayVersion);
    if json && !asks_for_help {
        return fail(&Failure::argument(usage_message(error)), json);
    }
    // A closed pipe is no reason to complain, and there is nowhere to say anything else.
    let _ = error.print();
    ExitCode::from(if asks_for_help { 0 } else { MISUSED })
}

/// What clap says, without its layout and without the usage that follows.
fn usage_message(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines =
        text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let message = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    message.strip_prefix("error: ").unwrap_or(&message).to_owned()
}

/// Writes to stdout. Whoever closed it early, such as `head`, has read enough, and the verdict stays what it is.
pub(crate) fn print(text: &str, code: ExitCode) -> ExitCode {
    let mut stdout = anstream::stdout().lock();
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
    let _: io::Result<()> = writeln!(anstream::stderr(), "{line}");
}

/// An object with its fields in this order, which a map would sort.
pub(crate) fn json_line(fields: &[(&str, Value)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{}:{value}", Value::from(*name))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A title and rows below it, their values aligned.
pub(crate) fn block(title: &str, rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = format!("{GOOD}{title}{GOOD:#}\n");
    for (name, value) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {FAINT}{name:width$}{FAINT:#}  {value}");
    }
    text
}

/// Text from elsewhere, such that it cannot move the cursor or colour what follows.
pub(crate) fn printable(text: &str) -> String {
    let escape = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    text.chars().map(escape).collect()
}
