//! `cargo xtask fuzz`: builds the fuzzers once, on any toolchain, and runs them from the vectors as seeds.

mod seeds;

use std::path::{Path, PathBuf};

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::words;
use crate::tools::workspace::Workspace;

/// A fuzzer in `fuzz/fuzz_targets/`.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// How many inputs the test suite tries: a few seconds each.
    runs: u32,
    /// The most bytes of an input.
    max_length: u32,
}

/// All fuzzers.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "abi", runs: 50_000, max_length: 700 },
    Target { name: "headers", runs: 50_000, max_length: 2000 },
    Target { name: "envelope", runs: 50_000, max_length: 1000 },
    Target { name: "chunks", runs: 50_000, max_length: 2000 },
    Target { name: "events", runs: 50_000, max_length: 1000 },
    Target { name: "explain", runs: 400, max_length: 1000 },
    Target { name: "schemes", runs: 100_000, max_length: 700 },
];

/// For how long a fuzzer runs if nothing else is said.
const SECONDS: u32 = 60;

/// What libFuzzer needs to see which code an input reaches, without a nightly toolchain.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                        -Cllvm-args=-sanitizer-coverage-pc-table \
                        -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// What `cargo xtask fuzz` was asked to do.
pub(crate) struct Request {
    targets: Vec<&'static Target>,
    seconds: u32,
}

impl Request {
    /// Reads the arguments; `None` if they are not understood.
    pub(crate) fn of(arguments: &[String]) -> Option<Self> {
        let (name, seconds) = match arguments {
            [] => (None, SECONDS),
            [option, seconds] if option == "--seconds" => (None, seconds.parse().ok()?),
            [name] => (Some(name), SECONDS),
            [name, option, seconds] if option == "--seconds" => (Some(name), seconds.parse().ok()?),
            _ => return None,
        };
        let wanted = |target: &&Target| name.is_none_or(|name| target.name == name);
        let targets: Vec<_> = TARGETS.iter().filter(wanted).collect();
        // libFuzzer takes 0 seconds for any number of them.
        (!targets.is_empty() && seconds > 0).then_some(Self { targets, seconds })
    }
}

/// The syntax, with all names.
pub(crate) fn syntax() -> String {
    let names = words::list(TARGETS.iter().map(|target| target.name));
    format!("fuzz [TARGET] [--seconds N], where TARGET is one of {names}, and N at least 1")
}

/// Runs fuzzers one after another. What they find is in `target/fuzz/findings`, and inputs that reach new code stay in
/// `target/fuzz/corpus`, from which the next run continues.
pub(crate) fn run(workspace: &Workspace, request: &Request) -> Result<(), String> {
    let fuzzers = Fuzzers::build(workspace)?;
    for target in &request.targets {
        let corpus = fuzzers.folder("corpus", target)?;
        let limit = format!("-max_total_time={}", request.seconds);
        fuzzers.process(target, &corpus, &limit)?.run_echoed(&workspace.root)?;
        fuzzers.keep_small(target, &corpus)?;
    }
    Ok(())
}

/// The steps of part `fuzz`.
pub(crate) fn steps(_: &Workspace) -> Result<Vec<Step>, String> {
    // Windows has no libFuzzer for this toolchain.
    if cfg!(windows) {
        return Ok(Vec::new());
    }
    Ok(vec![Step::Internal { command: "cargo xtask test fuzz", action: run_briefly }])
}

/// Runs each fuzzer for a number of inputs, from the seeds alone, so that a run depends on no earlier one.
fn run_briefly(workspace: &Workspace) -> Result<(), String> {
    let fuzzers = Fuzzers::build(workspace)?;
    for target in TARGETS {
        let corpus = fuzzers.folder("brief", target)?;
        files::renew(&corpus)?;
        fuzzers.process(target, &corpus, &format!("-runs={}", target.runs))?.run_echoed(&workspace.root)?;
    }
    Ok(())
}

/// The fuzzers, built, and their seeds.
struct Fuzzers<'w> {
    workspace: &'w Workspace,
    folder: PathBuf,
    binaries: PathBuf,
}

impl<'w> Fuzzers<'w> {
    fn build(workspace: &'w Workspace) -> Result<Self, String> {
        let folder = workspace.target.join("fuzz");
        let host = Process::new("rustc --print host-tuple").capture(&workspace.root)?;
        // With a target, build scripts are built without the flags.
        Process::new("cargo build --release --locked --manifest-path fuzz/Cargo.toml --bins --target")
            .args([host.trim(), "--target-dir"])
            .arg(workspace.relative(&folder))
            .env("RUSTFLAGS", COVERAGE)
            .run_echoed(&workspace.root)?;
        seeds::write(&workspace.root, &folder.join("seeds"))?;
        files::create(&folder.join("findings"))?;
        let binaries = folder.join(host.trim()).join("release");
        Ok(Self { workspace, folder, binaries })
    }

    /// A folder of a target, which is made if it is not there.
    fn folder(&self, kind: &str, target: &Target) -> Result<PathBuf, String> {
        let folder = self.folder.join(kind).join(target.name);
        files::create(&folder)?;
        Ok(folder)
    }

    /// New inputs are written into the first folder.
    fn process(&self, target: &Target, corpus: &Path, limit: &str) -> Result<Process, String> {
        let findings = self.workspace.relative(&self.folder.join("findings")).join(format!("{}-", target.name));
        let length = format!("-max_len={}", target.max_length);
        Ok(Process::program(self.binaries.join(target.name))
            .args([limit, &length, "-timeout=10", "-print_final_stats=1", "-verbosity=0"])
            .arg(format!("-artifact_prefix={}", findings.display()))
            .arg(self.workspace.relative(corpus))
            .arg(self.workspace.relative(&self.folder("seeds", target)?)))
    }

    /// Drops the inputs that reach no code that others do not reach.
    fn keep_small(&self, target: &Target, corpus: &Path) -> Result<(), String> {
        let smaller = self.folder("smaller", target)?;
        files::renew(&smaller)?;
        self.process(target, &smaller, "-merge=1")?.arg(self.workspace.relative(corpus)).run(&self.workspace.root)?;
        files::renew(corpus)?;
        files::mirror(&smaller, corpus, |_| true)?;
        files::renew(&smaller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn request(line: &str) -> Option<(Vec<&'static str>, u32)> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let request = Request::of(&arguments)?;
        Some((request.targets.iter().map(|target| target.name).collect(), request.seconds))
    }

    #[test]
    fn one_fuzzer_or_all_of_them_run_for_a_minute_or_as_long_as_is_said() {
        assert_eq!(request("chunks"), Some((vec!["chunks"], 60)));
        assert_eq!(request("chunks --seconds 5"), Some((vec!["chunks"], 5)));
        assert_eq!(request("--seconds 5").expect("all").0.len(), TARGETS.len());
        for wrong in ["chunk", "chunks --seconds", "chunks --seconds 0", "chunks --second 5", "chunks abi"] {
            assert_eq!(request(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_fuzzer_of_the_folder_is_in_the_table() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut found = files::list(&root.join("fuzz/fuzz_targets")).expect("a folder");
        found.sort();
        let mut listed: Vec<_> = TARGETS.iter().map(|target| format!("{}.rs", target.name)).collect();
        listed.sort();
        assert_eq!(found, listed);
    }
}
