//! Tests of files that nothing else reads: those for the host of the repository, and the page that names a check for each
//! promise. What they name must exist. `workflows.rs` tests the workflows.

use std::path::{Path, PathBuf};

use yaml_rust2::{Yaml, YamlLoader};

use crate::packages::npm_platforms::{PLATFORMS, Platform};
use crate::tasks::{differential, fuzz, parts, plant, release};
use crate::tools::files;
use crate::{COMMANDS, packages};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the project.
pub(crate) fn text(path: &str) -> String {
    String::from_utf8(files::read(&root().join(path.trim_start_matches("/"))).expect("a file")).expect("UTF-8")
}

/// What is wrong with a command, if it is one of xtask's.
pub(crate) fn fault(command: &str) -> Option<String> {
    let after = command.split("cargo xtask").nth(1)?;
    let is_word = |word: &&str| !["&&", "|", ";", "\\"].contains(word);
    let arguments: Vec<String> = after.split_whitespace().take_while(is_word).map(str::to_owned).collect();
    let Some((name, arguments)) = arguments.split_first() else { return Some("no command".to_owned()) };
    if !COMMANDS.iter().any(|known| known.name == name) {
        return Some(format!("there is no command `{name}`"));
    }
    // A workflow's matrix has names of fuzzers or of targets, which `workflows.rs` compares.
    let one = if name == "fuzz" { fuzz::TARGETS[0].name } else { PLATFORMS[0].target };
    let of_matrix = |word: &String| if word == "${{" { one.to_owned() } else { word.trim_matches('"').to_owned() };
    let arguments: Vec<String> = arguments.iter().map(of_matrix).collect();
    let is_of_matrix = |word: &&String| !["matrix.target", "}}"].contains(&word.as_str());
    let arguments: Vec<String> = arguments.iter().filter(is_of_matrix).cloned().collect();
    match name.as_str() {
        "test" => parts::select(&arguments).err(),
        "package" if arguments.get(1).is_some_and(|option| option == "--target") => {
            arguments.get(2).and_then(|target| Platform::of(target).err())
        }
        "release" => release::Request::of(&arguments).err(),
        "sbom" if !arguments.is_empty() => Some("`sbom` takes no arguments".to_owned()),
        "reproduce" if !arguments.is_empty() && arguments != ["--first"] => Some(format!("`reproduce` {arguments:?}")),
        "package" | "setup" => packages::select(arguments.first().map(String::as_str)).err(),
        "fuzz" if fuzz::Request::of(&arguments).is_none() => {
            Some(format!("`fuzz` cannot be called with {arguments:?}"))
        }
        "differential" if differential::Request::of(&arguments).is_none() => {
            Some(format!("`differential` cannot be called with {arguments:?}"))
        }
        _ => None,
    }
}

pub(crate) fn yaml(path: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

/// The files of a folder below `.github`, relative to the root.
pub(crate) fn files_of(folder: &str) -> Vec<String> {
    let mut names = files::list(&root().join(folder)).expect("a folder");
    names.retain(|name| name.ends_with(".yml"));
    names.iter().map(|name| format!("{folder}/{name}")).collect()
}

#[test]
fn the_other_files_for_the_host_are_yaml_and_name_folders_that_exist() {
    for path in files_of(".github/ISSUE_TEMPLATE") {
        let form = yaml(&path);
        assert!(path.ends_with("config.yml") || form["body"].as_vec().is_some_and(|body| body.len() > 1), "{path}");
    }
    let updates = yaml(".github/dependabot.yml");
    for update in updates["updates"].as_vec().expect("a list") {
        for folder in update["directories"].as_vec().into_iter().flatten().filter_map(Yaml::as_str) {
            let folder = root().join(folder.trim_start_matches('/'));
            let names = files::list(&folder).expect("a folder");
            let is_manifest = |name: &String| {
                let manifests = ["Cargo.toml", "package.json", "go.mod"];
                manifests.contains(&name.as_str()) || name.starts_with("requirements")
            };
            assert!(names.iter().any(is_manifest), "{}", folder.display());
        }
    }
    for line in text(".github/CODEOWNERS").lines().filter(|line| line.starts_with('/')) {
        let path = line.split_whitespace().next().unwrap_or_default();
        assert!(root().join(path.trim_start_matches('/')).exists(), "{path}");
    }
}

#[test]
fn every_check_that_the_page_of_promises_names_exists() {
    let page = text("docs/assurance.md");
    let (mut tests, mut commands, mut fuzzers) = (0, 0, Vec::new());
    for (index, span) in page.split('`').enumerate() {
        if index % 2 == 0 {
            continue;
        }
        let (path, name) = span.split_once("::").unwrap_or((span, ""));
        if span.contains("cargo xtask") {
            commands += 1;
            assert_eq!(fault(span), None, "{span}");
        } else if path.contains('/') && !path.contains(' ') && !path.starts_with("target/") {
            // A path, and no other command, which has arguments.
            tests += 1;
            assert!(root().join(path).exists(), "there is no {path}");
            let functions = [format!("fn {name}("), format!("def {name}(")];
            let has = |text: String| functions.iter().any(|function| text.contains(function));
            assert!(name.is_empty() || has(text(path)), "{path} has no test {name}");
        } else if page.contains(&format!("the fuzzer `{span}`")) {
            fuzzers.push(span);
            assert!(fuzz::TARGETS.iter().any(|target| target.name == span), "there is no fuzzer {span}");
        }
    }
    assert!(tests > 50 && commands > 40, "{tests} tests and {commands} commands");
    for target in fuzz::TARGETS {
        assert!(fuzzers.contains(&target.name), "the page does not say what {} holds", target.name);
    }
}

#[test]
fn the_page_of_promises_lists_every_planted_fault_with_its_check() {
    let page = text("docs/assurance.md");
    let faults = plant::all(&root()).expect("patches");
    for planted in &faults {
        assert_eq!(fault(&planted.check), None, "{}", planted.name);
        let line = format!("| `{}/{}.patch` | ", plant::FAULTS, planted.name);
        let line = page.lines().find(|found| found.starts_with(&line)).unwrap_or_else(|| panic!("no {}", planted.name));
        assert!(line.contains(&format!("`{}`", planted.check)), "{line}");
    }
    let listed = page.lines().filter(|line| line.starts_with(&format!("| `{}/", plant::FAULTS))).count();
    assert_eq!(listed, faults.len());
}

#[test]
fn commands_that_do_not_exist_are_found() {
    assert_eq!(fault("cargo test -p hookseal"), None);
    assert_eq!(fault("A=b cargo xtask test core unit && echo"), None);
    assert_eq!(fault("cargo xtask fuzz ${{ matrix.target }} --seconds 900"), None);
    assert_eq!(fault("cargo xtask tset"), Some("there is no command `tset`".to_owned()));
    assert_eq!(fault("cargo xtask release build ${{ matrix.target }}"), None);
    assert_eq!(fault("cargo xtask package node --target aarch64-unknown-linux-gnu"), None);
    for wrong in [
        "cargo xtask test cores",
        "cargo xtask package pyton",
        "cargo xtask fuzz chunk",
        "cargo xtask release build linux",
        "cargo xtask package node --target linux",
        "cargo xtask reproduce --last",
    ] {
        assert!(fault(wrong).is_some(), "{wrong}");
    }
}
