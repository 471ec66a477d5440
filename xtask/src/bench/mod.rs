//! `cargo xtask bench`: measures, and writes `benches/RESULTS.md`.
//!
//! `tables.rs` holds what the report says of which case, and is all that needs to change when cases
//! do; `criterion.rs` reads what was measured; `report.rs` writes it down.

mod criterion;
mod machine;
mod report;
mod tables;

use std::fs;
use std::io::ErrorKind;
use std::time::SystemTime;

use crate::step::Process;
use crate::workspace::Workspace;

/// Where the report goes, seen from the root.
const RESULTS: &str = "benches/RESULTS.md";

/// Measures every case, or those whose id matches the filter, and writes the report.
pub(crate) fn run(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    let folder = workspace.target.join("criterion");
    let mut measure = Process::new("cargo bench -p hookseal-benches --")
        // Criterion has its own ideas about where to write; this is where we read.
        .set("CRITERION_HOME", &folder);
    if let Some(filter) = filter {
        measure = measure.argument(filter);
    } else {
        // A case that no longer exists would stay in the report for ever.
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(format!("{} cannot be removed: {error}", folder.display()));
            }
            _ => {}
        }
    }
    let start = SystemTime::now();
    println!("=== {measure}");
    measure.run(&workspace.root)?;

    // Criterion is content with a filter that matches nothing.
    let fresh = criterion::count_since(&folder, start)?;
    if fresh == 0 {
        return Err(format!("nothing was measured, so {RESULTS} stays as it is: does an id match?"));
    }
    let cases = criterion::read(&folder)?;
    let text = report::write(&cases, &machine::describe(&workspace.root)?, filter);
    let path = workspace.root.join(RESULTS);
    fs::write(&path, text).map_err(|error| format!("{RESULTS} cannot be written: {error}"))?;
    for line in report::goals(&cases) {
        println!("{line}");
    }
    println!("=== measured: {fresh} cases; in {RESULTS}: {}", cases.len());
    Ok(())
}
