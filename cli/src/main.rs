//! The binary `hookseal`: reads the command line, runs one command, prints its outcome and exits with its code.

mod args;
mod clock;
mod cmd;
mod credentials;
mod escape;
mod failure;
mod http;
mod inbox_args;
mod input;
mod outcome;
mod output;
mod posted;
mod postgres;
mod private;
mod public_keys;
mod receiver;
mod render;
mod scheme_args;
mod schemes;
mod secrets;
mod stopped;
mod style;
mod tls;
mod usage;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory as _, Parser};

use crate::cmd::Command;

/// Signs, verifies and explains webhook deliveries, and tests webhook receivers.
#[derive(Debug, Parser)]
#[command(name = "hookseal", version, after_help = EXAMPLES)]
struct Cli {
    /// When to use colour: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    color: ColorChoice,

    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Exit codes: 0 success, or genuine; 1 refused; 2 invalid usage or configuration.

Examples:
  hookseal demo                            See it at work
  hookseal dev --forward URL               Try out your receiver while you write it
  hookseal sign body.json                  Sign a body with the secret in $HOOKSEAL_SECRET
  hookseal verify -H @headers body.json    Verify a delivery that was saved to two files
  hookseal explain -H @headers body.json   Find out why it was refused
  hookseal verify --help                   More examples";

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    match Cli::try_parse_from(&args) {
        Ok(cli) => {
            output::set_color(cli.color);
            cli.command.run(Cli::command())
        }
        Err(error) => usage::report(error, usage::asks_for_json(&args)),
    }
}
