//! The credentials file of a sandbox. By it, the other commands find the sandbox that was started in the same folder.

use std::path::{Path, PathBuf};

use serde_json::Value;
use ureq::http::Uri;

use crate::failure::Failure;
use crate::input::{self, quoted, quoted_url};

/// The file that `hookseal sandbox` writes unless `--data` says otherwise, in the current folder.
const USUAL: &str = "hookseal-sandbox.db.credentials";

/// What the file says. Not `Debug`, so that nothing prints the secrets in it.
pub(crate) struct Credentials {
    path: PathBuf,
    fields: Value,
}

impl Credentials {
    /// The usual file, if there is one.
    pub(crate) fn usual_path<'p>() -> Option<&'p Path> {
        Some(Path::new(USUAL)).filter(|path| path.exists())
    }

    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = input::read_secret(path).map_err(|failure| {
            Failure::argument(format!("{failure}; `hookseal sandbox` writes this file, and --credentials names it"))
        })?;
        Ok(Self { path: path.to_owned(), fields: serde_json::from_slice(&text).unwrap_or_default() })
    }

    pub(crate) fn field(&self, name: &str) -> Result<&str, Failure> {
        let missing = || {
            Failure::argument(format!(
                "{} is not the credentials file of a sandbox: `{name}` is missing",
                quoted(&self.path)
            ))
        };
        self.fields[name].as_str().ok_or_else(missing)
    }

    /// The root of the sandbox's URL.
    pub(crate) fn root(&self) -> Result<String, Failure> {
        root(&format!("base_url in {}:", quoted(&self.path)), self.field("base_url")?)
    }
}

/// The webhook secret, if this text is that of a credentials file: some people give the file in place of a secret.
pub(crate) fn secret_in(text: &str) -> Option<String> {
    let fields: Value = serde_json::from_str(text).ok().filter(Value::is_object)?;
    fields["sandbox_token"].as_str()?;
    fields["webhook_secret"].as_str().map(str::to_owned)
}

/// The root of a sandbox's URL, without its path. Over plain HTTP, credentials are only sent to this machine. `origin` is
/// the option or the file that has the URL.
pub(crate) fn root(origin: &str, url: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::argument(format!(
            "{origin} {} is not a sandbox: give an http URL on this machine, such as http://127.0.0.1:8118",
            quoted_url(url)
        ))
    };
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?;
    let is_safe = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && is_local(&uri));
    if !is_safe || authority.as_str().contains('@') {
        return Err(wrong());
    }
    Ok(format!("{}://{authority}", uri.scheme_str().unwrap_or("http")))
}

/// Whether a URL's host is this machine.
pub(crate) fn is_local(url: &Uri) -> bool {
    input::is_local_host(url.host().unwrap_or_default().trim_matches(['[', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_sent_over_plain_http_only_to_loopback() {
        let root = |url| root("--sandbox", url);
        assert_eq!(root("http://127.0.0.1:8118/v1/partner/admin").ok().as_deref(), Some("http://127.0.0.1:8118"));
        assert_eq!(root("http://[::1]:8118").ok().as_deref(), Some("http://[::1]:8118"));
        for other in ["http://10.0.0.1/", "127.0.0.1:8118", "http://u@127.0.0.1/", "file:///etc", ""] {
            assert!(root(other).is_err(), "{other}");
        }
    }

    #[test]
    fn only_a_credentials_file_is_taken_for_one() {
        let file = r#"{"base_url": "x", "webhook_secret": "s", "sandbox_token": "t"}"#;
        assert_eq!(secret_in(file).as_deref(), Some("s"));
        for other in ["", "s", "[]", r#"{"webhook_secret": "s"}"#, r#"{"webhook_secret": 1, "sandbox_token": "t"}"#] {
            assert_eq!(secret_in(other), None, "{other}");
        }
    }
}
