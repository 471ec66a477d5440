//! Builds native code for a platform that is not this machine's, or for older systems than this machine: for Linux with
//! zig, which has the symbols of every version of glibc, and musl. What is built is read again, since the compiler and the
//! libraries of a newer system get into a file unnoticed.

use std::path::{Path, PathBuf};

use crate::packages::npm_platforms::Platform;
use crate::tools::elf::{self, Needs};
use crate::tools::process::Process;
use crate::tools::targets::{self, Toolchain};
use crate::tools::venv::Venv;
use crate::tools::workspace::Workspace;
use crate::tools::{files, python};

/// zig, and what calls it, at pinned versions.
const REQUIREMENTS: &str = "xtask/requirements-cross.txt";

/// The libraries of a system that every one with this C library has.
const GLIBC: [&str; 8] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libgcc_s.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];
const MUSL: [&str; 3] = ["libc.so", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/// The numbers of processors in ELF files.
const X86_64: u16 = 62;
const AARCH64: u16 = 183;

/// What a program or a library is linked as.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// With musl it contains the C library, and so runs on every Linux.
    Program,
    /// It shares the C library of what loads it.
    Library,
}

/// Builds for one platform.
pub(crate) struct Native {
    pub(crate) platform: Platform,
    /// For Linux.
    zig: Option<Venv>,
}

impl Native {
    /// Installs what is missing.
    pub(crate) fn new(workspace: &Workspace, platform: Platform) -> Result<Self, String> {
        if let Toolchain::Debian(_) = targets::toolchain(workspace, platform.target)? {
            return Err(format!("install the standard library: rustup target add {}", platform.target));
        }
        let venv = Venv::new(workspace, "cross");
        let [_, newest] = python::oldest_and_newest(&workspace.root)?;
        venv.make(workspace, &newest, Some(&workspace.root.join(REQUIREMENTS)))?;
        Ok(Self { platform, zig: platform.is_linux().then_some(venv) })
    }

    /// The folder of the packages for this platform, which those of this machine are not in.
    pub(crate) fn packages(&self, workspace: &Workspace) -> PathBuf {
        workspace.target.join("packages").join(self.platform.target)
    }

    /// Where cargo puts what it builds.
    pub(crate) fn output(&self, workspace: &Workspace) -> PathBuf {
        workspace.target.join(self.platform.target).join("release")
    }

    /// Compiles a package.
    pub(crate) fn build(&self, workspace: &Workspace, package: &str, kind: Kind) -> Result<(), String> {
        let (program, target) = match &self.zig {
            Some(zig) => {
                let program = Process::program(zig.program("cargo-zigbuild")).args(["zigbuild"]);
                (program, zig_target(&self.platform))
            }
            None => (Process::new("cargo build"), self.platform.target.to_owned()),
        };
        let build = program.args(["--release", "--locked", "-p", package, "--target"]).arg(target);
        self.environment(workspace, build, kind).run_echoed(&workspace.root)
    }

    /// Makes the wheel of the project in a folder, relative to the root.
    pub(crate) fn wheel(&self, workspace: &Workspace, project: &Path, kind: Kind) -> Result<PathBuf, String> {
        let packages = self.packages(workspace);
        let venv = Venv::new(workspace, "cross");
        let build = Process::program(venv.python()).args(["-m", "maturin", "build", "--release", "--locked"]);
        let build = build.args(["--target", self.platform.target]);
        let build = match self.platform.wheel_tag() {
            Some(tag) => build.args(["--zig", "--compatibility", tag]),
            None => build,
        };
        // The oldest that is supported: the extension is the same for all later ones.
        let build = if kind == Kind::Library { build.args(["--interpreter", "python3.10"]) } else { build };
        let before = files::list(&packages)?;
        let build = build.arg("--out").arg(&packages).current_dir(project);
        self.environment(workspace, build, kind).run_echoed(&workspace.root)?;
        let mut made = files::list(&packages)?;
        made.retain(|name| name.ends_with(".whl") && !before.contains(name));
        match &*made {
            [wheel] => Ok(packages.join(wheel)),
            _ => Err(format!("maturin made {made:?} instead of one wheel")),
        }
    }

    fn environment(&self, workspace: &Workspace, process: Process, kind: Kind) -> Process {
        let mut flags: Vec<String> = targets::remap_cargo_home().into_iter().collect();
        if kind == Kind::Library && self.platform.target.ends_with("-musl") {
            flags.push("-Ctarget-feature=-crt-static".to_owned());
        }
        let process =
            process.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")).env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
        match &self.zig {
            Some(zig) => process.env("CARGO_ZIGBUILD_PYTHON_PATH", workspace.root.join(zig.python())),
            None => process,
        }
    }

    /// Fails if a file of Linux needs more than the platform promises.
    pub(crate) fn check(&self, file: &Path, kind: Kind) -> Result<(), String> {
        if !self.platform.is_linux() {
            return Ok(());
        }
        let needs = elf::needs(&files::read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
        let glibc =
            needs.glibc().map_or_else(|| "no glibc".to_owned(), |(major, minor)| format!("glibc {major}.{minor}"));
        let name = file.file_name().unwrap_or_default().display().to_string();
        println!("--- {name} needs {glibc} and [{}]", needs.libraries.join(", "));
        let faults = faults(&self.platform, &needs, kind);
        if faults.is_empty() {
            Ok(())
        } else {
            Err(format!("{name} for {}: {}", self.platform.target, faults.join("; ")))
        }
    }
}

/// How cargo-zigbuild is asked for a version of glibc.
fn zig_target(platform: &Platform) -> String {
    let target = platform.target;
    platform.oldest_glibc().map_or_else(|| target.to_owned(), |(major, minor)| format!("{target}.{major}.{minor}"))
}

fn faults(platform: &Platform, needs: &Needs, kind: Kind) -> Vec<String> {
    let mut faults = Vec::new();
    let machine = if platform.target.starts_with("aarch64-") { AARCH64 } else { X86_64 };
    if needs.machine != machine {
        faults.push(format!("it is for processor {}, not {machine}", needs.machine));
    }
    let oldest = platform.oldest_glibc();
    if let Some((major, minor)) = needs.glibc().filter(|found| oldest.is_none_or(|oldest| *found > oldest)) {
        faults.push(format!("it needs glibc {major}.{minor}"));
    }
    let known: &[&str] = match (oldest, kind) {
        (Some(_), _) => &GLIBC,
        (None, Kind::Library) => &MUSL,
        (None, Kind::Program) => &[],
    };
    let unknown = needs.libraries.iter().filter(|library| !known.contains(&library.as_str()));
    faults.extend(unknown.map(|library| format!("it needs {library}, which a system may lack")));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(machine: u16, libraries: &[&str], versions: &[&str]) -> Needs {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Needs { machine, libraries: owned(libraries), versions: owned(versions) }
    }

    #[test]
    fn zig_is_asked_for_the_oldest_glibc_and_for_no_version_of_musl() {
        let target = |target| zig_target(&Platform::of(target).expect("a platform"));
        assert_eq!(target("aarch64-unknown-linux-gnu"), "aarch64-unknown-linux-gnu.2.17");
        assert_eq!(target("x86_64-unknown-linux-musl"), "x86_64-unknown-linux-musl");
    }

    #[test]
    fn a_file_that_needs_a_newer_glibc_or_another_library_or_processor_is_refused() {
        let glibc = Platform::of("x86_64-unknown-linux-gnu").expect("a platform");
        let of = |needs| faults(&glibc, &needs, Kind::Library);
        assert_eq!(of(needs(X86_64, &["libc.so.6"], &["GLIBC_2.2.5", "GLIBC_2.17"])), [""; 0]);
        assert_eq!(of(needs(X86_64, &["libc.so.6"], &["GLIBC_2.17", "GLIBC_2.34"])), ["it needs glibc 2.34"]);
        assert_eq!(of(needs(X86_64, &["libssl.so.3"], &[])), ["it needs libssl.so.3, which a system may lack"]);
        assert_eq!(of(needs(AARCH64, &[], &[])), ["it is for processor 183, not 62"]);
    }

    #[test]
    fn with_musl_a_program_needs_nothing_and_a_library_no_glibc() {
        let musl = Platform::of("aarch64-unknown-linux-musl").expect("a platform");
        assert_eq!(faults(&musl, &needs(AARCH64, &["libc.so"], &[]), Kind::Library), [""; 0]);
        assert_eq!(faults(&musl, &needs(AARCH64, &["libc.so"], &[]), Kind::Program).len(), 1);
        assert_eq!(faults(&musl, &needs(AARCH64, &["libc.so.6"], &["GLIBC_2.17"]), Kind::Library).len(), 2);
    }
}
