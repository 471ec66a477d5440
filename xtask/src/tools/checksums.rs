//! SHA-256 sums of files, as `sha256sum --check` reads them.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::tools::files;

/// The name of the file that has them.
pub(crate) const CHECKSUMS: &str = "SHA256SUMS";

/// Writes the sums of these files, which are named relative to the folder, and returns the path of the file.
pub(crate) fn write(folder: &Path, names: &[String]) -> Result<PathBuf, String> {
    let mut names: Vec<_> = names.iter().filter(|name| *name != CHECKSUMS).collect();
    names.sort();
    let mut text = String::new();
    for name in names {
        let digest = Sha256::digest(files::read(&folder.join(name))?);
        text.extend(digest.iter().map(|byte| format!("{byte:02x}")));
        text.push_str(&format!("  {name}\n"));
    }
    let path = folder.join(CHECKSUMS);
    files::write(&path, text)?;
    Ok(path)
}

/// The same of all files in the folder.
pub(crate) fn write_all(folder: &Path) -> Result<PathBuf, String> {
    write(folder, &files::list(folder)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn checksums_are_of_each_file_and_not_of_themselves() {
        let folder = Scratch::new("checksums");
        folder.put("b.zip", "abc");
        folder.put("a.tar.gz", "");
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        for _ in 0..2 {
            assert_eq!(write_all(folder.path()), Ok(folder.path().join(CHECKSUMS)));
            assert_eq!(folder.text(CHECKSUMS), format!("{empty}  a.tar.gz\n{abc}  b.zip\n"));
        }
    }
}
