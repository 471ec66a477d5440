//! Several senders at one endpoint.

use super::{Delivery, Verifier, WholeBody};
use crate::error::{Error, ErrorKind};
use crate::headers::{HeaderLookup, Headers};
use crate::time::UnixTime;

impl Verifier {
    /// Verifies a delivery by the first of several verifiers that accepts it, in their order: for an endpoint that has
    /// several senders, or one that changes its scheme. Returns its index with the delivery.
    ///
    /// Nobody guesses from the headers who sent a delivery: its sender could choose by which rules it is judged.
    /// Each verifier is tried, at the cost of its MACs if the headers of its scheme are present, and one acceptance is
    /// enough. So an endpoint is as strict as the least strict of its verifiers; give each sender an endpoint of its
    /// own where you can.
    ///
    /// ```
    /// # use hookseal::{Scheme, Signer, UnixTime, Verifier};
    /// # let (body, now) = (b"{}".as_slice(), UnixTime::from_secs(1_736_937_000));
    /// # let headers = Signer::new(Scheme::GITHUB, "a secret of this example")?.sign(body, now, None)?;
    /// let verifiers = [
    ///     Verifier::builder(Scheme::STRIPE).secret("another secret of this example").build()?,
    ///     Verifier::builder(Scheme::GITHUB).secret("a secret of this example").build()?,
    /// ];
    /// let (index, delivery) = Verifier::verify_any(&verifiers, &headers, body, now)?;
    /// assert_eq!((index, delivery.scheme()), (1, "github"));
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// If all refuse: the error of the first verifier whose signature header is present, or else that of the first
    /// verifier. `invalid_argument` if there are no verifiers.
    pub fn verify_any<'v, 'h, 'b, H: Headers + ?Sized>(
        verifiers: impl IntoIterator<Item = &'v Self>,
        headers: &'h H,
        body: &'b [u8],
        now: UnixTime,
    ) -> Result<(usize, Delivery<'v, 'h, WholeBody<'b>>), Error> {
        let mut first = None;
        let mut addressed = None;
        for (index, verifier) in verifiers.into_iter().enumerate() {
            match verifier.verify(headers, body, now) {
                Ok(delivery) => return Ok((index, delivery)),
                Err(error) if addressed.is_none() && verifier.is_signature_present(headers) => addressed = Some(error),
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        let none = || Error::new(ErrorKind::InvalidArgument).because("there is no verifier; give at least one");
        Err(addressed.or(first).unwrap_or_else(none))
    }

    /// Whether the header that carries the scheme's signature occurs at all, under either of its names.
    fn is_signature_present<H: Headers + ?Sized>(&self, headers: &H) -> bool {
        let [names, ..] = self.scheme.header_spellings();
        names.into_iter().flatten().any(|name| headers.find(name) != HeaderLookup::Missing)
    }
}
