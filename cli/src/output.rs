//! Writes to stdout and stderr. Everything that is printed, except progress bars, passes through here, so a closed pipe
//! never panics.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::ColorChoice;

use crate::escape;
use crate::failure::Failure;
use crate::outcome::{Exit, Outcome};
use crate::style::BAD;

pub(crate) fn set_color(choice: ColorChoice) {
    match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Prints the result of a command, and returns its exit code.
pub(crate) fn finish(result: Result<Outcome, Failure>, json: bool) -> ExitCode {
    let (printed, exit) = match result {
        Ok(Outcome { text, json: line, exit }) => (if json { print_json(&line) } else { print(&text) }, exit),
        Err(failure) if json => (print_json(&failure.json()), failure.exit()),
        Err(failure) => {
            complain(&failure.text());
            (Ok(()), failure.exit())
        }
    };
    match printed {
        Ok(()) => exit.into(),
        Err(error) => {
            complain_of_stdout(&error);
            Exit::Misuse.into()
        }
    }
}

/// Prints a part of what a command prints while it runs. A failure is reported and does not end the command.
pub(crate) fn stream(text: &str, json: bool) {
    let printed = if json { print_json(text) } else { print(text) };
    if let Err(error) = printed {
        complain_of_stdout(&error);
    }
}

/// Writes text to stdout, with its colours where they are wanted.
fn print(text: &str) -> io::Result<()> {
    write(anstream::stdout().lock(), &escape::guarded(text))
}

/// Writes a line of JSON to stdout. It bypasses `anstream`, which would remove whatever looks like a colour.
fn print_json(line: &str) -> io::Result<()> {
    match line {
        "" => Ok(()),
        line => write(io::stdout().lock(), &format!("{}\n", escape::json(line))),
    }
}

/// A reader that closes stdout early, such as `head`, has read enough: that is no failure.
fn write(mut stdout: impl Write, text: &str) -> io::Result<()> {
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a line to stderr.
pub(crate) fn complain(line: &str) {
    // If stderr is closed, there is nowhere left to report that.
    let _: io::Result<()> = writeln!(anstream::stderr(), "{}", escape::guarded(line));
}

fn complain_of_stdout(error: &impl Display) {
    complain(&format!("{BAD}error{BAD:#}: cannot write to stdout: {error}"));
}
