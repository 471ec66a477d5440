//! Builds the package for C and for every host: headers, the shared and the static library, a file for pkg-config, and
//! `hookseal-core.wasm`. `cargo cinstall` installs the same libraries where a user wants them.

use std::path::{Path, PathBuf};

use crate::packages::npm_package::{self, VERSION};
use crate::tools::files::{self, At as _};
use crate::tools::module::{Recipe, TARGET};
use crate::tools::npm;
use crate::tools::process::Process;
use crate::tools::targets;
use crate::tools::workspace::Workspace;

const PACKAGE: &str = "hookseal-c";

/// How a module is compiled.
pub(crate) struct Tuning {
    /// The name of what is made of it.
    pub(crate) file: &'static str,
    /// The profile in `Cargo.toml`.
    pub(crate) profile: &'static str,
    /// Flags beside [`RUSTFLAGS`].
    pub(crate) rustflags: &'static [&'static str],
    /// How wasm-opt optimizes, beside [`WASM_OPT`].
    pub(crate) level: &'static str,
}

/// For size: with little inlining, as for the npm package.
const SMALL: Tuning = Tuning {
    file: "hookseal-core.wasm",
    profile: "wasm-core",
    rustflags: &["-Cllvm-args=-inline-threshold=10"],
    level: "-Oz --merge-similar-functions",
};

/// Without SIMD, which neither wasm2go nor Java's compilers have, and without reference types and multiple values.
const WASM_OPT: &str = "--converge --low-memory-unused --enable-bulk-memory --enable-bulk-memory-opt \
                        --enable-mutable-globals --enable-nontrapping-float-to-int --enable-sign-ext \
                        --strip-debug --strip-producers --strip-target-features";

/// Two pages of memory: the stack, and one for all else.
const RUSTFLAGS: [&str; 1] = ["-Clink-arg=-zstack-size=65536"];

/// The system's libraries that the static library needs, as `rustc --print native-static-libs` lists them.
pub(crate) const PRIVATE_LIBRARIES: &str =
    if cfg!(target_os = "macos") { "-lSystem -lc -lm" } else { "-lgcc_s -lpthread -lm -ldl -lc" };

/// The folder of the package.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("packages").join("c")
}

/// The shared library, by the name that programs are linked with.
pub(crate) fn shared_library(workspace: &Workspace) -> PathBuf {
    folder(workspace).join("lib").join(Names::current().file(""))
}

/// The path of the module for hosts of WebAssembly.
pub(crate) fn module(workspace: &Workspace) -> PathBuf {
    folder(workspace).join(SMALL.file)
}

/// Builds all of it and returns the paths of what others need.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let folder = folder(workspace);
    files::renew(&folder)?;
    npm_package::copy_licenses(workspace, &folder)?;
    files::mirror(&workspace.root.join("bindings-c/include"), &folder.join("include"), |_| true)?;
    let mut built = libraries(workspace, &folder.join("lib"))?;
    build_module(workspace, &module(workspace))?;
    built.push(module(workspace));
    Ok(built)
}

/// Compiles the module alone.
pub(crate) fn build_module(workspace: &Workspace, wasm: &Path) -> Result<(), String> {
    build_module_as(workspace, wasm, &SMALL)
}

/// Compiles the module in another way, for packages that are generated from it.
pub(crate) fn build_module_as(workspace: &Workspace, wasm: &Path, tuning: &Tuning) -> Result<(), String> {
    let tools = npm_package::tools(workspace)?;
    let toolchain = targets::toolchain(workspace, TARGET)?;
    let compiled = tuning.recipe().compile(&toolchain, workspace)?;
    if let Some(folder) = wasm.parent() {
        files::create(folder)?;
    }
    npm::program(workspace, &tools, "binaryen/bin/wasm-opt")
        .args(tuning.level.split_whitespace())
        .args(WASM_OPT.split_whitespace())
        .arg(workspace.relative(&compiled))
        .arg("-o")
        .arg(workspace.relative(wasm))
        .run_echoed(&workspace.root)
}

/// How the module for every host is compiled.
pub(crate) fn recipe() -> Recipe {
    SMALL.recipe()
}

impl Tuning {
    pub(crate) fn recipe(&self) -> Recipe {
        Recipe {
            file: self.file,
            package: PACKAGE,
            features: "",
            profile: self.profile,
            config: None,
            rustflags: RUSTFLAGS.iter().chain(self.rustflags).map(|&flag| flag.to_owned()).collect(),
            is_cdylib_alone: true,
        }
    }
}

/// Compiles the libraries for this machine. Within cargo they have another name, since `hookseal` is the core's.
fn libraries(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>, String> {
    if !cfg!(unix) {
        return Err(
            "the C libraries are built here on Unix alone; run `cargo cinstall -p hookseal-c` (cargo-c)".to_owned()
        );
    }
    let names = Names::current();
    Process::new("cargo rustc --release --locked -p hookseal-c --lib --crate-type cdylib,staticlib")
        .env("CARGO_ENCODED_RUSTFLAGS", targets::remap_cargo_home().unwrap_or_default())
        .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
        .args(["--", "-C"])
        .arg(format!("link-arg={}", names.linker_flag()))
        .run_echoed(&workspace.root)?;
    let release = workspace.target.join("release");
    files::create(&folder.join("pkgconfig"))?;
    let (shared, fixed) = (folder.join(names.file(VERSION)), folder.join("libhookseal.a"));
    files::copy(&release.join(format!("libhookseal_c.{}", names.extension)), &shared)?;
    files::copy(&release.join("libhookseal_c.a"), &fixed)?;
    for link in [names.file(&names.compatible), names.file("")] {
        symlink(&names.file(VERSION), &folder.join(link))?;
    }
    files::write(&folder.join("pkgconfig/hookseal.pc"), pkg_config())?;
    Ok(vec![shared, fixed])
}

/// What the shared library is called, as cargo-c calls it.
struct Names {
    extension: &'static str,
    /// The part of the version that stays the same while programs need not be linked again.
    compatible: String,
}

impl Names {
    fn current() -> Self {
        let (major, rest) = VERSION.split_once('.').unwrap_or((VERSION, ""));
        let minor = rest.split('.').next().unwrap_or_default();
        let compatible = if major == "0" { format!("0.{minor}") } else { major.to_owned() };
        Self { extension: std::env::consts::DLL_EXTENSION, compatible }
    }

    fn file(&self, version: &str) -> String {
        match (version, self.extension) {
            ("", extension) => format!("libhookseal.{extension}"),
            (version, "dylib") => format!("libhookseal.{version}.dylib"),
            (version, extension) => format!("libhookseal.{extension}.{version}"),
        }
    }

    /// Writes the name that programs look for into the library.
    fn linker_flag(&self) -> String {
        let file = self.file(&self.compatible);
        if self.extension == "dylib" {
            format!("-Wl,-install_name,@rpath/{file}")
        } else {
            format!("-Wl,-soname,{file}")
        }
    }
}

fn pkg_config() -> String {
    format!(
        "prefix=${{pcfiledir}}/../..\nlibdir=${{prefix}}/lib\nincludedir=${{prefix}}/include\n\n\
         Name: hookseal\nDescription: Verifies signed webhook deliveries\nVersion: {VERSION}\n\
         Libs: -L${{libdir}} -lhookseal\nCflags: -I${{includedir}}\nLibs.private: {PRIVATE_LIBRARIES}\n"
    )
}

#[cfg(unix)]
fn symlink(to: &str, link: &Path) -> Result<(), String> {
    std::os::unix::fs::symlink(to, link).at(link)
}

#[cfg(not(unix))]
fn symlink(to: &str, link: &Path) -> Result<(), String> {
    std::fs::copy(link.with_file_name(to), link).map(drop).at(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_library_has_the_names_that_linker_and_loader_look_for() {
        let names = Names { extension: "so", compatible: "0.1".to_owned() };
        assert_eq!(
            [names.file("0.1.0"), names.file("0.1"), names.file("")],
            ["libhookseal.so.0.1.0", "libhookseal.so.0.1", "libhookseal.so"]
        );
        assert_eq!(names.linker_flag(), "-Wl,-soname,libhookseal.so.0.1");
        let names = Names { extension: "dylib", compatible: "1".to_owned() };
        assert_eq!(names.linker_flag(), "-Wl,-install_name,@rpath/libhookseal.1.dylib");
    }

    #[test]
    fn the_file_for_pkg_config_can_be_moved_with_the_library() {
        let text = pkg_config();
        assert!(text.starts_with("prefix=${pcfiledir}/../..\n") && text.contains("\nLibs: -L${libdir} -lhookseal\n"));
    }
}
