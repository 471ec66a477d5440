//! The one limit on a body's size that nobody can lift.

use crate::error::{Error, ErrorKind};

/// No body of 4 GiB or more is taken, whatever `max_body` says: bindings count bytes in 32 bits, and one body has one
/// verdict in every language.
pub(crate) fn check_size(bytes: u64) -> Result<(), Error> {
    if bytes > u64::from(u32::MAX) {
        return Err(Error::new(ErrorKind::BodyTooLarge).because("no limit allows 4 GiB or more"));
    }
    Ok(())
}
