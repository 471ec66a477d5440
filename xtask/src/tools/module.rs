//! Modules of WebAssembly: how each is compiled is said once, for the package that has it and for the check that its bytes
//! depend on nothing else.

use std::path::{Path, PathBuf};

use crate::tools::targets::{self, Build, Toolchain};
use crate::tools::workspace::Workspace;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How a module is compiled.
pub(crate) struct Recipe {
    /// The name of what is made of it.
    pub(crate) file: &'static str,
    pub(crate) package: &'static str,
    pub(crate) features: &'static str,
    /// The profile in `Cargo.toml`.
    pub(crate) profile: &'static str,
    /// What cargo's configuration says besides the profile.
    pub(crate) config: Option<String>,
    /// Flags for rustc besides the one that hides cargo's home.
    pub(crate) rustflags: Vec<String>,
    /// Whether the package has other types of library too, which are not compiled.
    pub(crate) is_cdylib_alone: bool,
}

impl Recipe {
    /// Compiles the module, and returns the path of what rustc has written.
    pub(crate) fn compile(&self, toolchain: &Toolchain, workspace: &Workspace) -> Result<PathBuf, String> {
        self.compile_with(toolchain, workspace, None)
    }

    /// The same with another home of cargo than this user's, if one is given.
    pub(crate) fn compile_with(
        &self,
        toolchain: &Toolchain,
        workspace: &Workspace,
        cargo_home: Option<&Path>,
    ) -> Result<PathBuf, String> {
        let Self { package, features, profile, .. } = *self;
        let rustflags = self.rustflags(cargo_home);
        let build = Build { package, features, target: TARGET, profile, rustflags: &rustflags };
        let process = if self.is_cdylib_alone {
            toolchain.build_as("cdylib", workspace, &build)
        } else {
            toolchain.build(workspace, &build)
        };
        let process = match &self.config {
            None => process,
            Some(config) => process.args(["--config", config]),
        };
        let process = match cargo_home {
            None => process,
            Some(home) => process.env("CARGO_HOME", home),
        };
        process.run_echoed(&workspace.root)?;
        Ok(toolchain.output(workspace, &build).join(format!("{}.wasm", package.replace('-', "_"))))
    }

    /// All flags: no path of this machine is in the output.
    fn rustflags(&self, cargo_home: Option<&Path>) -> Vec<String> {
        let mut flags = self.rustflags.clone();
        flags.extend(cargo_home.map_or_else(targets::remap_cargo_home, |home| Some(targets::remap(home))));
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_contains_no_path_of_this_machine() {
        let recipe = Recipe {
            file: "a.wasm",
            package: "a",
            features: "",
            profile: "release",
            config: None,
            rustflags: vec!["-Cdebuginfo=0".to_owned()],
            is_cdylib_alone: false,
        };
        let rustflags = recipe.rustflags(None);
        assert!(rustflags.iter().any(|flag| flag.starts_with("--remap-path-prefix=") && flag.ends_with("=crates")));
        let other = Path::new("another home").join("registry").join("src");
        let other = format!("--remap-path-prefix={}=crates", other.display());
        assert_eq!(recipe.rustflags(Some(Path::new("another home"))), ["-Cdebuginfo=0".to_owned(), other]);
    }
}
