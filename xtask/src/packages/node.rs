//! Builds the npm package `@hookseal/node`: the TypeScript that it shares with `hookseal`, around native code, which is
//! in a separate package for each platform. Only the package for this machine is built.

use std::env::consts;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::packages::npm_package::{self, SHARED, VERSION};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::targets;
use crate::tools::workspace::Workspace;

/// The folder with the sources and the package's manifest.
const SOURCES: &str = "bindings-node";

/// The files of the shared TypeScript that only WebAssembly needs.
const WASM_ONLY: &[&str] = &["compile.ts", "wasm.d.ts"];

/// The native code's file name in a platform's package.
const ADDON: &str = "hookseal.node";

/// A platform, in npm's and Node's terms.
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
        Ok(Self { os, cpu, libc: (os == "linux").then_some(libc) })
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
    let manifest = npm_package::manifest(workspace, SOURCES)?;
    let platform = Platform::current()?;
    let name = format!("@hookseal/{}", platform.package());
    if manifest["optionalDependencies"][&name] != VERSION {
        return Err(format!("{SOURCES}/package.json lacks the optional dependency {name} {VERSION}"));
    }
    let [main, native] = tarballs(workspace)?;
    let main = main_package(workspace, main)?;
    Ok(vec![main, platform_package(workspace, &platform, &manifest, native)?])
}

fn main_package(workspace: &Workspace, tarball: PathBuf) -> Result<PathBuf, String> {
    let sources = workspace.root.join(SOURCES);
    let tools = npm_package::tools(workspace)?;
    let staging = npm_package::stage(workspace, "node-staging")?;
    let ts = staging.join("ts");
    let is_wasm = |name: &str| name.starts_with("module") || WASM_ONLY.contains(&name);
    for entry in files::list(&workspace.root.join(SHARED).join("ts"))? {
        if is_wasm(&entry) {
            files::remove(&ts.join(entry))?;
        }
    }
    for entry in files::list(&sources.join("ts"))? {
        files::copy_into(&sources.join("ts").join(entry), &ts)?;
    }
    files::copy_into(&sources.join("addon.d.cts"), &staging)?;
    let package = npm_package::compile(workspace, &tools, &staging, SOURCES, "node-package")?;
    files::copy_into(&sources.join("addon.cjs"), &package.join("dist"))?;
    npm_package::pack(workspace, &package, tarball)
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
    fn the_manifest_of_a_platforms_package_names_its_platform() {
        let platform = Platform { os: "linux", cpu: "x64", libc: Some("musl") };
        let manifest = platform.manifest(&json!({"license": "MIT", "engines": {"node": ">=20"}}));
        assert_eq!(manifest["libc"], json!(["musl"]));
        assert_eq!((&manifest["os"], &manifest["cpu"]), (&json!(["linux"]), &json!(["x64"])));
        assert_eq!(manifest["engines"]["node"], ">=20");
    }
}
