//! The archive that cargo-binstall fetches, and people who download the binary: with the licenses, the manual pages, the
//! shell completions, and a file of checksums next to it.

use std::path::PathBuf;

use crate::packages::cli::{self, Built, README, file, folder};
use crate::packages::npm_package::{self, VERSION};
use crate::tools::checksums;
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

const SCRIPT: &str = "cli/packaging/archive.py";

/// Builds the archive and returns its path, and that of the checksums of all archives in the folder.
pub(super) fn package(workspace: &Workspace, built: &Built<'_>) -> Result<[PathBuf; 2], String> {
    let (inside, archive) = names(built.platform.target);
    let content = folder(workspace, "archive").join(&inside);
    files::renew(&folder(workspace, "archive"))?;
    files::create(&content)?;
    files::copy(built.binary, &content.join(file(&built.platform)))?;
    files::copy_into(&workspace.root.join(README), &content)?;
    npm_package::copy_licenses(workspace, &content)?;
    files::mirror(built.share, &content.join("share"), |_| true)?;
    let archives = built.packages.join("cli");
    files::create(&archives)?;
    let archive = archives.join(archive);
    let script = Process::program(workspace.relative(&cli::python(workspace).python())).args([SCRIPT]);
    let script = script.arg(workspace.relative(&archive)).arg(workspace.relative(&content));
    script.run_echoed(&workspace.root)?;
    Ok([archive, checksums::write_all(&archives)?])
}

/// The name of the folder in the archive, and that of the archive. `cli/Cargo.toml` says both to cargo-binstall.
pub(super) fn names(target: &str) -> (String, String) {
    let inside = format!("hookseal-{VERSION}-{target}");
    let extension = if target.contains("-windows-") { "zip" } else { "tar.gz" };
    let archive = format!("{inside}.{extension}");
    (inside, archive)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    /// Replaces the variables of cargo-binstall's templates.
    fn expanded(template: &Value, target: &str, suffix: &str) -> String {
        let variables = [
            ("repo", "https://example.com"),
            ("version", VERSION),
            ("target", target),
            ("archive-suffix", suffix),
            ("bin", "hookseal"),
            ("binary-ext", if suffix == ".zip" { ".exe" } else { "" }),
        ];
        let template = template.as_str().expect("a template").to_owned();
        variables.iter().fold(template, |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
    }

    #[test]
    fn cargo_binstall_is_told_the_names_of_archives_and_what_is_in_them() {
        let metadata = Process::new("cargo metadata --no-deps --format-version 1");
        let metadata = metadata.capture(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("metadata");
        let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let cli = packages.iter().find(|package| package["name"] == "hookseal-cli").expect("the command line");
        assert!(cli["repository"].is_string(), "the templates begin with it");
        let binstall = &cli["metadata"]["binstall"];
        for (target, suffix, format) in [
            ("x86_64-unknown-linux-musl", ".tar.gz", &binstall["pkg-fmt"]),
            ("aarch64-apple-darwin", ".tar.gz", &binstall["pkg-fmt"]),
            ("x86_64-pc-windows-msvc", ".zip", &binstall["overrides"]["x86_64-pc-windows-msvc"]["pkg-fmt"]),
        ] {
            let (inside, archive) = names(target);
            assert_eq!(format, if suffix == ".zip" { "zip" } else { "tgz" });
            let url = expanded(&binstall["pkg-url"], target, suffix);
            assert_eq!(url, format!("https://example.com/releases/download/v{VERSION}/{archive}"));
            let binary = expanded(&binstall["bin-dir"], target, suffix);
            let exe = if suffix == ".zip" { ".exe" } else { "" };
            assert_eq!(binary, format!("{inside}/hookseal{exe}"));
        }
    }
}
