//! A process to run, which can be shown as the command that one would type in a shell.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A program with its arguments and changes to the environment.
pub(crate) struct Process {
    program: OsString,
    arguments: Vec<OsString>,
    env: Vec<(&'static str, OsString)>,
    env_removed: Vec<&'static str>,
    /// Relative to the folder that is passed to `run`.
    current_dir: PathBuf,
}

impl Process {
    /// A command line, split at white space; quotes have no meaning.
    pub(crate) fn new(line: &str) -> Self {
        let mut words = line.split_whitespace();
        Self::program(words.next().unwrap_or_default()).args(words)
    }

    /// A program whose path may contain white space.
    pub(crate) fn program(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref().to_owned();
        let (arguments, env, env_removed) = (Vec::new(), Vec::new(), Vec::new());
        Self { program, arguments, env, env_removed, current_dir: PathBuf::new() }
    }

    pub(crate) fn args<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.arguments.extend(arguments.into_iter().map(OsString::from));
        self
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub(crate) fn env(mut self, variable: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((variable, value.as_ref().to_owned()));
        self
    }

    /// Cargo accepts an empty list of features too, but it would look odd in the output.
    pub(crate) fn with_features(self, features: &str) -> Self {
        if features.is_empty() { self } else { self.args(["--features", features]) }
    }

    /// Removes variables that a user's shell does not have. They are not shown for the same reason.
    pub(crate) fn env_remove(mut self, variables: &'static [&'static str]) -> Self {
        self.env_removed.extend(variables);
        self
    }

    /// Sets the working directory; a relative one is relative to the folder that is passed to `run`.
    pub(crate) fn current_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.current_dir = folder.into();
        self
    }

    /// Prints the command first, since it is one of several in a step, and runs it.
    pub(crate) fn run_echoed(&self, folder: &Path) -> Result<(), String> {
        println!("--- {self}");
        self.run(folder)
    }

    /// Runs to completion, with xtask's standard output and error.
    pub(crate) fn run(&self, folder: &Path) -> Result<(), String> {
        let status = self.command(folder).status();
        let status = status.map_err(|error| self.did_not_start(&error))?;
        if status.success() { Ok(()) } else { Err(format!("`{self}` ended with {status}")) }
    }

    /// Runs to completion, for at most `limit`.
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
                    // Both fail only if the child has ended in the meantime.
                    let _ = child.kill();
                    let _ = child.wait();
                    let limit = limit.as_secs();
                    return Err(format!("`{self}` was stopped after {limit} s"));
                }
                Err(error) => return Err(format!("cannot wait for `{self}`: {error}")),
            }
        }
    }

    /// Runs to completion, whatever comes of it: whether it succeeded, and what it wrote to both outputs.
    pub(crate) fn attempt(&self, folder: &Path) -> Result<(bool, String), String> {
        let output = self.command(folder).stdin(Stdio::null()).output();
        let output = output.map_err(|error| self.did_not_start(&error))?;
        let written = [&output.stdout[..], &output.stderr[..]].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&written).into_owned()))
    }

    /// Runs to completion and returns its standard output.
    pub(crate) fn capture(&self, folder: &Path) -> Result<String, String> {
        let output = self.command(folder).stdin(Stdio::null()).output();
        let output = output.map_err(|error| self.did_not_start(&error))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("`{self}` ended with {}: {}", output.status, errors.trim()));
        }
        String::from_utf8(output.stdout).map_err(|_| format!("`{self}` wrote something other than UTF-8"))
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(folder.join(&self.current_dir));
        for variable in &self.env_removed {
            command.env_remove(variable);
        }
        for (variable, value) in &self.env {
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
        let in_subshell = !self.current_dir.as_os_str().is_empty();
        if in_subshell {
            write!(f, "(cd {} && ", quoted(self.current_dir.as_os_str()))?;
        }
        for (variable, value) in &self.env {
            write!(f, "{variable}={} ", quoted(value))?;
        }
        f.write_str(&quoted(&self.program))?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(argument))?;
        }
        f.write_str(if in_subshell { ")" } else { "" })
    }
}

/// Quotes a word for a shell, if it needs quotes.
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
    fn a_process_is_displayed_as_a_shell_command() {
        let process = Process::new("cargo doc --no-deps").env("RUSTDOCFLAGS", "-D warnings").arg("it's");
        assert_eq!(process.to_string(), r"RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'it'\''s'");
    }

    #[test]
    fn the_working_directory_is_displayed_too() {
        let process = Process::new("node --test").env("A", "b").current_dir("target/js tests");
        assert_eq!(process.to_string(), "(cd 'target/js tests' && A=b node --test)");
    }

    #[test]
    fn a_process_runs_in_its_working_directory() {
        let parent = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let names = if cfg!(windows) { Process::new("cmd /C dir /B") } else { Process::new("ls") };
        let output = names.current_dir("xtask").capture(&parent).expect("a listing");
        assert!(output.contains("Cargo.toml") && output.contains("src") && !output.contains("core"), "{output}");
    }

    #[test]
    fn the_error_for_a_missing_program_names_it() {
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
