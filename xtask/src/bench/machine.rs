//! The machine and the date of the measurements, without which times mean nothing.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use crate::tools::files;
use crate::tools::process::Process;

/// A file among the measurements: the runtimes in which they were made, with their versions.
const RUNTIMES: &str = "runtimes.json";

/// Names and values, in the order of the report.
pub(super) struct Machine(Vec<(String, String)>);

/// Describes this machine and its software.
pub(super) fn describe(root: &Path, measurements: &Path) -> Result<Machine, String> {
    let cores = std::thread::available_parallelism().map_or_else(|_| "unknown".to_owned(), |cores| cores.to_string());
    let compiler = Process::new("rustc --version").capture(root)?.trim().to_owned();
    let mut rows = Vec::new();
    let mut add = |name: &str, value| rows.push((name.to_owned(), value));
    add("CPU", cpu(root));
    add("Cores", cores);
    add("System", system());
    add("Compiler", compiler);
    for (name, version) in runtimes(&measurements.join(RUNTIMES))? {
        add(&name, version);
    }
    add("Date", today());
    Ok(Machine(rows))
}

/// Empty if nothing was measured in another language than Rust.
fn runtimes(file: &Path) -> Result<Vec<(String, String)>, String> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let versions: Map<String, Value> =
        serde_json::from_slice(&files::read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
    let version = |(name, version): (String, Value)| match version {
        Value::String(version) => Ok((name, version)),
        other => Err(format!("{}: the version of {name} is {other}", file.display())),
    };
    versions.into_iter().map(version).collect()
}

impl Machine {
    #[cfg(test)]
    pub(super) fn from_rows(values: &[(&str, &str)]) -> Self {
        let owned = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self(owned.collect())
    }
}

/// As rows of a Markdown table.
impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            writeln!(f, "| {name} | {value} |")?;
        }
        Ok(())
    }
}

/// Each operating system reports the name elsewhere, and some do not report it.
fn cpu(root: &Path) -> String {
    let linux = || field(&fs::read_to_string("/proc/cpuinfo").ok()?, "model name", ':');
    let macos = || {
        let sysctl = Process::new("sysctl -n machdep.cpu.brand_string");
        Some(sysctl.capture(root).ok()?.trim().to_owned())
    };
    let windows = || std::env::var("PROCESSOR_IDENTIFIER").ok();
    linux().or_else(macos).or_else(windows).unwrap_or_else(|| format!("unknown, {}", std::env::consts::ARCH))
}

fn system() -> String {
    let distribution = fs::read_to_string("/etc/os-release").ok().and_then(|text| field(&text, "PRETTY_NAME", '='));
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    match distribution {
        Some(name) => format!("{name}, {os} on {arch}"),
        None => format!("{os} on {arch}"),
    }
}

/// The value in the first line with this name.
fn field(text: &str, name: &str, separator: char) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split_once(separator))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().trim_matches('"').to_owned())
}

fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    date(since.map_or(0, |since| since.as_secs() / 86_400))
}

/// The date, in UTC, of a day counted from 1 January 1970.
fn date(mut day: u64) -> String {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn runtimes_are_listed_with_their_versions() {
        let folder = Scratch::new("runtimes");
        let runtimes = || runtimes(&folder.path().join(RUNTIMES));
        assert_eq!(runtimes(), Ok(Vec::new()));
        folder.put(RUNTIMES, r#"{"Node":"20.1.2","workerd":"1.20250101.0"}"#);
        let owned = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        assert_eq!(runtimes(), Ok(vec![owned("Node", "20.1.2"), owned("workerd", "1.20250101.0")]));
    }

    #[test]
    fn the_error_for_a_version_that_is_not_a_string_names_the_runtime() {
        let folder = Scratch::new("odd-runtimes");
        folder.put(RUNTIMES, r#"{"Node":20}"#);
        let error = runtimes(&folder.path().join(RUNTIMES)).expect_err("not a string");
        assert!(error.contains("the version of Node is 20"), "{error}");
    }

    #[test]
    fn days_become_dates_in_leap_years_too() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(11_017), "2000-03-01");
        assert_eq!(date(19_722), "2023-12-31");
        assert_eq!(date(19_723), "2024-01-01");
        assert_eq!(date(20_453), "2025-12-31");
    }

    #[test]
    fn a_field_is_found_by_its_full_name() {
        let text = "model\t\t: 85\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: another\n";
        assert_eq!(field(text, "model name", ':').as_deref(), Some("Some CPU @ 2 GHz"));
        assert_eq!(field("PRETTY_NAME=\"Some 1\"\n", "PRETTY_NAME", '=').as_deref(), Some("Some 1"));
        assert_eq!(field(text, "name", ':'), None);
    }
}
