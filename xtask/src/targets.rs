//! Builds a crate for another target, with whatever this machine has or can fetch for it.
//!
//! Tried in order: the target is installed; rustup adds it; Debian's packages build the standard
//! library for it. If none works, the error says what to install.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::debian;
use crate::parts::with_features;
use crate::step::Process;
use crate::workspace::Workspace;

/// The variable that forces the last way, so that it can be tested where the first would do.
pub(crate) const CHOICE: &str = "HOOKSEAL_TARGETS";

/// Rustup waits long where its server cannot be reached, and has nothing to say meanwhile.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// What is built.
pub(crate) struct Build<'a> {
    pub(crate) package: &'a str,
    /// Comma between features; default features are off.
    pub(crate) features: &'a str,
    pub(crate) target: &'a str,
}

/// What can build for the target.
pub(crate) enum Toolchain {
    /// The usual cargo: the target's standard library is there.
    Installed,
    /// Debian's, which builds the standard library from its sources.
    Debian(debian::Tools),
}

/// Finds, or fetches, what builds for a target.
pub(crate) fn toolchain(workspace: &Workspace, target: &str) -> Result<Toolchain, String> {
    let root = &workspace.root;
    match std::env::var(CHOICE).as_deref() {
        Err(std::env::VarError::NotPresent) | Ok("") => {}
        Ok("debian") => return debian::tools(root).map(Toolchain::Debian),
        _ => return Err(format!("{CHOICE} can only be `debian`, or not set")),
    }
    if is_installed(root, target) {
        return Ok(Toolchain::Installed);
    }
    let rustup = add_with_rustup(root, target);
    if rustup.is_ok() && is_installed(root, target) {
        return Ok(Toolchain::Installed);
    }
    let rustup = rustup
        .err()
        .unwrap_or_else(|| "`rustup` added it, but to another toolchain than the `rustc` in use".to_owned());
    println!("=== rustup could not ({rustup}); Debian's packages are tried");
    debian::tools(root).map(Toolchain::Debian).map_err(|debian| {
        format!(
            "nothing here builds for {target}. With rustup: {rustup}. With Debian's packages: \
             {debian}. Install the target, with `rustup target add {target}` or as your system \
             packages it"
        )
    })
}

/// Asks rustc and not rustup, since rustc need not be rustup's.
fn is_installed(root: &Path, target: &str) -> bool {
    Process::new("rustc --print target-libdir --target")
        .argument(target)
        .capture(root)
        .is_ok_and(|folder| has_libraries(Path::new(folder.trim())))
}

/// The folder alone proves nothing: an interrupted installation leaves it empty.
fn has_libraries(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

fn add_with_rustup(root: &Path, target: &str) -> Result<(), String> {
    let rustup = Process::new("rustup target add").argument(target);
    println!("\n=== {target} is not installed yet: {rustup}");
    rustup.run_within(root, RUSTUP_LIMIT)
}

impl Toolchain {
    /// The release build of a crate.
    pub(crate) fn build(&self, workspace: &Workspace, build: &Build<'_>) -> Process {
        let process = match self {
            Self::Installed => Process::new("cargo build --release"),
            Self::Debian(tools) => tools
                .cargo(build.target)
                .words(["build", "--release", "-Z"])
                .argument(format!("build-std={}", standard_library(build.target)))
                .argument("--target-dir")
                .argument(workspace.shown(&build_std_folder(workspace))),
        };
        let process = process.words(["--target", build.target, "-p", build.package]).words(["--no-default-features"]);
        with_features(process, build.features)
    }
}

/// A folder of its own: two compilers that share one would each undo the other's work.
fn build_std_folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("build-std")
}

/// The parts of the standard library that a target can have.
fn standard_library(target: &str) -> &'static str {
    if target.contains("-none") { "core,alloc" } else { "std,panic_abort" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        Workspace { root: PathBuf::from("/somewhere"), target: PathBuf::from("/somewhere/target") }
    }

    const BUILD: Build<'_> = Build { package: "hookseal", features: "alloc", target: "thumbv7em-none-eabi" };

    #[test]
    fn an_installed_target_is_built_by_the_usual_cargo() {
        let process = Toolchain::Installed.build(&workspace(), &BUILD);
        assert_eq!(
            process.to_string(),
            "cargo build --release --target thumbv7em-none-eabi -p hookseal \
             --no-default-features --features alloc"
        );
    }

    #[test]
    fn debian_builds_the_standard_library_in_a_folder_of_its_own() {
        let tools = debian::Tools { cargo: PathBuf::from("/usr/bin/cargo"), rustc: PathBuf::from("/usr/bin/rustc") };
        let process = Toolchain::Debian(tools).build(&workspace(), &BUILD);
        let line = process.to_string();
        assert!(line.contains("RUSTC=/usr/bin/rustc"), "{line}");
        assert!(line.contains("/usr/bin/cargo build --release -Z build-std=core,alloc"));
        assert!(line.contains("--target-dir target/build-std"), "{line}");
    }

    #[test]
    fn only_a_target_without_a_system_goes_without_std() {
        assert_eq!(standard_library("thumbv7em-none-eabi"), "core,alloc");
        assert_eq!(standard_library("wasm32-unknown-unknown"), "std,panic_abort");
    }

    #[test]
    fn a_target_that_does_not_exist_is_not_installed() {
        assert!(!is_installed(Path::new("."), "no-such-target"));
    }
}
