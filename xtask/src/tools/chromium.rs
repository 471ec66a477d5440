//! Finds the browser that the tests run in.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::tools::debian;
use crate::tools::words;

/// The variable that says where the browser is, to xtask and to the tests.
pub(crate) const PLACE: &str = "HOOKSEAL_CHROMIUM";

/// What it is called where.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// The browser that [`PLACE`] names; else one on the search path, which Debian's packages can put there.
pub(crate) fn find(root: &Path) -> Result<PathBuf, String> {
    if let Some(place) = std::env::var_os(PLACE).filter(|place| !place.is_empty()) {
        let place = PathBuf::from(place);
        return if place.is_file() {
            Ok(place)
        } else {
            Err(format!("{PLACE} names {}, which is no file", place.display()))
        };
    }
    if let Some(browser) = search() {
        return Ok(browser);
    }
    let debian = debian::install(root, &["chromium"]);
    search().ok_or_else(|| {
        let debian = debian.err().unwrap_or_else(|| "the package brought none".to_owned());
        format!(
            "there is no Chromium on the path, under one of the names {}. With Debian's packages: {debian}. Install \
             Chromium or Chrome, and let {PLACE} be the path of the program if it has another name",
            words::list(NAMES.iter().copied())
        )
    })
}

fn search() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    NAMES.iter().find_map(|name| on(&path, name))
}

/// The program of this name that a search path leads to. A full path is what the browser's driver asks for.
fn on(search_path: &OsStr, name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(search_path).map(|folder| folder.join(&file)).find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_in_the_first_folder_that_has_it() {
        let program = std::env::current_exe().expect("the tests are a program");
        let name = program.file_stem().and_then(OsStr::to_str).expect("a name");
        let folder = program.parent().expect("a folder");
        let path = std::env::join_paths([Path::new("no-such-folder"), folder]).expect("a path");
        assert_eq!(on(&path, name), Some(program.clone()));
    }

    #[test]
    fn a_program_that_is_nowhere_is_not_found() {
        let path = std::env::join_paths(["no-such-folder", env!("CARGO_MANIFEST_DIR")]).expect("a path");
        assert_eq!(on(&path, "src"), None, "a folder is no program");
        assert_eq!(on(&path, "chromium"), None);
    }
}
