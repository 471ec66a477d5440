//! Reads the bodies of the `http` crates.

use std::pin::pin;

use bytes::{Buf, Bytes, BytesMut};
use hookseal::{Error, ErrorKind};
use http_body::Body;
use http_body_util::BodyExt as _;

use crate::receiver::check_size;

/// The whole body, not copied if it arrives in one piece. A body that is declared to be larger than the limit is not
/// read at all, and any other is read at most one frame beyond the limit.
pub(crate) async fn read<B: Body>(body: B, limit: u64) -> Result<Bytes, Error> {
    let mut body = pin!(body);
    let declared = body.size_hint().lower();
    check_size(declared, limit)?;
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // The sender has gone, or broke its own framing.
        let frame = frame.map_err(|_| ErrorKind::BodyNotRead)?;
        let Ok(mut data) = frame.into_data() else { continue };
        let length = (first.len() + joined.len() + data.remaining()) as u64;
        check_size(length, limit)?;
        if first.is_empty() && joined.is_empty() {
            first = data.copy_to_bytes(data.remaining());
        } else {
            joined.extend_from_slice(&std::mem::take(&mut first));
            joined.extend_from_slice(&data.copy_to_bytes(data.remaining()));
        }
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}
