//! Builds the npm package `@hookseal/node`: the TypeScript that it shares with `hookseal`, around native code, which is
//! in a separate package for each platform. Only the package for this machine is built.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::packages::native::{Kind, Native};
use crate::packages::npm_package::{self, VERSION};
use crate::packages::npm_platforms::{self, Platform};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::targets;
use crate::tools::workspace::Workspace;

/// The name of the package's folder.
const NAME: &str = "node";

/// The native code's file name in a platform's package.
const ADDON: &str = "hookseal.node";

/// Its name within cargo.
const LIBRARY: &str = "hookseal_node";

/// The tarballs that [`package`] builds: the main package, and that of this platform.
pub(crate) fn tarballs(workspace: &Workspace) -> Result<[PathBuf; 2], String> {
    let names = [NAME.to_owned(), Platform::current()?.package(NAME)];
    Ok(names.map(|name| npm_package::tarball(workspace, &format!("hookseal-{name}"))))
}

/// The native code in a project in which both tarballs are installed.
pub(crate) fn installed_addon(project: &Path) -> Result<PathBuf, String> {
    Ok(project.join("node_modules/@hookseal").join(Platform::current()?.package(NAME)).join(ADDON))
}

/// Builds the tarballs and returns their paths.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let manifest = npm_package::manifest(workspace, NAME)?;
    let [_, native] = tarballs(workspace)?;
    let main = main(workspace)?;
    let platform = Platform::current()?;
    Process::new("cargo build --release --locked -p hookseal-node")
        .env("CARGO_ENCODED_RUSTFLAGS", targets::remap_cargo_home().unwrap_or_default())
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
        .run_echoed(&workspace.root)?;
    let built = workspace.target.join("release").join(platform.library(LIBRARY));
    let package = platform_package(workspace, &platform, &manifest, &built)?;
    // The package in the npm workspace finds the native code there.
    let installed = npm_package::sources(workspace, NAME).join("node_modules/@hookseal").join(platform.package(NAME));
    files::mirror(&package, &installed, |_: &Path| true)?;
    Ok(vec![main, npm_package::pack(workspace, &package, native)?])
}

/// Builds the main package, which is the same for every platform, and returns its tarball.
pub(crate) fn main(workspace: &Workspace) -> Result<PathBuf, String> {
    let tarball = npm_package::tarball(workspace, &format!("hookseal-{NAME}"));
    npm_package::package(workspace, NAME, &npm_platforms::optional_dependencies(NAME), tarball)
}

/// Builds the package of another platform, or of this one for older systems, and returns its tarball.
pub(crate) fn package_for(workspace: &Workspace, native: &Native) -> Result<Vec<PathBuf>, String> {
    let manifest = npm_package::manifest(workspace, NAME)?;
    native.build(workspace, "hookseal-node", Kind::Library)?;
    let built = native.output(workspace).join(native.platform.library(LIBRARY));
    native.check(&built, Kind::Library)?;
    let package = platform_package(workspace, &native.platform, &manifest, &built)?;
    let tarball = format!("hookseal-{}-{VERSION}.tgz", native.platform.package(NAME));
    Ok(vec![npm_package::pack(workspace, &package, native.packages(workspace).join(tarball))?])
}

/// Puts the package around the native code, and returns its folder.
fn platform_package(
    workspace: &Workspace,
    platform: &Platform,
    manifest: &Value,
    built: &Path,
) -> Result<PathBuf, String> {
    let package = npm_package::folder(workspace, &platform.package(NAME));
    files::renew(&package)?;
    files::copy(built, &package.join(ADDON))?;
    let mut manifest = platform.manifest(NAME, "native code", ADDON, manifest);
    manifest["main"] = json!(ADDON);
    files::write(&package.join("package.json"), format!("{manifest:#}\n"))?;
    npm_package::copy_licenses(workspace, &package)?;
    Ok(package)
}
