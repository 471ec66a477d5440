//! Builds and tests everything in this repository. Start with `cargo xtask help`.
//!
//! Files to read, in order: this one (the commands), `parts.rs` (what `cargo xtask test` runs),
//! `suite.rs` (how it runs that), `targets.rs` (how a crate is built for another target), and
//! `bench/` (how measurements become `benches/RESULTS.md`).

mod bench;
mod catalogue;
mod debian;
mod parts;
mod python;
mod step;
mod suite;
mod targets;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

/// Why a command did not succeed; each has an exit code of its own.
enum Failure {
    /// The command line is wrong: exit 2.
    Usage(String),
    /// What was asked for did not work: exit 1.
    Failed(String),
}

/// A command of `cargo xtask`.
struct Command {
    name: &'static str,
    /// What may follow the name, as the help writes it.
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result<(), Failure>,
}

const COMMANDS: &[Command] = &[
    Command { name: "help", arguments: "", about: "prints this list", run: help },
    Command {
        name: "test",
        arguments: "[PART…]",
        about: "tests everything, or the parts named, and stops at the first failure",
        run: test,
    },
    Command {
        name: "generate",
        arguments: "[--check]",
        about: "writes the files made from the event catalogue, or checks that they are current",
        run: generate,
    },
    Command {
        name: "bench",
        arguments: "[FILTER]",
        about: "measures every case, or those whose id matches FILTER, into benches/RESULTS.md",
        run: bench,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        None => ("help", &[][..]),
        Some((first, rest)) => match first.as_str() {
            "--help" | "-h" => ("help", rest),
            name => (name, rest),
        },
    };
    let result = match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => Err(Failure::Usage(format!(
            "there is no command `{name}`; the commands are: {}",
            names(COMMANDS.iter().map(|command| command.name))
        ))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn help(_arguments: &[String]) -> Result<(), Failure> {
    println!("Usage: cargo xtask COMMAND\n\nCommands:");
    for command in COMMANDS {
        let call = format!("{} {}", command.name, command.arguments);
        println!("  {call:<21}{}", command.about);
    }
    println!("\nParts of `test`, in the order in which they run:");
    for part in parts::PARTS {
        println!("  {:<21}{}", part.name, part.about);
    }
    println!(
        "\nEnvironment:\n  {}=debian{:5}builds for other targets with Debian's packages, as where \
         rustup cannot add a target",
        targets::CHOICE,
        ""
    );
    Ok(())
}

fn test(arguments: &[String]) -> Result<(), Failure> {
    let parts = parts::select(arguments).map_err(Failure::Usage)?;
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    suite::run(&workspace, &parts).map_err(Failure::Failed)
}

fn generate(arguments: &[String]) -> Result<(), Failure> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err(usage("generate [--check]")),
    };
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    catalogue::generate(&workspace.root, check).map_err(Failure::Failed)
}

fn bench(arguments: &[String]) -> Result<(), Failure> {
    let filter = match arguments {
        [] => None,
        // An option would go to criterion, and could change what is measured without a trace.
        [filter] if !filter.starts_with('-') => Some(filter.as_str()),
        _ => return Err(usage("bench [FILTER]")),
    };
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    bench::run(&workspace, filter).map_err(Failure::Failed)
}

fn usage(form: &str) -> Failure {
    Failure::Usage(format!("the form of this command is: cargo xtask {form}"))
}

/// Names in a sentence: `a, b, c`.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
