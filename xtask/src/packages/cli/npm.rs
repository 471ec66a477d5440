//! The npm package `@hookseal/cli`: a script that runs the binary, which is in a separate package for each platform.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::packages::cli::{Built, README, file, share};
use crate::packages::npm_package::{self, VERSION};
use crate::packages::npm_platforms;
use crate::tools::files;
use crate::tools::npm;
use crate::tools::workspace::Workspace;

/// The name of the package's folder.
const NAME: &str = "cli";

const SCRIPT: &str = "hookseal.cjs";

/// Builds the tarball of the main package and returns its path.
pub(super) fn main(workspace: &Workspace, share: &Path) -> Result<PathBuf, String> {
    npm::check(&workspace.root)?;
    let manifest = npm_package::manifest(workspace, NAME)?;
    let (sources, package) = (npm_package::sources(workspace, NAME), npm_package::folder(workspace, "package-cli"));
    files::renew(&package)?;
    files::copy_into(&sources.join(SCRIPT), &package)?;
    files::copy_into(&workspace.root.join(README), &package)?;
    let pages = share.join(share::MAN);
    files::mirror(&pages, &package.join("man"), |_| true)?;
    let manifest = published(&manifest, &npm_platforms::optional_dependencies(NAME), files::list(&pages)?)?;
    pack(workspace, &package, &manifest, npm_package::tarball(workspace, "hookseal-cli"))
}

/// The manifest without what only the repository needs, with the packages of the platforms, and with the manual pages,
/// which npm links if it installs globally.
fn published(manifest: &Value, optional: &[String], mut pages: Vec<String>) -> Result<Value, String> {
    let mut manifest = manifest.clone();
    let fields = manifest.as_object_mut().ok_or("package.json is not an object")?;
    fields.remove("private");
    let split = |one: &String| one.rsplit_once('@').map(|(name, version)| (name.to_owned(), json!(version)));
    fields.insert("optionalDependencies".to_owned(), optional.iter().filter_map(split).collect::<Map<_, _>>().into());
    pages.sort();
    fields.insert("man".to_owned(), pages.iter().map(|page| format!("./man/{page}")).collect());
    Ok(manifest)
}

/// Builds the tarball of a platform's package and returns its path.
pub(super) fn native(workspace: &Workspace, built: &Built<'_>) -> Result<PathBuf, String> {
    npm::check(&workspace.root)?;
    let (platform, file) = (&built.platform, file(&built.platform));
    let name = platform.package(NAME);
    let package = npm_package::folder(workspace, &name);
    files::renew(&package)?;
    files::copy(built.binary, &package.join(file))?;
    let mut manifest = platform.manifest(NAME, "binary", file, &npm_package::manifest(workspace, NAME)?);
    // Yarn runs nothing that is inside an archive.
    manifest["preferUnplugged"] = json!(true);
    pack(workspace, &package, &manifest, built.packages.join(format!("hookseal-{name}-{VERSION}.tgz")))
}

fn pack(workspace: &Workspace, package: &Path, manifest: &Value, tarball: PathBuf) -> Result<PathBuf, String> {
    files::write(&package.join("package.json"), format!("{manifest:#}\n"))?;
    npm_package::copy_licenses(workspace, package)?;
    npm_package::pack(workspace, package, tarball)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_has_the_platforms_and_the_manual_pages() {
        let manifest = json!({"name": "@hookseal/cli", "private": true});
        let optional = ["@hookseal/cli-linux-x64-gnu@0.1.0".to_owned()];
        let pages = ["hookseal.1", "hookseal-man.1"].map(str::to_owned).to_vec();
        let manifest = published(&manifest, &optional, pages).expect("a manifest");
        assert_eq!(
            manifest,
            json!({
                "name": "@hookseal/cli",
                "optionalDependencies": {"@hookseal/cli-linux-x64-gnu": "0.1.0"},
                "man": ["./man/hookseal-man.1", "./man/hookseal.1"],
            })
        );
    }
}
