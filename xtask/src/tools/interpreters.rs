//! PHP and Ruby, in which examples call the C library.

use std::path::Path;

use crate::tools::debian;
use crate::tools::process::Process;

/// What shows that an interpreter can call C, and Debian's package with it.
const INTERPRETERS: [(&str, &[&str], &str); 2] = [
    ("php", &["-r", "exit(extension_loaded('ffi') ? 0 : 1);"], "php-cli"),
    ("ruby", &["-e", "require 'fiddle'; require 'json'"], "ruby"),
];

/// Installs what is missing, or says what to install.
pub(crate) fn install_missing(root: &Path) -> Result<(), String> {
    let is_missing = |(program, arguments): (&str, &[&str])| {
        Process::new(program).args(arguments.iter().copied()).capture(root).is_err()
    };
    let missing: Vec<&str> = INTERPRETERS
        .iter()
        .filter(|(program, arguments, _)| is_missing((program, arguments)))
        .map(|(.., package)| *package)
        .collect();
    debian::install_missing(root, &missing, "on PATH, with FFI and Fiddle, which the examples on libhookseal need")
}
