//! What a native file of Linux needs of the system that loads it: the libraries, and the versions of their symbols. The
//! names of packages promise this; here it is read from the file.

/// The sections that are read, by their type.
const DYNAMIC: u32 = 6;
const VERSIONS_NEEDED: u32 = 0x6fff_fffe;

/// The tag of a library's name in the dynamic section.
const NEEDED: u64 = 1;

/// What a file needs.
#[derive(Debug, PartialEq)]
pub(crate) struct Needs {
    /// The processor, by its number in the format.
    pub(crate) machine: u16,
    /// The libraries that the loader has to find.
    pub(crate) libraries: Vec<String>,
    /// The versions of symbols, such as `GLIBC_2.17`.
    pub(crate) versions: Vec<String>,
}

impl Needs {
    /// The newest version of glibc whose symbols the file needs, if it needs any.
    pub(crate) fn glibc(&self) -> Option<(u32, u32)> {
        self.versions.iter().filter_map(|version| number(version.strip_prefix("GLIBC_")?)).max()
    }
}

/// `2.17` or `2.2.5`, of which the first two numbers count.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Reads a file for a 64-bit little-endian processor, as all of ours are.
pub(crate) fn needs(file: &[u8]) -> Result<Needs, String> {
    read(file).ok_or_else(|| "it is no 64-bit little-endian ELF file".to_owned())
}

struct Section {
    kind: u32,
    offset: usize,
    size: usize,
    /// The section with the names of this one.
    names: usize,
    /// How many entries it has, if its type counts them.
    entries: usize,
}

fn read(file: &[u8]) -> Option<Needs> {
    if file.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let sections = sections(file)?;
    let mut needs = Needs { machine: u16::try_from(int(file, 18, 2)?).ok()?, libraries: vec![], versions: vec![] };
    for section in &sections {
        match section.kind {
            DYNAMIC => {
                for entry in (0..section.size / 16).map(|index| section.offset + index * 16) {
                    if int(file, entry, 8)? == NEEDED {
                        needs.libraries.push(name(file, &sections, section, size(file, entry + 8, 8)?)?);
                    }
                }
            }
            VERSIONS_NEEDED => versions(file, &sections, section, &mut needs.versions)?,
            _ => {}
        }
    }
    Some(needs)
}

fn sections(file: &[u8]) -> Option<Vec<Section>> {
    let (start, length, count) = (size(file, 40, 8)?, size(file, 58, 2)?, size(file, 60, 2)?);
    let section = |index: usize| {
        let at = start + index * length;
        Some(Section {
            kind: u32::try_from(int(file, at + 4, 4)?).ok()?,
            offset: size(file, at + 24, 8)?,
            size: size(file, at + 32, 8)?,
            names: size(file, at + 40, 4)?,
            entries: size(file, at + 44, 4)?,
        })
    };
    (0..count).map(section).collect()
}

/// A list for each library, whose entries are the versions.
fn versions(file: &[u8], sections: &[Section], section: &Section, found: &mut Vec<String>) -> Option<()> {
    let mut library = section.offset;
    for _ in 0..section.entries {
        let mut entry = library + size(file, library + 8, 4)?;
        for _ in 0..int(file, library + 2, 2)? {
            found.push(name(file, sections, section, size(file, entry + 8, 4)?)?);
            entry += size(file, entry + 12, 4)?;
        }
        library += size(file, library + 12, 4)?;
    }
    Some(())
}

fn name(file: &[u8], sections: &[Section], section: &Section, at: usize) -> Option<String> {
    let names = file.get(sections.get(section.names)?.offset..)?;
    let text = names.get(at..)?.split(|byte| *byte == 0).next()?;
    String::from_utf8(text.to_vec()).ok()
}

fn size(file: &[u8], at: usize, bytes: usize) -> Option<usize> {
    usize::try_from(int(file, at, bytes)?).ok()
}

fn int(file: &[u8], at: usize, bytes: usize) -> Option<u64> {
    let bytes = file.get(at..at.checked_add(bytes)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64", target_endian = "little"))]
    fn this_program_needs_glibc_and_a_version_of_it() {
        let program = std::fs::read(std::env::current_exe().expect("a path")).expect("a file");
        let needs = needs(&program).expect("an ELF file");
        assert!(needs.libraries.iter().any(|library| library == "libc.so.6"), "{needs:?}");
        assert!(needs.glibc() >= Some((2, 17)), "{needs:?}");
        assert!(!needs.versions.is_empty() && needs.versions.iter().all(|version| version.contains('_')), "{needs:?}");
    }

    #[test]
    fn the_newest_version_is_compared_by_its_numbers() {
        let of = |versions: &[&str]| {
            let versions = versions.iter().map(|version| (*version).to_owned()).collect();
            Needs { machine: 62, libraries: vec![], versions }.glibc()
        };
        assert_eq!(of(&["GLIBC_2.9", "GLIBC_2.17", "GLIBC_2.2.5", "GCC_3.0"]), Some((2, 17)));
        assert_eq!(of(&["GCC_3.0"]), None);
    }

    #[test]
    fn other_files_and_files_that_end_early_are_refused() {
        for file in [&b""[..], b"MZ", b"\x7fELF\x01\x01", b"\x7fELF\x02\x01", b"#!/bin/sh\nexit 0\n"] {
            assert!(needs(file).is_err(), "{file:?}");
        }
    }
}
