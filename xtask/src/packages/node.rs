//! Makes the npm package `@hookseal/node`: the TypeScript that it shares with `hookseal`, around native code, which is
//! in a package of its own for each platform. Only that for this machine is made here.

use std::env::consts;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::packages::npm_package::{self, SHARED, VERSION};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::targets;
use crate::tools::workspace::Workspace;

/// The folder of the sources and of the package's manifest.
const SOURCES: &str = "bindings-node";

/// What of the shared TypeScript is for WebAssembly alone.
const NOT_SHARED: &[&str] = &["compile.ts", "wasm.d.ts"];

/// The native code in a platform's package.
const ADDON: &str = "hookseal.node";

/// A platform as npm and Node name it.
struct Platform {
    os: &'static str,
    cpu: &'static str,
    /// Linux has two C libraries.
    libc: Option<&'static str>,
}

impl Platform {
    fn here() -> Result<Self, String> {
        let of = |name, names: &[(&str, &'static str)]| {
            let found = names.iter().find(|(ours, _)| *ours == name);
            found.map(|(_, npms)| *npms).ok_or_else(|| format!("there is no package for {name}"))
        };
        let os = of(consts::OS, &[("linux", "linux"), ("macos", "darwin"), ("windows", "win32")])?;
        let cpu = of(consts::ARCH, &[("x86_64", "x64"), ("aarch64", "arm64")])?;
        let libc = if cfg!(target_env = "musl") { "musl" } else { "glibc" };
        Ok(Self { os, cpu, libc: (os == "linux").then_some(libc) })
    }

    /// Its package's name behind `@hookseal/`: as `addon.cjs` asks for it.
    fn package(&self) -> String {
        let suffix = match (self.os, self.libc) {
            (_, Some("musl")) => "-musl",
            (_, Some(_)) => "-gnu",
            ("win32", None) => "-msvc",
            (_, None) => "",
        };
        format!("node-{}-{}{suffix}", self.os, self.cpu)
    }

    fn manifest(&self, of_package: &Value) -> Value {
        let mut manifest = json!({
            "name": format!("@hookseal/{}", self.package()),
            "version": VERSION,
            "description": "The native code of @hookseal/node for one platform: install that.",
            "license": of_package["license"],
            "engines": of_package["engines"],
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

/// The tarballs that [`package`] makes: the package, and the one for this platform.
pub(crate) fn tarballs(workspace: &Workspace) -> Result<[PathBuf; 2], String> {
    let names = ["node".to_owned(), Platform::here()?.package()];
    Ok(names.map(|name| npm_package::tarball(workspace, &format!("hookseal-{name}"))))
}

/// Makes the tarballs, and tells where they are.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let manifest = npm_package::manifest(workspace, SOURCES)?;
    let platform = Platform::here()?;
    let name = format!("@hookseal/{}", platform.package());
    if manifest["optionalDependencies"][&name] != VERSION {
        return Err(format!("{SOURCES}/package.json does not have {name} of version {VERSION}"));
    }
    let [own, platforms] = tarballs(workspace)?;
    let own = package_of_typescript(workspace, own)?;
    Ok(vec![own, package_of_platform(workspace, &platform, &manifest, platforms)?])
}

fn package_of_typescript(workspace: &Workspace, tarball: PathBuf) -> Result<PathBuf, String> {
    let sources = workspace.root.join(SOURCES);
    let tools = npm_package::tools(workspace)?;
    let staging = npm_package::stage(workspace, "node-staging")?;
    let ts = staging.join("ts");
    let is_wasm = |name: &str| name.starts_with("module") || NOT_SHARED.contains(&name);
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

fn package_of_platform(
    workspace: &Workspace,
    platform: &Platform,
    manifest: &Value,
    tarball: PathBuf,
) -> Result<PathBuf, String> {
    Process::new("cargo build --release --locked -p hookseal-node")
        .set("CARGO_ENCODED_RUSTFLAGS", targets::nameless_home().unwrap_or_default())
        .set("CARGO_PROFILE_RELEASE_STRIP", "symbols")
        .run_shown(&workspace.root)?;
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
    fn a_platform_is_named_as_the_loader_asks_for_it() {
        let name = |os, cpu, libc| Platform { os, cpu, libc }.package();
        assert_eq!(name("linux", "x64", Some("glibc")), "node-linux-x64-gnu");
        assert_eq!(name("linux", "arm64", Some("musl")), "node-linux-arm64-musl");
        assert_eq!(name("darwin", "arm64", None), "node-darwin-arm64");
        assert_eq!(name("win32", "x64", None), "node-win32-x64-msvc");
    }

    #[test]
    fn npm_is_told_where_a_platforms_package_fits() {
        let platform = Platform { os: "linux", cpu: "x64", libc: Some("musl") };
        let manifest = platform.manifest(&json!({"license": "MIT", "engines": {"node": ">=20"}}));
        assert_eq!(manifest["libc"], json!(["musl"]));
        assert_eq!((&manifest["os"], &manifest["cpu"]), (&json!(["linux"]), &json!(["x64"])));
        assert_eq!(manifest["engines"]["node"], ">=20");
    }
}
