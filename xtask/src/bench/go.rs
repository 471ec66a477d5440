//! The benches in Go: a module beside the built package, with other libraries as its dependencies.

use std::path::Path;

use crate::packages::{GO, go};
use crate::tools::files;
use crate::tools::go::Go;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

const SOURCES: &str = "benches/go";

/// What ids of cases begin with.
const TOPIC: &str = "go";

/// Whether a filter may match any case. To list them, the package must be built, so only filters that name the language
/// do, and no filter at all.
pub(super) fn has_cases(filter: Option<&str>) -> bool {
    filter.is_none_or(|filter| filter.split('|').any(|part| part.trim_start_matches('^').starts_with(TOPIC)))
}

/// Builds the package, and puts it where the benches look for it.
pub(super) fn set_up(workspace: &Workspace) -> Result<(), String> {
    GO.build(workspace)?;
    go::install(workspace)
}

/// Measures into criterion's folder, in its format. The package must have been set up.
pub(super) fn measure(workspace: &Workspace, folder: &Path, filter: Option<&str>) -> Result<(), String> {
    run(workspace, |program| program.arg("-to").arg(folder).args(filter))
}

/// Runs each case once, with its checks. The package must have been set up.
pub(crate) fn check(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    run(workspace, |program| program.arg("-quick").args(filter))
}

fn run(workspace: &Workspace, add_arguments: impl FnOnce(Process) -> Process) -> Result<(), String> {
    let copy = go::build_folder(workspace, "benches");
    files::mirror(&workspace.root.join(SOURCES), &copy, |_| true)?;
    go::use_module_path(&copy)?;
    let cases = workspace.root.join("benches/cases.json");
    let program = Go::newest(workspace)?.run("run . -cases").arg(cases).current_dir(workspace.relative(&copy));
    add_arguments(program).run_echoed(&workspace.root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_filters_for_this_language_build_the_package() {
        for filter in [None, Some("go"), Some("^go/verify"), Some("node|go-start")] {
            assert!(has_cases(filter), "{filter:?}");
        }
        assert!(!has_cases(Some("verify")) && !has_cases(Some("^node")));
    }
}
