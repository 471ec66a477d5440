//! Builds a crate for another target, with whatever this machine has or can install.
//!
//! In this order: the target is installed already; rustup adds it; Debian's packages build the standard library for it.
//! If all three fail, the error says what to install.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::tools::debian;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// The environment variable that forces the last way, so that it can be tested where another would work.
pub(crate) const VARIABLE: &str = "HOOKSEAL_TARGETS";

/// Rustup waits for a long time, and prints nothing, if it cannot reach its server.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// Variables with the user's flags for rustc, which are meant for the host.
const RUSTFLAGS: &[&str] = &["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"];

/// What to build.
pub(crate) struct Build<'a> {
    pub(crate) package: &'a str,
    /// Separated by commas; default features are off.
    pub(crate) features: &'a str,
    pub(crate) target: &'a str,
    pub(crate) profile: &'a str,
    /// Flags for everything that is built for the target, in place of the user's `RUSTFLAGS`.
    pub(crate) rustflags: &'a [String],
}

/// A toolchain that can build for the target.
pub(crate) enum Toolchain {
    /// The default cargo: the target's standard library is installed.
    Installed,
    /// Debian's cargo, which builds the standard library from source.
    Debian(debian::Tools),
}

/// A flag for rustc that replaces the path of cargo's registry, which panic messages in the output would otherwise
/// contain.
pub(crate) fn remap_cargo_home() -> Option<String> {
    cargo_home().map(|home| remap(&home))
}

/// The same for another home of cargo than this user's.
pub(crate) fn remap(home: &Path) -> String {
    format!("--remap-path-prefix={}=crates", home.join("registry").join("src").display())
}

/// Where cargo keeps what it downloads.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

/// Finds or installs a toolchain for a target.
pub(crate) fn toolchain(workspace: &Workspace, target: &str) -> Result<Toolchain, String> {
    let root = &workspace.root;
    match std::env::var(VARIABLE).as_deref() {
        Err(std::env::VarError::NotPresent) | Ok("") => {}
        Ok("debian") => return debian::tools(root).map(Toolchain::Debian),
        _ => return Err(format!("{VARIABLE} must be `debian` or unset")),
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
        .unwrap_or_else(|| "`rustup` added it, but to another toolchain than that of the `rustc` in use".to_owned());
    println!("=== rustup could not add the target ({rustup}); trying Debian's packages");
    debian::tools(root).map(Toolchain::Debian).map_err(|debian| {
        format!(
            "no toolchain on this machine builds for {target}. With rustup: {rustup}. With Debian's packages: \
             {debian}. Install the target with `rustup target add {target}` or from your system's packages"
        )
    })
}

/// Asks rustc and not rustup, since rustc may not be rustup's.
fn is_installed(root: &Path, target: &str) -> bool {
    Process::new("rustc --print target-libdir --target")
        .arg(target)
        .capture(root)
        .is_ok_and(|folder| has_libraries(Path::new(folder.trim())))
}

/// The folder alone is no proof, since an interrupted installation leaves it empty.
fn has_libraries(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

fn add_with_rustup(root: &Path, target: &str) -> Result<(), String> {
    let rustup = Process::new("rustup target add").arg(target);
    println!("\n=== {target} is not installed yet: {rustup}");
    rustup.run_within(root, RUSTUP_LIMIT)
}

impl Toolchain {
    pub(crate) fn build(&self, workspace: &Workspace, build: &Build<'_>) -> Process {
        self.run("build", workspace, build)
    }

    /// Builds a library as one type of several that its manifest has: with an `rlib` among them, it would not be
    /// optimized together with its dependencies.
    pub(crate) fn build_as(&self, crate_type: &str, workspace: &Workspace, build: &Build<'_>) -> Process {
        self.run("rustc", workspace, build).args(["--lib", "--crate-type", crate_type])
    }

    fn run(&self, command: &str, workspace: &Workspace, build: &Build<'_>) -> Process {
        let process = match self {
            Self::Installed => Process::new("cargo").args([command]),
            Self::Debian(tools) => tools
                .cargo(build.target)
                .args([command, "-Z"])
                .arg(format!("build-std={}", standard_library(build.target)))
                .arg("--target-dir")
                .arg(workspace.relative(&self.folder(workspace))),
        };
        let process = process
            .args(["--profile", build.profile, "--target", build.target, "-p", build.package])
            .env_remove(RUSTFLAGS);
        let process = process.args(["--no-default-features"]).with_features(build.features);
        if build.rustflags.is_empty() {
            return process;
        }
        // The environment variable would be split at spaces, which paths can contain.
        let flags: Vec<String> = build.rustflags.iter().map(|flag| toml_string(flag)).collect();
        process.arg("--config").arg(format!("target.{}.rustflags=[{}]", build.target, flags.join(",")))
    }

    /// The folder of the build output.
    pub(crate) fn output(&self, workspace: &Workspace, build: &Build<'_>) -> PathBuf {
        self.folder(workspace).join(build.target).join(build.profile)
    }

    /// Debian's toolchain has its own target folder: two compilers that share one would each rebuild everything.
    fn folder(&self, workspace: &Workspace) -> PathBuf {
        match self {
            Self::Installed => workspace.target.clone(),
            Self::Debian(_) => workspace.target.join("build-std"),
        }
    }
}

fn toml_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The crates of the standard library that a target supports.
fn standard_library(target: &str) -> &'static str {
    if target.contains("-none") { "core,alloc" } else { "std,panic_abort" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        Workspace { root: PathBuf::from("/somewhere"), target: PathBuf::from("/somewhere/target") }
    }

    const BUILD: Build<'_> = Build {
        package: "hookseal",
        features: "alloc",
        target: "thumbv7em-none-eabi",
        profile: "release",
        rustflags: &[],
    };

    #[test]
    fn an_installed_target_is_built_by_the_default_cargo() {
        let process = Toolchain::Installed.build(&workspace(), &BUILD);
        assert_eq!(
            process.to_string(),
            "cargo build --profile release --target thumbv7em-none-eabi -p hookseal \
             --no-default-features --features alloc"
        );
        let output = Toolchain::Installed.output(&workspace(), &BUILD);
        assert_eq!(output, Path::new("/somewhere/target/thumbv7em-none-eabi/release"));
    }

    #[test]
    fn rustc_flags_are_not_split_whatever_they_contain() {
        let rustflags = ["--cfg".to_owned(), r#"a="C:\b c""#.to_owned()];
        let process = Toolchain::Installed.build(&workspace(), &Build { rustflags: &rustflags, ..BUILD });
        let line = process.to_string();
        let flags = r#"--config 'target.thumbv7em-none-eabi.rustflags=["--cfg","a=\"C:\\b c\""]'"#;
        assert!(line.ends_with(flags), "{line}");
    }

    #[test]
    fn debian_builds_the_standard_library_in_a_separate_folder() {
        let tools = debian::Tools { cargo: PathBuf::from("/usr/bin/cargo"), rustc: PathBuf::from("/usr/bin/rustc") };
        let debian = Toolchain::Debian(tools);
        let line = debian.build(&workspace(), &BUILD).to_string();
        assert!(line.contains("RUSTC=/usr/bin/rustc"), "{line}");
        assert!(line.contains("/usr/bin/cargo build -Z build-std=core,alloc --target-dir target/build-std"), "{line}");
        let output = debian.output(&workspace(), &BUILD);
        assert_eq!(output, Path::new("/somewhere/target/build-std/thumbv7em-none-eabi/release"));
    }

    #[test]
    fn only_a_target_without_an_operating_system_lacks_std() {
        assert_eq!(standard_library("thumbv7em-none-eabi"), "core,alloc");
        assert_eq!(standard_library("wasm32-unknown-unknown"), "std,panic_abort");
    }

    #[test]
    fn a_target_that_does_not_exist_is_not_installed() {
        assert!(!is_installed(Path::new("."), "no-such-target"));
    }
}
