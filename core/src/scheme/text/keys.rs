//! The members of a scheme's text that say what the key of a delivery is.

use super::word::{Header, Word};
use crate::error::Failed;
use crate::scheme::builder::SchemeBuilder;
use crate::scheme::fault::Part;
use crate::settings::{Path, Reader};

pub(super) const TOPIC: [&str; 2] = ["header", "newer_header"];
pub(super) const KEYLESS: [&str; 2] = ["field", "value"];

/// The members, as they were read.
#[derive(Default)]
pub(super) struct Keys {
    field: Option<Word>,
    topic: Header,
    scheme: Option<Word>,
    /// The field and the value.
    keyless: [Option<Word>; 2],
}

impl Keys {
    /// Reads the member of this name.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, name: &str, path: &Path) -> Result<Part, Failed> {
        match name {
            "key_field" => {
                self.field = Some(reader.text(path)?);
                Ok(Part::KeyField)
            }
            "key_scheme" => {
                self.scheme = Some(reader.text(path)?);
                Ok(Part::KeyScheme)
            }
            "key_topic" => self.read_topic(reader, path),
            _ => self.read_keyless(reader, path),
        }
    }

    fn read_topic(&mut self, reader: &mut Reader<'_>, path: &Path) -> Result<Part, Failed> {
        let start = reader.position();
        reader.object(path, &TOPIC, &mut |reader, member, path| {
            let name = Some(reader.text(path)?);
            *(if member == 0 { &mut self.topic.name } else { &mut self.topic.newer }) = name;
            Ok(())
        })?;
        let is_whole = self.topic.name.is_some();
        if is_whole {
            Ok(Part::KeyTopic)
        } else {
            Err(reader.wrong(path, start, "it needs a header (line #, column #)"))
        }
    }

    fn read_keyless(&mut self, reader: &mut Reader<'_>, path: &Path) -> Result<Part, Failed> {
        let start = reader.position();
        reader.object(path, &KEYLESS, &mut |reader, member, path| {
            self.keyless[member] = Some(reader.text(path)?);
            Ok(())
        })?;
        let detail = "it needs a field, and a value unless any text will do (line #, column #)";
        let [field, value] = &self.keyless;
        if field.is_some() && value.as_ref().is_none_or(|value| value.len() > 0) {
            Ok(Part::Keyless)
        } else {
            Err(reader.wrong(path, start, detail))
        }
    }

    pub(super) fn add_to<'a>(&'a self, mut builder: SchemeBuilder<'a>) -> SchemeBuilder<'a> {
        if let Some(field) = &self.field {
            builder = builder.key_field(field.as_str());
        }
        if let Some(header) = &self.topic.name {
            let newer = self.topic.newer.as_ref().unwrap_or(header);
            builder = builder.key_topic(header.as_str(), newer.as_str());
        }
        if let Some(name) = &self.scheme {
            builder = builder.key_scheme(name.as_str());
        }
        if let [Some(field), value] = &self.keyless {
            builder = builder.keyless(field.as_str(), value.as_ref().map_or("", Word::as_str));
        }
        builder
    }
}
