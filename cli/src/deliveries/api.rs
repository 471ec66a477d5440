//! The management API: one call, tried again where that may help, and what it answers.

use std::time::Duration;
use std::{env, thread};

use clap::Args;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, Response, Uri};

use crate::failure::Failure;
use crate::input::{self, quoted, quoted_url};

/// Where the API is, and who asks.
#[derive(Args, Debug)]
pub(crate) struct ApiArgs {
    #[arg(help = "Where the API is [default: CONTIO_BASE_URL, or Contio's own]")]
    #[arg(long, value_name = "URL", help_heading = "API", global = true)]
    base_url: Option<String>,

    #[arg(help = "Variable with the API key [default: CONTIO_API_KEY]")]
    #[arg(long, value_name = "NAME", help_heading = "API", global = true, conflicts_with = "api_key_file")]
    api_key_env: Option<String>,

    /// File with the API key
    #[arg(long, value_name = "FILE", help_heading = "API", global = true)]
    api_key_file: Option<std::path::PathBuf>,
}

const CONTIO: &str = "https://api.contio.ai/v1/partner/admin";

/// How often a call is made before it is given up.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// What a server may ask for at most, so that no answer can hold a command for a day.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

pub(super) struct Api {
    base: String,
    // Not `Debug`: nothing prints them.
    key: String,
    client: Option<String>,
    agent: Agent,
}

/// Why a call gave no result.
pub(super) enum Refusal {
    /// The API's own code and message.
    Answered { status: u16, code: String, message: String },
    /// No answer, or none that can be read.
    Failed(String),
}

impl Api {
    pub(super) fn new(args: &ApiArgs) -> Result<Self, Failure> {
        let base = args.base_url.clone().or_else(|| env::var("CONTIO_BASE_URL").ok());
        let base = base.as_deref().unwrap_or(CONTIO).trim_end_matches('/').to_owned();
        check_base(&base)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A key goes to the server that was named, and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .user_agent(concat!("hookseal/", env!("CARGO_PKG_VERSION")));
        // Nor does a key for this machine go through a proxy.
        let config = if is_plain(&base) { config.proxy(None) } else { config };
        Ok(Self {
            base,
            key: read_key(args)?,
            client: env::var("CONTIO_CLIENT_ID").ok().filter(|id| !id.is_empty()),
            agent: config.build().into(),
        })
    }

    pub(super) fn get(&self, path: &str) -> Result<Value, Refusal> {
        self.call("GET", path)
    }

    pub(super) fn post(&self, path: &str) -> Result<Value, Refusal> {
        self.call("POST", path)
    }

    /// Tries again after 429, 5xx and broken connections, later each time. A retry that was scheduled though its answer was
    /// lost is then scheduled once more: the receiver tells it as a duplicate, which it must be ready for anyway.
    fn call(&self, method: &str, path: &str) -> Result<Value, Refusal> {
        let mut attempt = 1;
        loop {
            let (refusal, asked) = match self.once(method, path) {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err((refusal, asked))) => (refusal, asked),
                Err(error) => (Refusal::Failed(error.to_string()), None),
            };
            let may_help = match &refusal {
                Refusal::Answered { status, .. } => *status == 429 || *status >= 500,
                Refusal::Failed(_) => true,
            };
            if !may_help || attempt == TRIES {
                return Err(refusal);
            }
            thread::sleep(asked.unwrap_or_else(|| back_off(attempt)).min(LONGEST_WAIT));
            attempt += 1;
        }
    }

    /// One try: a result, or what the API says and how long it asks to wait.
    fn once(&self, method: &str, path: &str) -> Result<Result<Value, (Refusal, Option<Duration>)>, ureq::Error> {
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.base)).header("X-API-Key", &self.key);
        if let Some(client) = &self.client {
            request = request.header("X-Client-ID", client);
        }
        let mut answer = if method == "POST" {
            self.agent.run(request.header("Content-Type", "application/json").body("{}")?)?
        } else {
            self.agent.run(request.body(())?)?
        };
        let text = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec()?;
        let status = answer.status().as_u16();
        // Half an emoji in a message that was cut makes none of the answer unreadable.
        let value: Option<Value> = serde_json::from_slice(&hookseal::replace_lone_surrogates(&text)).ok();
        Ok(match (status, value) {
            (200..=299, Some(value)) => Ok(value),
            (200..=299, None) => {
                let message = "the answer is not JSON; is --base-url the URL of the API?".to_owned();
                Err((Refusal::Answered { status: 200, code: "unreadable_answer".to_owned(), message }, None))
            }
            (_, value) => Err((refusal(status, &value.unwrap_or_default()), retry_after(&answer))),
        })
    }
}

fn refusal(status: u16, answer: &Value) -> Refusal {
    let text = |field: &str| answer[field].as_str().map(str::to_owned);
    let message = match status {
        300..=399 => "it redirects, which is not followed; is --base-url the URL of the API?".to_owned(),
        401 | 403 => format!("{}; check the API key", text("error").unwrap_or_else(|| "not allowed".to_owned())),
        _ => text("error").unwrap_or_else(|| "it says no more".to_owned()),
    };
    Refusal::Answered { status, code: text("code").unwrap_or_else(|| format!("http_{status}")), message }
}

/// `Retry-After` in seconds; a date in it is not read, and the own wait taken.
fn retry_after<B>(answer: &Response<B>) -> Option<Duration> {
    answer.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Twice as long each time, and by chance up to a half less.
fn back_off(attempt: u32) -> Duration {
    (FIRST_WAIT * 2_u32.saturating_pow(attempt - 1)).mul_f64(1.0 - fastrand::f64() / 2.0)
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answered { status, code, message } => write!(f, "the API answered {status} {code}: {message}"),
            Self::Failed(reason) => write!(f, "the API cannot be reached: {reason}"),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match &refusal {
            Refusal::Answered { .. } => Self::refused_elsewhere(refusal.to_string()),
            Refusal::Failed(_) => Self::unreachable(refusal.to_string()),
        }
    }
}

fn is_plain(base: &str) -> bool {
    base.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
}

fn check_base(base: &str) -> Result<(), Failure> {
    let shown = quoted_url(base);
    let form = "give the API's URL, such as https://api.contio.ai/v1/partner/admin";
    let uri: Option<Uri> = base.parse().ok();
    let authority = uri.as_ref().and_then(Uri::authority);
    let (Some(uri), Some(authority)) = (&uri, authority) else {
        return Err(Failure::argument(format!("--base-url {shown}: {form}")));
    };
    if authority.as_str().contains('@') || uri.query().is_some() {
        return Err(Failure::argument(format!("--base-url holds a user, a password or a query; {form}")));
    }
    let host = authority.host().trim_matches(['[', ']']);
    let is_loopback = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_loopback => Ok(()),
        Some("http") => Err(Failure::argument(format!(
            "--base-url {shown}: the API key is sent over plain http to this machine only; use https"
        ))),
        _ => Err(Failure::argument(format!("--base-url {shown}: {form}"))),
    }
}

fn read_key(args: &ApiArgs) -> Result<String, Failure> {
    let (key, origin) = match (&args.api_key_file, &args.api_key_env) {
        (Some(path), _) => {
            let key = String::from_utf8(input::read_secret(path)?).unwrap_or_default();
            (Some(key.trim_end_matches(['\r', '\n']).to_owned()), quoted(path))
        }
        (None, Some(name)) if !crate::secrets::can_be_shown(name) => {
            return Err(Failure::argument(
                "--api-key-env takes the name of a variable, and what was given is none; it is not shown here, as it may \
                 be the key itself",
            ));
        }
        (None, name) => {
            let name = name.as_deref().unwrap_or("CONTIO_API_KEY");
            (env::var(name).ok(), format!("the variable {name}"))
        }
    };
    match key {
        Some(key) if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(key),
        Some(_) => Err(Failure::argument(format!("{origin} holds no API key: that is visible ASCII without spaces"))),
        None => Err(Failure::argument(format!(
            "there is no API key, as {origin} is not set; set CONTIO_API_KEY, or use --api-key-env NAME or --api-key-file FILE"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_over_plain_http_to_loopback_only() {
        for good in ["https://api.contio.ai/x", "http://127.0.0.1:1/x", "http://[::1]/x", "http://localhost:8080"] {
            assert!(check_base(good).is_ok(), "{good}");
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
            assert!(check_base(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn waits_grow_and_differ() {
        for attempt in 1..TRIES {
            let longest = FIRST_WAIT * 2_u32.pow(attempt - 1);
            let wait = back_off(attempt);
            assert!(wait <= longest && wait >= longest / 2, "{attempt}: {wait:?}");
        }
    }
}
