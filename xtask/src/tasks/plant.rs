//! `cargo xtask plant`: puts known faults into a copy of the sources, one after another, and checks that the test that
//! should find each fails.

use std::path::{Path, PathBuf};

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::sources;
use crate::tools::words;
use crate::tools::workspace::Workspace;

/// The folder of the patches.
pub(crate) const FAULTS: &str = "tests/faults";

const EXTENSION: &str = ".patch";

/// A patch, and what its first lines say.
pub(crate) struct Fault {
    pub(crate) name: String,
    what: String,
    pub(crate) check: String,
    fails: String,
}

impl Fault {
    fn read(name: &str, text: &str) -> Result<Self, String> {
        let line = |key: &str| {
            let mut lines = text.lines().take_while(|line| !line.is_empty());
            let value = lines.find_map(|line| line.strip_prefix(key));
            value.map(str::to_owned).ok_or_else(|| format!("{name}: there is no line `{key}`"))
        };
        let (what, check, fails) = (line("What: ")?, line("Check: ")?, line("Fails: ")?);
        Ok(Self { name: name.to_owned(), what, check, fails })
    }

    fn patch(&self, root: &Path) -> PathBuf {
        root.join(FAULTS).join(format!("{}{EXTENSION}", self.name))
    }
}

/// All faults, in the order of their names.
pub(crate) fn all(root: &Path) -> Result<Vec<Fault>, String> {
    let mut names = files::list(&root.join(FAULTS))?;
    names.sort();
    let names = names.iter().filter_map(|name| name.strip_suffix(EXTENSION));
    names
        .map(|name| {
            let text = files::read(&root.join(FAULTS).join(format!("{name}{EXTENSION}")))?;
            Fault::read(name, &String::from_utf8_lossy(&text))
        })
        .collect()
}

/// Plants every fault, or only the named one.
pub(crate) fn run(workspace: &Workspace, name: Option<&str>) -> Result<(), String> {
    let mut faults = all(&workspace.root)?;
    if let Some(name) = name {
        let names = words::list(faults.iter().map(|fault| fault.name.as_str()));
        faults.retain(|fault| fault.name == name);
        if faults.is_empty() {
            return Err(format!("there is no fault `{name}`; the faults are: {names}"));
        }
    }
    let folder = workspace.target.join("plant");
    let copy = Copy { root: &workspace.root, tree: folder.join("tree"), target: folder.join("target") };
    let mut missed = Vec::new();
    for fault in &faults {
        println!("=== {}: {}", fault.name, fault.what);
        copy.restore()?;
        copy.apply(fault)?;
        let found = copy.is_found(fault)?;
        println!("{}", if found { "found" } else { "NOT FOUND" });
        if !found {
            missed.push(fault.name.as_str());
        }
    }
    // So that nobody takes the last fault for a fault of the sources.
    copy.restore()?;
    if missed.is_empty() {
        println!("all {} planted faults were found", faults.len());
        return Ok(());
    }
    Err(format!("no check found: {}", words::list(missed.into_iter())))
}

/// The sources in which faults are planted, never those of the repository.
struct Copy<'w> {
    root: &'w Path,
    tree: PathBuf,
    target: PathBuf,
}

impl Copy<'_> {
    /// Makes every file of the copy as it is in the repository.
    fn restore(&self) -> Result<(), String> {
        sources::copy(self.root, &self.tree, |_| true)
    }

    fn apply(&self, fault: &Fault) -> Result<(), String> {
        // The copy is inside the repository, whose files git would change.
        let ceiling = self.tree.parent().unwrap_or(&self.tree);
        let git = Process::new("git apply").arg(fault.patch(self.root)).env("GIT_CEILING_DIRECTORIES", ceiling);
        git.run(&self.tree)
    }

    /// Whether the check fails, and for the reason that it should.
    fn is_found(&self, fault: &Fault) -> Result<bool, String> {
        let check = Process::new(&fault.check).env("CARGO_TARGET_DIR", &self.target);
        println!("--- {check}");
        let (passed, output) = check.attempt(&self.tree)?;
        if passed || !output.contains(&fault.fails) {
            println!("{output}");
            return Ok(false);
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::root;

    #[test]
    fn every_planted_fault_can_still_be_planted() {
        let faults = all(&root()).expect("patches");
        assert!(faults.len() >= 10, "{}", faults.len());
        for fault in faults {
            let path = fault.patch(Path::new(""));
            let check = Process::new("git apply --check").arg(path);
            check.capture(&root()).unwrap_or_else(|error| panic!("{}: {error}", fault.name));
        }
    }

    /// A test that was renamed would be looked for in vain.
    #[test]
    fn every_test_that_a_fault_names_exists() {
        for fault in all(&root()).expect("patches") {
            let name = fault.fails.rsplit("::").next().unwrap_or_default();
            let is_test = fault.check.starts_with("cargo test") && name.contains('_') && !name.contains(' ');
            let search = Process::new("git grep --quiet --fixed-strings").arg(format!("fn {name}("));
            assert!(!is_test || search.capture(&root()).is_ok(), "{}: there is no test {name}", fault.name);
        }
    }

    #[test]
    fn a_patch_without_a_check_is_an_error() {
        let text = "What: a\nCheck: cargo test\nFails: it\n\ndiff --git a/a b/a\n";
        let fault = Fault::read("a", text).expect("a fault");
        assert_eq!((fault.what.as_str(), fault.check.as_str(), fault.fails.as_str()), ("a", "cargo test", "it"));
        let error = Fault::read("a", "What: a\nFails: it\n\nCheck: cargo test\n").err().expect("no check");
        assert!(error.contains("`Check: `"), "{error}");
    }

    #[test]
    fn a_fault_is_planted_in_a_copy_that_is_restored() {
        let scratch = files::Scratch::new("plant");
        let (root, tree) = (scratch.path().join("root"), scratch.path().join("tree"));
        files::create(&root.join(FAULTS)).expect("a folder");
        files::write(&root.join("a"), "one\n").expect("a file");
        let patch = "What: w\nCheck: git --version\nFails: f\n\n\
                     diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+two\n";
        files::write(&root.join(FAULTS).join("f.patch"), patch).expect("a file");
        Process::new("git init --quiet").run(&root).expect("git");
        let copy = Copy { root: &root, tree: tree.clone(), target: scratch.path().join("target") };
        let content = || String::from_utf8(files::read(&tree.join("a")).expect("a file")).expect("text");
        copy.restore().expect("a copy");
        assert_eq!(content(), "one\n");
        let fault = all(&root).expect("one").remove(0);
        copy.apply(&fault).expect("a patch");
        assert_eq!(content(), "two\n");
        assert_eq!(copy.is_found(&fault), Ok(false), "its check passes");
        copy.restore().expect("a copy");
        assert_eq!(content(), "one\n");
    }
}
