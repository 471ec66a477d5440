//! Builds and tests everything in this repository. Start with `cargo xtask help`.
//!
//! The folders, each of which knows only those after it: `tasks/` (what `cargo xtask test` runs: `parts.rs` and `suite.rs`),
//! `bench/` (how measurements become `benches/RESULTS.md`), `packages/` (how the packages for other languages are made,
//! installed and tested), `codegen/` (what several languages share), and `tools/` (programs, files, processes).

mod bench;
mod codegen;
mod packages;
mod tasks;
mod tools;

use std::process::ExitCode;

use tasks::{parts, playground, suite};
use tools::workspace::Workspace;
use tools::{chromium, targets, words};

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
        name: "package",
        arguments: "[PACKAGE]",
        about: "makes all packages for other languages, or the one named, into target/packages",
        run: package,
    },
    Command {
        name: "setup",
        arguments: "[PACKAGE]",
        about: "installs what was made into the project with its tests, where they can be run by hand",
        run: setup,
    },
    Command {
        name: "generate",
        arguments: "[--check]",
        about: "writes the events, codes and names of schemes for every language, or checks them",
        run: generate,
    },
    Command {
        name: "playground",
        arguments: "[--build]",
        about: "makes the page that explains a delivery in a browser, and serves it on loopback unless told to build only",
        run: serve_playground,
    },
    Command {
        name: "bench",
        arguments: "[--quick] [FILTER]",
        about: "measures all cases, or those whose id matches FILTER, into benches/RESULTS.md; or only checks them",
        run: bench,
    },
];

/// A variable with a value for it, and what it does.
const ENVIRONMENT: &[(&str, &str, &str)] = &[
    (targets::CHOICE, "debian", "builds for other targets with Debian's packages, as where rustup cannot add a target"),
    (chromium::PLACE, "PATH", "is the browser for the tests, where it is not on the search path"),
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
            words::list(COMMANDS.iter().map(|command| command.name))
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
        println!("  {call:<26}{}", command.about);
    }
    println!("\nParts of `test`, in the order in which they run:");
    for part in parts::PARTS {
        println!("  {:<26}{}", part.name, part.about);
    }
    println!("\nPackages:");
    for package in packages::PACKAGES {
        println!("  {:<26}{}", package.name, package.about);
    }
    println!("\nEnvironment:");
    for (variable, value, about) in ENVIRONMENT {
        println!("  {:<26}{about}", format!("{variable}={value}"));
    }
    Ok(())
}

fn test(arguments: &[String]) -> Result<(), Failure> {
    let parts = parts::select(arguments).map_err(Failure::Usage)?;
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    suite::run(&workspace, &parts).map_err(Failure::Failed)
}

fn package(arguments: &[String]) -> Result<(), Failure> {
    each_package(arguments, "package [PACKAGE]", packages::Package::make)
}

fn setup(arguments: &[String]) -> Result<(), Failure> {
    each_package(arguments, "setup [PACKAGE]", packages::Package::set_up)
}

fn each_package(
    arguments: &[String],
    form: &str,
    act: fn(&packages::Package, &Workspace) -> Result<(), String>,
) -> Result<(), Failure> {
    let name = match arguments {
        [] => None,
        [name] => Some(name.as_str()),
        _ => return Err(usage(form)),
    };
    let packages = packages::select(name).map_err(Failure::Usage)?;
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    packages.iter().try_for_each(|package| act(package, &workspace)).map_err(Failure::Failed)
}

fn generate(arguments: &[String]) -> Result<(), Failure> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err(usage("generate [--check]")),
    };
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    codegen::generate(&workspace.root, check).map_err(Failure::Failed)
}

fn serve_playground(arguments: &[String]) -> Result<(), Failure> {
    let act: fn(&_) -> _ = match arguments {
        [] => playground::serve,
        [option] if option == "--build" => |workspace| playground::build(workspace).map(drop),
        _ => return Err(usage("playground [--build]")),
    };
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    act(&workspace).map_err(Failure::Failed)
}

fn bench(arguments: &[String]) -> Result<(), Failure> {
    let (act, filter): (fn(&_, _) -> _, _) = match arguments {
        [option, filter @ ..] if option == "--quick" => (bench::check, filter),
        filter => (bench::run, filter),
    };
    let filter = match filter {
        [] => None,
        // Any other option would go to criterion, and could change what is measured without a trace.
        [filter] if !filter.starts_with('-') => Some(filter.as_str()),
        _ => return Err(usage("bench [--quick] [FILTER]")),
    };
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    act(&workspace, filter).map_err(Failure::Failed)
}

fn usage(form: &str) -> Failure {
    Failure::Usage(format!("the form of this command is: cargo xtask {form}"))
}
