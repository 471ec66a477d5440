//! The crates that are published: what cargo would upload.

use std::path::{Path, PathBuf};

use crate::packages::npm_package::VERSION;
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;

/// The crates, each with its folder.
const CRATES: [(&str, &str); 3] = [("hookseal", "core"), ("hookseal-web", "web"), ("hookseal-inbox", "inbox")];

/// Whether a crate of the workspace is published.
pub(crate) fn is_published(name: &str) -> bool {
    CRATES.iter().any(|(published, _)| *published == name)
}

/// The steps that try to publish. What is packed is not compiled again: every other part compiles the same sources.
pub(crate) fn steps() -> Vec<Step> {
    let publish = Process::new("cargo publish --dry-run --no-verify --allow-dirty --locked");
    let publish = CRATES.iter().fold(publish, |publish, (name, _)| publish.args(["-p", *name]));
    vec![publish.into(), Step::Internal { command: "cargo xtask test docs: what is in the crates", action: check }]
}

/// The files that cargo uploads, in the folder of packages.
pub(crate) fn files() -> Vec<String> {
    CRATES.iter().map(|(name, _)| format!("crates/{name}-{VERSION}.crate")).collect()
}

/// Packs the crates and returns the paths of what cargo uploads.
pub(crate) fn pack(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let package = Process::new("cargo package --no-verify --locked");
    CRATES.iter().fold(package, |package, (name, _)| package.args(["-p", *name])).run_echoed(&workspace.root)?;
    let packages = workspace.target.join("packages");
    files::create(&packages.join("crates"))?;
    let copied = files().into_iter().map(|file| {
        let name = file.trim_start_matches("crates/");
        files::copy_into(&workspace.target.join("package").join(name), &packages.join("crates"))?;
        Ok(packages.join(&file))
    });
    copied.collect()
}

/// Each crate has its licences, its readme, and its sources, and nothing of the machine that packed it.
fn check(workspace: &Workspace) -> Result<(), String> {
    let mut faults = Vec::new();
    for (name, folder) in CRATES {
        let listed = Process::new("cargo package --list --allow-dirty -p").arg(name).capture(&workspace.root)?;
        faults.extend(faults_of(name, &listed));
        for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
            // Links on systems that have them; where there are none, git writes the path into a file.
            if cfg!(unix)
                && files::read(&workspace.root.join(folder).join(license))?
                    != files::read(&workspace.root.join(license))?
            {
                faults.push(format!("{folder}/{license} differs from {license}"));
            }
        }
        let manifest = workspace.root.join(folder).join("Cargo.toml");
        faults.extend(faults_of_manifest(name, &manifest)?);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn faults_of(name: &str, listed: &str) -> Vec<String> {
    let has = |file: &str| listed.lines().any(|line| line == file);
    let needed = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs"];
    let missing = needed.iter().filter(|file| !has(file)).map(|file| format!("{name} has no {file}"));
    let secret = listed.lines().filter(|line| line.ends_with(".crate") || line.starts_with("target/"));
    missing.chain(secret.map(|file| format!("{name} has {file}, which was built"))).collect()
}

fn faults_of_manifest(name: &str, manifest: &Path) -> Result<Vec<String>, String> {
    let text = String::from_utf8(files::read(manifest)?).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let needed = [
        "repository.workspace = true".to_owned(),
        format!("documentation = \"https://docs.rs/{name}\""),
        "[package.metadata.docs.rs]\nall-features = true".to_owned(),
        "keywords = [".to_owned(),
        "categories = [".to_owned(),
    ];
    Ok(needed.iter().filter(|line| !text.contains(*line)).map(|line| format!("{name} has no `{line}`")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_a_licence_or_with_what_was_built_is_refused() {
        let whole = "Cargo.toml\nLICENSE-APACHE\nLICENSE-MIT\nREADME.md\nsrc/lib.rs\n";
        assert_eq!(faults_of("a", whole), Vec::<String>::new());
        assert_eq!(faults_of("a", &whole.replace("LICENSE-MIT\n", "")), ["a has no LICENSE-MIT"]);
        assert_eq!(faults_of("a", &format!("{whole}a-1.0.0.crate\n")), ["a has a-1.0.0.crate, which was built"]);
    }
}
