//! The packages for other languages: how each is built, installed and tested. To add one, add a row to [`PACKAGES`];
//! the help and the error messages follow from it.

pub(crate) mod c;
pub(crate) mod c_tests;
pub(crate) mod cli;
pub(crate) mod cli_tests;
pub(crate) mod crates;
pub(crate) mod examples;
pub(crate) mod gateway;
pub(crate) mod go;
pub(crate) mod go_modules;
pub(crate) mod go_tests;
pub(crate) mod javascript_tests;
mod native;
pub(crate) mod node;
pub(crate) mod npm_package;
pub(crate) mod npm_platforms;
pub(crate) mod python_tests;
pub(crate) mod reproduce;
pub(crate) mod sbom;
pub(crate) mod scripting_tests;
pub(crate) mod vector_archive;
mod vectors;
pub(crate) mod wasm;
pub(crate) mod wheel;

use std::path::PathBuf;

use crate::packages::native::Native;
use crate::packages::npm_platforms::Platform;
use crate::tools::whole_run;
use crate::tools::words;
use crate::tools::workspace::Workspace;

/// The files that were built, or why they were not.
type Built = Result<Vec<PathBuf>, String>;

/// A package that `cargo xtask package` builds.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Builds the package and returns its files.
    build: fn(&Workspace) -> Built,
    /// Builds what of it is native code, for one platform, if any of it is.
    build_for: Option<fn(&Workspace, &Native) -> Built>,
    /// Sets up a project with the package's tests, in which the package is installed as a user would install it.
    set_up: fn(&Workspace) -> Result<(), String>,
}

pub(crate) const PACKAGES: &[Package] = &[WASM, NODE, PYTHON, C, GO, CLI, GATEWAY, VECTORS];

pub(crate) const WASM: Package = Package {
    name: "wasm",
    about: "npm's hookseal: WebAssembly for every JavaScript runtime",
    build: |workspace| wasm::package(workspace).map(|tarball| vec![tarball]),
    build_for: None,
    set_up: javascript_tests::set_up,
};

pub(crate) const NODE: Package = Package {
    name: "node",
    about: "npm's @hookseal/node: native code for Node, with the package for this platform",
    build: node::package,
    build_for: Some(node::package_for),
    set_up: javascript_tests::set_up_native,
};

pub(crate) const PYTHON: Package = Package {
    name: "python",
    about: "PyPI's hookseal: a wheel for CPython from 3.10 on, and the source distribution",
    build: wheel::package,
    build_for: Some(wheel::package_for),
    set_up: python_tests::set_up,
};

pub(crate) const C: Package = Package {
    name: "c",
    about: "libhookseal with its headers, and hookseal-core.wasm for every host",
    build: c::package,
    build_for: None,
    set_up: c_tests::set_up,
};

pub(crate) const GO: Package = Package {
    name: "go",
    about: "the Go module, with the core translated to Go, as `go get` takes it",
    build: go::package,
    build_for: None,
    set_up: go_tests::set_up,
};

pub(crate) const CLI: Package = Package {
    name: "cli",
    about: "the command line: npm's @hookseal/cli, PyPI's hookseal-cli, and an archive with checksums",
    build: |workspace| cli::package(workspace, cli::Profile::Release),
    build_for: Some(cli::package_for),
    set_up: cli_tests::set_up,
};

/// The same around the binary for development, to be tested: that one is built anyway, and within seconds.
pub(crate) const CLI_FOR_TESTS: Package =
    Package { build: |workspace| cli::package(workspace, cli::Profile::Dev), ..CLI };

pub(crate) const GATEWAY: Package = Package {
    name: "gateway",
    about: "the filters for Envoy and Traefik, as WebAssembly",
    build: gateway::package,
    build_for: None,
    set_up: gateway::set_up,
};

pub(crate) const VECTORS: Package = Package {
    name: "vectors",
    about: "the test vectors, with what plays them with any library, and a checksum",
    build: vector_archive::package,
    build_for: None,
    set_up: vector_archive::set_up,
};

/// The package with this name, or all packages if there is no name.
pub(crate) fn select(name: Option<&str>) -> Result<&'static [Package], String> {
    let Some(name) = name else { return Ok(PACKAGES) };
    PACKAGES.iter().find(|package| package.name == name).map(std::slice::from_ref).ok_or_else(|| {
        let names = words::list(PACKAGES.iter().map(|package| package.name));
        format!("unknown package `{name}`; the packages are: {names}")
    })
}

impl Package {
    pub(crate) fn build(&self, workspace: &Workspace) -> Result<(), String> {
        whole_run::once(workspace, &format!("package-{}", self.name), || {
            let files =
                (self.build)(workspace).map_err(|error| format!("cannot build package `{}`: {error}", self.name))?;
            for file in files {
                println!("--- built {}", workspace.relative(&file).display());
            }
            Ok(())
        })
    }

    /// Builds what of the package is native code for a target, into a folder of its name.
    pub(crate) fn build_for(&self, workspace: &Workspace, target: &str) -> Result<(), String> {
        let platform = Platform::of(target)?;
        let build = self.build_for.ok_or_else(|| {
            let native = words::list(PACKAGES.iter().filter(|one| one.build_for.is_some()).map(|one| one.name));
            format!("package `{}` is the same for every target; those that are not: {native}", self.name)
        })?;
        let files = Native::new(workspace, platform).and_then(|native| build(workspace, &native));
        let files = files.map_err(|error| format!("cannot build package `{}` for {target}: {error}", self.name))?;
        for file in files {
            println!("--- built {}", workspace.relative(&file).display());
        }
        Ok(())
    }

    pub(crate) fn set_up(&self, workspace: &Workspace) -> Result<(), String> {
        whole_run::once(workspace, &format!("setup-{}", self.name), || {
            (self.set_up)(workspace)
                .map_err(|error| format!("cannot set up the tests of package `{}`: {error}", self.name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_name_all_packages_are_selected() {
        assert_eq!(select(None).expect("all").len(), PACKAGES.len());
    }

    #[test]
    fn a_name_selects_its_package() {
        let names: Vec<_> = select(Some("wasm")).expect("one").iter().map(|package| package.name).collect();
        assert_eq!(names, ["wasm"]);
    }

    #[test]
    fn a_target_without_packages_and_a_package_without_native_code_are_refused() {
        let workspace = Workspace { root: PathBuf::from("."), target: PathBuf::from("target") };
        let error = NODE.build_for(&workspace, "mips-unknown-none").expect_err("no such platform");
        assert!(error.contains("x86_64-unknown-linux-musl"), "{error}");
        let error = GO.build_for(&workspace, "x86_64-unknown-linux-musl").expect_err("the same everywhere");
        assert!(error.ends_with("those that are not: node, python, cli"), "{error}");
    }

    #[test]
    fn the_error_for_an_unknown_package_lists_all_packages() {
        let error = select(Some("colour")).err().expect("an unknown package");
        assert!(error.contains("unknown package `colour`") && error.contains("wasm"), "{error}");
    }
}
