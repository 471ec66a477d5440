//! `cargo xtask bench`: measures, and writes `benches/RESULTS.md`.
//!
//! `tables.rs` holds what the report says of which case, and is all that needs to change when cases
//! do; `javascript.rs` and `python.rs` run the cases that are not in Rust; `criterion.rs` reads what was
//! measured, for those write theirs in its form; `report.rs` writes it down.

mod criterion;
pub(crate) mod javascript;
mod machine;
pub(crate) mod python;
mod report;
mod tables;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::SystemTime;

use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// Where the report goes, seen from the root.
const RESULTS: &str = "benches/RESULTS.md";

/// Measures every case, or those whose id matches the filter, and writes the report. Where the filter can only be for
/// one of the languages, the other one's benches are not even built.
pub(crate) fn run(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    let folder = workspace.target.join("criterion");
    let (in_javascript, in_python) = (javascript::has(workspace, filter)?, python::has(workspace, filter)?);
    if filter.is_none() {
        // A case that no longer exists would stay in the report for ever.
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(format!("{} cannot be removed: {error}", folder.display()));
            }
            _ => {}
        }
    }
    let start = SystemTime::now();
    if may_be_rust(filter) {
        measure_rust(workspace, &folder, filter)?;
    }
    if in_javascript {
        javascript::set_up(workspace)?;
        javascript::measure(workspace, &folder, filter)?;
    }
    if in_python {
        python::set_up(workspace)?;
        python::measure(workspace, &folder, filter)?;
    }

    // Criterion is content with a filter that matches nothing.
    let fresh = criterion::count_since(&folder, start)?;
    if fresh == 0 {
        return Err(format!("nothing was measured, so {RESULTS} stays as it is: does an id match?"));
    }
    let cases = criterion::read(&folder)?;
    let text = report::write(&cases, &machine::describe(&workspace.root, &folder)?, filter);
    let path = workspace.root.join(RESULTS);
    fs::write(&path, text).map_err(|error| format!("{RESULTS} cannot be written: {error}"))?;
    for line in report::goals(&cases) {
        println!("{line}");
    }
    println!("=== measured: {fresh} cases; in {RESULTS}: {}", cases.len());
    Ok(())
}

/// Runs every case once, or those whose id matches the filter, for the checks in them.
pub(crate) fn check(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    let (in_javascript, in_python) = (javascript::has(workspace, filter)?, python::has(workspace, filter)?);
    if may_be_rust(filter) {
        Process::new("cargo bench -p hookseal-benches -- --test").words(filter).run_shown(&workspace.root)?;
    }
    if in_javascript {
        javascript::set_up(workspace)?;
        javascript::check(workspace, filter)?;
    }
    if in_python {
        python::set_up(workspace)?;
        python::check(workspace, filter)?;
    }
    Ok(())
}

/// Whether a filter may match cases in Rust: unless each of its alternatives holds what no id of theirs does.
fn may_be_rust(filter: Option<&str>) -> bool {
    let names_other = |alternative: &str| tables::NOT_RUST.iter().any(|name| alternative.contains(name));
    filter.is_none_or(|filter| !filter.split('|').all(names_other))
}

fn measure_rust(workspace: &Workspace, folder: &Path, filter: Option<&str>) -> Result<(), String> {
    Process::new("cargo bench -p hookseal-benches --")
        // Criterion has its own ideas about where to write; this is where we read.
        .set("CRITERION_HOME", folder)
        .words(filter)
        .run_shown(&workspace.root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_not_for_rust_where_each_alternative_names_another_language() {
        for filter in ["node", "^node/verify/243", "workerd/(verify|node)", "node-start|workerd", "start", "^python"] {
            assert!(!may_be_rust(Some(filter)), "{filter}");
        }
        for filter in [None, Some("verify"), Some("node|mac"), Some("hookseal"), Some("")] {
            assert!(may_be_rust(filter), "{filter:?}");
        }
    }
}
