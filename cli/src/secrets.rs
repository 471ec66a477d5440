//! Secrets: where they come from, and in which order. They are never arguments, because every user of a machine can
//! list the arguments of a process.

use std::path::{Path, PathBuf};
use std::{env, fmt};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use hookseal::{Ed25519, ErrorKind, Scheme, Secret, Signer};

use crate::credentials::{self, Credentials};
use crate::failure::Failure;
use crate::input::{self, quoted};
use crate::public_keys::PublicKeyArgs;

const DEFAULT_VARIABLE: &str = "HOOKSEAL_SECRET";

const NO_SECRET: &str = "no secret is given: set HOOKSEAL_SECRET, or use --secret-env NAME or --secret-file FILE; \
    --credentials FILE takes that of a sandbox";

/// What forwards are signed with.
const FORWARD_VARIABLE: &str = "HOOKSEAL_FORWARD_SECRET";

/// `--secret-env`, `--secret-file` and `--credentials`, in the order on the command line: the index of a secret counts
/// all of them.
#[derive(Debug)]
pub(crate) struct SecretArgs(Vec<Source>);

/// Where a secret is, and what its options begin with: nothing, `other-` or `forward-`.
#[derive(Clone, Debug)]
struct Source {
    place: Place,
    options: &'static str,
}

#[derive(Clone, Debug)]
enum Place {
    /// A variable that no option names.
    Default(&'static str),
    Variable(String),
    File(PathBuf),
    Credentials(PathBuf),
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

impl Key {
    fn of(text: String) -> Self {
        Self::Text(credentials::secret_in(&text).unwrap_or(text))
    }
}

const ENV: &str = "secret-env";
const FILE: &str = "secret-file";
const CREDENTIALS: &str = "credentials";

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
                    .help("File with a secret, repeatable; a newline at its end is ignored"),
            )
            .arg(
                option(CREDENTIALS, "FILE")
                    .value_parser(value_parser!(PathBuf))
                    .action(ArgAction::Set)
                    .help("Credentials file of a sandbox [default: the one in this folder]"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SecretArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let indices = |option| matches.indices_of(option).into_iter().flatten();
        let variables = matches.get_many(ENV).into_iter().flatten().cloned().map(Source::of_variable);
        let files = matches.get_many(FILE).into_iter().flatten().cloned().map(Source::of_file);
        let credentials = matches.get_many(CREDENTIALS).into_iter().flatten().cloned().map(Source::of_credentials);
        let mut given: Vec<_> = indices(ENV).zip(variables).chain(indices(FILE).zip(files)).collect();
        given.extend(indices(CREDENTIALS).zip(credentials));
        given.sort_by_key(|(index, _)| *index);
        Ok(Self(given.into_iter().map(|(_, source)| source).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl SecretArgs {
    /// The file of `--credentials`.
    pub(crate) fn credentials(&self) -> Option<&Path> {
        self.0.iter().find_map(|source| match &source.place {
            Place::Credentials(path) => Some(&**path),
            _ => None,
        })
    }

    /// Whether a secret is named that is not in a credentials file.
    pub(crate) fn name_a_secret(&self) -> bool {
        self.0.iter().any(|source| !matches!(source.place, Place::Credentials(_)))
    }

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

    /// Reads the secret with which deliveries are signed.
    pub(crate) fn signer(&self, scheme: Scheme) -> Result<Signer, Failure> {
        match &*self.load(scheme)? {
            [secret] => Ok(Signer::new(scheme, secret.secret())?),
            _ => Err(Failure::argument("a delivery is signed with one secret: give only one; verify takes several")),
        }
    }

    /// Reads every secret, without checking that a scheme can use it.
    pub(crate) fn read(&self) -> Result<Vec<LoadedSecret>, Failure> {
        if !self.0.is_empty() {
            return self.0.iter().map(Source::load).collect();
        }
        let place = match Credentials::usual_path() {
            _ if env::var_os(DEFAULT_VARIABLE).is_some() => Place::Default(DEFAULT_VARIABLE),
            Some(path) => Place::Credentials(path.to_owned()),
            None => {
                return Err(Failure::Configuration { kind: ErrorKind::InvalidSecret, message: NO_SECRET.to_owned() });
            }
        };
        Ok(vec![Source { place, options: "" }.load()?])
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
        let file = |path: String| Place::File(path.into());
        let variables = self.variables.iter().map(|given| (given, Place::Variable as fn(String) -> Place));
        let files = self.files.iter().map(|given| (given, file as fn(String) -> Place));
        let read = |(given, place_of): (&String, fn(String) -> Place)| {
            let Some((scheme, place)) = given.split_once('=') else {
                return Err(Failure::argument(
                    "--other-secret-env takes SCHEME=NAME and --other-secret-file takes SCHEME=FILE, such as \
                     github=GITHUB_SECRET",
                ));
            };
            // The text is not shown, because it may be the secret itself.
            let scheme = Scheme::preset(scheme).map_err(|error| Failure::about(&"the scheme before =", &error))?;
            Ok((scheme, Source { place: place_of(place.to_owned()), options: "other-" }.load()?))
        };
        variables.chain(files).map(read).collect()
    }
}

/// The secret with which `listen` signs what it forwards from an inbox.
#[derive(Args, Debug)]
pub(crate) struct ForwardSecretArgs {
    #[arg(help = "Variable for forwards [default: HOOKSEAL_FORWARD_SECRET]")]
    #[arg(long, value_name = "NAME", help_heading = "Secrets", conflicts_with = "forward_secret_file")]
    forward_secret_env: Option<String>,

    /// File with the secret of forwards from an inbox
    #[arg(long, value_name = "FILE", help_heading = "Secrets")]
    forward_secret_file: Option<PathBuf>,
}

impl ForwardSecretArgs {
    pub(crate) const fn is_given(&self) -> bool {
        self.forward_secret_env.is_some() || self.forward_secret_file.is_some()
    }

    /// A signer in the form of Standard Webhooks.
    pub(crate) fn signer(&self) -> Result<Signer, Failure> {
        let place = match (&self.forward_secret_env, &self.forward_secret_file) {
            (Some(name), _) => Place::Variable(name.clone()),
            (None, Some(path)) => Place::File(path.clone()),
            (None, None) if env::var_os(FORWARD_VARIABLE).is_some() => Place::Default(FORWARD_VARIABLE),
            (None, None) => {
                return Err(Failure::Configuration {
                    kind: ErrorKind::InvalidSecret,
                    message: format!(
                        "forwards from an inbox are signed, and no secret is given for them: set {FORWARD_VARIABLE}, \
                         or use --forward-secret-env NAME or --forward-secret-file FILE"
                    ),
                });
            }
        };
        let secret = Source { place, options: "forward-" }.load()?;
        let signer = Signer::new(Scheme::STANDARD_WEBHOOKS, secret.secret());
        signer.map_err(|error| Failure::about(&secret.source, &error))
    }
}

impl Source {
    const fn of_variable(name: String) -> Self {
        Self { place: Place::Variable(name), options: "" }
    }

    const fn of_file(path: PathBuf) -> Self {
        Self { place: Place::File(path), options: "" }
    }

    const fn of_credentials(path: PathBuf) -> Self {
        Self { place: Place::Credentials(path), options: "" }
    }

    fn load(&self) -> Result<LoadedSecret, Failure> {
        Ok(LoadedSecret { source: self.clone(), key: self.read()? })
    }

    fn read(&self) -> Result<Key, Failure> {
        match &self.place {
            Place::Default(name) => read_variable(name, self.options),
            Place::Variable(name) => read_variable(name, self.options),
            Place::File(path) => Ok(key_of_file(input::read_secret(path)?)),
            Place::Credentials(path) => Ok(Key::Text(Credentials::read(path)?.field("webhook_secret")?.to_owned())),
        }
    }
}

fn read_variable(name: &str, options: &str) -> Result<Key, Failure> {
    if !looks_like_variable(name) {
        return Err(Failure::argument(format!(
            "--{options}secret-env takes the name of a variable, and this is not one; it is not shown because it may \
             be the secret itself, which belongs in a variable or a file",
        )));
    }
    match env::var(name) {
        Ok(text) => Ok(Key::of(text)),
        Err(env::VarError::NotPresent) => Err(Failure::argument(format!(
            "the variable {name} is not set: export it, or name another with --{options}secret-env"
        ))),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::argument(format!(
            "the variable {name} is not UTF-8: put a key of raw bytes in a file, and use --{options}secret-file"
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
            Key::of(text)
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

    /// Whether it is that of a sandbox.
    pub(crate) const fn is_of_sandbox(&self) -> bool {
        matches!(self.source.place, Place::Credentials(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.options;
        match &self.place {
            Place::Default(name) => f.write_str(name),
            Place::Variable(name) => write!(f, "--{options}secret-env {name}"),
            Place::File(path) => write!(f, "--{options}secret-file {}", quoted(path)),
            Place::Credentials(path) => write!(f, "--credentials {}", quoted(path)),
        }
    }
}
