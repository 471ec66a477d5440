//! Settings that are written as JSON, such as a scheme or limits: read without allocation, with errors that name the
//! member, the line and the column; and written back. What each member means is not known here.

mod path;
mod reader;
mod writer;

pub(crate) use self::path::Path;
pub(crate) use self::reader::Reader;
pub(crate) use self::writer::Writer;
