//! What a package is compiled from, as cargo resolves it for its features and its target: without tests, and without what
//! only runs while it is compiled.

use std::collections::{BTreeMap, BTreeSet};

use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// The features of a root.
#[derive(Clone, Copy)]
pub(super) enum Features {
    /// A published crate: whatever a user chooses.
    All,
    Default,
    /// None by default, and these, separated by commas.
    Only(&'static str),
}

/// A crate that is compiled.
#[derive(Clone, Copy)]
pub(super) struct Root {
    pub(super) package: &'static str,
    pub(super) features: Features,
    /// `all`, or one.
    pub(super) target: &'static str,
}

/// A crate, by its name and version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Crate {
    pub(super) license: String,
    pub(super) repository: String,
    /// Whether it is in this repository.
    pub(super) is_ours: bool,
    pub(super) needs: BTreeSet<Id>,
}

/// The crates of several roots, and the roots.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Graph {
    pub(super) crates: BTreeMap<Id, Crate>,
    pub(super) roots: BTreeSet<Id>,
}

/// Asks cargo.
pub(super) fn of(workspace: &Workspace, roots: &[Root]) -> Result<Graph, String> {
    let mut graph = Graph::default();
    for root in roots {
        let tree = Process::new("cargo tree --locked --edges normal,no-proc-macro --prefix depth --charset ascii");
        let tree = tree.args(["--format", "|{p}|{l}|{r}", "--target", root.target, "-p", root.package]);
        let tree = match root.features {
            Features::All => tree.arg("--all-features"),
            Features::Default => tree,
            Features::Only(features) => tree.arg("--no-default-features").with_features(features),
        };
        read(&tree.capture(&workspace.root)?, &mut graph)?;
    }
    Ok(graph)
}

/// Reads lines such as `2|hmac v0.13.0|MIT OR Apache-2.0|https://…`. One that ends in `(*)` occurred before, and what
/// it needs is not repeated.
fn read(tree: &str, graph: &mut Graph) -> Result<(), String> {
    let mut path: Vec<Id> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let refused = || format!("`cargo tree` wrote `{line}`");
        let fields: Vec<&str> = line.trim_end_matches(" (*)").split('|').collect();
        let [depth, package, license, repository] = *fields else { return Err(refused()) };
        let depth: usize = depth.parse().map_err(|_| refused())?;
        let (name, rest) = package.split_once(" v").ok_or_else(refused)?;
        let (version, place) = rest.split_once(' ').unwrap_or((rest, ""));
        let id = Id { name: name.to_owned(), version: version.to_owned() };
        path.truncate(depth);
        match path.last() {
            Some(parent) => graph.crates.entry(parent.clone()).or_default().needs.insert(id.clone()),
            None => graph.roots.insert(id.clone()),
        };
        let found = graph.crates.entry(id.clone()).or_default();
        found.license = license.to_owned();
        found.repository = repository.to_owned();
        found.is_ours = !place.is_empty();
        path.push(id);
    }
    if graph.roots.is_empty() { Err("`cargo tree` wrote nothing".to_owned()) } else { Ok(()) }
}

/// The checksums of crates in the text of `Cargo.lock`.
pub(super) fn checksums(lock: &str) -> BTreeMap<Id, String> {
    let field = |block: &str, name: &str| {
        let start = format!("{name} = \"");
        block.lines().find_map(|line| Some(line.strip_prefix(&start)?.strip_suffix('"')?.to_owned()))
    };
    let checksum = |block| {
        let id = Id { name: field(block, "name")?, version: field(block, "version")? };
        Some((id, field(block, "checksum")?))
    };
    lock.split("[[package]]").filter_map(checksum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str, version: &str) -> Id {
        Id { name: name.to_owned(), version: version.to_owned() }
    }

    const TREE: &str = "0|a v0.1.0 (/somewhere/a)|MIT|https://a\n1|b v1.0.0|MIT OR Apache-2.0|\n2|d v2.0.0+x|ISC|\n\
                        1|c v1.0.0|MIT|\n2|b v1.0.0|MIT OR Apache-2.0| (*)\n";

    #[test]
    fn a_tree_is_read_with_what_each_crate_needs() {
        let mut graph = Graph::default();
        read(TREE, &mut graph).expect("a tree");
        assert_eq!(graph.roots, [id("a", "0.1.0")].into());
        assert_eq!(graph.crates.len(), 4);
        assert_eq!(graph.crates[&id("a", "0.1.0")].needs, [id("b", "1.0.0"), id("c", "1.0.0")].into());
        assert_eq!(graph.crates[&id("b", "1.0.0")].needs, [id("d", "2.0.0+x")].into());
        assert_eq!(graph.crates[&id("c", "1.0.0")].needs, [id("b", "1.0.0")].into());
        assert!(graph.crates[&id("a", "0.1.0")].is_ours && !graph.crates[&id("b", "1.0.0")].is_ours);
        assert_eq!(graph.crates[&id("b", "1.0.0")].license, "MIT OR Apache-2.0");
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for text in ["", "error: no such package", "x|a v1|MIT|", "0|a|MIT|"] {
            assert!(read(text, &mut Graph::default()).is_err(), "{text}");
        }
    }

    #[test]
    fn checksums_are_those_of_crates_from_a_registry() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"b\"\n\
                    version = \"1.0.0\"\nsource = \"registry\"\nchecksum = \"00ff\"\n";
        assert_eq!(checksums(lock), [(id("b", "1.0.0"), "00ff".to_owned())].into());
    }
}
