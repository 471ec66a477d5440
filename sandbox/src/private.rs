//! Files that may hold a secret: nobody but their owner can read them, from their first byte on.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Makes a file that is not there yet.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    options().create_new(true).open(path)
}

/// Opens a file, or makes it. One that others could read is theirs no more; one whose rights cannot be changed is refused.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    let file = options().read(true).create(true).truncate(false).open(path).map_err(|error| failed(path, &error))?;
    let known = file.metadata().map_err(|error| failed(path, &error))?;
    if !known.is_file() {
        // The rights of a device or a pipe are not the sandbox's to change.
        return Err(Error::unavailable(format!("{} is no file: name another one", path.display())));
    }
    tighten(path, &known, |rights| file.set_permissions(rights))?;
    Ok(file)
}

/// Takes a file from others if it is there.
pub(crate) fn close_to_others(path: &Path) -> Result<(), Error> {
    match std::fs::metadata(path) {
        Ok(known) if known.is_file() => tighten(path, &known, |rights| std::fs::set_permissions(path, rights)),
        Ok(_) => Err(Error::unavailable(format!("{} is no file: remove it", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path, &error)),
    }
}

/// The path with more at the end of its name, as `SQLite` names the files next to its own.
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
fn tighten(path: &Path, known: &Metadata, set: impl Fn(std::fs::Permissions) -> io::Result<()>) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = known.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    // Only the owner may do this, so that it fails for a file of somebody else's.
    set(std::fs::Permissions::from_mode(mode & 0o700)).map_err(|error| {
        Error::unavailable(format!(
            "{} would hold secrets, others have rights to it, and these cannot be taken from them ({error}): use a file of \
             your own",
            path.display()
        ))
    })
}

/// Elsewhere a file has the rights of the folder it is in.
#[cfg(not(unix))]
fn tighten(_: &Path, _: &Metadata, _: impl Fn(std::fs::Permissions) -> io::Result<()>) -> Result<(), Error> {
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::unavailable(format!("cannot open {}: {error}", path.display()))
}
