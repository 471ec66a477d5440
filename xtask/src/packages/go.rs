//! Builds the Go module as `go get` takes it: the sources in `bindings-go/`, and the core translated to Go.

use std::path::{Path, PathBuf};

use crate::packages::{c, npm_package};
use crate::tools::files;
use crate::tools::go::Go;
use crate::tools::module::Recipe;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// The path by which users import the module: the only place to change it.
pub(crate) const MODULE: &str = "hookseal.invalid/go";

/// What stands for [`MODULE`] in the repository, whose sources are compiled and tested as they are.
const PLACEHOLDER: &str = "hookseal.invalid/go";

pub(crate) const SOURCES: &str = "bindings-go";

/// The pinned tools: a module of its own, which is not part of the package.
const TOOLS: &str = "bindings-go/tools";

const TRANSLATOR: &str = "github.com/ncruces/wasm2go";

/// The file that is generated, and its folder in the sources, where it is needed to work on them.
const ENGINE: &str = "internal/engine";

/// For speed: what is translated is not small in any case.
const FAST: c::Tuning = c::Tuning {
    file: "the module that is translated to Go",
    profile: "wasm-go",
    rustflags: &["--cfg=hookseal_fast"],
    level: "-O3",
};

/// How the module that is translated is compiled.
pub(crate) fn recipe() -> Recipe {
    FAST.recipe()
}

/// The folder of the package.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("packages").join("go")
}

/// Copies the built package to where tests and benches look for it.
pub(crate) fn install(workspace: &Workspace) -> Result<(), String> {
    let built = folder(workspace);
    if !built.exists() {
        return Err("the package does not exist: run `cargo xtask package go`".to_owned());
    }
    files::mirror(&built, &build_folder(workspace, "package"), |_| true)
}

/// A folder of the build: of tools, and of copies of tests and benches.
pub(crate) fn build_folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("go").join(name)
}

/// Builds the package and returns its manifest.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let go = Go::newest(workspace)?;
    let sources = workspace.root.join(SOURCES);
    translate(workspace, &go, &sources.join(ENGINE))?;
    npm_package::copy_licenses(workspace, &sources)?;
    let folder = folder(workspace);
    files::renew(&folder)?;
    files::mirror(&sources, &folder, |path| !path.starts_with("tools"))?;
    rename_module(&folder, MODULE)?;
    go.run("build ./...").current_dir(workspace.relative(&folder)).run_echoed(&workspace.root)?;
    Ok(vec![folder.join("go.mod")])
}

/// Writes the core as Go, with the license of what the translator adds to it.
fn translate(workspace: &Workspace, go: &Go, engine: &Path) -> Result<(), String> {
    let work = build_folder(workspace, "engine");
    files::create(&work)?;
    let wasm = work.join("hookseal-core.wasm");
    c::build_module_as(workspace, &wasm, &FAST)?;
    let translator = tool(workspace, go, TRANSLATOR)?;
    Process::program(&translator)
        .args(["-pkg", "engine", "-unsafe", "-o"])
        .arg(workspace.relative(&engine.join("module.go")))
        .arg(workspace.relative(&wasm))
        .run_echoed(&workspace.root)?;
    let license = go.run("list -m -f {{.Dir}}").arg(TRANSLATOR).current_dir(TOOLS).capture(&workspace.root)?;
    // Not as a copy, which could not be replaced: files in Go's cache cannot be written.
    files::write(&engine.join("LICENSE-wasm2go"), files::read(&Path::new(license.trim()).join("LICENSE"))?)
}

/// Builds one of the pinned tools.
pub(crate) fn tool(workspace: &Workspace, go: &Go, package: &str) -> Result<PathBuf, String> {
    let name = package.rsplit('/').next().unwrap_or_default();
    let program = build_folder(workspace, "tools").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    go.run("build -o").arg(&program).arg(package).current_dir(TOOLS).run_echoed(&workspace.root)?;
    Ok(program)
}

/// Writes the path of the module into a copy of sources that have its placeholder.
pub(crate) fn use_module_path(folder: &Path) -> Result<(), String> {
    rename_module(folder, MODULE)
}

fn rename_module(folder: &Path, module: &str) -> Result<(), String> {
    if module == PLACEHOLDER {
        return Ok(());
    }
    for name in files::list(folder)? {
        let path = folder.join(&name);
        if path.is_dir() {
            rename_module(&path, module)?;
        } else if [".go", ".mod", ".md"].iter().any(|extension| name.ends_with(extension)) {
            let text = String::from_utf8(files::read(&path)?).map_err(|_| format!("{name} is not UTF-8"))?;
            files::write(&path, text.replace(PLACEHOLDER, module))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn the_path_of_the_module_is_written_into_every_file_that_has_it() {
        let folder = Scratch::new("go-module");
        folder.put("go.mod", "module hookseal.invalid/go\n");
        folder.put("inner/a.go", "import \"hookseal.invalid/go/internal/engine\"\n");
        rename_module(folder.path(), "example.com/hooks").expect("renamed");
        assert_eq!(folder.text("go.mod"), "module example.com/hooks\n");
        assert_eq!(folder.text("inner/a.go"), "import \"example.com/hooks/internal/engine\"\n");
    }
}
