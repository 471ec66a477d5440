//! `hookseal inbox`: what waits in an inbox, what is dead and why, and another try for it.

mod opened;
mod serve;
mod view;

use clap::{Args, Subcommand};

use self::opened::{Change, Listed, Opened};
use self::serve::ServeArgs;
use crate::failure::Failure;
use crate::inbox_args::InboxArgs;
use crate::outcome::Outcome;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InboxCommand {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    place: InboxArgs,

    /// Print one line of JSON, for errors too
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List what is not done yet, the newest first: dead ones, running ones, pending ones
    List {
        /// Only those in this state: pending, running or dead
        #[arg(long, value_name = "STATE", hide_possible_values = true)]
        state: Option<Listed>,

        /// Maximum number to list
        #[arg(long, value_name = "COUNT", default_value_t = 100)]
        limit: u32,
    },
    /// Show one delivery
    Show {
        /// Its number, or its key
        #[arg(value_name = "DELIVERY")]
        delivery: String,

        /// Show its body too, which may hold personal data
        #[arg(long)]
        body: bool,
    },
    /// Have dead deliveries handled again, with all their attempts
    Retry {
        /// Their numbers, or their keys
        #[arg(value_name = "DELIVERY", required_unless_present = "all_dead")]
        deliveries: Vec<String>,

        /// Retry all that are dead
        #[arg(long, conflicts_with = "deliveries")]
        all_dead: bool,
    },
    /// Give dead deliveries up: their bodies are deleted, and their keys are kept
    Discard {
        /// Their numbers, or their keys
        #[arg(value_name = "DELIVERY", required = true)]
        deliveries: Vec<String>,
    },
    /// Count what is in each state
    Stats,
    /// Serve a page on this machine that shows what waits and what is dead, and retries it
    Serve(ServeArgs),
}

const EXAMPLES: &str = "\
An inbox is where `hookseal listen --inbox` and the libraries store deliveries: a SQLite file, or
two tables of a PostgreSQL database. The address of a database is read from the variable that
--inbox-env names, never from an argument. Certificates of a server on another machine are verified,
except with sslmode=disable. No inbox is made: `listen` and the libraries do that.

Exit codes: 0 success; 1 some were not dead, and nothing was done with them; 2 invalid usage, or the
inbox cannot be used.

Examples:
  hookseal inbox list --inbox inbox.db --state dead
  hookseal inbox show 7 --inbox inbox.db --body
  hookseal inbox retry --all-dead --inbox-env DATABASE_URL
  hookseal inbox stats --inbox inbox.db --json
  hookseal inbox serve --inbox inbox.db                A page, whose address is in a file";

pub(crate) fn run(command: &InboxCommand) -> Result<Outcome, Failure> {
    let Some(place) = command.place.place()? else {
        return Err(Failure::argument("no inbox is given: use --inbox FILE, or --inbox-env NAME for a database"));
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::argument(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let opened = Opened::open(place).await?;
        match &command.action {
            Action::List { state, limit } => opened.list(*state, *limit).await,
            Action::Show { delivery, body } => opened.show(delivery, *body).await,
            Action::Retry { deliveries, all_dead: false } => opened.change(deliveries, Change::Retry).await,
            Action::Retry { .. } => opened.retry_all().await,
            Action::Discard { deliveries } => opened.change(deliveries, Change::Discard).await,
            Action::Stats => opened.stats().await,
            Action::Serve(args) => serve::run(args, opened, command.json).await,
        }
    })
}
