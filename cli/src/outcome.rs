//! What a command returns when it succeeds: what to print, and how to exit.

use std::process::ExitCode;

/// The outcome of a command. An empty text prints nothing.
pub(crate) struct Outcome {
    /// For people: lines with styles, each with its newline.
    pub(crate) text: String,
    /// For scripts: one line of JSON, without its newline.
    pub(crate) json: String,
    pub(crate) exit: Exit,
}

/// The exit codes. Scripts depend on these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Success = 0,
    /// A delivery was refused, or a check found something wrong.
    Refused = 1,
    /// Wrong usage or configuration.
    Misuse = 2,
}

impl Outcome {
    pub(crate) const fn success(text: String, json: String) -> Self {
        Self { text, json, exit: Exit::Success }
    }

    /// A command that ran until it was stopped, and has printed everything already.
    pub(crate) const fn printed() -> Self {
        Self::success(String::new(), String::new())
    }
}

impl Exit {
    /// The exit code for an error of the library: its status is 500 where the caller's configuration is at fault.
    pub(crate) const fn of(kind: hookseal::ErrorKind) -> Self {
        if kind.status() == 500 { Self::Misuse } else { Self::Refused }
    }

    /// [`Self::Success`] if nothing was wrong.
    pub(crate) const fn success_if(all_right: bool) -> Self {
        if all_right { Self::Success } else { Self::Refused }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
