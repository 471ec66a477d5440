//! Writes what the core reports on every vector of `tests/vectors/explain` to the file that is named: an object of the
//! vectors' names with the JSON of each, as a text. The tests of the other languages hold theirs against it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use hookseal_tests::explain::vectors;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [file] = &arguments[..] else {
        eprintln!("name the file to write");
        return ExitCode::from(2);
    };
    let report = |vector: &hookseal_tests::explain::ExplainVector| vector.explain().map(|report| report.to_json());
    let reports: BTreeMap<_, _> = vectors()
        .iter()
        .map(|vector| (vector.name.clone(), report(vector).unwrap_or_else(|error| error.to_string())))
        .collect();
    let text = serde_json::to_string_pretty(&reports).unwrap_or_default();
    match std::fs::write(file, text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", file.to_string_lossy());
            ExitCode::FAILURE
        }
    }
}
