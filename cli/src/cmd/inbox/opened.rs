//! An inbox that is looked into, and its dead deliveries, which are changed.

use clap::ValueEnum;
use hookseal_inbox::{Entry, Error, Inbox, State};
use serde_json::{Value, json};

use super::view;
use crate::escape::printable;
use crate::failure::Failure;
use crate::inbox_args::{InboxPlace, unusable};
use crate::outcome::{Exit, Outcome};
use crate::render::json_line;

/// Settings need a scope, which only matters to what is stored.
const SCOPE: &str = "hookseal inbox";

/// A state whose deliveries can be listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Listed {
    Pending,
    Running,
    Dead,
}

/// What is done with dead deliveries.
#[derive(Clone, Copy)]
pub(super) enum Change {
    Retry,
    Discard,
}

impl Change {
    const fn done(self) -> &'static str {
        match self {
            Self::Retry => "retried",
            Self::Discard => "discarded",
        }
    }
}

/// An inbox that was there.
pub(super) struct Opened {
    inbox: Inbox,
    /// The option that named it.
    origin: String,
}

impl Opened {
    pub(super) async fn open(place: InboxPlace) -> Result<Self, Failure> {
        let origin = place.to_string();
        // Notices are about deliveries of this process, which handles none.
        let builder = place.builder()?.scope(SCOPE).existing().on_notice(|_| {});
        let inbox = builder.build().await.map_err(|error| unusable(&origin, &error))?;
        Ok(Self { inbox, origin })
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) async fn list(&self, state: Option<Listed>, limit: u32) -> Result<Outcome, Failure> {
        let states = match state {
            None => vec![State::Dead, State::Running, State::Pending],
            Some(Listed::Dead) => vec![State::Dead],
            Some(Listed::Running) => vec![State::Running],
            Some(Listed::Pending) => vec![State::Pending],
        };
        let mut entries: Vec<Entry> = Vec::new();
        for state in states {
            let left = limit.saturating_sub(u32::try_from(entries.len()).unwrap_or(u32::MAX));
            if left > 0 {
                entries.extend(self.inbox.list(state, left, 0).await.map_err(|error| self.failed(&error))?);
            }
        }
        let rows: Vec<Value> = entries.iter().map(|entry| json_of(view::fields(entry))).collect();
        let json = json_line(&[("ok", true.into()), ("count", rows.len().into()), ("deliveries", rows.into())]);
        Ok(Outcome::success(view::list(&entries), json))
    }

    pub(super) async fn show(&self, delivery: &str, with_body: bool) -> Result<Outcome, Failure> {
        let shown = match self.find(delivery).await? {
            Some(id) => self.inbox.show(id).await.map_err(|error| self.failed(&error))?,
            None => None,
        };
        let Some((entry, body)) = shown else {
            return Err(Failure::argument(format!(
                "there is no delivery '{delivery}' in the inbox: `hookseal inbox list` lists their numbers"
            )));
        };
        let body = body.filter(|_| with_body);
        let mut fields = view::fields(&entry);
        if with_body {
            let text = body.as_deref().map(|body| std::str::from_utf8(body).map(str::to_owned));
            fields.push(match (text, &body) {
                (Some(Err(_)), Some(bytes)) => ("body_hex", view::hex(bytes).into()),
                (text, _) => ("body", text.and_then(Result::ok).into()),
            });
        }
        let json = json_line(&[("ok", true.into()), ("delivery", json_of(fields))]);
        Ok(Outcome::success(view::one(&entry, with_body.then_some(body.as_deref())), json))
    }

    /// Does it with each: if one is not dead, the others are changed all the same.
    pub(super) async fn change(&self, deliveries: &[String], change: Change) -> Result<Outcome, Failure> {
        let (mut text, mut results, mut refused) = (String::new(), Vec::new(), 0_usize);
        for delivery in deliveries {
            match self.change_one(delivery, change).await? {
                Ok(()) => {
                    text.push_str(&format!("{}  {}\n", printable(delivery), change.done()));
                    results.push(json!({ "delivery": delivery, "ok": true }));
                }
                Err(reason) => {
                    refused += 1;
                    text.push_str(&format!("{}  not {}: {reason}\n", printable(delivery), change.done()));
                    results.push(json!({ "delivery": delivery, "ok": false, "message": reason }));
                }
            }
        }
        let (done, is_right) = (deliveries.len() - refused, refused == 0);
        text.push_str(&format!("{done} {}, {refused} not {0}\n", change.done()));
        let json = json_line(&[
            ("ok", is_right.into()),
            (change.done(), done.into()),
            ("refused", refused.into()),
            ("deliveries", results.into()),
        ]);
        Ok(Outcome { text, json, exit: Exit::success_if(is_right) })
    }

    /// Does it, or says why not.
    pub(super) async fn change_one(&self, delivery: &str, change: Change) -> Result<Result<(), String>, Failure> {
        let failed = |error: Error| self.failed(&error);
        let Some(id) = self.find(delivery).await? else { return Ok(Err("there is no such delivery".to_owned())) };
        let was_dead = match change {
            Change::Retry => self.inbox.revive(id).await,
            Change::Discard => self.inbox.discard(id).await,
        };
        if was_dead.map_err(failed)? {
            return Ok(Ok(()));
        }
        Ok(Err(match self.inbox.show(id).await.map_err(failed)? {
            Some((entry, _)) => format!("it is {}, and not dead", entry.state.name()),
            None => "there is no such delivery".to_owned(),
        }))
    }

    pub(super) async fn retry_all(&self) -> Result<Outcome, Failure> {
        let failed = |error: Error| self.failed(&error);
        // As many as are dead now: what dies again meanwhile is left.
        let dead = self.inbox.stats().await.map_err(failed)?.dead.number;
        let number = u32::try_from(dead).unwrap_or(u32::MAX);
        let retried = self.inbox.revive_all(number).await.map_err(failed)?;
        let json = json_line(&[("ok", true.into()), ("retried", retried.into())]);
        Ok(Outcome::success(format!("{retried} retried\n"), json))
    }

    pub(super) async fn stats(&self) -> Result<Outcome, Failure> {
        let stats = self.inbox.stats().await.map_err(|error| self.failed(&error))?;
        Ok(Outcome::success(view::stats(&self.origin, &stats), view::stats_json(&stats)))
    }

    /// The number of a delivery, from its number or its key.
    async fn find(&self, delivery: &str) -> Result<Option<i64>, Failure> {
        match delivery.parse() {
            Ok(id) => Ok(Some(id)),
            Err(_) => self.inbox.find(delivery).await.map_err(|error| self.failed(&error)),
        }
    }

    fn failed(&self, error: &Error) -> Failure {
        unusable(&self.origin, error)
    }
}

fn json_of(fields: Vec<(&'static str, Value)>) -> Value {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
