//! Builds and tests everything in this repository. Start with `cargo xtask help`.
//!
//! Each folder depends only on those listed after it: `tasks/` (what `cargo xtask test` runs: `parts.rs`,
//! `suite.rs` and `lanes.rs`), `bench/` (measures and writes `benches/RESULTS.md`), `packages/` (builds, installs and tests the
//! packages for other languages), `codegen/` (generates the code that languages share), and `tools/` (processes, files,
//! programs).

mod bench;
mod codegen;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod manuals;
mod packages;
mod tasks;
mod tools;
#[cfg(test)]
mod workflows;

use std::process::ExitCode;

use packages::reproduce::{self, Modules};
use tasks::{differential, fuzz, parts, plant, playground, release, site, suite, vectors};
use tools::workspace::Workspace;
use tools::{chromium, targets, words};

/// Why a command failed. Each variant has its own exit code.
enum Failure {
    /// The command line is invalid: exit code 2.
    Usage(String),
    /// The command failed: exit code 1.
    Failed(String),
}

/// A command of `cargo xtask`.
struct Command {
    name: &'static str,
    /// The arguments, as the help shows them.
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result<(), Failure>,
}

const COMMANDS: &[Command] = &[
    Command { name: "help", arguments: "", about: "prints this list", run: help },
    Command {
        name: "test",
        arguments: "[PART…]",
        about: "runs all tests, or only the named parts, two parts at a time, and stops at the first failure",
        run: test,
    },
    Command {
        name: "package",
        arguments: "[PACKAGE] [--target T]",
        about: "builds all packages, or the named one, into target/packages, or for a target into target/packages/T",
        run: package,
    },
    Command {
        name: "sbom",
        arguments: "",
        about: "writes what each package is made of, as CycloneDX, into target/packages/sbom",
        run: list_contents,
    },
    Command {
        name: "reproduce",
        arguments: "[--first]",
        about: "compiles the WebAssembly twice, in two places, and compares the bytes; --first, one module",
        run: compile_twice,
    },
    Command {
        name: "release",
        arguments: "check|build|collect",
        about: "`check TAG` before a release, `build common` or `build TARGET` its files, and `collect` them",
        run: make_release,
    },
    Command {
        name: "setup",
        arguments: "[PACKAGE]",
        about: "installs the built packages into projects with their tests, where the tests can be run by hand",
        run: setup,
    },
    Command {
        name: "generate",
        arguments: "[--check]",
        about: "writes the event types, codes and scheme names for every language; --check only compares them",
        run: generate,
    },
    Command {
        name: "playground",
        arguments: "[--build]",
        about: "builds the page that explains a delivery, and serves it on loopback; --build does not serve it",
        run: serve_playground,
    },
    Command {
        name: "site",
        arguments: "",
        about: "builds the documentation site into target/site/html",
        run: build_site,
    },
    Command {
        name: "fuzz",
        arguments: "[TARGET] [--seconds N]",
        about: "runs all fuzzers, or only the named one, for a minute each or N seconds, from the vectors",
        run: run_fuzzers,
    },
    Command {
        name: "vectors",
        arguments: "play … -- PROGRAM | peers",
        about: "plays the test vectors with a program, or with other libraries, and writes their table in docs/vectors.md",
        run: play_vectors,
    },
    Command {
        name: "losses",
        arguments: "[KILLS] [ENGINE…]",
        about: "kills the workers of an inbox and of other queues, 200 times each, and says what each lost",
        run: losses,
    },
    Command {
        name: "differential",
        arguments: differential::SYNTAX,
        about: "plays random deliveries in every package for a minute or N seconds, and compares their verdicts",
        run: run_differential,
    },
    Command {
        name: "plant",
        arguments: "[FAULT]",
        about: "puts known faults into a copy of the sources, and looks whether the check of each finds it",
        run: plant_faults,
    },
    Command {
        name: "bench",
        arguments: "[--quick] [FILTER]",
        about: "measures all cases, or those that match FILTER, into benches/RESULTS.md; --quick only checks them",
        run: bench,
    },
];

/// Environment variables: the name, a value, and what it does.
const ENVIRONMENT: &[(&str, &str, &str)] = &[
    (
        targets::VARIABLE,
        "debian",
        "builds for other targets with Debian's packages, even if rustup could add the target",
    ),
    (site::BASE, "PATH", "the path below which the documentation site is published, if that is not the root of a host"),
    (chromium::VARIABLE, "PATH", "the path of the browser for the tests, if the browser is not on PATH"),
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
            "unknown command `{name}`; the commands are: {}",
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
        let usage = format!("{} {}", command.name, command.arguments);
        println!("  {usage:<29}{}", command.about);
    }
    println!("\nParts of `test`, in the order in which they begin:");
    for part in parts::PARTS {
        println!("  {:<29}{}", part.name, part.about);
    }
    println!("\nPackages:");
    for package in packages::PACKAGES {
        println!("  {:<29}{}", package.name, package.about);
    }
    println!("\nEnvironment:");
    for (variable, value, about) in ENVIRONMENT {
        println!("  {:<29}{about}", format!("{variable}={value}"));
    }
    Ok(())
}

fn test(arguments: &[String]) -> Result<(), Failure> {
    let parts = parts::select(arguments).map_err(Failure::Usage)?;
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    suite::run(&workspace, &parts).map_err(Failure::Failed)
}

fn package(arguments: &[String]) -> Result<(), Failure> {
    if let [name, option] = arguments
        && name == packages::CLI.name
        && option == "--dev"
    {
        let workspace = Workspace::find().map_err(Failure::Failed)?;
        return packages::CLI_FOR_TESTS.build(&workspace).map_err(Failure::Failed);
    }
    let syntax = "package [PACKAGE], package PACKAGE --target TARGET, or package cli --dev, which is for tests";
    if let [name, option, target] = arguments
        && option == "--target"
    {
        let packages = packages::select(Some(name)).map_err(Failure::Usage)?;
        let workspace = Workspace::find().map_err(Failure::Failed)?;
        let mut packages = packages.iter();
        return packages.try_for_each(|package| package.build_for(&workspace, target)).map_err(Failure::Failed);
    }
    each_package(arguments, syntax, packages::Package::build)
}

fn list_contents(arguments: &[String]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(usage("sbom"));
    }
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    let written = packages::sbom::write(&workspace).map_err(Failure::Failed)?;
    println!("--- {} files in target/packages/sbom", written.len());
    Ok(())
}

fn compile_twice(arguments: &[String]) -> Result<(), Failure> {
    let modules = match arguments {
        [] => Modules::All,
        [option] if option == "--first" => Modules::First,
        _ => return Err(usage("reproduce [--first]")),
    };
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    reproduce::check(&workspace, modules).map_err(Failure::Failed)
}

fn make_release(arguments: &[String]) -> Result<(), Failure> {
    let request = release::Request::of(arguments).map_err(Failure::Usage)?;
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    release::run(&workspace, &request).map_err(Failure::Failed)
}

fn setup(arguments: &[String]) -> Result<(), Failure> {
    each_package(arguments, "setup [PACKAGE]", packages::Package::set_up)
}

fn each_package(
    arguments: &[String],
    syntax: &str,
    act: fn(&packages::Package, &Workspace) -> Result<(), String>,
) -> Result<(), Failure> {
    let name = match arguments {
        [] => None,
        [name] => Some(name.as_str()),
        _ => return Err(usage(syntax)),
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

fn build_site(arguments: &[String]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(usage("site"));
    }
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    site::build(&workspace).map(drop).map_err(Failure::Failed)
}

fn run_fuzzers(arguments: &[String]) -> Result<(), Failure> {
    let request = fuzz::Request::of(arguments).ok_or_else(|| usage(&fuzz::syntax()))?;
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    fuzz::run(&workspace, &request).map_err(Failure::Failed)
}

fn play_vectors(arguments: &[String]) -> Result<(), Failure> {
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    match arguments.split_first().map(|(what, rest)| (what.as_str(), rest)) {
        Some(("play", rest)) if !rest.is_empty() => vectors::play(&workspace, rest).map_err(Failure::Failed),
        Some(("peers", [])) => vectors::peers(&workspace).map_err(Failure::Failed),
        _ => Err(usage("vectors play … -- PROGRAM | peers")),
    }
}

fn losses(arguments: &[String]) -> Result<(), Failure> {
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    tasks::losses::run(&workspace, arguments).map_err(Failure::Failed)
}

fn run_differential(arguments: &[String]) -> Result<(), Failure> {
    let request =
        differential::Request::of(arguments).ok_or_else(|| usage(&format!("differential {}", differential::SYNTAX)))?;
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    differential::run(&workspace, &request).map_err(Failure::Failed)
}

fn plant_faults(arguments: &[String]) -> Result<(), Failure> {
    let name = match arguments {
        [] => None,
        [name] if !name.starts_with('-') => Some(name.as_str()),
        _ => return Err(usage("plant [FAULT]")),
    };
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    plant::run(&workspace, name).map_err(Failure::Failed)
}

fn bench(arguments: &[String]) -> Result<(), Failure> {
    let (act, filter): (fn(&_, _) -> _, _) = match arguments {
        [option, filter @ ..] if option == "--quick" => (bench::check, filter),
        filter => (bench::run, filter),
    };
    let filter = match filter {
        [] => None,
        // Any other option would be passed to criterion and could silently change what is measured.
        [filter] if !filter.starts_with('-') => Some(filter.as_str()),
        _ => return Err(usage("bench [--quick] [FILTER]")),
    };
    let workspace = Workspace::find().map_err(Failure::Failed)?;
    act(&workspace, filter).map_err(Failure::Failed)
}

fn usage(syntax: &str) -> Failure {
    Failure::Usage(format!("usage: cargo xtask {syntax}"))
}
