//! Reads a scheme from its textual form.

use super::draft::{Draft, List};
use super::word::{Header, Word};
use crate::error::{Error, ErrorKind, Failed};
use crate::json::string::JsonStr;
use crate::scheme::fault::{Fault, Part};
use crate::scheme::template::SigningTemplate;
use crate::scheme::{KeyEncoding, Scheme, TimestampFormat};
use crate::settings::{Path, Reader};

/// The members of a scheme.
const MEMBERS: [&str; 13] = [
    "preset",
    "name",
    "signature",
    "timestamp",
    "id",
    "signed",
    "key",
    "envelope",
    "key_field",
    "key_topic",
    "key_scheme",
    "keyless",
    "limits",
];
const SIGNATURE: [&str; 7] = ["header", "newer_header", "fallback_header", "encoding", "prefix", "list", "ed25519"];
const LIST: [&str; 6] = ["separator", "joiner", "version", "spaced", "grouped", "ed25519"];
const TIMESTAMP: [&str; 6] = ["header", "newer_header", "fallback_header", "in_signature", "in_envelope", "format"];
const ID: [&str; 5] = ["header", "newer_header", "fallback_header", "in_signature", "length"];

/// All members, by what precedes them in a path.
#[cfg(all(test, feature = "alloc", feature = "duplicates"))]
pub(super) const ALL_MEMBERS: [(&str, &[&str]); 7] = [
    ("", &MEMBERS),
    ("signature.", &SIGNATURE),
    ("signature.list.", &LIST),
    ("timestamp.", &TIMESTAMP),
    ("id.", &ID),
    ("key_topic.", &super::keys::TOPIC),
    ("keyless.", &super::keys::KEYLESS),
];

/// Reads a scheme. `limits` takes the position of the limits in the same text; without it, limits are refused.
pub(crate) fn read(text: &str, limits: Option<&mut Option<usize>>) -> Result<Scheme, Error> {
    Reader::of(text, ErrorKind::InvalidScheme, |reader| read_members(reader, limits))
}

fn read_members(reader: &mut Reader<'_>, limits: Option<&mut Option<usize>>) -> Result<Scheme, Failed> {
    let start = reader.position();
    let mut limits = limits;
    let mut scheme = Text { draft: Draft::default(), preset: None, other: None, places: [(start, Path::ROOT); PARTS] };
    for (part, name) in [(Part::Name, "name"), (Part::Signature, "signature"), (Part::Signed, "signed")] {
        scheme.keep(part, start, &Path::ROOT.member(name));
    }
    reader.object(&Path::ROOT, &MEMBERS, &mut |reader, member, path| {
        let position = reader.position();
        match MEMBERS[member] {
            "limits" => {
                let Some(limits) = &mut limits else {
                    return Err(reader.wrong(
                        path,
                        position,
                        "limits are not part of a scheme; a verifier has them (line #, column #)",
                    ));
                };
                **limits = Some(position);
                reader.skip(path)
            }
            "preset" => {
                scheme.preset = Some((position, reader.text(path)?));
                Ok(())
            }
            name => {
                scheme.other.get_or_insert((position, *path));
                scheme.read_member(reader, name, path)
            }
        }
    })?;
    scheme.finish(reader)
}

/// How many parts there are whose place is kept.
const PARTS: usize = Part::COUNT;

/// A scheme as it is read.
struct Text {
    draft: Draft,
    /// The name of a preset, and where it is.
    preset: Option<(usize, Word)>,
    /// The first member that a preset does not take.
    other: Option<(usize, Path)>,
    /// Where each part is; where the scheme is for those that are absent.
    places: [(usize, Path); PARTS],
}

impl Text {
    fn keep(&mut self, part: Part, position: usize, path: &Path) {
        self.places[part as usize] = (position, *path);
    }

    fn word(&mut self, reader: &mut Reader<'_>, part: Part, path: &Path) -> Result<Option<Word>, Failed> {
        self.keep(part, reader.position(), path);
        reader.text(path).map(Some)
    }

    fn read_member(&mut self, reader: &mut Reader<'_>, name: &str, path: &Path) -> Result<(), Failed> {
        match name {
            "name" => self.draft.name = self.word(reader, Part::Name, path)?,
            "signature" => return self.read_signature(reader, path),
            "timestamp" => return self.read_timestamp(reader, path),
            "id" => return self.read_id(reader, path),
            "signed" => {
                let position = reader.position();
                self.keep(Part::Signed, position, path);
                let template = SigningTemplate::read(reader.string(path)?.chars());
                self.draft.signed = Some(template.map_err(|fault| reader.wrong(path, position, fault.detail))?);
            }
            "key" => {
                let encodings =
                    [("utf8", KeyEncoding::Utf8), ("base64", KeyEncoding::Base64), ("hex", KeyEncoding::Hex)];
                let detail = "it must be \"utf8\", \"base64\" or \"hex\" (line #, column #)";
                self.draft.key_encoding = choice(reader, path, &encodings, detail)?;
            }
            "envelope" => self.draft.has_envelope = reader.flag(path)?,
            #[cfg(feature = "duplicates")]
            _ => {
                let position = reader.position();
                let part = self.draft.keys.read(reader, name, path)?;
                self.keep(part, position, path);
            }
            // Without the feature, there are no keys.
            #[cfg(not(feature = "duplicates"))]
            _ => reader.skip(path)?,
        }
        Ok(())
    }

    fn read_signature(&mut self, reader: &mut Reader<'_>, path: &Path) -> Result<(), Failed> {
        let start = reader.position();
        for part in [Part::Signature, Part::SignatureHeader, Part::Prefix, Part::List, Part::ListVersion] {
            self.keep(part, start, path);
        }
        reader.object(path, &SIGNATURE, &mut |reader, member, path| {
            let position = reader.position();
            match SIGNATURE[member] {
                "header" => self.draft.signature.name = self.word(reader, Part::SignatureHeader, path)?,
                "encoding" => {
                    let detail = "it must be \"hex\" or \"base64\" (line #, column #)";
                    self.draft.is_hex = Some(choice(reader, path, &[("hex", true), ("base64", false)], detail)?);
                }
                "prefix" => self.draft.prefix = self.word(reader, Part::Prefix, path)?,
                "ed25519" => self.draft.is_ed25519 = reader.flag(path)?,
                "list" => {
                    self.keep(Part::List, position, path);
                    self.keep(Part::ListVersion, position, path);
                    self.read_list(reader, path)?;
                }
                name => read_other_name(reader, &mut self.draft.signature, name, path)?,
            }
            Ok(())
        })?;
        let detail = "it needs a header and an encoding (line #, column #)";
        let is_whole = self.draft.signature.name.is_some() && self.draft.is_hex.is_some();
        if is_whole { Ok(()) } else { Err(reader.wrong(path, start, detail)) }
    }

    fn read_list(&mut self, reader: &mut Reader<'_>, path: &Path) -> Result<(), Failed> {
        let mut list = List::default();
        reader.object(path, &LIST, &mut |reader, member, path| {
            match LIST[member] {
                "separator" => list.separator = Some(reader.text(path)?),
                "joiner" => list.joiner = Some(reader.text(path)?),
                "version" => list.version = self.word(reader, Part::ListVersion, path)?,
                "spaced" => list.is_spaced = reader.flag(path)?,
                "grouped" => list.is_grouped = reader.flag(path)?,
                _ => list.ed25519 = Some(reader.text(path)?),
            }
            Ok(())
        })?;
        self.draft.list = Some(list);
        Ok(())
    }

    fn read_timestamp(&mut self, reader: &mut Reader<'_>, path: &Path) -> Result<(), Failed> {
        let start = reader.position();
        for part in [Part::TimestampHeader, Part::TimestampInSignature, Part::TimestampFormat] {
            self.keep(part, start, path);
        }
        reader.object(path, &TIMESTAMP, &mut |reader, member, path| {
            let position = reader.position();
            match TIMESTAMP[member] {
                "header" => self.draft.timestamp.name = self.word(reader, Part::TimestampHeader, path)?,
                "in_signature" => {
                    self.draft.timestamp_in_signature = self.word(reader, Part::TimestampInSignature, path)?;
                }
                "in_envelope" => self.draft.timestamp_in_envelope = reader.flag(path)?,
                "format" => {
                    let formats = [
                        ("seconds", TimestampFormat::UnixSeconds),
                        ("ten_digits", TimestampFormat::TenDigits),
                        ("milliseconds", TimestampFormat::UnixMilliseconds),
                        ("rfc3339", TimestampFormat::Rfc3339),
                    ];
                    let detail =
                        "it must be \"seconds\", \"ten_digits\", \"milliseconds\" or \"rfc3339\" (line #, column #)";
                    self.keep(Part::TimestampFormat, position, path);
                    self.draft.timestamp_format = choice(reader, path, &formats, detail)?;
                }
                name => read_other_name(reader, &mut self.draft.timestamp, name, path)?,
            }
            Ok(())
        })?;
        let Draft { timestamp, timestamp_in_signature, timestamp_in_envelope, .. } = &self.draft;
        let sources = [timestamp.name.is_some(), timestamp_in_signature.is_some(), *timestamp_in_envelope];
        if sources.into_iter().filter(|is_given| *is_given).count() != 1 {
            let detail = "it needs one of header, in_signature and in_envelope (line #, column #)";
            return Err(reader.wrong(path, start, detail));
        }
        refuse_other_name(reader, &self.draft.timestamp, path, start)
    }

    fn read_id(&mut self, reader: &mut Reader<'_>, path: &Path) -> Result<(), Failed> {
        let start = reader.position();
        for part in [Part::IdHeader, Part::IdInSignature, Part::IdLength] {
            self.keep(part, start, path);
        }
        reader.object(path, &ID, &mut |reader, member, path| {
            let position = reader.position();
            match ID[member] {
                "header" => self.draft.id.name = self.word(reader, Part::IdHeader, path)?,
                "in_signature" => self.draft.id_in_signature = self.word(reader, Part::IdInSignature, path)?,
                "length" => {
                    self.keep(Part::IdLength, position, path);
                    // More is refused like 0.
                    self.draft.id_length = Some(u8::try_from(reader.number(path)?).unwrap_or(0));
                }
                name => read_other_name(reader, &mut self.draft.id, name, path)?,
            }
            Ok(())
        })?;
        if self.draft.id.name.is_some() == self.draft.id_in_signature.is_some() {
            return Err(reader.wrong(path, start, "it needs either header or in_signature (line #, column #)"));
        }
        refuse_other_name(reader, &self.draft.id, path, start)
    }

    fn finish(self, reader: &mut Reader<'_>) -> Result<Scheme, Failed> {
        if let Some((position, name)) = &self.preset {
            if let Some((position, path)) = &self.other {
                let detail = "a preset has no other members; leave out either these or the preset (line #, column #)";
                return Err(reader.wrong(path, *position, detail));
            }
            let found = Scheme::preset(name.as_str());
            let path = Path::ROOT.member("preset");
            #[cfg(feature = "all-presets")]
            if Scheme::SIGNED_URL_PRESETS.contains(&name.as_str()) {
                let detail =
                    "this sender signs its URL; write the scheme out, with the URL in `signed` (line #, column #)";
                return Err(reader.wrong(&path, *position, detail));
            }
            return found.map_err(|_| reader.wrong(&path, *position, "no preset has this name (line #, column #)"));
        }
        let mut scheme = self.draft.check().map_err(|Fault { part, detail }| {
            let (position, path) = &self.places[part as usize];
            reader.wrong(path, *position, detail)
        })?;
        // What to check where its signature is missing is known of a preset, and not part of the text.
        let is_preset = |preset: &&Scheme| preset.name == scheme.name && preset.signature == scheme.signature;
        if let Some(preset) = Scheme::PRESETS.iter().find(is_preset) {
            scheme.hint = preset.hint;
        }
        Ok(scheme)
    }
}

/// Reads the other name of a header.
fn read_other_name(reader: &mut Reader<'_>, header: &mut Header, member: &str, path: &Path) -> Result<(), Failed> {
    let position = reader.position();
    if header.newer.is_some() || header.fallback.is_some() {
        return Err(reader.wrong(path, position, "a header can have at most one other name (line #, column #)"));
    }
    let name = Some(reader.text(path)?);
    *(if member == "newer_header" { &mut header.newer } else { &mut header.fallback }) = name;
    Ok(())
}

/// Refuses the other name of a header that the scheme does not have.
fn refuse_other_name(reader: &mut Reader<'_>, header: &Header, path: &Path, position: usize) -> Result<(), Failed> {
    if header.name.is_none() && (header.newer.is_some() || header.fallback.is_some()) {
        return Err(reader.wrong(path, position, "it has another name for a header, but no header (line #, column #)"));
    }
    Ok(())
}

/// One of several words.
fn choice<T: Copy>(
    reader: &mut Reader<'_>,
    path: &Path,
    words: &[(&str, T)],
    detail: &'static str,
) -> Result<T, Failed> {
    let position = reader.position();
    let text: JsonStr<'_> = reader.string(path)?;
    let found = words.iter().find(|(word, _)| text == *word);
    found.map(|(_, value)| *value).ok_or_else(|| reader.wrong(path, position, detail))
}
