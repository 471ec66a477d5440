//! A process that claims: `once claimer PLACE LEASE`, with a lease in milliseconds. Each line on its standard input is
//! `begin` or `end`, and it says what came of it.

use std::io::{BufRead as _, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hookseal_inbox::{Attempt, Once};

use super::deliveries::delivery;
use super::place::{AnyStore, Place};

/// Claims and finishes one event as it is asked.
///
/// # Panics
/// If the store cannot be used.
pub async fn run(place: &Place, lease: Duration) {
    let notices = Arc::<Mutex<Vec<&'static str>>>::default();
    let own = Arc::clone(&notices);
    let once = Once::builder(place.open().await).scope("test").lease(lease);
    let once = once.on_notice(move |notice| own.lock().expect("no panic").push(notice.kind.name()));
    let once = once.build().expect("its settings");
    let mut attempt: Option<Attempt<AnyStore>> = None;
    for line in std::io::stdin().lock().lines() {
        let said = match line.expect("a line").as_str() {
            "begin" => match once.claim(&delivery("evt-1")).await {
                Ok(Some(claimed)) => {
                    attempt = Some(claimed);
                    notices.lock().expect("no panic").pop().unwrap_or("first")
                }
                Ok(None) => "duplicate",
                Err(error) => error.code(),
            },
            _ => {
                let is_mine = match attempt.take() {
                    Some(attempt) => attempt.finish().await,
                    None => false,
                };
                if is_mine { "finished" } else { notices.lock().expect("no panic").pop().unwrap_or("nothing") }
            }
        };
        println!("{said}");
        std::io::stdout().flush().expect("a reader");
    }
}
