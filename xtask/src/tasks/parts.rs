//! What `cargo xtask test` runs. To add a part, add a row to [`PARTS`] and a function that lists its steps; the help,
//! the error messages and the order follow from the table.

use crate::bench;
use crate::codegen;
use crate::packages::{C, GATEWAY, GO, NODE, PYTHON, VECTORS, WASM};
use crate::packages::{
    c_tests, cli_tests, crates, gateway as gateway_tests, go_tests, javascript_tests, node, npm_package, python_tests,
    scripting_tests, wasm,
};
use crate::tasks::{bundler_tests, differential, fuzz, playground, release, sandbox_tests, site};
use crate::tools::process::Process;
use crate::tools::rust_tests;
use crate::tools::step::Step;
use crate::tools::targets::{self, Build};
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, python, servers, words};

use Shared::{JavaScript, Machine, Python};

/// Something that several parts change. Two parts that change the same thing never run at the same time.
///
/// The parts `c` and `go` also need wasm-opt, which is installed in `js/node_modules`. In a whole run the part `wasm` has
/// done that before, since they share [`Machine`]; run them alone in a fresh checkout, or after that part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    /// The npm packages, in `js/`, and the projects of their tests, in `target/js/`.
    JavaScript,
    /// The Python package and its environments, in `target/python/`.
    Python,
    /// The programs of this machine: a part may install what is missing.
    Machine,
}

/// A part of the test suite, which can be run alone.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// What it changes that other parts change too.
    pub(crate) changes: &'static [Shared],
    /// Lists the steps. It is called just before they run, and may install what they need.
    pub(crate) steps: fn(&Workspace) -> Result<Vec<Step>, String>,
}

/// All parts, in the order in which they begin: those that fail fastest come first. Parts that share nothing run two at
/// a time, so the parts of the longest chain, which all change the npm packages, begin early.
pub(crate) const PARTS: &[Part] = &[
    Part { name: "fmt", about: "the code is formatted", changes: &[], steps: fmt },
    Part {
        name: "generated",
        about: "generated files, vectors and the fuzzer's lock file are up to date",
        changes: &[],
        steps: generated,
    },
    Part {
        name: "wasm",
        about: "the npm package hookseal, in every JavaScript runtime",
        changes: &[JavaScript, Machine],
        steps: wasm,
    },
    Part {
        name: "lint",
        about: "clippy has no warnings, with the core in every feature set",
        changes: &[],
        steps: lint,
    },
    Part {
        name: "core",
        about: "the core with few features, its vectors, and other implementations",
        changes: &[],
        steps: core,
    },
    Part {
        name: "unit",
        about: "the unit tests of every crate, and the examples in its documentation",
        changes: &[],
        steps: unit,
    },
    Part {
        name: "node",
        about: "the npm package @hookseal/node, on two versions of Node",
        changes: &[JavaScript],
        steps: node,
    },
    Part { name: "xtask", about: "the tests of xtask itself", changes: &[], steps: xtask },
    Part { name: "cli", about: "the command line and its demo", changes: &[Machine], steps: cli },
    Part {
        name: "python",
        about: "the Python package hookseal, on the oldest and the newest Python",
        changes: &[Python],
        steps: python,
    },
    Part {
        name: "c",
        about: "libhookseal in C, C++, PHP and Ruby, under sanitizers and valgrind, and the module in its hosts",
        changes: &[Machine],
        steps: c,
    },
    Part {
        name: "go",
        about: "the Go package and Caddy, on the oldest and the newest Go, and the module in wazero",
        changes: &[Machine],
        steps: go,
    },
    Part {
        name: "gateway",
        about: "the filters in Envoy and Traefik, with a backend that records every byte",
        changes: &[Python, Machine],
        steps: gateway,
    },
    Part {
        name: "once",
        about: "each event once, in every language: real databases, several processes, kill -9",
        changes: &[JavaScript, Python, Machine],
        steps: once,
    },
    Part {
        name: "bundlers",
        about: "both npm packages in bundlers, frameworks and TypeScript's versions",
        changes: &[JavaScript],
        steps: bundler_tests::steps,
    },
    Part {
        name: "differential",
        about: "random deliveries have one verdict in every package, which a model in Python predicts",
        changes: &[JavaScript, Python, Machine],
        steps: differential::steps,
    },
    Part {
        name: "cli-packages",
        about: "the command line as npm, pip and an archive install it",
        changes: &[JavaScript, Python],
        steps: cli_tests::steps,
    },
    Part {
        name: "web",
        about: "the adapters for Rust's frameworks, and their examples under torture",
        changes: &[],
        steps: web,
    },
    Part {
        name: "sandbox",
        about: "the sandbox, with the vendor's SDK and a browser as clients",
        changes: &[Machine],
        steps: sandbox_tests::steps,
    },
    Part {
        name: "fuzz",
        about: "every fuzzer, for a few seconds, from the vectors: forgeries, other parsers, chunks, secrets in reports",
        changes: &[],
        steps: fuzz::steps,
    },
    Part {
        name: "docs",
        about: "the documentation builds without warnings, and the crates can be published",
        changes: &[],
        steps: docs,
    },
    Part {
        name: "release",
        about: "what is in each package is listed, and WebAssembly is the same wherever it is compiled",
        changes: &[Machine],
        steps: release::steps,
    },
    Part {
        name: "site",
        about: "the documentation site: its links, its tutorials as a reader follows them, its pages in a browser",
        changes: &[JavaScript, Python, Machine],
        steps: site::steps,
    },
    Part {
        name: "nostd",
        about: "the core builds for a target without a standard library",
        changes: &[Machine],
        steps: nostd,
    },
    Part {
        name: "inbox",
        about: "the inbox and other queues: real databases, full disks, several processes, kill -9",
        changes: &[JavaScript, Python, Machine],
        steps: inbox,
    },
    Part { name: "bench", about: "every benchmark runs once and gives the right answer", changes: &[], steps: benches },
];

/// The feature sets of the core that are linted, from none to all.
const FEATURE_SETS: &[&str] =
    &["", "schemes", "schemes,duplicates", "alloc", "duplicates", "explain", "std", "std,duplicates,http,explain"];

/// Those with fewest features, in which its tests run too: with all features they run as those of every other crate do.
const SMALL_SETS: &[&str] = &["", "schemes,duplicates"];

/// The feature sets in which the inbox is checked alone, since a feature could lack a dependency that another brings.
const INBOX_FEATURES: &[&str] = &[
    "",
    "inbox",
    "sqlite",
    "postgres",
    "deadpool",
    "redis",
    "axum",
    "sqlite,axum",
    "postgres,axum",
    "hand-over",
    "hand-over,axum",
];

/// A target without a standard library: the build fails if the core needs one.
const BARE_TARGET: &str = "thumbv7em-none-eabi";

/// The parts with these names, each once, in the order of [`PARTS`]; all parts if there are no names.
pub(crate) fn select(names: &[String]) -> Result<Vec<&'static Part>, String> {
    if let Some(unknown) = names.iter().find(|name| !PARTS.iter().any(|part| part.name == **name)) {
        return Err(format!(
            "unknown part `{unknown}`; the parts are: {}",
            words::list(PARTS.iter().map(|part| part.name))
        ));
    }
    let wanted = |part: &&Part| names.is_empty() || names.iter().any(|name| name == part.name);
    Ok(PARTS.iter().filter(wanted).collect())
}

fn fmt(_: &Workspace) -> Result<Vec<Step>, String> {
    Ok(vec![line("cargo fmt --all --check")])
}

fn lint(_: &Workspace) -> Result<Vec<Step>, String> {
    let mut steps = vec![line("cargo clippy --workspace --all-targets --all-features -- -D warnings")];
    for features in FEATURE_SETS {
        let clippy = Process::new("cargo clippy -p hookseal --no-default-features");
        steps.push(clippy.with_features(features).args(["--", "-D", "warnings"]).into());
    }
    Ok(steps)
}

fn generated(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let python = python::find(&workspace.root)?;
    Ok(vec![
        Step::Internal {
            command: "cargo xtask generate --check",
            action: |workspace| codegen::generate(&workspace.root, true),
        },
        line(&format!("{python} tests/vectors/generate.py --check")),
        // A workspace of its own, whose lock file no other command updates.
        line("cargo tree --locked --depth 0 --manifest-path fuzz/Cargo.toml"),
    ])
}

fn xtask(_: &Workspace) -> Result<Vec<Step>, String> {
    Ok(vec![line("cargo test -p xtask")])
}

fn core(_: &Workspace) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for features in SMALL_SETS {
        let test = Process::new("cargo test -p hookseal --no-default-features --lib");
        steps.push(test.with_features(features).into());
    }
    steps.push(rust_tests::of("--test core --test wiped").into());
    Ok(steps)
}

fn unit(_: &Workspace) -> Result<Vec<Step>, String> {
    Ok(vec![rust_tests::of("--lib --bins").into(), rust_tests::of("--doc").into()])
}

fn cli(workspace: &Workspace) -> Result<Vec<Step>, String> {
    // Its inbox is tested on PostgreSQL.
    servers::install_missing(&workspace.root)?;
    Ok(vec![rust_tests::of("--test cli").into(), line("cargo run -p hookseal-cli -- demo")])
}

fn web(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    // Alone, since a feature could lack a dependency that another brings.
    for feature in ["", "axum", "tower", "actix", "lambda"] {
        steps.push(Process::new("cargo check -p hookseal-web").with_features(feature).into());
    }
    steps.push(rust_tests::of("--test axum --test tower --test actix --test lambda").into());
    steps.push(command_line::build());
    steps.push(line(
        "cargo build -p example-axum -p example-axum-once -p example-axum-inbox -p example-actix -p example-lambda",
    ));
    steps.push(rust_tests::of("--test examples").env(command_line::VARIABLE, command_line::binary(workspace)).into());
    Ok(steps)
}

fn docs(_: &Workspace) -> Result<Vec<Step>, String> {
    let doc = |line| Process::new(line).env("RUSTDOCFLAGS", "-D warnings");
    let mut steps = vec![
        doc("cargo doc --no-deps --workspace --all-features").into(),
        // Links to items that need the feature `http` break only here.
        doc("cargo doc --no-deps -p hookseal").into(),
    ];
    steps.extend(crates::steps());
    Ok(steps)
}

fn nostd(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let toolchain = targets::toolchain(workspace, BARE_TARGET)?;
    let build = |features| {
        let build = Build { package: "hookseal", features, target: BARE_TARGET, profile: "release", rustflags: &[] };
        toolchain.build(workspace, &build)
    };
    Ok(vec![build("").into(), build("explain").into()])
}

fn c(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let mut steps = vec![
        Step::Internal { command: "cargo xtask package c", action: |workspace| C.build(workspace) },
        Step::Internal { command: "cargo xtask setup c", action: |workspace| C.set_up(workspace) },
    ];
    steps.extend(c_tests::steps(workspace)?);
    steps.extend(scripting_tests::steps(workspace)?);
    Ok(steps)
}

fn wasm(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let tests = javascript_tests::steps(workspace)?;
    let mut steps = vec![
        Step::Internal { command: "cargo xtask package wasm", action: |workspace| WASM.build(workspace) },
        Step::Internal { command: "cargo xtask setup wasm", action: |workspace| WASM.set_up(workspace) },
        Step::Internal {
            command: "cargo xtask playground --build",
            action: |workspace| playground::build(workspace).map(drop),
        },
        command_line::build(),
    ];
    steps.extend(tests);
    steps.extend(npm_package::try_to_publish(&[wasm::tarball(workspace)]));
    Ok(steps)
}

fn node(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let tests = javascript_tests::native_steps(workspace)?;
    let mut steps = vec![
        Step::Internal { command: "cargo xtask package node", action: |workspace| NODE.build(workspace) },
        Step::Internal { command: "cargo xtask setup node", action: |workspace| NODE.set_up(workspace) },
        command_line::build(),
    ];
    steps.extend(tests);
    steps.extend(npm_package::try_to_publish(&node::tarballs(workspace)?));
    steps.push(Step::Internal {
        command: "cargo xtask bench --quick 'node|workerd'",
        action: |workspace| bench::javascript::check(workspace, None),
    });
    Ok(steps)
}

fn python(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let tests = python_tests::steps(workspace)?;
    let mut steps = vec![
        Step::Internal { command: "cargo xtask package python", action: |workspace| PYTHON.build(workspace) },
        Step::Internal { command: "cargo xtask setup python", action: |workspace| PYTHON.set_up(workspace) },
        Step::Internal { command: "cargo xtask package vectors", action: |workspace| VECTORS.build(workspace) },
        Step::Internal { command: "cargo xtask setup vectors", action: |workspace| VECTORS.set_up(workspace) },
        command_line::build(),
    ];
    steps.extend(tests);
    steps.push(Step::Internal {
        command: "cargo xtask bench --quick python",
        action: |workspace| bench::python::check(workspace, None),
    });
    Ok(steps)
}

fn go(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let tests = go_tests::steps(workspace)?;
    let mut steps = vec![
        Step::Internal { command: "cargo xtask package go", action: |workspace| GO.build(workspace) },
        Step::Internal { command: "cargo xtask setup go", action: |workspace| GO.set_up(workspace) },
        command_line::build(),
    ];
    steps.extend(tests);
    steps.push(Step::Internal {
        command: "cargo xtask bench --quick ^go",
        action: |workspace| bench::go::check(workspace, None),
    });
    Ok(steps)
}

fn gateway(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let mut steps = vec![
        Step::Internal { command: "cargo xtask package gateway", action: |workspace| GATEWAY.build(workspace) },
        Step::Internal { command: "cargo xtask setup gateway", action: |workspace| GATEWAY.set_up(workspace) },
        command_line::build(),
    ];
    steps.extend(gateway_tests::steps(workspace));
    Ok(steps)
}

fn once(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let tests = python_tests::once_steps(workspace)?;
    let mut steps = Vec::new();
    steps.extend([
        rust_tests::of("--test once").into(),
        command_line::build(),
        Step::Internal { command: "cargo xtask package python", action: |workspace| PYTHON.build(workspace) },
        Step::Internal { command: "cargo xtask setup python", action: python_tests::set_up_newest },
    ]);
    steps.extend(tests);
    steps.push(Step::Internal { command: "cargo xtask package wasm", action: |workspace| WASM.build(workspace) });
    steps.push(Step::Internal { command: "cargo xtask setup wasm", action: |workspace| WASM.set_up(workspace) });
    steps.extend(javascript_tests::once_steps(workspace));
    Ok(steps)
}

fn inbox(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let tests = python_tests::inbox_steps(workspace)?;
    let mut steps = Vec::new();
    for feature in INBOX_FEATURES {
        steps.push(Process::new("cargo check -p hookseal-inbox").with_features(feature).into());
    }
    steps.extend([
        rust_tests::of("--test inbox --test queue").into(),
        command_line::build(),
        Step::Internal { command: "cargo xtask package wasm", action: |workspace| WASM.build(workspace) },
        Step::Internal { command: "cargo xtask setup wasm", action: |workspace| WASM.set_up(workspace) },
        Step::Internal { command: "cargo xtask package python", action: |workspace| PYTHON.build(workspace) },
        Step::Internal { command: "cargo xtask setup python", action: python_tests::set_up_with_queues },
    ]);
    steps.extend(tests);
    steps.extend(javascript_tests::inbox_steps(workspace));
    Ok(steps)
}

fn benches(_: &Workspace) -> Result<Vec<Step>, String> {
    Ok(vec![bench::check_rust(None).into()])
}

fn line(line: &str) -> Step {
    Process::new(line).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(names: &[&str]) -> Result<Vec<&'static str>, String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Ok(select(&names)?.iter().map(|part| part.name).collect())
    }

    #[test]
    fn without_names_every_part_runs() {
        assert_eq!(selected(&[]).expect("all").len(), PARTS.len());
    }

    #[test]
    fn parts_run_once_and_in_the_order_of_the_table() {
        assert_eq!(selected(&["cli", "fmt", "cli"]), Ok(vec!["fmt", "cli"]));
    }

    #[test]
    fn the_error_for_an_unknown_part_lists_all_parts() {
        let error = selected(&["fmt", "colour"]).expect_err("an unknown part");
        assert!(error.contains("unknown part `colour`"), "{error}");
        assert!(error.contains("fmt, generated, wasm"), "{error}");
    }

    #[test]
    fn no_two_parts_have_the_same_name() {
        for (index, part) in PARTS.iter().enumerate() {
            assert!(PARTS[..index].iter().all(|other| other.name != part.name));
        }
    }
}
