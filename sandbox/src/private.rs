//! Files that may hold a secret: only their owner can read them, from the first byte on.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Creates a file that does not exist yet.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    options().create_new(true).open(path)
}

/// Opens or creates a file. Rights that others have to it are removed; if that is impossible, the file is refused.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    let file = options().read(true).create(true).truncate(false).open(path).map_err(|error| failed(path, &error))?;
    let known = file.metadata().map_err(|error| failed(path, &error))?;
    if !known.is_file() {
        // The rights of a device or a pipe are not the sandbox's to change.
        return Err(Error::unavailable(format!("{} is not a regular file: choose another path", path.display())));
    }
    restrict(path, &known, |rights| file.set_permissions(rights))?;
    Ok(file)
}

/// Removes the rights that others have to a file, if it exists.
pub(crate) fn restrict_existing(path: &Path) -> Result<(), Error> {
    match std::fs::metadata(path) {
        Ok(known) if known.is_file() => restrict(path, &known, |rights| std::fs::set_permissions(path, rights)),
        Ok(_) => Err(Error::unavailable(format!("{} is not a regular file: remove it", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path, &error)),
    }
}

/// The path with a suffix, which is how `SQLite` names the files next to its own.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn restrict(path: &Path, known: &Metadata, set: impl Fn(std::fs::Permissions) -> io::Result<()>) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = known.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    // Only the owner may do this, so it fails for a file that belongs to another user.
    set(std::fs::Permissions::from_mode(mode & 0o700)).map_err(|error| {
        Error::unavailable(format!(
            "{} would hold secrets, but other users have rights to it that cannot be removed ({error}): use a file that \
             you own",
            path.display()
        ))
    })
}

/// On other systems a file inherits the rights of its folder.
#[cfg(not(unix))]
fn restrict(_: &Path, _: &Metadata, _: impl Fn(std::fs::Permissions) -> io::Result<()>) -> Result<(), Error> {
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::unavailable(format!("cannot open {}: {error}", path.display()))
}
