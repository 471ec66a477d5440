//! The file to read first: an argument list comes in, one verdict and one exit code go out.

mod args;
mod clock;
mod deliveries;
mod demo;
mod escape;
mod explain;
mod failure;
mod input;
mod listen;
mod receiver;
mod report;
mod request;
mod sandbox;
mod secrets;
mod send;
mod sign;
mod torture;
mod verify;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return report::usage(error, asks_for_json(&args)),
    };
    report::set_color(cli.color);
    match cli.command {
        Command::Sign(args) => report::finish(sign::run(&args), args.json),
        Command::Verify(args) => report::finish_verdict(verify::run(&args), args.json),
        Command::Explain(args) => report::finish_explanation(explain::run(&args), args.json),
        Command::Sandbox(args) => report::finish_served(sandbox::run(&args), args.json),
        Command::Demo => demo::run(),
        Command::Listen(args) => listen::run(&args),
        Command::Torture(args) => report::finish_report(torture::run(&args), args.json),
        Command::Deliveries(args) => report::finish_report(deliveries::run(&args), args.json),
        Command::Send(args) => report::finish(send::run(&args), args.json),
    }
}

/// Whether `--json` is among the arguments: for the case that they were not understood, so that a script which asked
/// for JSON reads JSON then too.
fn asks_for_json(args: &[OsString]) -> bool {
    args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json")
}
