//! The body of the delivery that is explained.

use super::encode::json::Shape;

/// A body, its text if it is UTF-8, and the text's shape if it is JSON.
#[derive(Clone, Copy)]
pub(super) struct Body<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) text: Option<&'b str>,
    pub(super) shape: Option<&'b Shape>,
}
