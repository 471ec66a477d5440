//! A scheme is data: which headers, how tags are written, what is signed in which order, how a secret becomes a key.
//!
//! To add a sender, add a constant here, name it in [`Scheme::PRESETS`], and add vectors.

use core::fmt;

use crate::error::Error;
use crate::headers::HeaderName;
use crate::tags::{TagForm, Tags};
use crate::text::Text;

mod builder;
pub use builder::SchemeBuilder;
use builder::wrong;

/// How one sender signs its deliveries. All schemes are HMAC-SHA256.
///
/// The presets are constants; your own is made of the same parts and checked when it is made:
///
/// ```
/// use hookseal::{Piece, Scheme, Secret, Tags, UnixTime, Verifier};
///
/// let scheme = Scheme::builder("acme")
///     .signature("X-Acme-Signature", Tags::base64("v1="))
///     .timestamp_header("X-Acme-Time")
///     .signed(&[Piece::Timestamp, Piece::Text("\n"), Piece::Body])
///     .build()?;
/// let verifier = Verifier::builder(scheme).secret("a secret of this example").build()?;
/// # Ok::<(), hookseal::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Scheme {
    name: Text<32>,
    pub(crate) signature: HeaderName,
    pub(crate) tags: TagForm,
    pub(crate) freshness: Freshness,
    pub(crate) id: Option<SignedId>,
    /// The second spellings of the signature, timestamp and id headers.
    pub(crate) spellings: [Option<Spelling>; 3],
    parts: Parts,
    pub(crate) key: KeyForm,
    has_envelope: bool,
    /// A second form of the same sender, chosen where the signature carries that form's own prefix.
    marked: Option<&'static Scheme>,
}

/// Where the time is written that a delivery's age is counted from. It is always signed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Freshness {
    /// In a header of its own.
    Header(HeaderName),
    /// In the list of tags.
    Signature,
    /// In the body's envelope, whose check is then part of the verification.
    Envelope,
    /// Nowhere: the sender signs no time, and a delivery can be replayed at any age.
    Unsigned,
}

/// The header of a signed id, and the byte that ends the id in the signed message: an id that held that byte could be
/// re-presented with its end moved, so it is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedId {
    pub(crate) header: HeaderName,
    pub(crate) end: u8,
}

/// A second name of a header, and whether it decides where the header comes under both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelling {
    pub(crate) name: HeaderName,
    pub(crate) decides: bool,
}

/// A signed id is 1 to 256 visible ASCII bytes.
pub(crate) const MAX_ID_BYTES: usize = 256;

const MAX_PIECES: usize = 8;

/// One piece of what a sender signs; the pieces are signed in order, with nothing between them.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// The bytes of the id header.
    Id,
    /// The bytes of the timestamp, as they were sent.
    Timestamp,
    /// The raw body.
    Body,
    /// This text, of 1 to 15 bytes.
    Text(&'a str),
}

impl<'a> Piece<'a> {
    /// Reads a template such as `{id}.{timestamp}.{body}`: how schemes are written where there are no pieces, in the
    /// bindings and in settings. What is not one of the three names in braces is text. The pieces are put into `room`.
    ///
    /// ```
    /// use hookseal::Piece;
    ///
    /// let mut room = [Piece::Body; 8];
    /// let signed = Piece::read_template("v0:{timestamp}:{body}", &mut room)?;
    /// assert!(matches!(signed, [Piece::Text("v0:"), Piece::Timestamp, Piece::Text(":"), Piece::Body]));
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_scheme` for more than 8 pieces.
    pub fn read_template<'r>(template: &'a str, room: &'r mut [Self; MAX_PIECES]) -> Result<&'r [Self], Error> {
        const NAMED: [(&str, Piece<'_>); 3] =
            [("{id}", Piece::Id), ("{timestamp}", Piece::Timestamp), ("{body}", Piece::Body)];
        let named = |text: &str| NAMED.iter().find(|(name, _)| text.starts_with(name));
        let (mut rest, mut len) = (template, 0);
        while !rest.is_empty() {
            let (piece, end) = match named(rest) {
                Some((name, piece)) => (*piece, name.len()),
                None => {
                    let is_next = |at: &usize| rest.get(*at..).is_some_and(|rest| named(rest).is_some());
                    let end = (1..rest.len()).find(is_next).unwrap_or(rest.len());
                    (Piece::Text(rest.get(..end).unwrap_or_default()), end)
                }
            };
            *room.get_mut(len).ok_or(wrong("at most 8 pieces are signed"))? = piece;
            rest = rest.get(end..).unwrap_or_default();
            len += 1;
        }
        Ok(&room[..len])
    }
}

/// [`Piece`], kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Id,
    Timestamp,
    Body,
    Text(Text<15>),
}

/// What is signed, in order, and where in it the body stands.
#[derive(Clone, Copy)]
struct Parts {
    parts: [Part; MAX_PIECES],
    body: usize,
    len: usize,
}

/// How the text of a secret becomes the key of the MAC. Secrets given as bytes are the key, whatever this says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyForm {
    /// Its UTF-8 bytes, all of them.
    #[default]
    Utf8,
    /// What it decodes to as base64 (standard alphabet, with all of its padding or without any), 16 to 512 bytes, after a
    /// `whsec_` that may be left off.
    Base64,
}

impl Scheme {
    /// Contio `MeetingOS` in either of its two forms, told apart by the signature's shape: `sha256=` makes it
    /// [`CONTIO_BODY`](Self::CONTIO_BODY), bare hex [`CONTIO_TIMESTAMPED`](Self::CONTIO_TIMESTAMPED).
    ///
    /// That this is no downgrade is argued in SECURITY.md and shown by the tests: neither form can be made from the
    /// other without the secret.
    pub const CONTIO: Self =
        Self { name: text("contio"), marked: Some(&Self::CONTIO_BODY), ..Self::CONTIO_TIMESTAMPED };

    /// Contio as its guide has it: `X-Contio-Signature` in bare hex over `timestamp.body`.
    pub const CONTIO_TIMESTAMPED: Self = preset(
        Self::builder("contio-timestamped")
            .signature("X-Contio-Signature", Tags::hex(""))
            .timestamp_header("X-Contio-Timestamp")
            .with_envelope()
            .signed(&[Piece::Timestamp, Piece::Text("."), Piece::Body]),
    );

    /// Contio as the vendor's `@contio/partner-sdk` 1.6.0 to 1.9.0 verifies it: `X-Contio-Signature` as `sha256=` and
    /// hex over the body alone. Freshness comes from the envelope's `timestamp`, which is inside the signed body.
    pub const CONTIO_BODY: Self = preset(
        Self::builder("contio-body")
            .signature("X-Contio-Signature", Tags::hex("sha256="))
            .timestamp_in_envelope()
            .signed(&[Piece::Body]),
    );

    /// [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0, symmetric signatures (`v1`).
    pub const STANDARD_WEBHOOKS: Self = preset(
        Self::builder("standard-webhooks")
            .signature("webhook-signature", Tags::base64_list(' ', ',', "v1"))
            .id_header("webhook-id")
            .timestamp_header("webhook-timestamp")
            .signed(&[Piece::Id, Piece::Text("."), Piece::Timestamp, Piece::Text("."), Piece::Body])
            .key(KeyForm::Base64),
    );

    /// Svix: Standard Webhooks with headers of its own. Where its customers have it send under their own name, the headers
    /// are called as in Standard Webhooks; its own libraries look for those second, and so does this.
    pub const SVIX: Self = preset(
        Self::builder("svix")
            .signature("svix-signature", Tags::base64_list(' ', ',', "v1"))
            .id_header("svix-id")
            .timestamp_header("svix-timestamp")
            .fallback_spelling("svix-signature", "webhook-signature")
            .fallback_spelling("svix-id", "webhook-id")
            .fallback_spelling("svix-timestamp", "webhook-timestamp")
            .signed(&[Piece::Id, Piece::Text("."), Piece::Timestamp, Piece::Text("."), Piece::Body])
            .key(KeyForm::Base64),
    );

    /// Stripe: `t=…,v1=…` over `timestamp.body`; the secret is used whole, its `whsec_` included.
    pub const STRIPE: Self = preset(
        Self::builder("stripe")
            .signature("Stripe-Signature", Tags::hex_list(',', '=', "v1"))
            .timestamp_in_signature("t")
            .signed(&[Piece::Timestamp, Piece::Text("."), Piece::Body]),
    );

    /// GitHub: `X-Hub-Signature-256` over the body. GitHub signs no time, so a replay cannot be told by its age.
    pub const GITHUB: Self =
        preset(Self::builder("github").signature("X-Hub-Signature-256", Tags::hex("sha256=")).signed(&[Piece::Body]));

    /// Slack: `v0=…` over `v0:timestamp:body`.
    pub const SLACK: Self = preset(
        Self::builder("slack")
            .signature("X-Slack-Signature", Tags::hex("v0="))
            .timestamp_header("X-Slack-Request-Timestamp")
            .signed(&[Piece::Text("v0:"), Piece::Timestamp, Piece::Text(":"), Piece::Body]),
    );

    /// Shopify: `X-Shopify-Hmac-Sha256` over the body, or since 2026 `shopify-hmac-sha256` next to it or in its place.
    /// Shopify signs no time, so a replay cannot be told by its age.
    pub const SHOPIFY: Self = preset(
        Self::builder("shopify")
            .signature("X-Shopify-Hmac-Sha256", Tags::base64(""))
            .newer_spelling("X-Shopify-Hmac-Sha256", "shopify-hmac-sha256")
            .signed(&[Piece::Body]),
    );

    /// All presets, the default first.
    pub const PRESETS: &'static [Self] = &[
        Self::CONTIO,
        Self::CONTIO_TIMESTAMPED,
        Self::CONTIO_BODY,
        Self::STANDARD_WEBHOOKS,
        Self::SVIX,
        Self::STRIPE,
        Self::GITHUB,
        Self::SLACK,
        Self::SHOPIFY,
    ];

    /// The preset of this name, such as `standard-webhooks`.
    ///
    /// # Errors
    /// `invalid_scheme` if there is none.
    pub fn preset(name: &str) -> Result<Self, Error> {
        let found = Self::PRESETS.iter().find(|scheme| scheme.name() == name);
        found.copied().ok_or(wrong(
            "there is no preset of this name; there are contio, contio-timestamped, contio-body, standard-webhooks, \
             svix, stripe, github, slack and shopify",
        ))
    }

    /// Starts a scheme of your own; `name` has 1 to 32 bytes and is what a verified delivery tells of its scheme.
    #[must_use]
    pub const fn builder(name: &str) -> SchemeBuilder<'_> {
        SchemeBuilder::new(name)
    }

    /// Its name. For a delivery that was verified with [`Scheme::CONTIO`], the name of the form that it had.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The header that carries the signature.
    #[must_use]
    pub const fn signature_header(&self) -> &HeaderName {
        &self.signature
    }

    /// The header that carries the time of signing, where the scheme has one.
    #[must_use]
    pub const fn timestamp_header(&self) -> Option<&HeaderName> {
        match &self.freshness {
            Freshness::Header(name) => Some(name),
            _ => None,
        }
    }

    /// The header that carries the signed id, where the scheme has one.
    #[must_use]
    pub const fn id_header(&self) -> Option<&HeaderName> {
        match &self.id {
            Some(id) => Some(&id.header),
            None => None,
        }
    }

    /// Under which names the signature, timestamp and id headers are looked for, in this order: first the name that decides
    /// where a header comes under both of its names, then the other. For bindings, which look headers up in their host's own
    /// way and combine what they find with [`Found::or`](crate::Found::or).
    #[must_use]
    pub fn header_spellings(&self) -> [[Option<&HeaderName>; 2]; 3] {
        let names = [Some(self.signature_header()), self.timestamp_header(), self.id_header()];
        let mut both = names.map(|name| [name, None]);
        for (pair, spelling) in both.iter_mut().zip(&self.spellings) {
            if let Some(Spelling { name, decides }) = spelling {
                pair[1] = Some(name);
                if *decides {
                    pair.reverse();
                }
            }
        }
        both
    }

    /// The names that a verified delivery may be reported under: its own, or for [`Scheme::CONTIO`] those of its two
    /// forms.
    pub fn form_names(&self) -> impl Iterator<Item = &str> {
        [Some(self.form_name()), self.marked.map(Self::name)].into_iter().flatten()
    }

    /// How a secret's text becomes the key.
    #[must_use]
    pub const fn key_form(&self) -> KeyForm {
        self.key
    }

    /// Whether deliveries of this scheme carry a Contio envelope.
    #[must_use]
    pub const fn has_envelope(&self) -> bool {
        self.has_envelope
    }

    /// The form that a delivery with this signature is to be judged by: this scheme, but for [`Scheme::CONTIO`].
    pub(crate) fn form_of(&self, signature: &[u8]) -> &Self {
        match self.marked {
            Some(form) if form.tags.is_marked(signature) => form,
            _ => self,
        }
    }

    /// The name that a delivery of this form is reported under.
    pub(crate) fn form_name(&self) -> &str {
        if self.marked.is_some() { Self::CONTIO_TIMESTAMPED.name.as_str() } else { self.name() }
    }

    /// The signed pieces in front of the body, and those behind it.
    pub(crate) fn parts_around_body(&self) -> (&[Part], &[Part]) {
        let Parts { parts, body, len } = &self.parts;
        (parts.get(..*body).unwrap_or_default(), parts.get(*body + 1..*len).unwrap_or_default())
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scheme").field(&self.name).finish()
    }
}

const fn text<const N: usize>(text: &str) -> Text<N> {
    match Text::new(text) {
        Some(text) => text,
        None => panic!("a preset's text is too long"),
    }
}

/// A preset that contradicts itself does not compile.
const fn preset(builder: SchemeBuilder<'_>) -> Scheme {
    match builder.build() {
        Ok(scheme) => scheme,
        Err(_) => panic!("a preset contradicts itself"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_preset_is_found_by_its_own_name() {
        for scheme in Scheme::PRESETS {
            assert_eq!(Scheme::preset(scheme.name()).unwrap().name(), scheme.name());
        }
        assert_eq!(Scheme::preset("Contio").unwrap_err().kind(), ErrorKind::InvalidScheme);
    }

    #[test]
    fn the_pieces_around_the_body_are_those_that_were_given() {
        let builder = Scheme::builder("acme").signature("X-Acme-Signature", Tags::hex(""));
        let scheme = builder.signed(&[Piece::Text("a"), Piece::Body, Piece::Text("b")]).build().unwrap();
        let (before, behind) = scheme.parts_around_body();
        assert_eq!((before.len(), behind.len()), (1, 1));
        let (before, behind) = Scheme::GITHUB.parts_around_body();
        assert_eq!((before.len(), behind.len()), (0, 0));
    }
}
