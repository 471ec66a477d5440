//! The database servers that the tests start.

use std::path::Path;

use crate::tools::debian;

/// Where Debian puts it. The program of the same name on PATH changes the user.
const RABBITMQ: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/// Installs Redis and `PostgreSQL` from Debian's packages if they are not there.
pub(crate) fn install_missing(root: &Path) -> Result<(), String> {
    let mut missing = Vec::new();
    if !is_on_path("redis-server") {
        missing.push("redis-server");
    }
    if !is_on_path("postgres") && !is_among(Path::new("/usr/lib/postgresql"), "bin/postgres") {
        missing.push("postgresql");
    }
    debian::install_missing(root, &missing, "on PATH or in /usr/lib/postgresql")
}

/// Installs `RabbitMQ` from Debian's packages if it is not there: the tests of other queues start it. The other engines
/// come with the libraries of the tests.
pub(crate) fn install_missing_queues(root: &Path) -> Result<(), String> {
    let missing: &[&str] = if Path::new(RABBITMQ).is_file() { &[] } else { &["rabbitmq-server"] };
    debian::install_missing(root, missing, &format!("as {RABBITMQ}"))
}

fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Whether one of the folders in a folder, one for each version, has a file.
fn is_among(versions: &Path, file: &str) -> bool {
    versions.read_dir().is_ok_and(|entries| entries.flatten().any(|entry| entry.path().join(file).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn a_server_is_found_whatever_its_version() {
        let versions = Scratch::new("servers");
        assert!(!is_among(versions.path(), "bin/postgres"));
        versions.put("15/bin/psql", "");
        assert!(!is_among(versions.path(), "bin/postgres"));
        versions.put("18/bin/postgres", "");
        assert!(is_among(versions.path(), "bin/postgres"));
        assert!(!is_among(&versions.path().join("none"), "bin/postgres"));
    }
}
