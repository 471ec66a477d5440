//! `hookseal inbox serve`: a page on this machine. Whatever it shows or does needs a token, which only the file with
//! its address has: other pages in a browser can call everything that listens on this machine, too.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as InPath, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use clap::Args;
use hookseal_sandbox::page;

use super::opened::{Change, Listed, Opened};
use super::view;
use crate::failure::Failure;
use crate::input::quoted;
use crate::outcome::Outcome;
use crate::output;
use crate::private;
use crate::render::{self, json_line};
use crate::stopped::stopped;

#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    /// Port on 127.0.0.1; 0 lets the system choose one
    #[arg(long, value_name = "PORT", default_value_t = 8119)]
    port: u16,

    /// File for the page's address with its token [default: hookseal-inbox.page]
    #[arg(long, value_name = "FILE", default_value = "hookseal-inbox.page", hide_default_value = true)]
    page_file: PathBuf,
}

/// How many deliveries the page lists.
const LISTED: u32 = 100;

const TOKEN_HEADER: &str = "x-inbox-token";

struct Page {
    opened: Opened,
    token: String,
}

pub(super) async fn run(args: &ServeArgs, opened: Opened, json: bool) -> Result<Outcome, Failure> {
    let address = (Ipv4Addr::LOCALHOST, args.port);
    let socket = tokio::net::TcpListener::bind(address).await.map_err(|error| {
        Failure::argument(format!("cannot listen on 127.0.0.1:{}: {error}; choose another port with --port", args.port))
    })?;
    let failed = |error: std::io::Error| Failure::argument(format!("cannot accept connections: {error}"));
    let base = format!("http://{}", socket.local_addr().map_err(failed)?);
    let token = token()?;
    // Before it says that it serves: a reader of that line may stop it at once.
    let stopped = stopped().map_err(failed)?;
    let file = PageFile::write(&args.page_file, &format!("{base}/#{token}\n"))?;
    print_start(&base, &opened, &file, json);
    let app = app(Arc::new(Page { opened, token }));
    let served = tokio::select! {
        served = async { axum::serve(socket, app).await } => served.map_err(failed),
        () = stopped => Ok(()),
    };
    served.map(|()| Outcome::printed())
}

fn print_start(base: &str, opened: &Opened, file: &PageFile<'_>, json: bool) {
    let shown = file.0.display().to_string();
    let line = if json {
        let inbox = opened.origin().into();
        json_line(&[("ok", true.into()), ("base_url", base.into()), ("page_file", shown.into()), ("inbox", inbox)])
    } else {
        let rows = [
            ("inbox", opened.origin().to_owned()),
            ("page", format!("open the address in {shown}")),
            ("stop", "Ctrl-C".to_owned()),
        ];
        render::block("inbox", &rows)
    };
    output::stream(&line, json);
}

fn app(page: Arc<Page>) -> Router {
    let api = Router::new()
        .route("/stats", get(stats))
        .route("/deliveries", get(list))
        .route("/deliveries/{number}", get(show))
        .route("/deliveries/{number}/retry", post(retry))
        .route("/deliveries/{number}/discard", post(discard))
        .route("/retry-all", post(retry_all))
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::clone(&page), check));
    Router::new()
        .nest("/inbox", api)
        .route("/", get(async || page::as_html(include_str!("page/page.html"))))
        .route("/page.js", get(async || page::as_script(include_str!("page/page.js"))))
        .merge(page::shared_files())
        .fallback(not_found)
        .with_state(page)
}

/// Lets only requests with the token pass.
async fn check(
    State(page): State<Arc<Page>>,
    headers: HeaderMap,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let received = headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    match received {
        Some(received) if page::same(&page.token, received) => next.run(request).await,
        _ => answer(StatusCode::UNAUTHORIZED, refusal("the token of the page is missing or wrong")),
    }
}

async fn stats(State(page): State<Arc<Page>>) -> Response {
    respond(page.opened.stats().await)
}

async fn list(State(page): State<Arc<Page>>, uri: Uri) -> Response {
    let state = match uri.query() {
        Some("state=pending") => Some(Listed::Pending),
        Some("state=running") => Some(Listed::Running),
        Some("state=dead") => Some(Listed::Dead),
        _ => None,
    };
    respond(page.opened.list(state, LISTED).await)
}

async fn show(State(page): State<Arc<Page>>, InPath(number): InPath<i64>, uri: Uri) -> Response {
    respond(page.opened.show(&number.to_string(), uri.query() == Some("body=true")).await)
}

async fn retry(State(page): State<Arc<Page>>, InPath(number): InPath<i64>) -> Response {
    change(&page, number, Change::Retry).await
}

async fn discard(State(page): State<Arc<Page>>, InPath(number): InPath<i64>) -> Response {
    change(&page, number, Change::Discard).await
}

async fn change(page: &Page, number: i64, change: Change) -> Response {
    match page.opened.change_one(&number.to_string(), change).await {
        Ok(Ok(())) => answer(StatusCode::OK, json_line(&[("ok", true.into())])),
        Ok(Err(reason)) => answer(StatusCode::CONFLICT, refusal(&reason)),
        Err(failure) => failed(&failure),
    }
}

async fn retry_all(State(page): State<Arc<Page>>) -> Response {
    respond(page.opened.retry_all().await)
}

async fn not_found() -> Response {
    answer(StatusCode::NOT_FOUND, refusal("there is nothing here"))
}

fn respond(outcome: Result<Outcome, Failure>) -> Response {
    match outcome {
        Ok(outcome) => answer(StatusCode::OK, outcome.json),
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> Response {
    answer(StatusCode::SERVICE_UNAVAILABLE, failure.json())
}

fn refusal(message: &str) -> String {
    json_line(&[("ok", false.into()), ("message", message.into())])
}

fn answer(status: StatusCode, json: String) -> Response {
    (status, [("content-type", "application/json"), ("cache-control", "no-store")], json).into_response()
}

/// 32 hex digits from a secure generator.
fn token() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    let random = tokio_rustls::rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| Failure::argument("the system has no random numbers"))?;
    Ok(view::hex(&bytes))
}

/// The file with the page's address, which is deleted when this is dropped.
struct PageFile<'p>(&'p Path);

impl<'p> PageFile<'p> {
    /// One of an earlier page may be readable by others: a new one takes its place. No other file is replaced.
    fn write(path: &'p Path, address: &str) -> Result<Self, Failure> {
        let write = || {
            if std::fs::read(path).is_ok_and(|text| text.len() < 100 && text.starts_with(b"http://127.0.0.1:")) {
                std::fs::remove_file(path)?;
            }
            private::create(path)?.write_all(address.as_bytes())
        };
        match write() {
            Ok(()) => Ok(Self(path)),
            Err(error) => Err(Failure::argument(format!("--page-file {}: cannot be written: {error}", quoted(path)))),
        }
    }
}

impl Drop for PageFile<'_> {
    fn drop(&mut self) {
        // Somebody else may have deleted it.
        let _ = std::fs::remove_file(self.0);
    }
}
