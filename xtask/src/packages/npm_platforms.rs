//! The platforms that have native code on npm, each in a package of its own, which npm chooses by its manifest.

use std::env::consts;

use serde_json::{Value, json};

use crate::packages::npm_package::{self, VERSION};

/// Every platform that has native code. The optional dependencies of the main packages are made from this, and
/// `addon.cjs` writes the packages of `@hookseal/node` out.
pub(crate) const PLATFORMS: [Platform; 7] = [
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
pub(crate) struct Platform {
    os: &'static str,
    cpu: &'static str,
    /// Only on Linux, which has two C libraries.
    libc: Option<&'static str>,
}

impl Platform {
    /// The platform of this machine.
    pub(crate) fn current() -> Result<Self, String> {
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

    /// The name after `@hookseal/` of its package for one of the main packages, such as `node-linux-x64-gnu`.
    pub(crate) fn package(&self, main: &str) -> String {
        let suffix = match (self.os, self.libc) {
            (_, Some("musl")) => "-musl",
            (_, Some(_)) => "-gnu",
            ("win32", None) => "-msvc",
            (_, None) => "",
        };
        format!("{main}-{}-{}{suffix}", self.os, self.cpu)
    }

    /// The manifest of its package, which contains one file. `manifest` is that of the main package.
    pub(crate) fn manifest(&self, main: &str, what: &str, file: &str, manifest: &Value) -> Value {
        let mut own = json!({
            "name": format!("@hookseal/{}", self.package(main)),
            "version": VERSION,
            "description": format!("The {what} of @hookseal/{main} for one platform: install that package instead."),
            "license": manifest["license"],
            "repository": npm_package::repository(main),
            "engines": manifest["engines"],
            "os": [self.os],
            "cpu": [self.cpu],
            "files": [file, "LICENSE-MIT", "LICENSE-APACHE"],
        });
        if let Some(libc) = self.libc {
            own["libc"] = json!([libc]);
        }
        own
    }
}

/// The packages of all platforms for one of the main packages, each with its version.
pub(crate) fn optional_dependencies(main: &str) -> Vec<String> {
    PLATFORMS.iter().map(|platform| format!("@hookseal/{}@{VERSION}", platform.package(main))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platforms_package_has_the_name_that_the_loader_requires() {
        let name = |os, cpu, libc| Platform { os, cpu, libc }.package("node");
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
        assert_eq!(required, PLATFORMS.map(|platform| platform.package("node")));
    }

    #[test]
    fn the_manifest_of_a_platforms_package_names_its_platform() {
        let platform = Platform { os: "linux", cpu: "x64", libc: Some("musl") };
        let main = json!({"license": "MIT", "engines": {"node": ">=20"}});
        let manifest = platform.manifest("cli", "binary", "hookseal", &main);
        assert_eq!(manifest["name"], "@hookseal/cli-linux-x64-musl");
        assert_eq!(manifest["libc"], json!(["musl"]));
        assert_eq!((&manifest["os"], &manifest["cpu"]), (&json!(["linux"]), &json!(["x64"])));
        assert_eq!(manifest["files"], json!(["hookseal", "LICENSE-MIT", "LICENSE-APACHE"]));
        assert_eq!(manifest["engines"]["node"], ">=20");
    }
}
