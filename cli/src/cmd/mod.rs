//! The commands: one file or folder each, with its arguments and its `run`.

mod completions;
mod deliveries;
mod demo;
mod explain;
mod inbox;
mod listen;
mod replay;
mod sandbox;
mod send;
mod sign;
mod torture;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the headers that a sender would send with a body
    Sign(sign::SignArgs),

    /// Check whether a delivery is genuine, fresh and well formed
    Verify(verify::VerifyArgs),

    /// Find out why a delivery was refused, and what to do about it
    Explain(explain::ExplainArgs),

    /// Run a sandbox and a receiver, while you write a handler
    Dev(listen::dev::DevArgs),

    /// Run a sandbox that sends deliveries as Contio does, with its management API
    Sandbox(sandbox::SandboxArgs),

    /// Send good and bad deliveries to a receiver on this machine, and show the results
    Demo,

    /// List the deliveries of an account, show one, or retry failed ones
    Deliveries(deliveries::DeliveriesArgs),

    /// Make a running sandbox emit an event, or send a receiver one
    Send(send::SendArgs),

    /// Send saved deliveries again, as they were or signed anew
    Replay(replay::ReplayArgs),

    /// Receive deliveries, print each with its verdict, and forward genuine ones
    Listen(listen::ListenArgs),

    /// List what an inbox holds, show one delivery, or retry dead ones
    Inbox(inbox::InboxCommand),

    /// Send genuine and forged deliveries to a receiver, and report wrong responses
    Torture(torture::TortureArgs),

    /// Print completions for a shell
    Completions(completions::CompletionsArgs),

    /// Print a manual page
    Man(completions::ManArgs),
}

impl Command {
    /// Runs the command, and prints what it returns. `cli` is the definition of all commands.
    pub(crate) fn run(&self, cli: clap::Command) -> ExitCode {
        let (result, json) = match self {
            Self::Sign(args) => (sign::run(args), args.json),
            Self::Verify(args) => (verify::run(args), args.json),
            Self::Explain(args) => (explain::run(args), args.json),
            Self::Dev(args) => (listen::dev::run(args), args.json),
            Self::Sandbox(args) => (sandbox::run(args), args.json),
            Self::Demo => (demo::run(), false),
            Self::Deliveries(args) => (deliveries::run(args), args.json),
            Self::Send(args) => (send::run(args), args.json),
            Self::Replay(args) => (replay::run(args), args.json),
            Self::Listen(args) => (listen::run(args), args.json),
            Self::Inbox(args) => (inbox::run(args), args.json),
            Self::Torture(args) => (torture::run(args), args.json),
            Self::Completions(args) => (Ok(completions::completions(args, cli)), false),
            Self::Man(args) => (completions::man(args, cli), false),
        };
        output::finish(result, json)
    }
}
