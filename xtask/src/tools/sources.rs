//! Copies of the sources, in which something else is compiled than in the repository.

use std::collections::BTreeSet;
use std::path::Path;

use crate::tools::files;
use crate::tools::process::Process;

/// Cargo's, in a copy too.
const TARGET: &str = "target";

/// The files that git knows in the repository, and those that it would add, relative to the root. One that was deleted is
/// still listed.
pub(crate) fn list(root: &Path) -> Result<Vec<String>, String> {
    let listed = Process::new("git ls-files -z --cached --others --exclude-standard").capture(root)?;
    Ok(listed.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Makes a folder a copy of what git knows in the repository, as it is there now, without what is not wanted. Files that
/// are the same keep their time, so that cargo compiles only what has changed; others are removed, except for the folder
/// `target`.
pub(crate) fn copy(root: &Path, copy: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<(), String> {
    files::create(copy)?;
    let listed = list(root)?;
    let mut copied = BTreeSet::new();
    for name in listed.iter().map(String::as_str).filter(|name| is_wanted(name)) {
        // One that was deleted, or a link to a folder, is no file.
        let Ok(wanted) = std::fs::read(root.join(name)) else { continue };
        copied.insert(name);
        let to = copy.join(name);
        if std::fs::read(&to).is_ok_and(|found| found == wanted) {
            continue;
        }
        files::create(to.parent().unwrap_or(copy))?;
        files::write(&to, wanted)?;
    }
    remove_others(copy, "", &copied)
}

fn remove_others(copy: &Path, below: &str, copied: &BTreeSet<&str>) -> Result<(), String> {
    for name in files::list(&copy.join(below))? {
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let file = copy.join(&path);
        if file.is_dir() && !file.is_symlink() {
            if path != TARGET {
                remove_others(copy, &path, copied)?;
            }
        } else if !copied.contains(path.as_str()) {
            std::fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_what_git_knows_and_nothing_else() {
        let scratch = files::Scratch::new("sources");
        let (root, tree) = (scratch.path().join("root"), scratch.path().join("tree"));
        for (name, content) in [("root/a", "1"), ("root/b/c", "2"), ("root/left-out", "3"), ("tree/target/kept", "4")] {
            scratch.put(name, content);
        }
        Process::new("git init --quiet").run(&root).expect("git");
        let names = |folder: &str| {
            let mut names = files::list(&tree.join(folder)).expect("a folder");
            names.sort();
            names
        };
        copy(&root, &tree, |name| name != "left-out").expect("a copy");
        assert_eq!(names(""), ["a", "b", "target"]);
        assert_eq!((names("b"), names("target")), (vec!["c".to_owned()], vec!["kept".to_owned()]));
        std::fs::remove_file(root.join("a")).expect("a file");
        scratch.put("root/b/c", "5");
        copy(&root, &tree, |name| name != "left-out").expect("a copy");
        assert_eq!(names(""), ["b", "target"]);
        assert_eq!(files::read(&tree.join("b/c")).expect("a file"), b"5");
    }
}
