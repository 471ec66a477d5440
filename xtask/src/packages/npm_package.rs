//! The steps that all npm packages share. The workspace in `js/` builds `dist/`; here a package is put together from
//! it, and packed.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::tools::files::{self, At as _};
use crate::tools::npm::{self, Scripts};
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;

/// The npm workspace, which has the sources of all packages and the tools that build them.
const JS: &str = "js";

/// Everything in this repository has the same version, xtask included.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the sources are, which the root manifest says.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The member `repository` of a manifest; the folder of the package's own manifest is in the npm workspace.
pub(crate) fn repository(name: &str) -> Value {
    json!({"type": "git", "url": format!("git+{REPOSITORY}.git"), "directory": format!("{JS}/packages/{name}")})
}

/// A folder of the build.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("js").join(name)
}

/// The path of a tarball that [`pack`] writes.
pub(crate) fn tarball(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("packages").join(format!("{name}-{VERSION}.tgz"))
}

/// The folder of a package in the npm workspace.
pub(crate) fn sources(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.root.join(JS).join("packages").join(name)
}

/// A package's manifest. Its version must be [`VERSION`].
pub(crate) fn manifest(workspace: &Workspace, name: &str) -> Result<Value, String> {
    let path = sources(workspace, name).join("package.json");
    read_manifest(&workspace.relative(&path).display().to_string(), &files::read(&path)?)
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

/// Installs the tools of the npm workspace, and returns its folder.
pub(crate) fn tools(workspace: &Workspace) -> Result<PathBuf, String> {
    npm::check(&workspace.root)?;
    let tools = workspace.root.join(JS);
    npm::install_locked(workspace, &tools, Scripts::Never)?;
    Ok(tools)
}

/// Builds `dist/` of a package in the npm workspace, puts the package together, with these optional dependencies, and
/// packs it.
pub(crate) fn package(
    workspace: &Workspace,
    name: &str,
    optional_dependencies: &[String],
    tarball: PathBuf,
) -> Result<PathBuf, String> {
    let tools = tools(workspace)?;
    let script = |file: &str| Process::new("node").arg(workspace.relative(&tools.join("scripts").join(file))).arg(name);
    script("build.mjs").run_echoed(&workspace.root)?;
    let (sources, package) = (sources(workspace, name), folder(workspace, &format!("package-{name}")));
    files::renew(&package)?;
    files::mirror(&sources.join("dist"), &package.join("dist"), |_| true)?;
    files::copy_into(&sources.join("README.md"), &package)?;
    copy_licenses(workspace, &package)?;
    script("manifest.mjs")
        .arg(package.join("package.json"))
        .arg(repository(name).to_string())
        .args(optional_dependencies.iter().map(String::as_str))
        .run_echoed(&workspace.root)?;
    pack(workspace, &package, tarball)
}

pub(crate) fn copy_licenses(workspace: &Workspace, package: &Path) -> Result<(), String> {
    let mut licenses = ["LICENSE-MIT", "LICENSE-APACHE"].into_iter();
    licenses.try_for_each(|license| files::copy_into(&workspace.root.join(license), package))
}

/// Packs a package into this tarball.
pub(crate) fn pack(workspace: &Workspace, package: &Path, tarball: PathBuf) -> Result<PathBuf, String> {
    let packages = tarball.parent().ok_or("a tarball has no folder")?;
    files::create(packages)?;
    if tarball.exists() {
        std::fs::remove_file(&tarball).at(&tarball)?;
    }
    let pack = npm::npm().current_dir(workspace.relative(package));
    let pack = pack.args(["pack", "--loglevel=error", "--pack-destination"]);
    pack.arg(packages).run_echoed(&workspace.root)?;
    if tarball.exists() { Ok(tarball) } else { Err(format!("npm did not write {}", tarball.display())) }
}

/// The steps that try to publish tarballs: npm checks their manifests, and uploads nothing.
pub(crate) fn try_to_publish(tarballs: &[PathBuf]) -> Vec<Step> {
    let publish =
        |tarball| npm::npm().args(["publish", "--dry-run", "--loglevel=error", "--access=public"]).arg(tarball);
    tarballs.iter().map(|tarball| publish(tarball).into()).collect()
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
