//! The Go module has code that is generated, which the repository has not: so its tag is that of a commit with the module in
//! a folder, whose parent is the commit that is released. It is made here, and written into a bundle: who may push has
//! nothing to build.

use std::path::{Path, PathBuf};

use crate::packages::go;
use crate::packages::npm_package::VERSION;
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// The folder of the module in its commit: Go looks for tags that begin with it.
const FOLDER: &str = "go";

/// The module inside it, which needs a tag of its own.
const INNER: &str = "go/caddy";

/// The bundle's name.
pub(super) const BUNDLE: &str = "go-module.bundle";

/// Makes the commit and its tags, and returns the path of the bundle.
pub(super) fn bundle_of(workspace: &Workspace) -> Result<PathBuf, String> {
    let bundle = workspace.target.join("packages").join(BUNDLE);
    let scratch = workspace.target.join("release").join("go-module");
    write(&workspace.root, &go::folder(workspace), &scratch, &bundle)?;
    Ok(bundle)
}

fn tags() -> [String; 2] {
    [FOLDER, INNER].map(|folder| format!("{folder}/v{VERSION}"))
}

/// `scratch` is where the commit is made: the repository itself is left as it is.
fn write(repository: &Path, module: &Path, scratch: &Path, bundle: &Path) -> Result<(), String> {
    files::renew(scratch)?;
    let git = |line: &str| Process::new("git").args(line.split_whitespace());
    git("clone --quiet --no-checkout").arg(repository).arg(scratch.join("clone")).capture(scratch)?;
    let clone = scratch.join("clone");
    let at = |format: &str| {
        Ok::<_, String>(git("log -1").arg(format!("--format={format}")).capture(&clone)?.trim().to_owned())
    };
    git("read-tree --empty").capture(&clone)?;
    git("read-tree HEAD").capture(&clone)?;
    files::mirror(module, &clone.join(FOLDER), |_| true)?;
    // What the repository ignores is what the commit is made for.
    git("add --force --").arg(FOLDER).capture(&clone)?;
    let tree = git("write-tree").capture(&clone)?;
    // The same each time: by whom, and when, the released commit was made.
    let commit = git("commit-tree -p HEAD -m").arg(format!("go: the module {VERSION}, with what is generated"));
    let commit = commit.arg(tree.trim());
    let commit = commit
        .env("GIT_AUTHOR_NAME", at("%cn")?)
        .env("GIT_AUTHOR_EMAIL", at("%ce")?)
        .env("GIT_AUTHOR_DATE", at("%cI")?);
    let commit = commit.env("GIT_COMMITTER_NAME", at("%cn")?).env("GIT_COMMITTER_EMAIL", at("%ce")?);
    let commit = commit.env("GIT_COMMITTER_DATE", at("%cI")?).capture(&clone)?;
    let tags = tags();
    for tag in &tags {
        git("update-ref").arg(format!("refs/tags/{tag}")).arg(commit.trim()).capture(&clone)?;
    }
    files::create(bundle.parent().unwrap_or(scratch))?;
    let create = git("bundle create --quiet").arg(bundle);
    let create = tags.iter().fold(create, |create, tag| create.arg(format!("refs/tags/{tag}")));
    create.arg("^HEAD").capture(&clone).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn the_bundle_adds_the_module_to_the_released_commit_under_both_tags() {
        let scratch = Scratch::new("go-tags");
        let (repository, module) = (scratch.path().join("repository"), scratch.path().join("module"));
        scratch.put("repository/.gitignore", "module.go\n");
        scratch.put("repository/core/lib.rs", "");
        scratch.put("module/go.mod", "module example.com/hooks/go\n");
        scratch.put("module/internal/engine/module.go", "package engine\n");
        scratch.put("module/caddy/go.mod", "module example.com/hooks/go/caddy\n");
        let git = |line: &str| Process::new("git").args(line.split_whitespace()).capture(&repository).expect(line);
        git("init --quiet");
        git("add .");
        git("-c user.name=n -c user.email=e@example.com commit --quiet -m one");
        let bundle = scratch.path().join("out").join(BUNDLE);
        for _ in 0..2 {
            write(&repository, &module, &scratch.path().join("scratch"), &bundle).expect("a bundle");
        }
        assert_eq!(git("tag"), "", "the repository is left as it is");
        // As the workflow does.
        git(&format!("fetch --quiet {} refs/tags/*:refs/tags/*", bundle.display()));
        let names = git(&format!("ls-tree -r --name-only go/v{VERSION}"));
        let files = [".gitignore", "core/lib.rs", "go/caddy/go.mod", "go/go.mod", "go/internal/engine/module.go"];
        assert_eq!(names.lines().collect::<Vec<_>>(), files);
        assert_eq!(git(&format!("rev-parse go/v{VERSION}^")), git("rev-parse HEAD"));
        assert_eq!(git(&format!("rev-parse go/caddy/v{VERSION}")), git(&format!("rev-parse go/v{VERSION}")));
    }
}
