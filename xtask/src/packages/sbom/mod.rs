//! A file for each package that lists what it is made of, next to the packages: for those who have to know whether a
//! faulty crate is in what they run.

mod cyclonedx;
mod graph;

use std::path::{Path, PathBuf};

use crate::packages::go;
use crate::packages::npm_package::VERSION;
use crate::packages::npm_platforms::{PLATFORMS, Platform};
use crate::packages::sbom::cyclonedx::{Other, Subject};
use crate::packages::sbom::graph::{Features, Graph, Root};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

const WASM: &str = "wasm32-unknown-unknown";

/// What a package is made of.
enum Contents {
    /// The crates alone: a user compiles them.
    Sources(Root),
    /// What is compiled from them, with Rust's standard library.
    Compiled(Vec<Root>),
    /// The same, linked by zig, which adds its own runtime, and musl to programs.
    LinkedByZig(Root),
    /// The same, translated to Go.
    Translated(Root),
    /// Packages on npm, one of which is installed.
    Npm(Vec<String>),
}

struct Package {
    /// The start of the file's name.
    file: String,
    subject: Subject,
    contents: Contents,
}

/// The folder of the files.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("packages").join("sbom")
}

/// The name of a package's file.
fn name(package: &Package) -> String {
    format!("{}-{VERSION}.cdx.json", package.file)
}

/// The names of all files.
pub(crate) fn names() -> Vec<String> {
    packages().iter().map(name).collect()
}

/// Writes the files and returns their paths.
pub(crate) fn write(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let lock = text(&workspace.root.join("Cargo.lock"))?;
    let checksums = graph::checksums(&lock);
    let folder = folder(workspace);
    files::renew(&folder)?;
    let mut written = Vec::new();
    for package in packages() {
        let (graph, others) = contents(workspace, &package.contents)?;
        let path = folder.join(name(&package));
        files::write(&path, cyclonedx::write(&package.subject, &graph, &checksums, &others))?;
        written.push(path);
    }
    Ok(written)
}

fn contents(workspace: &Workspace, contents: &Contents) -> Result<(Graph, Vec<Other>), String> {
    let (roots, mut others) = match contents {
        Contents::Sources(root) => (std::slice::from_ref(root), vec![]),
        Contents::Compiled(roots) => (&**roots, vec![standard_library(workspace)?]),
        Contents::LinkedByZig(root) => {
            (std::slice::from_ref(root), vec![standard_library(workspace)?, zig(workspace)?])
        }
        Contents::Translated(root) => {
            (std::slice::from_ref(root), vec![standard_library(workspace)?, translator(workspace)?])
        }
        Contents::Npm(names) => (&[][..], names.iter().map(|name| npm(name)).collect()),
    };
    others.sort_by(|one, other| one.purl.cmp(&other.purl));
    Ok((if roots.is_empty() { Graph::default() } else { graph::of(workspace, roots)? }, others))
}

fn packages() -> Vec<Package> {
    let mut packages: Vec<Package> = ["hookseal", "hookseal-web", "hookseal-inbox"].map(source).into();
    packages.push(Package {
        file: "npm-hookseal".to_owned(),
        subject: subject("library", "hookseal", "npm"),
        contents: Contents::Compiled(vec![
            root("hookseal-wasm", Features::Only(""), WASM),
            root("hookseal-wasm", Features::Only("full"), WASM),
            root("hookseal-wasm-explain", Features::Only(""), WASM),
        ]),
    });
    for (main, kind) in [("node", "library"), ("cli", "application")] {
        let of_platform = |platform: &Platform| format!("@hookseal/{}", platform.package(main));
        packages.push(Package {
            file: format!("npm-hookseal-{main}"),
            subject: subject(kind, &format!("@hookseal/{main}"), "npm"),
            contents: Contents::Npm(PLATFORMS.iter().map(of_platform).collect()),
        });
        packages.extend(PLATFORMS.iter().map(|platform| {
            let crate_name = if main == "node" { "hookseal-node" } else { "hookseal-cli" };
            let subject = subject(kind, &of_platform(platform), "npm");
            Package {
                file: format!("npm-hookseal-{}", platform.package(main)),
                subject,
                contents: native(crate_name, platform),
            }
        }));
    }
    // The wheel of the command line, and its archive, have the same binary as its package on npm.
    for (project, kind, crate_name) in
        [("hookseal", "library", "hookseal-python"), ("hookseal-cli", "application", "hookseal-cli")]
    {
        packages.extend(PLATFORMS.iter().map(|platform| Package {
            file: format!("wheel-{project}-{}", platform.target),
            subject: subject(kind, project, "pypi"),
            contents: native(crate_name, platform),
        }));
    }
    packages.extend([
        Package {
            file: "c-hookseal".to_owned(),
            subject: subject("library", "libhookseal", "generic"),
            contents: Contents::Compiled(vec![
                root("hookseal-c", Features::Default, "all"),
                root("hookseal-c", Features::Only(""), WASM),
            ]),
        },
        Package {
            file: "go-hookseal".to_owned(),
            subject: subject("library", go::MODULE, "golang"),
            contents: Contents::Translated(root("hookseal-c", Features::Only(""), WASM)),
        },
    ]);
    packages.extend(["hookseal-proxy-wasm", "hookseal-http-wasm"].map(|filter| Package {
        file: format!("gateway-{filter}"),
        subject: subject("library", filter, "generic"),
        contents: Contents::Compiled(vec![root(filter, Features::Only(""), WASM)]),
    }));
    packages
}

fn source(name: &'static str) -> Package {
    Package {
        file: format!("crate-{name}"),
        subject: subject("library", name, "cargo"),
        contents: Contents::Sources(root(name, Features::All, "all")),
    }
}

fn native(package: &'static str, platform: &Platform) -> Contents {
    let root = root(package, Features::Default, platform.target);
    if platform.is_linux() { Contents::LinkedByZig(root) } else { Contents::Compiled(vec![root]) }
}

fn root(package: &'static str, features: Features, target: &'static str) -> Root {
    Root { package, features, target }
}

fn subject(kind: &'static str, name: &str, registry: &str) -> Subject {
    // Versions of Go's modules begin with a letter.
    let v = if registry == "golang" { "v" } else { "" };
    let purl = format!("pkg:{registry}/{}@{v}{VERSION}", name.replace('@', "%40"));
    Subject { kind, name: name.to_owned(), version: VERSION, purl }
}

fn npm(name: &str) -> Other {
    let purl = format!("pkg:npm/{}@{VERSION}", name.replace('@', "%40"));
    Other { name: name.to_owned(), version: VERSION.to_owned(), purl, license: "MIT OR Apache-2.0" }
}

fn standard_library(workspace: &Workspace) -> Result<Other, String> {
    let version = Process::new("rustc -vV").capture(&workspace.root)?;
    let release = version.lines().find_map(|line| line.strip_prefix("release: "));
    let version = release.ok_or("`rustc -vV` names no release")?.to_owned();
    let purl = format!("pkg:generic/rust-std@{version}");
    Ok(Other { name: "rust-std".to_owned(), version, purl, license: "MIT OR Apache-2.0" })
}

fn zig(workspace: &Workspace) -> Result<Other, String> {
    let requirements = text(&workspace.root.join("xtask/requirements-cross.txt"))?;
    let version = requirements.lines().find_map(|line| line.strip_prefix("ziglang=="));
    let version = version.ok_or("xtask/requirements-cross.txt has no ziglang")?.to_owned();
    let purl = format!("pkg:pypi/ziglang@{version}");
    Ok(Other { name: "zig's runtime, and musl".to_owned(), version, purl, license: "MIT" })
}

/// The translator adds functions of its own to what it translates.
fn translator(workspace: &Workspace) -> Result<Other, String> {
    let module = "github.com/ncruces/wasm2go";
    let manifest = text(&workspace.root.join("bindings-go/tools/go.mod"))?;
    let start = format!("{module} ");
    let version = manifest.lines().find_map(|line| line.trim().strip_prefix(&start)?.split(' ').next());
    let version = version.ok_or_else(|| format!("bindings-go/tools/go.mod has no {module}"))?.to_owned();
    let purl = format!("pkg:golang/{module}@{version}");
    Ok(Other { name: module.to_owned(), version, purl, license: "MIT" })
}

fn text(path: &Path) -> Result<String, String> {
    String::from_utf8(files::read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_has_a_file_and_no_two_have_the_same() {
        let mut names = names();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        for name in ["npm-hookseal", "npm-hookseal-node-linux-x64-musl", "wheel-hookseal-aarch64-unknown-linux-gnu"] {
            assert!(names.contains(&format!("{name}-{VERSION}.cdx.json")), "{name}");
        }
    }
}
