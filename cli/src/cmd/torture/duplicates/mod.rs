//! Duplicates of events: whether the receiver handles one twice, or loses one by its answer to a duplicate.
//!
//! What the receiver did is not in its answers, so it reports each event that it handles to an address at which this
//! program listens. The answers to the reports make its handler fail or slow.

mod reports;

use std::time::Duration;

use hookseal::Error;
use tokio::time::{Instant, sleep};

use self::reports::First;
pub(super) use self::reports::Reports;
use super::case::{Case, Delivery, Expected, Flow, Group};
use super::cases::Bench;
use super::check::{self, Fault};
use super::target::Target;
use super::wire::{self, Response};

/// How many deliveries of one event are sent at the same time.
const PARALLEL: usize = 8;

/// How long a slow handler takes before it fails.
const SLOW: Duration = Duration::from_millis(1500);

/// How long to wait before a delivery is sent again.
const PAUSE: Duration = Duration::from_millis(200);

/// The cases of a variant. Those in which the handler must fail need its reports.
pub(super) fn cases(bench: &Bench<'_>, has_reports: bool) -> Result<Vec<Case>, Error> {
    let rows = [
        (Flow::Again, "again", "an event again after it was handled", "2xx"),
        (Flow::Parallel, "parallel", "an event eight times at once", "one run"),
        (Flow::AfterFailure, "after-failure", "an event again after its handler failed", "another run"),
        (Flow::WhileSlow, "while-slow", "an event again while its handler is slow", "another run"),
    ];
    let is_possible = |flow| has_reports || matches!(flow, Flow::Again | Flow::Parallel);
    let rows = rows.into_iter().filter(|(flow, ..)| is_possible(*flow));
    rows.map(|(flow, name, sent, label)| {
        let body = bench.body(name);
        // As the sender's next attempts are: signed anew.
        let signed = |seconds: i64| {
            let time = (bench.now.as_secs() + seconds % 4).to_string();
            let headers = bench.variant.sign(bench.secret(), &time, &bench.id(name), &body)?;
            Ok(Delivery::new(headers, body.clone()))
        };
        let deliveries = (0..8).map(signed).collect::<Result<_, Error>>()?;
        let why = "an event is lost, or handled twice";
        let expected = Expected::Once { flow, label };
        Ok(bench.case(Group::Duplicates, (name, sent, why), expected, deliveries))
    })
    .collect()
}

/// Sends the deliveries of a case, each as a sender would: again after a 5xx. Returns the answer that decided, and what
/// is wrong.
pub(super) async fn play(
    target: &Target,
    case: &Case,
    flow: Flow,
    wait: Duration,
    reports: Option<&Reports>,
) -> (Response, Option<Fault>) {
    let sender = Sender { target, case, wait, reports, id: &case.event_id };
    if let Some(reports) = reports {
        let first = match flow {
            Flow::Again | Flow::Parallel => First::Succeeds,
            Flow::AfterFailure => First::Fails,
            Flow::WhileSlow => First::FailsAfter(SLOW),
        };
        reports.expect(&case.event_id, first);
    }
    let mut answers = Vec::new();
    match flow {
        Flow::Again => {
            answers.push(sender.until_accepted().await);
            answers.push(sender.until_accepted().await);
        }
        Flow::Parallel => {
            answers.extend(sender.at_once(PARALLEL).await);
            answers.push(sender.until_accepted().await);
        }
        Flow::AfterFailure => {
            let first = sender.send(0).await;
            let is_accepted = status(&first).is_some_and(|status| status < 300);
            answers.push(first);
            if !is_accepted {
                answers.push(sender.until_accepted().await);
            }
        }
        Flow::WhileSlow => {
            let (first, second) = tokio::join!(sender.send(0), sender.while_running());
            // A sender that was answered 2xx once sends no more.
            let is_accepted = [&first, &second].into_iter().any(|answer| status(answer).is_some_and(|code| code < 300));
            answers.extend([first, second]);
            if !is_accepted {
                answers.push(sender.until_accepted().await);
            }
        }
    }
    sender.judge(answers).await
}

struct Sender<'a> {
    target: &'a Target,
    case: &'a Case,
    wait: Duration,
    reports: Option<&'a Reports>,
    id: &'a str,
}

impl Sender<'_> {
    async fn send(&self, number: usize) -> Response {
        match self.case.deliveries.get(number % self.case.deliveries.len().max(1)) {
            Some(delivery) => wire::send(self.target, delivery, self.wait).await,
            None => Response::Closed,
        }
    }

    /// Sends again after each 5xx, for as long as the receiver may take to answer.
    async fn until_accepted(&self) -> Response {
        let end = Instant::now() + self.wait;
        for number in 0.. {
            let answer = self.send(number).await;
            if status(&answer).is_none_or(|status| status < 500) || Instant::now() >= end {
                return answer;
            }
            sleep(PAUSE).await;
        }
        Response::Silent
    }

    async fn at_once(&self, count: usize) -> Vec<Response> {
        let mut answers = Vec::new();
        let mut sent: Vec<_> = (0..count).map(|number| Box::pin(self.send(number))).collect();
        // Polled together, so that all are on their way before the first is answered.
        std::future::poll_fn(|context| {
            sent.retain_mut(|answer| match answer.as_mut().poll(context) {
                std::task::Poll::Ready(answer) => {
                    answers.push(answer);
                    false
                }
                std::task::Poll::Pending => true,
            });
            if sent.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        answers
    }

    /// Sends a duplicate once the handler is running.
    async fn while_running(&self) -> Response {
        let end = Instant::now() + SLOW;
        while self.reports.is_some_and(|reports| reports.runs(self.id).started == 0) && Instant::now() < end {
            sleep(PAUSE / 10).await;
        }
        self.send(1).await
    }

    /// The answer that decides, and the fault.
    async fn judge(&self, mut answers: Vec<Response>) -> (Response, Option<Fault>) {
        let is_lost = |answer: &Response| status(answer).is_some_and(|status| (300..500).contains(&status));
        if let Some(at) = answers.iter().position(|answer| status(answer).is_none()) {
            let answer = answers.swap_remove(at);
            let fault = check::check(Expected::Accepted, &answer);
            return (answer, fault);
        }
        if let Some(at) = answers.iter().position(is_lost) {
            return (answers.swap_remove(at), Some(Fault::EventLost));
        }
        let last = answers.pop().unwrap_or(Response::Silent);
        let is_accepted = answers.iter().chain([&last]).any(|answer| status(answer).is_some_and(|code| code < 300));
        if !is_accepted {
            return (last, Some(Fault::GenuineRefused));
        }
        let Some(reports) = self.reports else { return (last, None) };
        // A receiver may work after its answer.
        let end = Instant::now() + self.wait;
        while reports.runs(self.id).succeeded == 0 && Instant::now() < end {
            sleep(PAUSE / 4).await;
        }
        sleep(PAUSE).await;
        let runs = reports.runs(self.id);
        let fault = match runs.succeeded {
            _ if runs.started == 0 => Some(Fault::NotReported),
            0 => Some(Fault::EventLost),
            1 if !runs.overlapped => None,
            _ => Some(Fault::HandledTwice),
        };
        (last, fault)
    }
}

const fn status(response: &Response) -> Option<u16> {
    match response {
        Response::Status { status, .. } => Some(*status),
        _ => None,
    }
}
