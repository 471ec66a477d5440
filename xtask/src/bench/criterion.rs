//! Reads criterion's measurements: `**/new/benchmark.json` names a case, `estimates.json` next to it has the times in
//! nanoseconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

const BENCHMARK: &str = "benchmark.json";
const ESTIMATES: &str = "estimates.json";

/// A case and its time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    pub(super) id: Id,
    /// In nanoseconds. The median, since interruptions on a busy machine distort the mean.
    pub(super) median: f64,
}

/// `topic/operation/size/implementation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) topic: String,
    pub(super) operation: String,
    pub(super) size: String,
    pub(super) implementation: String,
}

impl Id {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let [topic, operation, size, implementation] = parts[..] else {
            return Err(format!("the case `{text}` is not named topic/operation/size/implementation"));
        };
        Ok(Self {
            topic: topic.to_owned(),
            operation: operation.to_owned(),
            size: size.to_owned(),
            implementation: implementation.to_owned(),
        })
    }

    /// Orders sizes by number; sizes that are not numbers come last.
    pub(super) fn size_order(&self) -> (u64, &str) {
        (self.size.parse().unwrap_or(u64::MAX), &self.size)
    }
}

/// Reads all cases in criterion's folder.
pub(super) fn read(folder: &Path) -> Result<Vec<Case>, String> {
    measurements(folder)?.iter().map(|new| case(&text(&new.join(BENCHMARK))?, &text(&new.join(ESTIMATES))?)).collect()
}

/// Counts the cases that were measured since `time`.
pub(super) fn count_since(folder: &Path, time: SystemTime) -> Result<usize, String> {
    let is_newer = |new: &PathBuf| {
        let written = fs::metadata(new.join(ESTIMATES)).and_then(|file| file.modified());
        written.is_ok_and(|written| written >= time)
    };
    Ok(measurements(folder)?.iter().filter(|new| is_newer(new)).count())
}

/// The folders with the newest measurement of each case; none if nothing was measured yet.
fn measurements(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    if folder.is_dir() {
        collect(folder, &mut found)?;
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let unreadable = |error| format!("cannot read {}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        // Next to `new` there are `base`, from an earlier run, and `change`.
        if path.ends_with("new") {
            found.push(path);
        } else if path.is_dir() {
            collect(&path, found)?;
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn case(benchmark: &str, estimates: &str) -> Result<Case, String> {
    let json = |name, text: &str| {
        serde_json::from_str::<Value>(text).map_err(|error| format!("criterion's {name} is not JSON: {error}"))
    };
    let benchmark = json("benchmark.json", benchmark)?;
    let estimates = json("estimates.json", estimates)?;
    let id = benchmark["full_id"].as_str().ok_or("criterion's benchmark.json has no full_id")?;
    let median = estimates["median"]["point_estimate"]
        .as_f64()
        .ok_or_else(|| format!("criterion's estimates for `{id}` have no median"))?;
    Ok(Case { id: Id::parse(id)?, median })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRIPE: &str = r#"{"group_id":"verify/stripe","function_id":"235/webhook-verify",
        "value_str":null,"throughput":{"Bytes":235},"full_id":"verify/stripe/235/webhook-verify",
        "directory_name":"verify_stripe/235_webhook-verify","title":"any"}"#;
    const TIMES: &str = r#"{"mean":{"point_estimate":700.5,"standard_error":39.1},
        "median":{"confidence_interval":{"confidence_level":0.95,"lower_bound":611.0,
        "upper_bound":613.0},"point_estimate":612.25,"standard_error":0.5}}"#;

    #[test]
    fn a_case_has_four_names_and_a_median() {
        let case = case(STRIPE, TIMES).expect("a case");
        assert_eq!(case.median, 612.25);
        assert_eq!(case.id, Id::parse("verify/stripe/235/webhook-verify").expect("an id"));
        assert_eq!(case.id.topic, "verify");
        assert_eq!(case.id.operation, "stripe");
        assert_eq!(case.id.size, "235");
        assert_eq!(case.id.implementation, "webhook-verify");
    }

    #[test]
    fn an_id_without_exactly_four_names_is_an_error() {
        for id in ["verify/stripe/235", "verify/stripe/235/a/b", ""] {
            let error = Id::parse(id).expect_err("not four names");
            assert!(error.contains(&format!("`{id}`")), "{error}");
        }
    }

    #[test]
    fn estimates_without_a_median_are_an_error() {
        let error = case(STRIPE, "{}").expect_err("no median");
        assert!(error.contains("verify/stripe/235/webhook-verify"), "{error}");
    }

    #[test]
    fn a_missing_folder_has_no_cases() {
        let folder = Path::new("no-such-folder");
        assert_eq!(read(folder), Ok(Vec::new()));
        assert_eq!(count_since(folder, SystemTime::UNIX_EPOCH), Ok(0));
    }
}
