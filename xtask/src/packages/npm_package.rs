//! What making an npm package is, whatever its code is called through: the TypeScript is compiled to both kinds of
//! modules, and packed with what belongs beside it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::tools::files::{self, At as _};
use crate::tools::npm::{self, Scripts};
use crate::tools::workspace::Workspace;

/// The folder of the TypeScript that all packages share, and of the tools that compile it.
pub(crate) const SHARED: &str = "bindings-wasm";

/// All versions in this repository are one, xtask's too.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The kinds of JavaScript modules that a package has, with the configuration of TypeScript that makes them.
const KINDS: [[&str; 2]; 2] = [["esm", "tsconfig.json"], ["cjs", "tsconfig.cjs.json"]];

/// A package's own manifest says that its files are ECMAScript modules; this one says that those beside it are not.
const CJS_MANIFEST: &str = r#"{ "type": "commonjs", "sideEffects": false }
"#;

/// A folder of the build's own.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("js").join(name)
}

/// A tarball that [`pack`] makes.
pub(crate) fn tarball(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("packages").join(format!("{name}-{VERSION}.tgz"))
}

/// The manifest in a folder of sources.
pub(crate) fn manifest(workspace: &Workspace, sources: &str) -> Result<Value, String> {
    let path = format!("{sources}/package.json");
    read_manifest(&path, &files::read(&workspace.root.join(&path))?)
}

fn read_manifest(path: &str, text: &[u8]) -> Result<Value, String> {
    let manifest: Value = serde_json::from_slice(text).map_err(|error| format!("{path}: {error}"))?;
    match manifest["version"].as_str() {
        Some(VERSION) => Ok(manifest),
        other => {
            Err(format!("{path} has version {}, and Cargo.toml {VERSION}: make them one", other.unwrap_or("none")))
        }
    }
}

/// Installs the tools that the manifest of [`SHARED`] names, away from the sources.
pub(crate) fn tools(workspace: &Workspace) -> Result<PathBuf, String> {
    npm::check(&workspace.root)?;
    let tools = folder(workspace, "tools");
    files::create(&tools)?;
    for file in ["package.json", "package-lock.json"] {
        files::copy_into(&workspace.root.join(SHARED).join(file), &tools)?;
    }
    npm::install_locked(workspace, &tools, Scripts::Never)?;
    Ok(tools)
}

/// Copies the shared TypeScript, with its configuration, to where a package adds its own to it.
pub(crate) fn stage(workspace: &Workspace, name: &str) -> Result<PathBuf, String> {
    let staging = folder(workspace, name);
    files::renew(&staging)?;
    let shared = workspace.root.join(SHARED);
    files::mirror(&shared.join("ts"), &staging.join("ts"), |_| true)?;
    for file in ["package.json", "tsconfig.json", "tsconfig.cjs.json"] {
        files::copy_into(&shared.join(file), &staging)?;
    }
    Ok(staging)
}

/// Compiles staged TypeScript into a new package's folder, and copies what belongs beside it from the sources.
pub(crate) fn compile(
    workspace: &Workspace,
    tools: &Path,
    staging: &Path,
    sources: &str,
    name: &str,
) -> Result<PathBuf, String> {
    let root = &workspace.root;
    let package = folder(workspace, name);
    files::renew(&package)?;
    for [kind, config] in KINDS {
        npm::program(workspace, tools, "typescript/bin/tsc")
            .argument("-p")
            .argument(workspace.shown(&staging.join(config)))
            .argument("--outDir")
            .argument(workspace.shown(&package.join("dist").join(kind)))
            .run_shown(root)?;
    }
    files::write(&package.join("dist/cjs/package.json"), CJS_MANIFEST)?;
    for file in ["README.md", "package.json"] {
        files::copy_into(&root.join(sources).join(file), &package)?;
    }
    copy_licenses(workspace, &package)?;
    Ok(package)
}

pub(crate) fn copy_licenses(workspace: &Workspace, package: &Path) -> Result<(), String> {
    let mut licenses = ["LICENSE-MIT", "LICENSE-APACHE"].into_iter();
    licenses.try_for_each(|license| files::copy_into(&workspace.root.join(license), package))
}

/// Takes out of the manifest what only the build needs, and packs into this tarball.
pub(crate) fn pack(workspace: &Workspace, package: &Path, tarball: PathBuf) -> Result<PathBuf, String> {
    let npm = || npm::npm().inside(workspace.shown(package));
    npm().words(["pkg", "delete", "private", "devDependencies"]).run_shown(&workspace.root)?;
    let packages = workspace.target.join("packages");
    files::create(&packages)?;
    if tarball.exists() {
        std::fs::remove_file(&tarball).at(&tarball)?;
    }
    npm().words(["pack", "--loglevel=error", "--pack-destination"]).argument(&packages).run_shown(&workspace.root)?;
    if tarball.exists() { Ok(tarball) } else { Err(format!("npm made no {}", tarball.display())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_of_another_version_is_an_error_that_names_both() {
        assert!(read_manifest("a", format!(r#"{{"version":"{VERSION}"}}"#).as_bytes()).is_ok());
        let error = read_manifest("a", br#"{"version":"0.0.7"}"#).expect_err("another version");
        assert!(error.contains("0.0.7") && error.contains(VERSION), "{error}");
        assert!(read_manifest("a", b"{}").is_err());
    }
}
