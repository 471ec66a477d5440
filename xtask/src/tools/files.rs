//! File operations whose errors name the file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, DirEntry};
use std::path::Path;

/// Adds the path to an error.
pub(crate) trait At<T> {
    fn at(self, path: &Path) -> Result<T, String>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, path: &Path) -> Result<T, String> {
        self.map_err(|error| format!("{}: {error}", path.display()))
    }
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).at(path)
}

pub(crate) fn write(path: &Path, contents: impl AsRef<[u8]>) -> Result<(), String> {
    fs::write(path, contents).at(path)
}

/// Copies a file into a folder under the same name.
pub(crate) fn copy_into(file: &Path, folder: &Path) -> Result<(), String> {
    let name = file.file_name().ok_or_else(|| format!("{} has no name", file.display()))?;
    copy(file, &folder.join(name))
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(drop).at(from)
}

pub(crate) fn remove(file: &Path) -> Result<(), String> {
    fs::remove_file(file).at(file)
}

/// The names in a folder.
pub(crate) fn list(folder: &Path) -> Result<Vec<String>, String> {
    let entries = folder.read_dir().at(folder)?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

pub(crate) fn create(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).at(folder)
}

/// Creates a folder, or empties an existing one.
pub(crate) fn renew(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).at(folder)?;
    }
    create(folder)
}

/// Makes `target` hold the same files as `source`; files that `source` lacks are removed from it. Only paths that
/// `include` accepts are copied or removed; it is passed the path relative to the folder.
pub(crate) fn mirror(source: &Path, target: &Path, include: fn(&Path) -> bool) -> Result<(), String> {
    mirror_inside(source, target, Path::new(""), include)
}

fn mirror_inside(source: &Path, target: &Path, relative: &Path, include: fn(&Path) -> bool) -> Result<(), String> {
    create(&target.join(relative))?;
    let wanted = entries(&source.join(relative), relative, include)?;
    for (name, entry) in entries(&target.join(relative), relative, include)? {
        let path = entry.path();
        if wanted.get(&name).is_some_and(|source| source.path().is_dir() == path.is_dir()) {
            continue;
        }
        if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.at(&path)?;
    }
    for (name, entry) in wanted {
        if entry.path().is_dir() {
            mirror_inside(source, target, &relative.join(name), include)?;
        } else {
            copy(&entry.path(), &target.join(relative).join(name))?;
        }
    }
    Ok(())
}

fn entries(folder: &Path, relative: &Path, include: fn(&Path) -> bool) -> Result<BTreeMap<OsString, DirEntry>, String> {
    let mut entries = BTreeMap::new();
    for entry in folder.read_dir().at(folder)? {
        let entry = entry.at(folder)?;
        if include(&relative.join(entry.file_name())) {
            entries.insert(entry.file_name(), entry);
        }
    }
    Ok(entries)
}

/// A temporary folder for a test, which is removed after it.
#[cfg(test)]
pub(crate) struct Scratch(std::path::PathBuf);

#[cfg(test)]
impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("hookseal-xtask-{}-{name}", std::process::id()));
        renew(&folder).expect("a folder");
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn put(&self, name: &str, contents: &str) {
        let path = self.0.join(name);
        create(path.parent().expect("a folder")).expect("created");
        write(&path, contents).expect("written");
    }

    fn exists(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(read(&self.0.join(name)).expect("a file")).expect("text")
    }
}

#[cfg(test)]
impl Drop for Scratch {
    fn drop(&mut self) {
        // If this fails, the system cleans its temporary folder eventually.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_holds_the_files_of_the_source_and_no_others() {
        let (source, target) = (Scratch::new("source"), Scratch::new("target"));
        for (name, contents) in [("a", "new"), ("inner/b", "b"), ("was-a-folder", "a file")] {
            source.put(name, contents);
        }
        for name in ["a", "gone", "gone-folder/c", "was-a-folder/d"] {
            target.put(name, "old");
        }
        mirror(source.path(), target.path(), |_| true).expect("mirrored");
        assert_eq!(target.text("a"), "new");
        assert_eq!(target.text("inner/b"), "b");
        assert_eq!(target.text("was-a-folder"), "a file");
        assert!(!target.exists("gone") && !target.exists("gone-folder"));
    }

    #[test]
    fn excluded_files_are_neither_copied_nor_removed() {
        let (source, target) = (Scratch::new("included"), Scratch::new("kept"));
        source.put("kept/of-the-source", "");
        source.put("a", "");
        target.put("kept/of-the-target", "");
        mirror(source.path(), target.path(), |path| !path.starts_with("kept")).expect("mirrored");
        assert!(target.exists("a") && target.exists("kept/of-the-target"));
        assert!(!target.exists("kept/of-the-source"));
    }

    #[test]
    fn an_error_names_the_file() {
        let error = copy_into(Path::new("no-such-file"), Path::new(".")).expect_err("a missing file");
        assert!(error.contains("no-such-file"), "{error}");
    }
}
