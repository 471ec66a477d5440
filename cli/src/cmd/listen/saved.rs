//! Saves deliveries as raw HTTP requests, which `explain --request` and `replay` read.

use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use axum::http::{HeaderMap, Uri, header};
use hookseal::UnixTime;

use crate::failure::Failure;
use crate::input::quoted;
use crate::private;

/// A folder of deliveries. It and its files are for their owner alone, since bodies hold personal data.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Creates it unless it exists.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::argument(format!("--save {}: it cannot be created: {error}", quoted(path)));
        private::create_folder(path).map_err(failed)?;
        Ok(Self(path.to_owned()))
    }

    /// Saves a delivery in a file of its own, and returns the file.
    pub(super) fn save(&self, now: UnixTime, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> io::Result<PathBuf> {
        let mut text = format!("POST {uri} HTTP/1.1\r\n").into_bytes();
        // The body is whole here, whatever parts it came in.
        for (name, value) in headers.iter().filter(|(name, _)| *name != header::TRANSFER_ENCODING) {
            text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        text.extend([&b"\r\n"[..], body].concat());
        for number in 1_u32.. {
            let path = self.0.join(format!("{}-{number}.http", now.as_secs()));
            match private::create(&path) {
                Ok(mut file) => return file.write_all(&text).map(|()| path),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }
}
