//! Builds the npm package `@hookseal/node`: the TypeScript that it shares with `hookseal`, around native code, which is
//! in a separate package for each platform. Only the package for this machine is built.

use std::env::consts;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::packages::npm_package;
use crate::packages::npm_platforms::{self, Platform};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::targets;
use crate::tools::workspace::Workspace;

/// The name of the package's folder.
const NAME: &str = "node";

/// The native code's file name in a platform's package.
const ADDON: &str = "hookseal.node";

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
    let [main, native] = tarballs(workspace)?;
    let main = npm_package::package(workspace, NAME, &npm_platforms::optional_dependencies(NAME), main)?;
    Ok(vec![main, platform_package(workspace, &Platform::current()?, &manifest, native)?])
}

fn platform_package(
    workspace: &Workspace,
    platform: &Platform,
    manifest: &Value,
    tarball: PathBuf,
) -> Result<PathBuf, String> {
    Process::new("cargo build --release --locked -p hookseal-node")
        .env("CARGO_ENCODED_RUSTFLAGS", targets::remap_cargo_home().unwrap_or_default())
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
        .run_echoed(&workspace.root)?;
    let package = npm_package::folder(workspace, &platform.package(NAME));
    files::renew(&package)?;
    let built = format!("{}hookseal_node{}", consts::DLL_PREFIX, consts::DLL_SUFFIX);
    files::copy(&workspace.target.join("release").join(built), &package.join(ADDON))?;
    let mut manifest = platform.manifest(NAME, "native code", ADDON, manifest);
    manifest["main"] = json!(ADDON);
    files::write(&package.join("package.json"), format!("{manifest:#}\n"))?;
    npm_package::copy_licenses(workspace, &package)?;
    // The package in the npm workspace finds the native code there.
    let installed = npm_package::sources(workspace, NAME).join("node_modules/@hookseal").join(platform.package(NAME));
    files::mirror(&package, &installed, |_: &Path| true)?;
    npm_package::pack(workspace, &package, tarball)
}
