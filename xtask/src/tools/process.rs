//! A program with its arguments, as a reader would type it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A program with its arguments and changes to the environment.
pub(crate) struct Process {
    program: OsString,
    arguments: Vec<OsString>,
    set: Vec<(&'static str, OsString)>,
    removed: Vec<&'static str>,
    /// Where it runs, below the folder that it is run from.
    inside: PathBuf,
}

impl Process {
    /// A command line as a reader types it; it is split at white space, and nothing in it is quoted.
    pub(crate) fn new(line: &str) -> Self {
        let mut words = line.split_whitespace();
        Self::program(words.next().unwrap_or_default()).words(words)
    }

    /// A program whose path may contain white space.
    pub(crate) fn program(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref().to_owned();
        Self { program, arguments: Vec::new(), set: Vec::new(), removed: Vec::new(), inside: PathBuf::new() }
    }

    pub(crate) fn words<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.arguments.extend(words.into_iter().map(OsString::from));
        self
    }

    pub(crate) fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub(crate) fn set(mut self, variable: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.set.push((variable, value.as_ref().to_owned()));
        self
    }

    /// Cargo takes an empty list of features too, but a reader wonders about one.
    pub(crate) fn with_features(self, features: &str) -> Self {
        if features.is_empty() { self } else { self.words(["--features", features]) }
    }

    /// Leaves out variables that a reader's shell does not have, so they are not shown either.
    pub(crate) fn without(mut self, variables: &'static [&'static str]) -> Self {
        self.removed.extend(variables);
        self
    }

    /// Runs in a folder of its own; a relative one is meant from where the process would run else.
    pub(crate) fn inside(mut self, folder: impl Into<PathBuf>) -> Self {
        self.inside = folder.into();
        self
    }

    /// Shows the command first, as one of several that make up a step.
    pub(crate) fn run_shown(&self, folder: &Path) -> Result<(), String> {
        println!("--- {self}");
        self.run(folder)
    }

    /// Runs to the end, its output going where xtask's goes.
    pub(crate) fn run(&self, folder: &Path) -> Result<(), String> {
        let status = self.command(folder).status();
        let status = status.map_err(|error| self.did_not_start(&error))?;
        if status.success() { Ok(()) } else { Err(format!("`{self}` ended with {status}")) }
    }

    /// Runs to the end, but not longer than `limit`.
    pub(crate) fn run_within(&self, folder: &Path, limit: Duration) -> Result<(), String> {
        let start = Instant::now();
        let mut child =
            self.command(folder).stdin(Stdio::null()).spawn().map_err(|error| self.did_not_start(&error))?;
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(format!("`{self}` ended with {status}")),
                Ok(None) if start.elapsed() < limit => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Ok(None) => {
                    // Both fail only where the child has ended in the meantime.
                    let _ = child.kill();
                    let _ = child.wait();
                    let limit = limit.as_secs();
                    return Err(format!("`{self}` was stopped after {limit} s"));
                }
                Err(error) => return Err(format!("`{self}` cannot be waited for: {error}")),
            }
        }
    }

    /// Runs to the end and returns what it wrote to standard output.
    pub(crate) fn capture(&self, folder: &Path) -> Result<String, String> {
        let output = self.command(folder).stdin(Stdio::null()).output();
        let output = output.map_err(|error| self.did_not_start(&error))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("`{self}` ended with {}: {}", output.status, errors.trim()));
        }
        String::from_utf8(output.stdout).map_err(|_| format!("`{self}` wrote no UTF-8"))
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(folder.join(&self.inside));
        for variable in &self.removed {
            command.env_remove(variable);
        }
        for (variable, value) in &self.set {
            command.env(variable, value);
        }
        command
    }

    fn did_not_start(&self, error: &std::io::Error) -> String {
        format!("`{self}` did not start: {error}")
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = !self.inside.as_os_str().is_empty();
        if inside {
            write!(f, "(cd {} && ", quoted(self.inside.as_os_str()))?;
        }
        for (variable, value) in &self.set {
            write!(f, "{variable}={} ", quoted(value))?;
        }
        f.write_str(&quoted(&self.program))?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(argument))?;
        }
        f.write_str(if inside { ")" } else { "" })
    }
}

/// A word as a shell reads it back.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+,./:@\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_shown_as_a_reader_would_type_it() {
        let process = Process::new("cargo doc --no-deps").set("RUSTDOCFLAGS", "-D warnings").argument("it's");
        assert_eq!(process.to_string(), r"RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'it'\''s'");
    }

    #[test]
    fn a_folder_of_its_own_is_shown_too() {
        let process = Process::new("node --test").set("A", "b").inside("target/js tests");
        assert_eq!(process.to_string(), "(cd 'target/js tests' && A=b node --test)");
    }

    #[test]
    fn a_process_runs_in_its_folder() {
        let parent = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let names = if cfg!(windows) { Process::new("cmd /C dir /B") } else { Process::new("ls") };
        let output = names.inside("xtask").capture(&parent).expect("a listing");
        assert!(output.contains("Cargo.toml") && output.contains("src") && !output.contains("core"), "{output}");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_that_names_it() {
        let error = Process::new("no-such-program-anywhere --flag").run(Path::new("."));
        let error = error.expect_err("there is no such program");
        assert!(error.contains("`no-such-program-anywhere --flag` did not start"));
    }

    #[test]
    fn a_process_that_takes_too_long_is_stopped() {
        let slow = if cfg!(windows) { "ping -n 30 127.0.0.1" } else { "sleep 30" };
        let error = Process::new(slow).run_within(Path::new("."), Duration::from_millis(100));
        let error = error.expect_err("it takes longer");
        assert!(error.contains("was stopped after 0 s"), "{error}");
    }
}
