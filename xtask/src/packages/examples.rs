//! The projects in `examples/`, which the tests of each language start as their READMEs say.

use std::path::PathBuf;

use crate::tools::workspace::Workspace;

/// Names their folder, for the tests, which run in copies elsewhere.
pub(crate) const VARIABLE: &str = "HOOKSEAL_EXAMPLES";

pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("examples")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::documents::{root, text};
    use crate::packages::npm_package::VERSION;
    use crate::tools::files;

    /// The names of the examples, and the path of their folder.
    fn examples() -> (Vec<String>, PathBuf) {
        let folder = root().join("examples");
        let mut names = files::list(&folder).expect("a folder");
        names.retain(|name| folder.join(name).is_dir());
        assert!(names.len() > 20, "{names:?}");
        (names, folder)
    }

    #[test]
    fn the_list_of_examples_has_each_of_them_and_no_other() {
        let (names, folder) = examples();
        let list = text("examples/README.md");
        for name in &names {
            assert!(list.contains(&format!("[{name}]({name}/README.md)")), "{name} is not listed");
            assert!(folder.join(name).join("README.md").is_file(), "{name} has no README.md");
        }
        assert_eq!(list.matches("/README.md)").count(), names.len());
    }

    #[test]
    fn every_example_asks_for_this_version() {
        let (names, folder) = examples();
        let minor = VERSION.rsplit_once('.').expect("a version").0;
        let mut checked = 0;
        for name in names {
            for (file, expected) in [
                ("package.json", format!("\"hookseal\": \"^{minor}.0\"")),
                ("requirements.txt", format!("]~={minor}.0\n")),
                ("go.mod", format!("hookseal.invalid/go v{minor}.0\n")),
            ] {
                let path = folder.join(&name).join(file);
                if path.exists() {
                    assert!(
                        text(&format!("examples/{name}/{file}")).contains(&expected),
                        "{}: not {expected}",
                        path.display()
                    );
                    checked += 1;
                }
            }
        }
        assert!(checked > 12, "only {checked} manifests");
    }
}
