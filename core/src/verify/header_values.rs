//! Header values that a binding has looked up already.

use core::fmt;

use crate::headers::{HeaderLookup, HeaderName, Headers};
use crate::scheme::Scheme;

/// The values of the headers that a scheme reads, as headers: for bindings, which look for them in their host's own way
/// before the core is asked.
#[derive(Clone, Copy)]
pub struct HeaderValues<'h> {
    names: [Option<&'h HeaderName>; 3],
    values: [HeaderLookup<'h>; 3],
}

impl<'h> HeaderValues<'h> {
    /// Of the signature, timestamp and id headers, in this order; a header that the scheme lacks is not looked for. For one
    /// that has two spellings ([`Scheme::header_spellings`]) both are looked for, and combined with [`HeaderLookup::or`].
    #[must_use]
    pub const fn new(scheme: &'h Scheme, values: [HeaderLookup<'h>; 3]) -> Self {
        let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
        Self { names, values }
    }
}

impl Headers for HeaderValues<'_> {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        let found = self.names.iter().zip(&self.values).find(|(own, _)| **own == Some(name));
        found.map_or(HeaderLookup::Missing, |(_, value)| *value)
    }
}

impl fmt::Debug for HeaderValues<'_> {
    /// Which headers there are, and not what they hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderValues").field("names", &self.names).finish_non_exhaustive()
    }
}
