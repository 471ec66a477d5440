//! Finds the browser for the tests.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::tools::debian;
use crate::tools::words;

/// The environment variable that says where the browser is; read by xtask and by the tests.
pub(crate) const VARIABLE: &str = "HOOKSEAL_CHROMIUM";

/// Its names on different systems.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// The browser that [`VARIABLE`] names, or one on the path, where Debian's packages can install it.
pub(crate) fn find(root: &Path) -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        return if path.is_file() {
            Ok(path)
        } else {
            Err(format!("{VARIABLE} is {}, which is not a file", path.display()))
        };
    }
    if let Some(browser) = search() {
        return Ok(browser);
    }
    let debian = debian::install(root, &["chromium"]);
    search().ok_or_else(|| {
        let debian = debian.err().unwrap_or_else(|| "the package contains none".to_owned());
        format!(
            "no Chromium was found on the path (tried {}). With Debian's packages: {debian}. Install Chromium or \
             Chrome; if the program has another name, set {VARIABLE} to its path",
            words::list(NAMES.iter().copied())
        )
    })
}

fn search() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    NAMES.iter().find_map(|name| find_on(&path, name))
}

/// The full path of a program on a search path; the browser's driver needs a full path.
fn find_on(search_path: &OsStr, name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(search_path).map(|folder| folder.join(&file)).find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_in_the_first_folder_that_has_it() {
        let program = std::env::current_exe().expect("the path of the test binary");
        let name = program.file_stem().and_then(OsStr::to_str).expect("a name");
        let folder = program.parent().expect("a folder");
        let path = std::env::join_paths([Path::new("no-such-folder"), folder]).expect("a path");
        assert_eq!(find_on(&path, name), Some(program.clone()));
    }

    #[test]
    fn a_program_in_none_of_the_folders_is_not_found() {
        let path = std::env::join_paths(["no-such-folder", env!("CARGO_MANIFEST_DIR")]).expect("a path");
        assert_eq!(find_on(&path, "src"), None, "a folder is not a program");
        assert_eq!(find_on(&path, "chromium"), None);
    }
}
