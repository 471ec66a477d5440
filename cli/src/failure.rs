//! Why a command failed, and the one place that turns a failure into a message and an exit code.

use std::fmt;

use hookseal::{Error, ErrorKind, OptionNames};

use crate::escape::printable;
use crate::outcome::Exit;
use crate::render::json_line;
use crate::style::BAD;

/// A failure. Its message may quote foreign text as it is; [`Failure::text`] escapes it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The delivery was verified and refused.
    Refused(Error),
    /// The library cannot use the configuration: a scheme, a secret, an option.
    Configuration { kind: ErrorKind, message: String },
    /// The command was used wrongly, or cannot read its input.
    Argument(String),
    /// The server did not answer.
    Unreachable(String),
    /// The server answered, but did not do what it was asked to do.
    RefusedElsewhere(String),
}

impl Failure {
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::Argument(message.into())
    }

    /// An error of the library about the option, variable or file named `origin`.
    pub(crate) fn about(origin: &impl fmt::Display, error: &Error) -> Self {
        Self::Configuration { kind: error.kind(), message: format!("{origin}: {}", error_text(error)) }
    }

    /// A sandbox that cannot run. `other` says what to choose if its address cannot be used, and by which option.
    pub(crate) fn of_sandbox(error: &hookseal_sandbox::Error, other: &str) -> Self {
        match error.code() {
            "address_unavailable" => Self::argument(format!("{error}; choose {other}")),
            _ => Self::argument(error.to_string()),
        }
    }

    /// For people: what to print to stderr.
    pub(crate) fn text(&self) -> String {
        let message = printable(&self.to_string());
        match self {
            Self::Refused(error) => format!(
                "{BAD}refused{BAD:#}: {} (HTTP {}): {message}\n\
                 run `hookseal explain` with the same arguments to find out why",
                error.code(),
                error.status()
            ),
            _ => format!("{BAD}error{BAD:#}: {message}"),
        }
    }

    /// For scripts: one line of JSON.
    pub(crate) fn json(&self) -> String {
        json_line(&[
            ("ok", false.into()),
            ("code", self.code().into()),
            ("status", self.kind().status().into()),
            ("message", self.to_string().into()),
        ])
    }

    pub(crate) const fn exit(&self) -> Exit {
        Exit::of(self.kind())
    }

    const fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(error) => error.kind(),
            Self::Configuration { kind, .. } => *kind,
            Self::Argument(_) | Self::Unreachable(_) | Self::RefusedElsewhere(_) => ErrorKind::InvalidArgument,
        }
    }

    /// The library's code, except for the two failures that only a tool that calls servers has.
    const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::RefusedElsewhere(_) => "refused_elsewhere",
            _ => self.kind().code(),
        }
    }
}

/// The text of an error of the library, in which options are named as on the command line: `--max-age`.
pub(crate) fn error_text(error: &Error) -> String {
    let mut text = String::new();
    error.write_text(OptionNames::Flag, &mut |letter| text.push(letter));
    text
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match Exit::of(error.kind()) {
            Exit::Refused => Self::Refused(error),
            _ => Self::Configuration { kind: error.kind(), message: error_text(&error) },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => f.write_str(&error_text(error)),
            Self::Configuration { message, .. }
            | Self::Argument(message)
            | Self::Unreachable(message)
            | Self::RefusedElsewhere(message) => f.write_str(message),
        }
    }
}
