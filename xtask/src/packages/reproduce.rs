//! Compiles the WebAssembly that is released twice, in two folders, with two homes of cargo, and compares the bytes: so
//! anyone who doubts a package can compile it, and nothing of the machine that built it is in it.
//!
//! Compared is what rustc writes. wasm-bindgen, wasm-opt and wasm2go read that alone.

use std::path::{Path, PathBuf};

use crate::packages::{c, gateway, go, wasm};
use crate::tools::files::{self, At as _};
use crate::tools::module::{Recipe, TARGET};
use crate::tools::sources;
use crate::tools::targets;
use crate::tools::workspace::Workspace;

/// Which modules are compiled.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Modules {
    /// The smallest: in the tests.
    First,
    All,
}

fn recipes(modules: Modules) -> Vec<Recipe> {
    let mut recipes = wasm::recipes();
    if modules == Modules::First {
        recipes.truncate(1);
        return recipes;
    }
    recipes.extend([c::recipe(), go::recipe()]);
    recipes.extend(gateway::recipes());
    recipes
}

/// A place where modules are compiled: a copy of the sources, and a home of cargo.
struct Place {
    workspace: Workspace,
    cargo_home: PathBuf,
}

/// Fails if a module depends on where it was compiled.
pub(crate) fn check(workspace: &Workspace, modules: Modules) -> Result<(), String> {
    if !cfg!(unix) {
        return Err("the second home of cargo is made of links, which need Unix".to_owned());
    }
    let toolchain = targets::toolchain(workspace, TARGET)?;
    let home = targets::cargo_home().ok_or("cargo has no home")?;
    let places = [("reproduce/one", None), ("reproduce/a place of another length", Some("another-home"))];
    let places = places.map(|(folder, other)| place(workspace, folder, &home, other));
    let [one, other] = places;
    let places = [one?, other?];
    let mut faults = Vec::new();
    for recipe in recipes(modules) {
        let mut made = Vec::new();
        for place in &places {
            let compiled = recipe.compile_with(&toolchain, &place.workspace, Some(&place.cargo_home))?;
            made.push(files::read(&compiled)?);
        }
        faults.extend(faults_of(recipe.file, &made, &places.each_ref().map(|place| &*place.workspace.root)));
        println!("--- {}: {} bytes, compiled twice", recipe.file, made[0].len());
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Copies the files that git knows, as they are, and keeps what was compiled there before.
fn place(workspace: &Workspace, folder: &str, home: &Path, other: Option<&str>) -> Result<Place, String> {
    let root = workspace.target.join(folder);
    // Neither is compiled, and one is large.
    let is_compiled = |name: &str| !name.starts_with("tests/vectors/") && !name.starts_with("js/");
    sources::copy(&workspace.root, &root, is_compiled)?;
    let cargo_home = match other {
        None => home.to_owned(),
        Some(name) => linked(home, &root.with_extension(name))?,
    };
    let target = root.join("target");
    Ok(Place { workspace: Workspace { root, target }, cargo_home })
}

/// Another home of cargo, with the same in it.
fn linked(home: &Path, other: &Path) -> Result<PathBuf, String> {
    files::renew(other)?;
    for name in files::list(home)? {
        symlink(&home.join(&name), &other.join(&name))?;
    }
    Ok(other.to_owned())
}

#[cfg(unix)]
fn symlink(to: &Path, link: &Path) -> Result<(), String> {
    std::os::unix::fs::symlink(to, link).at(link)
}

#[cfg(not(unix))]
fn symlink(_: &Path, link: &Path) -> Result<(), String> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported)).at(link)
}

/// What is wrong with the same module, as it was made in several places.
fn faults_of(file: &str, made: &[Vec<u8>], places: &[&Path]) -> Vec<String> {
    let mut faults = Vec::new();
    if made.windows(2).any(|pair| pair[0] != pair[1]) {
        faults.push(format!("{file} has other bytes if it is compiled elsewhere"));
    }
    for (bytes, place) in made.iter().zip(places) {
        let traces = [place.display().to_string(), "registry/src".to_owned(), "/.cargo/".to_owned()];
        let found = traces.iter().filter(|trace| bytes.windows(trace.len()).any(|part| part == trace.as_bytes()));
        faults.extend(found.map(|trace| format!("{file} has `{trace}` in it")));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_that_is_released_is_compiled_twice() {
        let files: Vec<_> = recipes(Modules::All).iter().map(|recipe| recipe.file).collect();
        for file in ["hookseal.wasm", "hookseal-explain.wasm", "hookseal-core.wasm", "hookseal-proxy-wasm.wasm"] {
            assert!(files.contains(&file), "{file}");
        }
        assert_eq!(recipes(Modules::First)[0].file, "hookseal.wasm");
    }

    #[test]
    fn other_bytes_and_paths_of_the_machine_are_faults() {
        let places = [Path::new("/one"), Path::new("/other")];
        let of = |one: &str, other: &str| faults_of("a", &[one.into(), other.into()], &places);
        assert_eq!(of("abc", "abc"), [""; 0]);
        assert_eq!(of("abc", "abd"), ["a has other bytes if it is compiled elsewhere"]);
        assert_eq!(of("x /one/core", "x /one/core"), ["a has `/one` in it"]);
        assert_eq!(of("registry/src", "registry/src").len(), 2);
    }
}
