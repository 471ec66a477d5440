//! Sets verifiers up.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Deref;
use core::time::Duration;

use hookseal::{Error, ErrorKind, KeyEncoding, MAX_SECRETS, Scheme, Secret, UnixTime, Verifier, VerifierBuilder};
use hookseal_bindings::{names, secrets};
use zeroize::Zeroizing;

use crate::checks::Misuse;
use crate::layout::{HAS_ENVELOPE, Verdict};
use crate::verdicts::{error, misuse, narrow};

/// A verifier that is being set up.
pub(crate) struct Setup {
    builder: Result<VerifierBuilder, Error>,
    /// The keys of its secrets, for MACs that are made by the host.
    keys: Vec<Zeroizing<Vec<u8>>>,
    remembered: [Option<u64>; 2],
}

/// A verifier that threads share.
pub(crate) struct Ready {
    verifier: Verifier,
    keys: Vec<Zeroizing<Vec<u8>>>,
}

impl Setup {
    /// Begins with the name of a scheme, or its textual form.
    pub(crate) fn new(scheme: Option<&[u8]>) -> Self {
        let mut setup = Self { builder: begin(scheme), keys: Vec::new(), remembered: [None; 2] };
        setup.keys.reserve_exact(MAX_SECRETS);
        setup
    }

    /// Keeps the first fault of the arguments.
    fn fail(&mut self, error: Error) {
        if self.builder.is_ok() {
            self.builder = Err(error);
        }
    }

    fn change(&mut self, act: impl FnOnce(VerifierBuilder) -> VerifierBuilder) {
        let builder = core::mem::replace(&mut self.builder, Err(ErrorKind::InvalidArgument.into()));
        self.builder = builder.map(act);
    }

    /// Adds a secret, or the text or the bytes of a key; `None` where they cannot be.
    pub(crate) fn secret(&mut self, is_text: u32, secret: Option<&[u8]>) {
        let Some(bytes) = secret else { return self.fail(misuse("a secret cannot be where the call says")) };
        let is_text = match is_text {
            0 => 0,
            1 => 1,
            _ => return self.fail(misuse("`is_text` is 1 for text and 0 for the bytes of a key")),
        };
        if is_text == 1 && core::str::from_utf8(bytes).is_err() {
            let detail = "it is not UTF-8; pass a key that is not text as bytes";
            return self.fail(error(ErrorKind::InvalidSecret, detail));
        }
        let secret = secrets::secret(is_text, bytes);
        let encoding = self.builder.as_ref().map_or(KeyEncoding::Utf8, |builder| builder.scheme().key_encoding());
        self.change(|builder| builder.secret(secret));
        if self.keys.len() < MAX_SECRETS {
            self.keys.extend(key_of(secret, encoding));
        }
    }

    /// Sets a limit; all ones is none.
    pub(crate) fn limit(&mut self, which: u32, value: u64) {
        let limit = (value != u64::MAX).then_some(value);
        let time = limit.map(Duration::from_secs);
        match which {
            0 => self.change(|builder| builder.max_age(time)),
            1 => self.change(|builder| builder.max_skew(time)),
            2 => self.change(|builder| builder.max_event_age(time)),
            3 => self.change(|builder| builder.max_body(usize::try_from(value).unwrap_or(usize::MAX))),
            4 => self.remembered[0] = Some(value),
            5 => self.remembered[1] = Some(value),
            _ => self.fail(misuse("there is no limit of this number")),
        }
    }

    /// Ends the setting up.
    pub(crate) fn ready(mut self: Box<Self>, verdict: &mut Verdict) -> Result<Arc<Ready>, Error> {
        match self.remembered {
            [Some(kept), Some(since)] => {
                let since = UnixTime::from_secs(since.cast_signed());
                self.change(|builder| builder.remembered_events(Duration::from_secs(kept), since));
            }
            [None, None] => {}
            _ => return Err(misuse("what a store remembers needs both how long and since when")),
        }
        let Self { builder, keys, .. } = *self;
        let ready = Ready { verifier: builder?.build()?, keys };
        let scheme = ready.scheme();
        verdict.flags = if scheme.has_envelope() { HAS_ENVELOPE } else { 0 };
        [verdict.secret, verdict.variant] = [ready.keys.len(), scheme.variants().len()].map(narrow);
        Ok(Arc::new(ready))
    }
}

fn begin(scheme: Option<&[u8]>) -> Result<VerifierBuilder, Error> {
    let text = scheme.ok_or_else(|| misuse("the scheme cannot be where the call says"))?;
    let Ok(text) = core::str::from_utf8(text) else {
        return Err(error(ErrorKind::InvalidScheme, "it is not UTF-8"));
    };
    if text.trim_start().starts_with('{') {
        VerifierBuilder::from_json(text)
    } else {
        Scheme::preset(text).map(Verifier::builder)
    }
}

/// The key of a secret; none if it cannot be used, since building the verifier fails then.
fn key_of(secret: Secret<'_>, encoding: KeyEncoding) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new([0; 512]);
    secret.key(encoding, &mut buffer).ok().map(|key| Zeroizing::new(key.to_vec()))
}

impl Ready {
    /// The key of a secret.
    pub(crate) fn key(&self, index: u32) -> Option<&[u8]> {
        self.keys.get(usize::try_from(index).ok()?).map(|key| key.as_slice())
    }

    /// A name of the scheme: of a header, of itself, or of a variant.
    pub(crate) fn name(&self, which: u32) -> Option<&str> {
        const SCHEME: usize = names::HEADERS;
        let which = usize::try_from(which).ok()?;
        match which {
            SCHEME => Some(self.scheme().name()),
            _ if which > SCHEME => self.scheme().variants().get(which - SCHEME - 1).map(Scheme::name),
            _ => names::header(self.scheme(), which).map(|name| name.as_str()),
        }
    }
}

impl Deref for Ready {
    type Target = Verifier;

    fn deref(&self) -> &Verifier {
        &self.verifier
    }
}

/// What is said of a handle without a verifier.
pub(crate) const NO_VERIFIER: Misuse = "there is no verifier; it was freed, is not ready or was never made";
