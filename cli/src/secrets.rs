//! Secrets: where they come from, in which order. They are never arguments, which every user of a machine can list.

use std::path::PathBuf;
use std::{env, fmt};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use hookseal::{ErrorKind, Scheme, Secret, Signer};

use crate::failure::Failure;
use crate::input::{self, quoted};

const DEFAULT_VARIABLE: &str = "HOOKSEAL_SECRET";

/// `--secret-env` and `--secret-file`, in the order in which they were given: the index of a secret counts both.
#[derive(Debug)]
pub(crate) struct SecretArgs(Vec<Source>);

#[derive(Clone, Debug)]
enum Source {
    Default,
    Variable(String),
    File(PathBuf),
}

/// A secret and where it came from. Not `Debug`: nothing prints the key.
pub(crate) struct Loaded {
    source: Source,
    key: Key,
}

enum Key {
    Text(String),
    Bytes(Vec<u8>),
}

const ENV: &str = "secret-env";
const FILE: &str = "secret-file";

// By hand and not derived, because only clap's indices tell the order across two options.
impl Args for SecretArgs {
    fn augment_args(command: Command) -> Command {
        let option = |name: &'static str, value: &'static str| {
            Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help_heading("Secrets")
        };
        command
            .arg(
                option(ENV, "NAME")
                    .value_parser(value_parser!(String))
                    .help("Variable with a secret, repeatable [default: HOOKSEAL_SECRET]"),
            )
            .arg(
                option(FILE, "FILE")
                    .value_parser(value_parser!(PathBuf))
                    .help("File with a secret, repeatable; one newline at its end is no part of it"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SecretArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let indices = |option| matches.indices_of(option).into_iter().flatten();
        let variables = matches.get_many(ENV).into_iter().flatten().cloned().map(Source::Variable);
        let files = matches.get_many(FILE).into_iter().flatten().cloned().map(Source::File);
        let mut given: Vec<_> = indices(ENV).zip(variables).chain(indices(FILE).zip(files)).collect();
        given.sort_by_key(|(index, _)| *index);
        Ok(Self(given.into_iter().map(|(_, source)| source).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl SecretArgs {
    /// Reads every secret, and checks that `scheme` can use it: an error then names the one that it is about.
    pub(crate) fn load(&self, scheme: Scheme) -> Result<Vec<Loaded>, Failure> {
        let secrets = self.read()?;
        for secret in &secrets {
            Signer::new(scheme, secret.secret()).map_err(|error| Failure::about(&secret.source, &error))?;
        }
        Ok(secrets)
    }

    /// Reads every secret, whether it can be used or not.
    pub(crate) fn read(&self) -> Result<Vec<Loaded>, Failure> {
        let sources = match &*self.0 {
            [] if env::var_os(DEFAULT_VARIABLE).is_none() => {
                return Err(Failure::new(
                    ErrorKind::InvalidSecret,
                    "there is no secret; set HOOKSEAL_SECRET, or use --secret-env NAME or --secret-file FILE",
                ));
            }
            [] => &[Source::Default],
            given => given,
        };
        sources.iter().map(Source::load).collect()
    }
}

/// Secrets that are used for other schemes.
#[derive(Args, Debug)]
pub(crate) struct OtherSecretArgs {
    /// Scheme, and variable with a secret that you use for it, repeatable
    #[arg(long = "other-secret-env", value_name = "SCHEME=NAME", help_heading = "Secrets")]
    variables: Vec<String>,

    /// Scheme, and file with a secret that you use for it, repeatable
    #[arg(long = "other-secret-file", value_name = "SCHEME=FILE", help_heading = "Secrets")]
    files: Vec<String>,
}

impl OtherSecretArgs {
    pub(crate) fn read(&self) -> Result<Vec<(Scheme, Loaded)>, Failure> {
        let variables = self.variables.iter().map(|given| (given, Source::variable as fn(&str) -> Source));
        let files = self.files.iter().map(|given| (given, Source::file as fn(&str) -> Source));
        let read = |(given, source): (&String, fn(&str) -> Source)| {
            let Some((scheme, place)) = given.split_once('=') else {
                return Err(Failure::argument(
                    "--other-secret-env and --other-secret-file take a scheme, =, and a variable or a file, such as \
                     github=GITHUB_SECRET",
                ));
            };
            // Not shown, for it may be the secret itself.
            let scheme =
                Scheme::preset(scheme).map_err(|error| Failure::about(&"the scheme of another secret", &error))?;
            Ok((scheme, source(place).load()?))
        };
        variables.chain(files).map(read).collect()
    }
}

impl Source {
    fn variable(name: &str) -> Self {
        Self::Variable(name.to_owned())
    }

    fn file(path: &str) -> Self {
        Self::File(path.into())
    }

    fn load(&self) -> Result<Loaded, Failure> {
        Ok(Loaded { source: self.clone(), key: self.read()? })
    }

    fn read(&self) -> Result<Key, Failure> {
        match self {
            Self::Default => read_variable(DEFAULT_VARIABLE),
            Self::Variable(name) => read_variable(name),
            Self::File(path) => Ok(key_of_file(input::read_secret(path)?)),
        }
    }
}

fn read_variable(name: &str) -> Result<Key, Failure> {
    if !can_be_shown(name) {
        return Err(Failure::argument(
            "--secret-env takes the name of a variable, and what was given is none; it is not shown here, as it may be \
             the secret itself, which belongs into a variable or a file",
        ));
    }
    match env::var(name) {
        Ok(text) => Ok(Key::Text(text)),
        Err(env::VarError::NotPresent) => Err(Failure::argument(format!(
            "the variable {name} is not set; export it, or name another one with --secret-env"
        ))),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::argument(format!(
            "the variable {name} does not hold UTF-8; put a key of raw bytes into a file, and use --secret-file"
        ))),
    }
}

/// Whether this is a variable's name by its looks, and not a secret in the wrong place.
pub(crate) fn can_be_shown(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_word
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.starts_with("whsec_")
        && !name.is_empty()
}

/// Text loses the one newline that every editor puts at a file's end. Raw bytes come from no editor and stay whole.
fn key_of_file(bytes: Vec<u8>) -> Key {
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            let rest = text.strip_suffix('\n').map(|rest| rest.strip_suffix('\r').unwrap_or(rest));
            if let Some(length) = rest.map(str::len) {
                text.truncate(length);
            }
            Key::Text(text)
        }
        Err(error) => Key::Bytes(error.into_bytes()),
    }
}

impl Loaded {
    pub(crate) fn secret(&self) -> Secret<'_> {
        match &self.key {
            Key::Text(text) => text.into(),
            Key::Bytes(bytes) => bytes.into(),
        }
    }

    pub(crate) fn origin(&self) -> impl fmt::Display + '_ {
        &self.source
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str(DEFAULT_VARIABLE),
            Self::Variable(name) => write!(f, "--secret-env {name}"),
            Self::File(path) => write!(f, "--secret-file {}", quoted(path)),
        }
    }
}
