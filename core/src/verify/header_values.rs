//! Header values that a binding has already looked up.

use core::fmt;

use crate::headers::{HeaderLookup, HeaderName, Headers};
use crate::scheme::Scheme;

/// The values of the headers that a scheme reads, as [`Headers`]: for bindings, which look headers up in their host's
/// own way before they call the core.
#[derive(Clone, Copy)]
pub struct HeaderValues<'h> {
    names: [Option<&'h HeaderName>; 3],
    values: [HeaderLookup<'h>; 3],
    #[cfg(feature = "duplicates")]
    topic: Option<(&'h HeaderName, HeaderLookup<'h>)>,
}

impl<'h> HeaderValues<'h> {
    /// Takes the values of the signature, timestamp and id headers, in this order; that of a header that the scheme
    /// does not have is ignored. Look a header with two spellings ([`Scheme::header_spellings`]) up under both, and
    /// combine the results with [`HeaderLookup::or`].
    #[must_use]
    pub const fn new(scheme: &'h Scheme, values: [HeaderLookup<'h>; 3]) -> Self {
        let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
        Self {
            names,
            values,
            #[cfg(feature = "duplicates")]
            topic: None,
        }
    }

    /// Adds the value of [`Scheme::key_header`], which [`Delivery::key`](crate::Delivery::key) needs; it is ignored for
    /// a scheme without one.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn with_topic(mut self, scheme: &'h Scheme, topic: HeaderLookup<'h>) -> Self {
        if let Some([header, _]) = scheme.key_header() {
            self.topic = Some((header, topic));
        }
        self
    }
}

impl Headers for HeaderValues<'_> {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        #[cfg(feature = "duplicates")]
        if let Some((header, topic)) = self.topic
            && header == name
        {
            return topic;
        }
        let found = self.names.iter().zip(&self.values).find(|(candidate, _)| **candidate == Some(name));
        found.map_or(HeaderLookup::Missing, |(_, value)| *value)
    }

    /// The names are those of the scheme, in the order in which the values were given.
    fn find_all<'h>(&'h self, _: [Option<&HeaderName>; 3]) -> [HeaderLookup<'h>; 3] {
        self.values
    }
}

impl fmt::Debug for HeaderValues<'_> {
    /// Shows the names of the headers but not their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderValues").field("names", &self.names).finish_non_exhaustive()
    }
}
