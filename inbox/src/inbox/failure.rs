//! Why a handler failed, and what is to be done about it.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// The longest text of an error that is kept, in characters.
const MAX_TEXT: usize = 200;

/// A handler's error that says that no further attempt makes sense: the delivery is dead, until a person has it tried
/// again.
///
/// ```
/// # use hookseal_inbox::{Received, Reject};
/// async fn handle(delivery: Received) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
///     if delivery.scheme() == "stripe" {
///         return Err(Reject::new("this endpoint handles no invoices").into());
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    reason: Cow<'static, str>,
}

impl Reject {
    /// The reason is shown to the person who looks after dead deliveries.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into() }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Error for Reject {}

/// A handler's error that says when the next attempt makes sense. The attempt counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryIn {
    delay: Duration,
    reason: Cow<'static, str>,
}

impl RetryIn {
    /// The reason is shown to the person who looks after deliveries that fail.
    #[must_use]
    pub fn new(delay: Duration, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { delay, reason: reason.into() }
    }
}

impl fmt::Display for RetryIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Error for RetryIn {}

/// What came of an attempt that failed.
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Then {
    Retry,
    RetryIn(Duration),
    Bury,
}

impl Failure {
    pub(super) fn of_error(error: &(dyn Error + 'static)) -> Self {
        let mut source = Some(error);
        let mut then = Then::Retry;
        while let Some(error) = source {
            if error.is::<Reject>() {
                then = Then::Bury;
                break;
            }
            if let Some(asked) = error.downcast_ref::<RetryIn>() {
                then = Then::RetryIn(asked.delay);
                break;
            }
            source = error.source();
        }
        Self { text: first_line(&error.to_string()), then }
    }

    pub(super) fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self { text: first_line(&format!("panicked: {}", text.unwrap_or("without a text"))), then: Then::Retry }
    }

    pub(super) fn retry(text: &str) -> Self {
        Self { text: first_line(text), then: Then::Retry }
    }
}

/// The first line, at most so many characters, without what controls a terminal or ends a database's text.
fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("no text");
    let line = line.replace(char::is_control, " ");
    line.trim().chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_handler_asks_for_is_found_behind_other_errors_too() {
        #[derive(Debug)]
        struct Outer(Reject);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("outer")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let failure = Failure::of_error(&Outer(Reject::new("no")));
        assert_eq!((failure.text.as_str(), failure.then), ("outer", Then::Bury));
        let delay = Duration::from_secs(9);
        assert_eq!(Failure::of_error(&RetryIn::new(delay, "later")).then, Then::RetryIn(delay));
        let boxed: Box<dyn Error + Send + Sync> = "plain".into();
        assert_eq!(Failure::of_error(&*boxed).then, Then::Retry);
    }

    #[test]
    fn a_text_is_one_short_line_without_control_characters() {
        assert_eq!(first_line("\n\n one\u{1b}[2J\0 \nsecond"), "one [2J");
        assert_eq!(first_line(""), "no text");
        assert_eq!(first_line(&"é".repeat(300)).chars().count(), 200);
        let panic: Box<dyn Any + Send> = Box::new("it broke\nhere".to_owned());
        assert_eq!(Failure::of_panic(&*panic).text, "panicked: it broke");
    }
}
