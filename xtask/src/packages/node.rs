//! Builds the npm package `@hookseal/node`: the TypeScript that it shares with `hookseal`, around native code, which is
//! in a separate package for each platform. Only the package for this machine is built.

use std::env::consts;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::packages::npm_package::{self, VERSION};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::targets;
use crate::tools::workspace::Workspace;

/// The name of the package's folder.
const NAME: &str = "node";

/// The native code's file name in a platform's package.
const ADDON: &str = "hookseal.node";

/// Every platform that has native code. `addon.cjs` writes their packages out, and the package's optional dependencies
/// are made from this.
const PLATFORMS: [Platform; 7] = [
    Platform { os: "darwin", cpu: "arm64", libc: None },
    Platform { os: "darwin", cpu: "x64", libc: None },
    Platform { os: "linux", cpu: "arm64", libc: Some("glibc") },
    Platform { os: "linux", cpu: "arm64", libc: Some("musl") },
    Platform { os: "linux", cpu: "x64", libc: Some("glibc") },
    Platform { os: "linux", cpu: "x64", libc: Some("musl") },
    Platform { os: "win32", cpu: "x64", libc: None },
];

/// A platform, in npm's and Node's terms.
#[derive(PartialEq)]
struct Platform {
    os: &'static str,
    cpu: &'static str,
    /// Only on Linux, which has two C libraries.
    libc: Option<&'static str>,
}

impl Platform {
    fn current() -> Result<Self, String> {
        let npm_name = |name, names: &[(&str, &'static str)]| {
            let found = names.iter().find(|(rust, _)| *rust == name);
            found.map(|(_, npm)| *npm).ok_or_else(|| format!("there is no package for {name}"))
        };
        let os = npm_name(consts::OS, &[("linux", "linux"), ("macos", "darwin"), ("windows", "win32")])?;
        let cpu = npm_name(consts::ARCH, &[("x86_64", "x64"), ("aarch64", "arm64")])?;
        let libc = if cfg!(target_env = "musl") { "musl" } else { "glibc" };
        let current = Self { os, cpu, libc: (os == "linux").then_some(libc) };
        if PLATFORMS.contains(&current) { Ok(current) } else { Err(format!("there is no package for {os} on {cpu}")) }
    }

    /// The name of its package after `@hookseal/`, which `addon.cjs` requires.
    fn package(&self) -> String {
        let suffix = match (self.os, self.libc) {
            (_, Some("musl")) => "-musl",
            (_, Some(_)) => "-gnu",
            ("win32", None) => "-msvc",
            (_, None) => "",
        };
        format!("node-{}-{}{suffix}", self.os, self.cpu)
    }

    fn manifest(&self, main: &Value) -> Value {
        let mut manifest = json!({
            "name": format!("@hookseal/{}", self.package()),
            "version": VERSION,
            "description": "The native code of @hookseal/node for one platform: install that package instead.",
            "license": main["license"],
            "engines": main["engines"],
            "os": [self.os],
            "cpu": [self.cpu],
            "main": ADDON,
            "files": [ADDON, "LICENSE-MIT", "LICENSE-APACHE"],
        });
        if let Some(libc) = self.libc {
            manifest["libc"] = json!([libc]);
        }
        manifest
    }
}

/// The tarballs that [`package`] builds: the main package, and that of this platform.
pub(crate) fn tarballs(workspace: &Workspace) -> Result<[PathBuf; 2], String> {
    let names = ["node".to_owned(), Platform::current()?.package()];
    Ok(names.map(|name| npm_package::tarball(workspace, &format!("hookseal-{name}"))))
}

/// Builds the tarballs and returns their paths.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let manifest = npm_package::manifest(workspace, NAME)?;
    let [main, native] = tarballs(workspace)?;
    let optional_dependencies = PLATFORMS.map(|platform| format!("@hookseal/{}@{VERSION}", platform.package()));
    let main = npm_package::package(workspace, NAME, &optional_dependencies, main)?;
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
    let package = npm_package::folder(workspace, &platform.package());
    files::renew(&package)?;
    let built = format!("{}hookseal_node{}", consts::DLL_PREFIX, consts::DLL_SUFFIX);
    files::copy(&workspace.target.join("release").join(built), &package.join(ADDON))?;
    files::write(&package.join("package.json"), format!("{:#}\n", platform.manifest(manifest)))?;
    npm_package::copy_licenses(workspace, &package)?;
    // The package in the npm workspace finds the native code there.
    let installed = npm_package::sources(workspace, NAME).join("node_modules/@hookseal").join(platform.package());
    files::mirror(&package, &installed, |_: &Path| true)?;
    npm_package::pack(workspace, &package, tarball)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platforms_package_has_the_name_that_the_loader_requires() {
        let name = |os, cpu, libc| Platform { os, cpu, libc }.package();
        assert_eq!(name("linux", "x64", Some("glibc")), "node-linux-x64-gnu");
        assert_eq!(name("linux", "arm64", Some("musl")), "node-linux-arm64-musl");
        assert_eq!(name("darwin", "arm64", None), "node-darwin-arm64");
        assert_eq!(name("win32", "x64", None), "node-win32-x64-msvc");
    }

    #[test]
    fn the_loader_requires_the_package_of_every_platform_and_no_other() {
        let loader = include_str!("../../../js/packages/node/addon.cjs");
        let required = loader.split("require(\"@hookseal/").skip(1).filter_map(|rest| rest.split('"').next());
        let mut required: Vec<_> = required.map(str::to_owned).collect();
        required.sort();
        assert_eq!(required, PLATFORMS.map(|platform| platform.package()));
    }

    #[test]
    fn the_manifest_of_a_platforms_package_names_its_platform() {
        let platform = Platform { os: "linux", cpu: "x64", libc: Some("musl") };
        let manifest = platform.manifest(&json!({"license": "MIT", "engines": {"node": ">=20"}}));
        assert_eq!(manifest["libc"], json!(["musl"]));
        assert_eq!((&manifest["os"], &manifest["cpu"]), (&json!(["linux"]), &json!(["x64"])));
        assert_eq!(manifest["engines"]["node"], ">=20");
    }
}
