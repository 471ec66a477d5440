//! The steps that all npm packages share: the TypeScript is compiled to both module formats, and packed together with
//! the other files of the package.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::tools::files::{self, At as _};
use crate::tools::npm::{self, Scripts};
use crate::tools::workspace::Workspace;

/// The folder with the TypeScript that all packages share, and the manifest of the tools that compile it.
pub(crate) const SHARED: &str = "bindings-wasm";

/// Everything in this repository has the same version, xtask included.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The module formats of a package, each with the TypeScript configuration that produces it.
const MODULE_FORMATS: [[&str; 2]; 2] = [["esm", "tsconfig.json"], ["cjs", "tsconfig.cjs.json"]];

/// The package's manifest says that its files are ECMAScript modules; this one says that those next to it are not.
const CJS_MANIFEST: &str = r#"{ "type": "commonjs", "sideEffects": false }
"#;

/// A folder of the build.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("js").join(name)
}

/// The path of a tarball that [`pack`] writes.
pub(crate) fn tarball(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("packages").join(format!("{name}-{VERSION}.tgz"))
}

/// The manifest in a source folder. Its version must be [`VERSION`].
pub(crate) fn manifest(workspace: &Workspace, sources: &str) -> Result<Value, String> {
    let path = format!("{sources}/package.json");
    read_manifest(&path, &files::read(&workspace.root.join(&path))?)
}

fn read_manifest(path: &str, text: &[u8]) -> Result<Value, String> {
    let manifest: Value = serde_json::from_slice(text).map_err(|error| format!("{path}: {error}"))?;
    match manifest["version"].as_str() {
        Some(VERSION) => Ok(manifest),
        other => Err(format!(
            "{path} has version {}, but Cargo.toml has {VERSION}: make them equal",
            other.unwrap_or("none")
        )),
    }
}

/// Installs the tools that the manifest in [`SHARED`] names, outside the source folder.
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

/// Copies the shared TypeScript and its configuration to a folder in which a package adds its own files.
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

/// Compiles staged TypeScript into the folder of a new package, and adds its other files from the sources.
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
    for [format, config] in MODULE_FORMATS {
        npm::program(workspace, tools, "typescript/bin/tsc")
            .arg("-p")
            .arg(workspace.relative(&staging.join(config)))
            .arg("--outDir")
            .arg(workspace.relative(&package.join("dist").join(format)))
            .run_echoed(root)?;
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

/// Removes what only the build needs from the manifest, and packs the package into this tarball.
pub(crate) fn pack(workspace: &Workspace, package: &Path, tarball: PathBuf) -> Result<PathBuf, String> {
    let npm = || npm::npm().current_dir(workspace.relative(package));
    npm().args(["pkg", "delete", "private", "devDependencies"]).run_echoed(&workspace.root)?;
    let packages = workspace.target.join("packages");
    files::create(&packages)?;
    if tarball.exists() {
        std::fs::remove_file(&tarball).at(&tarball)?;
    }
    npm().args(["pack", "--loglevel=error", "--pack-destination"]).arg(&packages).run_echoed(&workspace.root)?;
    if tarball.exists() { Ok(tarball) } else { Err(format!("npm did not write {}", tarball.display())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_a_manifest_of_another_version_names_both_versions() {
        assert!(read_manifest("a", format!(r#"{{"version":"{VERSION}"}}"#).as_bytes()).is_ok());
        let error = read_manifest("a", br#"{"version":"0.0.7"}"#).expect_err("another version");
        assert!(error.contains("0.0.7") && error.contains(VERSION), "{error}");
        assert!(read_manifest("a", b"{}").is_err());
    }
}
