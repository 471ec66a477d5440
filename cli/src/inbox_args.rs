//! Where an inbox is: a file, or a database whose address is in a variable. An address is never an argument, because
//! it may have a password, and every user of a machine can list the arguments of a process.

use std::error::Error as _;
use std::path::PathBuf;
use std::{env, fmt};

use clap::Args;
use hookseal_inbox::{Error, Inbox, InboxBuilder};

use crate::failure::Failure;
use crate::input::quoted;
use crate::postgres::Connections;
use crate::secrets::looks_like_variable;

#[derive(Args, Debug)]
pub(crate) struct InboxArgs {
    #[arg(help = "SQLite file that is an inbox")]
    #[arg(long, value_name = "FILE", help_heading = "Inbox", global = true, conflicts_with = "inbox_env")]
    inbox: Option<PathBuf>,

    #[arg(help = "Variable with the address of a PostgreSQL database that has an inbox")]
    #[arg(long, value_name = "NAME", help_heading = "Inbox", global = true)]
    inbox_env: Option<String>,
}

/// Where an inbox is. Not `Debug`, since an address may have a password.
pub(crate) enum InboxPlace {
    File(PathBuf),
    Server { variable: String, config: Box<tokio_postgres::Config> },
}

impl InboxArgs {
    /// The place that was given, if any was.
    pub(crate) fn place(&self) -> Result<Option<InboxPlace>, Failure> {
        match (&self.inbox, &self.inbox_env) {
            (Some(file), _) if looks_like_address(&file.to_string_lossy()) => Err(Failure::argument(
                "--inbox takes a file; the address of a database belongs in a variable, which --inbox-env NAME names. \
                 It is not shown because it may have a password",
            )),
            (Some(file), _) => Ok(Some(InboxPlace::File(file.clone()))),
            (None, Some(name)) => Ok(Some(server(name)?)),
            (None, None) => Ok(None),
        }
    }
}

fn server(name: &str) -> Result<InboxPlace, Failure> {
    if !looks_like_variable(name) {
        return Err(Failure::argument(
            "--inbox-env takes the name of a variable, and this is not one; it is not shown because it may be the \
             address itself, with a password, which belongs in a variable",
        ));
    }
    let address = env::var(name).map_err(|error| {
        let reason = match error {
            env::VarError::NotPresent => "is not set: export it, or name another",
            env::VarError::NotUnicode(_) => "is not UTF-8",
        };
        Failure::argument(format!("--inbox-env {name}: the variable {reason}"))
    })?;
    // The parser's own error may show a part of the address.
    let config = address.parse().map_err(|_| {
        Failure::argument(format!(
            "--inbox-env {name}: the variable has no address of a PostgreSQL database, which looks like \
             postgres://USER:PASSWORD@HOST/DATABASE, with ?sslmode=disable, prefer or require; it is not shown"
        ))
    })?;
    Ok(InboxPlace::Server { variable: name.to_owned(), config: Box::new(config) })
}

/// Whether this was meant as the address of a server, and not as a file.
fn looks_like_address(text: &str) -> bool {
    text.contains("://") || ["password=", "host=", "dbname="].iter().any(|word| text.contains(word))
}

impl InboxPlace {
    /// Begins with the inbox at this place.
    pub(crate) fn builder(self) -> Result<InboxBuilder, Failure> {
        match self {
            Self::File(path) => Ok(Inbox::open(path)),
            Self::Server { variable, config } => {
                let connections = Connections::new(*config);
                let connections =
                    connections.map_err(|reason| Failure::argument(format!("--inbox-env {variable}: {reason}")))?;
                Ok(Inbox::postgres(connections))
            }
        }
    }
}

/// The option that named it.
impl fmt::Display for InboxPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "--inbox {}", quoted(path)),
            Self::Server { variable, .. } => write!(f, "--inbox-env {variable}"),
        }
    }
}

/// Why an inbox cannot be used, with the driver's reasons: none of them has a password or a body.
pub(crate) fn unusable(origin: &str, error: &Error) -> Failure {
    let mut message = format!("{origin}: {error}");
    let mut source = error.source().and_then(|store| store.source());
    while let Some(error) = source {
        message.push_str(&format!(": {error}"));
        source = error.source();
    }
    Failure::argument(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_not_taken_for_a_file() {
        for address in ["postgres://a:b@c/d", "postgresql://c", "host=c password=b", "dbname=d"] {
            assert!(looks_like_address(address), "{address}");
        }
        for file in ["inbox.db", "/var/lib/a b/inbox.db", "C:\\inbox.db", "passwords.db"] {
            assert!(!looks_like_address(file), "{file}");
        }
    }
}
