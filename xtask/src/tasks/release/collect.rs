//! Puts what the jobs have built into a folder for each place that it is uploaded to, or says what is missing.

use std::path::{Path, PathBuf};

use crate::packages::npm_package::VERSION;
use crate::packages::npm_platforms::PLATFORMS;
use crate::packages::{cli, crates, gateway, sbom};
use crate::tasks::release::go_tags::BUNDLE;
use crate::tools::checksums;
use crate::tools::files;
use crate::tools::workspace::Workspace;

/// The order in which npm's tarballs are published.
const ORDER: &str = "order.txt";

/// The folder of what is uploaded.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("release").join("files")
}

/// Collects everything, or fails.
pub(super) fn collect(workspace: &Workspace) -> Result<(), String> {
    let packages = workspace.target.join("packages");
    let folder = folder(workspace);
    files::renew(&folder)?;
    let faults = collect_from(&packages, &folder)?;
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    println!("--- collected in {}", workspace.relative(&folder).display());
    Ok(())
}

fn collect_from(packages: &Path, folder: &Path) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    let npm = tarballs();
    take(packages, &npm, &folder.join("npm"), &mut faults)?;
    files::write(&folder.join("npm").join(ORDER), order(&npm))?;
    let (wheels, missing) = wheels(packages);
    faults.extend(missing);
    take(packages, &wheels, &folder.join("python"), &mut faults)?;
    take(packages, &downloads(), &folder.join("github"), &mut faults)?;
    checksums::write_all(&folder.join("github"))?;
    take(packages, &[BUNDLE.to_owned()], &folder.join("go"), &mut faults)?;
    take(packages, &crates::files(), &folder.join("crates"), &mut faults)?;
    checksums::write_all(&folder.join("crates"))?;
    all_checksums(folder)?;
    Ok(faults)
}

/// Those of platforms first: a package that names others must not be there before they are.
fn tarballs() -> Vec<String> {
    let mut tarballs = Vec::new();
    for main in ["node", "cli"] {
        for platform in &PLATFORMS {
            tarballs.push(format!("{}/hookseal-{}-{VERSION}.tgz", platform.target, platform.package(main)));
        }
    }
    tarballs.extend(["hookseal-node", "hookseal-cli", "hookseal"].map(|main| format!("{main}-{VERSION}.tgz")));
    tarballs
}

/// Each tarball with the package and version that it is published as.
fn order(tarballs: &[String]) -> String {
    let line = |path: &String| {
        let file = path.rsplit('/').next().unwrap_or_default();
        let name = file.strip_suffix(&format!("-{VERSION}.tgz")).unwrap_or(file);
        let package = name.strip_prefix("hookseal-").map_or(name.to_owned(), |name| format!("@hookseal/{name}"));
        format!("{file} {package}@{VERSION}\n")
    };
    tarballs.iter().map(line).collect()
}

/// The wheels, whose names depend on what their compiler supports, and the source distribution; and what is missing.
fn wheels(packages: &Path) -> (Vec<String>, Vec<String>) {
    let (mut found, mut missing) = (vec![format!("hookseal-{VERSION}.tar.gz")], Vec::new());
    for platform in &PLATFORMS {
        let names = files::list(&packages.join(platform.target)).unwrap_or_default();
        for start in [format!("hookseal-{VERSION}-cp310-abi3-"), format!("hookseal_cli-{VERSION}-py3-none-")] {
            let of_system = |name: &String| platform.wheel_tag().is_none_or(|tag| name.contains(tag));
            let is_wheel = |name: &&String| name.starts_with(&start) && name.ends_with(".whl") && of_system(name);
            match names.iter().find(is_wheel) {
                Some(name) => found.push(format!("{}/{name}", platform.target)),
                None => missing.push(format!("{}/{start}….whl is missing", platform.target)),
            }
        }
    }
    (found, missing)
}

/// What a release has for download.
fn downloads() -> Vec<String> {
    let archive = |target| format!("{target}/cli/{}", cli::archive(target));
    let mut downloads: Vec<_> = PLATFORMS.iter().map(|platform| archive(platform.target)).collect();
    downloads.push("c/hookseal-core.wasm".to_owned());
    downloads.extend(gateway::files().iter().map(|file| format!("gateway/{file}")));
    downloads.extend(sbom::names().iter().map(|name| format!("sbom/{name}")));
    downloads
}

fn take(packages: &Path, names: &[String], folder: &Path, faults: &mut Vec<String>) -> Result<(), String> {
    files::create(folder)?;
    for name in names {
        let file = packages.join(name);
        if !file.is_file() {
            faults.push(format!("{name} is missing"));
        } else if file.file_name().is_some_and(|name| folder.join(name).exists()) {
            faults.push(format!("{name} has the name of another file"));
        } else {
            files::copy_into(&file, folder)?;
        }
    }
    Ok(())
}

/// Those of every file that is uploaded anywhere, which are attested.
fn all_checksums(folder: &Path) -> Result<(), String> {
    let mut names = Vec::new();
    for place in files::list(folder)? {
        names.extend(files::list(&folder.join(&place))?.iter().map(|name| format!("{place}/{name}")));
    }
    checksums::write(folder, &names).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::checksums::CHECKSUMS;
    use crate::tools::files::Scratch;
    use crate::tools::process::Process;

    fn everything(scratch: &Scratch) {
        for name in tarballs().iter().chain(&downloads()).chain(&crates::files()) {
            scratch.put(&format!("packages/{name}"), name);
        }
        scratch.put(&format!("packages/{BUNDLE}"), "");
        scratch.put(&format!("packages/hookseal-{VERSION}.tar.gz"), "");
        for platform in &PLATFORMS {
            let tag = platform.wheel_tag().unwrap_or("some");
            for start in ["hookseal-V-cp310-abi3-", "hookseal_cli-V-py3-none-"] {
                let name = format!("{start}{tag}_{}.whl", platform.target).replace('V', VERSION);
                scratch.put(&format!("packages/{}/{name}", platform.target), "");
            }
        }
    }

    #[test]
    fn everything_is_collected_for_the_place_that_it_is_uploaded_to() {
        let scratch = Scratch::new("collect");
        everything(&scratch);
        let (packages, folder) = (scratch.path().join("packages"), scratch.path().join("files"));
        assert_eq!(collect_from(&packages, &folder), Ok(vec![]));
        let order = scratch.text("files/npm/order.txt");
        let order: Vec<_> = order.lines().collect();
        assert_eq!(order.len(), 17);
        assert!(order.iter().all(|name| folder.join("npm").join(name.split(' ').next().unwrap_or_default()).is_file()));
        assert_eq!(order.last(), Some(&&*format!("hookseal-{VERSION}.tgz hookseal@{VERSION}")));
        let first_main =
            order.iter().position(|name| *name == format!("hookseal-node-{VERSION}.tgz @hookseal/node@{VERSION}"));
        assert_eq!(first_main, Some(14), "after the packages that it names");
        assert_eq!(files::list(&folder.join("python")).expect("a folder").len(), 15);
        let sums = scratch.text("files/github/SHA256SUMS");
        assert!(sums.contains("  hookseal-core.wasm\n") && !sums.contains(CHECKSUMS), "{sums}");
        let sums = Process::new("sha256sum --check --quiet").arg(CHECKSUMS).capture(&folder.join("github"));
        assert!(!cfg!(target_os = "linux") || sums.is_ok(), "{sums:?}");
    }

    #[test]
    fn what_is_missing_is_named_and_a_wheel_for_newer_systems_is_not_enough() {
        let scratch = Scratch::new("collect-missing");
        everything(&scratch);
        let packages = scratch.path().join("packages");
        files::remove(&packages.join("c/hookseal-core.wasm")).expect("removed");
        let wheels = packages.join("x86_64-unknown-linux-gnu");
        let wheel = format!("hookseal-{VERSION}-cp310-abi3-manylinux2014_x86_64-unknown-linux-gnu.whl");
        files::remove(&wheels.join(wheel)).expect("removed");
        files::write(&wheels.join(format!("hookseal-{VERSION}-cp310-abi3-manylinux_2_34_x.whl")), "").expect("written");
        let faults = collect_from(&packages, &scratch.path().join("files")).expect("collected");
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(
            faults[0].starts_with(&format!("x86_64-unknown-linux-gnu/hookseal-{VERSION}-cp310-abi3-")),
            "{faults:?}"
        );
        assert_eq!(faults[1], "c/hookseal-core.wasm is missing");
        let mut faults = Vec::new();
        let twice = ["a/x", "b/x"].map(str::to_owned);
        twice.iter().for_each(|name| scratch.put(&format!("packages/{name}"), ""));
        take(&packages, &twice, &scratch.path().join("files"), &mut faults).expect("taken");
        assert_eq!(faults, ["b/x has the name of another file"]);
    }
}
