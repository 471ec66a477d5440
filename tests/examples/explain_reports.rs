//! Writes what the core reports on every vector of `tests/vectors/explain` into the folder that is named: an object of
//! the vectors' names with the JSON of each, as a text. `reports.json` has the names of options as Rust and Python have
//! them, `reports-camel.json` as JavaScript has them. The tests of the other languages hold theirs against these.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use hookseal::OptionNames;
use hookseal_tests::explain::vectors;

const FILES: [(&str, OptionNames); 2] =
    [("reports.json", OptionNames::Snake), ("reports-camel.json", OptionNames::Camel)];

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [folder] = &arguments[..] else {
        eprintln!("name the folder to write to");
        return ExitCode::from(2);
    };
    for (name, names) in FILES {
        let file = Path::new(folder).join(name);
        if let Err(error) = std::fs::write(&file, reports(names)) {
            eprintln!("{}: {error}", file.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn reports(names: OptionNames) -> String {
    let reports: BTreeMap<_, _> = vectors()
        .iter()
        .map(|vector| {
            let report = vector.explain(names).map(|report| report.to_json());
            (vector.name.clone(), report.unwrap_or_else(|error| error.to_string()))
        })
        .collect();
    serde_json::to_string_pretty(&reports).unwrap_or_default()
}
