//! Calls the management API, and repeats a call where that may help.

use std::path::PathBuf;
use std::time::Duration;
use std::{env, thread};

use clap::Args;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, Response, Uri};

use crate::credentials::{self, Credentials};
use crate::failure::Failure;
use crate::http;
use crate::input::{self, quoted, quoted_url};

/// The API's URL, and the credentials for it.
#[derive(Args, Debug)]
pub(crate) struct ApiArgs {
    #[arg(help = "URL of the API [default: CONTIO_BASE_URL, or the local sandbox]")]
    #[arg(long, value_name = "URL", help_heading = "API", global = true)]
    base_url: Option<String>,

    #[arg(help = "Credentials file of a sandbox [default: the one in this folder]")]
    #[arg(long, value_name = "FILE", help_heading = "API", global = true)]
    #[arg(conflicts_with_all = ["base_url", "api_key_env", "api_key_file"])]
    credentials: Option<PathBuf>,

    #[arg(help = "Variable with the API key [default: CONTIO_API_KEY]")]
    #[arg(long, value_name = "NAME", help_heading = "API", global = true, conflicts_with = "api_key_file")]
    api_key_env: Option<String>,

    /// File with the API key
    #[arg(long, value_name = "FILE", help_heading = "API", global = true)]
    api_key_file: Option<PathBuf>,
}

/// Contio's own API. It is never called unless it is named.
const CONTIO: &str = "https://api.contio.ai/v1/partner/admin";

/// Where a sandbox has the API.
const PATH: &str = "/v1/partner/admin";

/// How many times a call is attempted.
const ATTEMPTS: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait that a server can ask for, so that a response cannot block a command for a day.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
const MAX_RESPONSE: u64 = 16 * 1024 * 1024;

pub(super) struct Api {
    base: String,
    // The struct is not `Debug`, so that nothing prints the key.
    key: String,
    client: Option<String>,
    agent: Agent,
}

/// Why a call failed.
pub(super) enum ApiError {
    /// The API's own code and message.
    Refused { status: u16, code: String, message: String },
    /// No response, or an unreadable one.
    Failed(String),
}

impl Api {
    pub(super) fn new(args: &ApiArgs) -> Result<Self, Failure> {
        let given = args.base_url.clone().map(|url| ("--base-url", url));
        let named = given.or_else(|| Some(("CONTIO_BASE_URL", env::var("CONTIO_BASE_URL").ok()?)));
        if let Some((origin, base)) = named.filter(|_| args.credentials.is_none()) {
            let base = base.trim_end_matches('/').to_owned();
            check_base(origin, &base)?;
            let client = env::var("CONTIO_CLIENT_ID").ok().filter(|id| !id.is_empty());
            return Ok(Self { agent: http::client(is_plain(&base)), base, key: read_key(args)?, client });
        }
        let names_a_key = args.api_key_env.is_some() || args.api_key_file.is_some();
        if names_a_key {
            // An error in it is said first: a key may have been given in place of its name.
            read_key(args)?;
        }
        let usual = Credentials::usual_path().filter(|_| !names_a_key);
        let Some(path) = args.credentials.as_deref().or(usual) else {
            return Err(Failure::argument(format!(
                "no API is named: use --base-url URL or set CONTIO_BASE_URL, for Contio's own to {CONTIO}; --credentials \
                 FILE takes that of a sandbox"
            )));
        };
        let credentials = Credentials::read(path)?;
        let base = credentials.root()? + PATH;
        let key = credentials.field("api_key")?.to_owned();
        Ok(Self { agent: http::client(is_plain(&base)), base, key, client: None })
    }

    pub(super) fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.call("GET", path)
    }

    pub(super) fn post(&self, path: &str) -> Result<Value, ApiError> {
        self.call("POST", path)
    }

    /// Repeats a call after 429, 5xx and broken connections, with growing waits. If the response to a scheduled retry is lost,
    /// the retry is scheduled twice; a receiver has to handle duplicates anyway.
    fn call(&self, method: &str, path: &str) -> Result<Value, ApiError> {
        let mut attempt = 1;
        loop {
            let (error, asked) = match self.once(method, path) {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err((error, asked))) => (error, asked),
                Err(error) => (ApiError::Failed(format!("{}: {error}", self.base)), None),
            };
            let may_help = match &error {
                ApiError::Refused { status, .. } => *status == 429 || *status >= 500,
                ApiError::Failed(_) => true,
            };
            if !may_help || attempt == ATTEMPTS {
                return Err(error);
            }
            thread::sleep(asked.unwrap_or_else(|| back_off(attempt)).min(LONGEST_WAIT));
            attempt += 1;
        }
    }

    /// One attempt: a result, or the API's error and how long it asks to wait.
    fn once(&self, method: &str, path: &str) -> Result<Result<Value, (ApiError, Option<Duration>)>, ureq::Error> {
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.base)).header("X-API-Key", &self.key);
        if let Some(client) = &self.client {
            request = request.header("X-Client-ID", client);
        }
        let mut response = if method == "POST" {
            self.agent.run(request.header("Content-Type", "application/json").body("{}")?)?
        } else {
            self.agent.run(request.body(())?)?
        };
        let text = response.body_mut().with_config().limit(MAX_RESPONSE).read_to_vec()?;
        let status = response.status().as_u16();
        // A message that was cut within an emoji must not make the whole response unreadable.
        let value: Option<Value> = serde_json::from_slice(&hookseal::replace_lone_surrogates(&text)).ok();
        Ok(match (status, value) {
            (200..=299, Some(value)) => Ok(value),
            (200..=299, None) => {
                let message = "the response is not JSON; is --base-url the URL of the API?".to_owned();
                Err((ApiError::Refused { status: 200, code: "unreadable_answer".to_owned(), message }, None))
            }
            (_, value) => Err((refused(status, &value.unwrap_or_default()), retry_after(&response))),
        })
    }
}

fn refused(status: u16, answer: &Value) -> ApiError {
    let text = |field: &str| answer[field].as_str().map(str::to_owned);
    let message = match status {
        300..=399 => "redirects are not followed; is --base-url the URL of the API?".to_owned(),
        401 | 403 => format!("{}; check the API key", text("error").unwrap_or_else(|| "not allowed".to_owned())),
        _ => text("error").unwrap_or_else(|| "no message".to_owned()),
    };
    ApiError::Refused { status, code: text("code").unwrap_or_else(|| format!("http_{status}")), message }
}

/// `Retry-After` in seconds. A date is ignored, and the usual wait applies.
fn retry_after<B>(response: &Response<B>) -> Option<Duration> {
    response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// The wait doubles each time, and is shortened by a random amount of up to half.
fn back_off(attempt: u32) -> Duration {
    (FIRST_WAIT * 2_u32.saturating_pow(attempt - 1)).mul_f64(1.0 - fastrand::f64() / 2.0)
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused { status, code, message } => write!(f, "the API answered {status} {code}: {message}"),
            Self::Failed(reason) => write!(f, "the API cannot be reached: {reason}"),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        match &error {
            ApiError::Refused { .. } => Self::RefusedElsewhere(error.to_string()),
            ApiError::Failed(_) => Self::Unreachable(error.to_string()),
        }
    }
}

fn is_plain(base: &str) -> bool {
    base.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
}

/// `origin` is the option or the variable that has the URL.
fn check_base(origin: &str, base: &str) -> Result<(), Failure> {
    let quoted = quoted_url(base);
    let expected = "give the API's URL, such as https://api.contio.ai/v1/partner/admin";
    let uri: Option<Uri> = base.parse().ok();
    let authority = uri.as_ref().and_then(Uri::authority);
    let (Some(uri), Some(authority)) = (&uri, authority) else {
        return Err(Failure::argument(format!("{origin} {quoted}: {expected}")));
    };
    if authority.as_str().contains('@') || uri.query().is_some() {
        return Err(Failure::argument(format!("{origin} has a user, a password or a query; {expected}")));
    }
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if credentials::is_local(uri) => Ok(()),
        Some("http") => Err(Failure::argument(format!(
            "{origin} {quoted}: over plain http the API key is only sent to this machine; use https"
        ))),
        _ => Err(Failure::argument(format!("{origin} {quoted}: {expected}"))),
    }
}

fn read_key(args: &ApiArgs) -> Result<String, Failure> {
    let (key, origin) = match (&args.api_key_file, &args.api_key_env) {
        (Some(path), _) => {
            let key = String::from_utf8(input::read_secret(path)?).unwrap_or_default();
            (Some(key.trim_end_matches(['\r', '\n']).to_owned()), quoted(path))
        }
        (None, Some(name)) if !crate::secrets::looks_like_variable(name) => {
            return Err(Failure::argument(
                "--api-key-env takes the name of a variable, and this is not one; it is not shown because it may be the \
                 key itself",
            ));
        }
        (None, name) => {
            let name = name.as_deref().unwrap_or("CONTIO_API_KEY");
            (env::var(name).ok(), format!("the variable {name}"))
        }
    };
    match key {
        Some(key) if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(key),
        Some(_) => Err(Failure::argument(format!("{origin} is not an API key: a key is visible ASCII without spaces"))),
        None => Err(Failure::argument(format!(
            "no API key is given, and {origin} is not set: set CONTIO_API_KEY, or use --api-key-env NAME or --api-key-file FILE"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sent_over_plain_http_only_to_loopback() {
        for good in ["https://api.contio.ai/x", "http://127.0.0.1:1/x", "http://[::1]/x", "http://localhost:8080"] {
            assert!(check_base("", good).is_ok(), "{good}");
        }
        for bad in [
            "http://10.0.0.1/",
            "http://api.contio.ai/",
            "http://localhost.example/",
            "ftp://x/",
            "x",
            "",
            "https://u:p@x/",
        ] {
            assert!(check_base("", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn waits_grow_and_are_randomized() {
        for attempt in 1..ATTEMPTS {
            let longest = FIRST_WAIT * 2_u32.pow(attempt - 1);
            let wait = back_off(attempt);
            assert!(wait <= longest && wait >= longest / 2, "{attempt}: {wait:?}");
        }
    }
}
