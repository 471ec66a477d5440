//! Secrets: where they come from, and in which order. They are never arguments, because every user of a machine can
//! list the arguments of a process.

use std::path::PathBuf;
use std::{env, fmt};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use hookseal::{Ed25519, ErrorKind, Scheme, Secret, Signer};

use crate::failure::Failure;
use crate::input::{self, quoted};
use crate::public_keys::PublicKeyArgs;

const DEFAULT_VARIABLE: &str = "HOOKSEAL_SECRET";

/// `--secret-env` and `--secret-file`, in the order on the command line: the index of a secret counts both.
#[derive(Debug)]
pub(crate) struct SecretArgs(Vec<Source>);

#[derive(Clone, Debug)]
enum Source {
    Default,
    Variable(String),
    File(PathBuf),
}

/// A secret and where it came from. Not `Debug`, so that nothing prints the key.
pub(crate) struct LoadedSecret {
    source: Source,
    key: Key,
}

enum Key {
    Text(String),
    Bytes(Vec<u8>),
}

const ENV: &str = "secret-env";
const FILE: &str = "secret-file";

// Not derived, because only clap's indices give the order across two options.
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
                    .help("File with a secret, repeatable; one newline at its end is ignored"),
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
    /// The same for a receiver that may have public keys, and then needs no secret.
    pub(crate) fn load_beside(&self, scheme: Scheme, keys: &PublicKeyArgs) -> Result<Vec<LoadedSecret>, Failure> {
        if self.are_needed(scheme, keys)? { self.load(scheme) } else { Ok(Vec::new()) }
    }

    /// The same, without checking that the scheme can use the secrets.
    pub(crate) fn read_beside(&self, scheme: Scheme, keys: &PublicKeyArgs) -> Result<Vec<LoadedSecret>, Failure> {
        if self.are_needed(scheme, keys)? { self.read() } else { Ok(Vec::new()) }
    }

    /// Whether there are secrets to be read. Of a scheme that has none, one is read only if it was given in place of a
    /// public key, so that this can be said.
    fn are_needed(&self, scheme: Scheme, keys: &PublicKeyArgs) -> Result<bool, Failure> {
        let (is_given, is_set) = (!self.0.is_empty(), env::var_os(DEFAULT_VARIABLE).is_some());
        let has_secrets = scheme.ed25519() != Ed25519::Only;
        if !has_secrets && !is_given && !is_set && keys.keys.is_empty() {
            return Err(Failure::Configuration {
                kind: ErrorKind::InvalidSecret,
                message: format!("no public key is given: {} signs with ed25519; use --public-key KEY", scheme.name()),
            });
        }
        Ok(is_given || keys.keys.is_empty() || (has_secrets && is_set))
    }

    /// Reads every secret, and checks that `scheme` can use it, so that an error names the secret that is wrong.
    pub(crate) fn load(&self, scheme: Scheme) -> Result<Vec<LoadedSecret>, Failure> {
        let secrets = self.read()?;
        for secret in &secrets {
            Signer::new(scheme, secret.secret()).map_err(|error| Failure::about(&secret.source, &error))?;
        }
        Ok(secrets)
    }

    /// Reads every secret, without checking that a scheme can use it.
    pub(crate) fn read(&self) -> Result<Vec<LoadedSecret>, Failure> {
        let sources = match &*self.0 {
            [] if env::var_os(DEFAULT_VARIABLE).is_none() => {
                return Err(Failure::Configuration {
                    kind: ErrorKind::InvalidSecret,
                    message: "no secret is given: set HOOKSEAL_SECRET, or use --secret-env NAME or --secret-file FILE"
                        .into(),
                });
            }
            [] => &[Source::Default],
            given => given,
        };
        sources.iter().map(Source::load).collect()
    }
}

/// The user's secrets for other schemes.
#[derive(Args, Debug)]
pub(crate) struct OtherSecretArgs {
    /// A secret that you use for another scheme, from a variable; repeatable
    #[arg(long = "other-secret-env", value_name = "SCHEME=NAME", help_heading = "Secrets")]
    variables: Vec<String>,

    /// A secret that you use for another scheme, from a file; repeatable
    #[arg(long = "other-secret-file", value_name = "SCHEME=FILE", help_heading = "Secrets")]
    files: Vec<String>,
}

impl OtherSecretArgs {
    pub(crate) fn read(&self) -> Result<Vec<(Scheme, LoadedSecret)>, Failure> {
        let variables = self.variables.iter().map(|given| (given, Source::variable as fn(&str) -> Source));
        let files = self.files.iter().map(|given| (given, Source::file as fn(&str) -> Source));
        let read = |(given, source): (&String, fn(&str) -> Source)| {
            let Some((scheme, place)) = given.split_once('=') else {
                return Err(Failure::argument(
                    "--other-secret-env takes SCHEME=NAME and --other-secret-file takes SCHEME=FILE, such as \
                     github=GITHUB_SECRET",
                ));
            };
            // The text is not shown, because it may be the secret itself.
            let scheme = Scheme::preset(scheme).map_err(|error| Failure::about(&"the scheme before =", &error))?;
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

    fn load(&self) -> Result<LoadedSecret, Failure> {
        Ok(LoadedSecret { source: self.clone(), key: self.read()? })
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
    if !looks_like_variable(name) {
        return Err(Failure::argument(
            "--secret-env takes the name of a variable, and this is not one; it is not shown because it may be the \
             secret itself, which belongs in a variable or a file",
        ));
    }
    match env::var(name) {
        Ok(text) => Ok(Key::Text(text)),
        Err(env::VarError::NotPresent) => Err(Failure::argument(format!(
            "the variable {name} is not set: export it, or name another with --secret-env"
        ))),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::argument(format!(
            "the variable {name} is not UTF-8: put a key of raw bytes in a file, and use --secret-file"
        ))),
    }
}

/// Whether this looks like the name of a variable, and can be shown, rather than like a secret in the wrong place.
pub(crate) fn looks_like_variable(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_word
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.starts_with("whsec_")
        && !name.is_empty()
}

/// Text loses the one newline that editors put at the end of a file. Raw bytes do not come from an editor, and stay
/// whole.
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

impl LoadedSecret {
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
