//! Stores each delivery before it is answered, and forwards it later.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hookseal::{UnixTime, VerifierBuilder};
use hookseal_inbox::{Error, Inbox, InboxNotice, InboxNoticeKind, Keyed as _, Put, Worker};

use super::attempt::Forwarder;
use super::forward::Backend;
use super::line::{DUPLICATE_WORD, Genuine, Happened, InboxStart, Stored};
use super::verified::Verified;
use super::{Handling, ListenArgs, Listener, bind, cannot_serve, line, print, serve, url};
use crate::failure::Failure;
use crate::inbox_args::{InboxPlace, unusable};
use crate::stopped::stopped;

/// How long forwards that are running are waited for at the end. Containers are killed after 10 s.
const GRACE: Duration = Duration::from_secs(8);

/// Listens until it is stopped, and forwards what is in the inbox if there is a backend.
pub(super) async fn listen(
    args: &ListenArgs,
    max_body: usize,
    builder: VerifierBuilder,
    place: InboxPlace,
    backend: Option<Backend>,
) -> Result<(), Failure> {
    let json = args.json;
    let pace = &args.pace;
    let back_off = pace.back_off()?;
    let signer = backend.as_ref().map(|_| args.forward_secret.signer()).transpose()?;
    let origin = place.to_string();
    // One inbox may serve several endpoints, each with a path of its own. Its lease is extended while a forward runs, so
    // that a long timeout does not delay what a kill has interrupted.
    let inbox = place.builder()?.scope(&args.path);
    let inbox = inbox.attempts(pace.attempts()).back_off(back_off.first, back_off.max);
    let inbox = inbox.on_notice(move |notice| report(notice, json)).build().await;
    let inbox = inbox.map_err(|error| unusable(&origin, &error))?;
    let stats = inbox.stats().await.map_err(|error| unusable(&origin, &error))?;
    let listener = Listener::new(args, builder, Storing(inbox.clone()))?;
    let socket = bind(args).await?;
    let first_stop = stopped().map_err(cannot_serve)?;
    let worker = match backend.zip(signer) {
        Some((backend, signer)) => {
            let forwarder = Forwarder::new(backend, signer, back_off, json);
            let worker = inbox.worker().concurrency(pace.concurrency());
            let started = worker.start(move |received| forwarder.forward(received)).await;
            Some(started.map_err(|error| unusable(&origin, &error))?)
        }
        None => None,
    };
    let start = InboxStart { origin, lost_with: stats.lost_with };
    print(&line::start(&url(args, &socket)?, args.forward.as_deref(), Some(&start), json), json);
    let served = serve(listener, socket, max_body, first_stop).await;
    if let Some(worker) = worker {
        close(worker).await?;
    }
    served
}

/// Gives back what has not begun, and waits for what is running, unless it is stopped once more.
async fn close(worker: Worker) -> Result<(), Failure> {
    let second_stop = stopped().map_err(cannot_serve)?;
    tokio::select! {
        _ = worker.close(GRACE) => {}
        () = second_stop => {}
    }
    Ok(())
}

struct Storing(Inbox);

impl Handling for Storing {
    async fn handle(&self, genuine: &mut Genuine, verified: Verified, _: HeaderMap) -> Result<Response, Error> {
        let put = self.0.put(&verified).await?;
        let (word, same_body) = match put {
            Put::Stored => ("stored", true),
            Put::Revived => ("revived", true),
            Put::Duplicate { same_body, .. } => (DUPLICATE_WORD, same_body),
            _ => ("stored", true),
        };
        genuine.duplicate = verified.key().map(|_| word == DUPLICATE_WORD);
        genuine.stored = Some(Stored { word, has_other_body: !same_body });
        Ok(StatusCode::OK.into_response())
    }
}

/// Prints what no other line says.
fn report(notice: &InboxNotice<'_>, json: bool) {
    let is_new = match notice.kind {
        InboxNoticeKind::Dead | InboxNoticeKind::Takeover | InboxNoticeKind::ClaimLost => true,
        // With a key, it is the error of a delivery that is refused.
        InboxNoticeKind::StoreUnavailable => notice.key.is_none(),
        _ => false,
    };
    if !is_new {
        return;
    }
    let happened = Happened {
        word: notice.kind.name(),
        key: notice.key.map(str::to_owned),
        attempt: notice.attempts,
        message: notice.error.map(str::to_owned).or_else(|| notice.store_error.map(ToString::to_string)),
    };
    print(&happened.render(UnixTime::now(), json), json);
}
