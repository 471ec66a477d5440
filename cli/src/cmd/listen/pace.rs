//! How fast and how often deliveries are forwarded.

use std::time::Duration;

use clap::Args;

use crate::failure::Failure;

const HEADING: &str = "Forwarding";

/// How long a sender waits, according to Contio's guide.
pub(super) const TIMEOUT: u64 = 30;
const CONCURRENCY: u32 = 10;

/// As in `inbox/INBOX.md`.
const ATTEMPTS: u32 = 12;
const FIRST_DELAY: u64 = 5;
const MAX_DELAY: u64 = 3600;

/// The shortest lease, as that of the libraries.
const LEASE: Duration = Duration::from_secs(45);

/// Each forward that runs takes a thread.
const MAX_CONCURRENCY: i64 = 256;

#[derive(Args, Debug)]
pub(crate) struct PaceArgs {
    #[arg(help = "How long the backend may take [default: 30]")]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    #[arg(help_heading = HEADING, requires = "forward")]
    timeout: Option<u64>,

    #[arg(help = "Forwards from an inbox at a time [default: 10]")]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_CONCURRENCY))]
    #[arg(help_heading = HEADING)]
    concurrency: Option<u32>,

    #[arg(help = "Attempts for each delivery in an inbox [default: 12]")]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    #[arg(help_heading = HEADING)]
    attempts: Option<u32>,

    #[arg(help = "Delay after the first attempt; each is four times longer [default: 5]")]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    #[arg(help_heading = HEADING)]
    first_delay: Option<u64>,

    #[arg(help = "The longest delay [default: 3600]")]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    #[arg(help_heading = HEADING)]
    max_delay: Option<u64>,
}

impl PaceArgs {
    /// An option that means something only if deliveries are forwarded from an inbox.
    pub(super) fn of_inbox(&self) -> Option<&'static str> {
        [
            ("--concurrency", self.concurrency.is_some()),
            ("--attempts", self.attempts.is_some()),
            ("--first-delay", self.first_delay.is_some()),
            ("--max-delay", self.max_delay.is_some()),
        ]
        .into_iter()
        .find_map(|(name, is_given)| is_given.then_some(name))
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout.unwrap_or(TIMEOUT))
    }

    /// How long a worker that says nothing is waited for: longer than a forward can take.
    pub(super) fn lease(&self) -> Duration {
        LEASE.max(self.timeout() + Duration::from_secs(15))
    }

    pub(super) fn concurrency(&self) -> usize {
        usize::try_from(self.concurrency.unwrap_or(CONCURRENCY)).unwrap_or(usize::MAX)
    }

    pub(super) fn attempts(&self) -> u32 {
        self.attempts.unwrap_or(ATTEMPTS)
    }

    /// The delays between attempts.
    pub(super) fn back_off(&self) -> Result<BackOff, Failure> {
        let max = self.max_delay.unwrap_or(MAX_DELAY);
        let first = self.first_delay.unwrap_or(FIRST_DELAY.min(max));
        if first > max {
            return Err(Failure::argument(format!(
                "the first delay, {first} s, is longer than the longest, {max} s: change --first-delay or --max-delay"
            )));
        }
        Ok(BackOff { first: Duration::from_secs(first), max: Duration::from_secs(max) })
    }
}

/// The delay after the first attempt, and the longest.
#[derive(Clone, Copy)]
pub(super) struct BackOff {
    pub(super) first: Duration,
    pub(super) max: Duration,
}

impl BackOff {
    /// The least that the inbox waits after an attempt: attempts are not used up sooner, whatever a backend asks for.
    pub(super) fn shortest(self, attempt: u32) -> Duration {
        let factor = 4_u32.saturating_pow(attempt.saturating_sub(1));
        self.first.saturating_mul(factor).min(self.max) * 4 / 5
    }
}
