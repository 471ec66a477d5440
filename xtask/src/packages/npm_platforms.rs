//! The platforms that have native code on npm, each in a package of its own, which npm chooses by its manifest. The wheels
//! and the binaries of the command line are for the same platforms.

use serde_json::{Value, json};

use crate::packages::npm_package::{self, VERSION};
use crate::tools::words;

/// That of RHEL 7 and of the oldest images of AWS Lambda, and the oldest that Rust's standard library supports.
const OLDEST_GLIBC: (u32, u32) = (2, 17);

/// Every platform that has native code. The optional dependencies of the main packages are made from this, the workflow
/// that releases builds for these targets, and `addon.cjs` writes the packages of `@hookseal/node` out.
pub(crate) const PLATFORMS: [Platform; 7] = [
    Platform { target: "aarch64-apple-darwin", os: "darwin", cpu: "arm64", libc: None },
    Platform { target: "x86_64-apple-darwin", os: "darwin", cpu: "x64", libc: None },
    Platform { target: "aarch64-unknown-linux-gnu", os: "linux", cpu: "arm64", libc: Some("glibc") },
    Platform { target: "aarch64-unknown-linux-musl", os: "linux", cpu: "arm64", libc: Some("musl") },
    Platform { target: "x86_64-unknown-linux-gnu", os: "linux", cpu: "x64", libc: Some("glibc") },
    Platform { target: "x86_64-unknown-linux-musl", os: "linux", cpu: "x64", libc: Some("musl") },
    Platform { target: "x86_64-pc-windows-msvc", os: "win32", cpu: "x64", libc: None },
];

/// A platform, in npm's and Node's terms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Platform {
    /// What Rust calls it.
    pub(crate) target: &'static str,
    os: &'static str,
    cpu: &'static str,
    /// Only on Linux, which has two C libraries.
    libc: Option<&'static str>,
}

impl Platform {
    /// The platform of this machine.
    pub(crate) fn current() -> Result<Self, String> {
        let is_this = |platform: &&Self| {
            let os = match platform.os {
                "darwin" => "macos",
                "win32" => "windows",
                other => other,
            };
            let cpu = if platform.cpu == "arm64" { "aarch64" } else { "x86_64" };
            let is_of_machine = os == std::env::consts::OS && cpu == std::env::consts::ARCH;
            is_of_machine && platform.libc.is_none_or(|libc| cfg!(target_env = "musl") == (libc == "musl"))
        };
        let current = PLATFORMS.iter().find(is_this).copied();
        let (os, cpu) = (std::env::consts::OS, std::env::consts::ARCH);
        current.ok_or_else(|| format!("there is no package for {os} on {cpu}"))
    }

    /// The platform of a target.
    pub(crate) fn of(target: &str) -> Result<Self, String> {
        PLATFORMS.iter().find(|platform| platform.target == target).copied().ok_or_else(|| {
            let targets = words::list(PLATFORMS.iter().map(|platform| platform.target));
            format!("there is no package for `{target}`; the targets are: {targets}")
        })
    }

    /// Whether its code is linked with a C library that comes in versions, of which this is the oldest that is supported.
    pub(crate) fn oldest_glibc(&self) -> Option<(u32, u32)> {
        (self.libc == Some("glibc")).then_some(OLDEST_GLIBC)
    }

    pub(crate) fn is_linux(&self) -> bool {
        self.os == "linux"
    }

    pub(crate) fn is_windows(&self) -> bool {
        self.os == "win32"
    }

    /// The file name of a library that node loads, or of Python's extension, as cargo names it.
    pub(crate) fn library(&self, name: &str) -> String {
        match self.os {
            "win32" => format!("{name}.dll"),
            "darwin" => format!("lib{name}.dylib"),
            _ => format!("lib{name}.so"),
        }
    }

    /// The oldest systems that a wheel is for, in the words of wheels. maturin knows those of macOS and Windows.
    pub(crate) fn wheel_tag(&self) -> Option<&'static str> {
        match self.libc? {
            "musl" => Some("musllinux_1_2"),
            _ => Some("manylinux2014"),
        }
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
        let name = |target| Platform::of(target).expect("a platform").package("node");
        assert_eq!(name("x86_64-unknown-linux-gnu"), "node-linux-x64-gnu");
        assert_eq!(name("aarch64-unknown-linux-musl"), "node-linux-arm64-musl");
        assert_eq!(name("aarch64-apple-darwin"), "node-darwin-arm64");
        assert_eq!(name("x86_64-pc-windows-msvc"), "node-win32-x64-msvc");
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
    fn this_machine_has_the_platform_of_its_compiler_and_other_targets_are_refused() {
        let version =
            crate::tools::process::Process::new("rustc -vV").capture(std::path::Path::new(".")).expect("rustc");
        let current = Platform::current().expect("a platform");
        assert!(version.contains(&format!("host: {}\n", current.target)), "{version}");
        let error = Platform::of("mips-unknown-none").expect_err("no platform");
        assert!(error.contains("`mips-unknown-none`") && error.contains("aarch64-apple-darwin, "), "{error}");
    }

    #[test]
    fn the_manifest_of_a_platforms_package_names_its_platform() {
        let platform = Platform::of("x86_64-unknown-linux-musl").expect("a platform");
        let main = json!({"license": "MIT", "engines": {"node": ">=20"}});
        let manifest = platform.manifest("cli", "binary", "hookseal", &main);
        assert_eq!(manifest["name"], "@hookseal/cli-linux-x64-musl");
        assert_eq!(manifest["libc"], json!(["musl"]));
        assert_eq!((&manifest["os"], &manifest["cpu"]), (&json!(["linux"]), &json!(["x64"])));
        assert_eq!(manifest["files"], json!(["hookseal", "LICENSE-MIT", "LICENSE-APACHE"]));
        assert_eq!(manifest["engines"]["node"], ">=20");
    }
}
