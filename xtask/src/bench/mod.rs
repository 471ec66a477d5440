//! `cargo xtask bench`: measures, and writes `benches/RESULTS.md`.
//!
//! `tables.rs` says what the report compares, and is the only file to change when cases do; `javascript.rs`, `python.rs`
//! and `go.rs` run the cases that are not in Rust, and write their measurements in criterion's format; `criterion.rs`
//! reads all measurements, and `report/` writes the report.

mod criterion;
pub(crate) mod go;
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
use crate::tools::rust_tests;
use crate::tools::workspace::Workspace;

/// The report, relative to the root.
const RESULTS: &str = "benches/RESULTS.md";

/// Measures all cases, or those whose id matches the filter, and writes the report. The benches of a language in which
/// the filter matches nothing are not built.
pub(crate) fn run(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    let folder = workspace.target.join("criterion");
    let (in_javascript, in_python) = (javascript::has_cases(workspace, filter)?, python::has_cases(workspace, filter)?);
    if filter.is_none() {
        // Otherwise a case that no longer exists would stay in the report forever.
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(format!("cannot remove {}: {error}", folder.display()));
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
    if go::has_cases(filter) {
        go::set_up(workspace)?;
        go::measure(workspace, &folder, filter)?;
    }

    // Criterion accepts a filter that matches nothing.
    let fresh = criterion::count_since(&folder, start)?;
    if fresh == 0 {
        return Err(format!("no case was measured, so {RESULTS} is unchanged: does the filter match an id?"));
    }
    let cases = criterion::read(&folder)?;
    let text = report::write(&cases, &machine::describe(&workspace.root, &folder)?, filter);
    let path = workspace.root.join(RESULTS);
    fs::write(&path, text).map_err(|error| format!("cannot write {RESULTS}: {error}"))?;
    for line in report::goals(&cases) {
        println!("{line}");
    }
    println!("=== measured {fresh} cases; {RESULTS} has {}", cases.len());
    Ok(())
}

/// Runs all cases once, or those whose id matches the filter, for the checks in them.
pub(crate) fn check(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    let (in_javascript, in_python) = (javascript::has_cases(workspace, filter)?, python::has_cases(workspace, filter)?);
    if may_be_rust(filter) {
        check_rust(filter).run_echoed(&workspace.root)?;
    }
    if in_javascript {
        javascript::set_up(workspace)?;
        javascript::check(workspace, filter)?;
    }
    if in_python {
        python::set_up(workspace)?;
        python::check(workspace, filter)?;
    }
    if go::has_cases(filter) {
        go::set_up(workspace)?;
        go::check(workspace, filter)?;
    }
    Ok(())
}

/// Runs the cases in Rust once, or those whose id matches the filter. They are not optimized, since nothing is measured.
pub(crate) fn check_rust(filter: Option<&str>) -> Process {
    let check = rust_tests::of("--bench deliveries");
    if filter.is_some() { check.args(["--"]).args(filter) } else { check }
}

/// Whether a filter may match cases in Rust: it cannot if each of its alternatives contains a word that no id in Rust
/// has.
fn may_be_rust(filter: Option<&str>) -> bool {
    let is_other_language = |alternative: &str| tables::NOT_RUST.iter().any(|name| alternative.contains(name));
    filter.is_none_or(|filter| !filter.split('|').all(is_other_language))
}

fn measure_rust(workspace: &Workspace, folder: &Path, filter: Option<&str>) -> Result<(), String> {
    Process::new("cargo bench -p hookseal-benches --")
        // Criterion would otherwise choose a folder itself.
        .env("CRITERION_HOME", folder)
        .args(filter)
        .run_echoed(&workspace.root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_excludes_rust_if_each_alternative_names_another_language() {
        for filter in
            ["node", "^node/verify/243", "workerd/(verify|node)", "node-start|workerd", "start", "^python", "^go", "go"]
        {
            assert!(!may_be_rust(Some(filter)), "{filter}");
        }
        for filter in [None, Some("verify"), Some("node|mac"), Some("hookseal"), Some("")] {
            assert!(may_be_rust(filter), "{filter:?}");
        }
    }
}
