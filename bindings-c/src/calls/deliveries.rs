//! Whole deliveries.

use alloc::sync::Arc;
use core::ops::Range;

use hookseal::{
    Delivery, DeliveryKey, Error, HeaderLookup, Headers, PreparedHeaders, SigningInput, UnixTime, envelope_places,
};

use super::verifiers::{NO_VERIFIER, Ready};
use crate::abi::{Request, SchemeHeaders};
use crate::checks::Misuse;
use crate::layout::{HAS_ENVELOPE, Input, Prepared, Span, Verdict, asks, prepared, size_of};
use crate::verdicts::{misuse, narrow};

/// A verifier and a delivery, if both are sound.
pub(crate) type Call<'a> = (Option<&'a Arc<Ready>>, Result<Request<'a>, Misuse>);

/// The headers of a scheme, as the core reads them: in the small module one copy of what reads any headers, and elsewhere
/// one for these.
#[cfg(all(target_family = "wasm", not(hookseal_fast)))]
type Read<'a> = dyn Headers + 'a;
#[cfg(not(all(target_family = "wasm", not(hookseal_fast))))]
type Read<'a> = SchemeHeaders<'a>;

fn read<'a>(headers: &'a SchemeHeaders<'a>) -> &'a Read<'a> {
    headers
}

pub(super) fn sound<'a>((ready, request): Call<'a>) -> Result<(&'a Arc<Ready>, Request<'a>), Error> {
    Ok((ready.ok_or_else(|| misuse(NO_VERIFIER))?, request.map_err(misuse)?))
}

/// The body of a delivery, where it must be given.
fn body<'a>(request: &Request<'a>) -> Result<&'a [u8], Error> {
    request.body.map_err(|_| misuse("HOOKSEAL_NO_BODY is for hookseal_verify_with_macs; give the body"))
}

/// The verdict on a whole delivery.
pub(crate) fn verify(call: Call<'_>, verdict: &mut Verdict) -> Result<(), Error> {
    let (ready, request) = sound(call)?;
    let headers = request.headers.of_scheme(ready.scheme());
    let body = body(&request)?;
    let delivery = ready.verify(read(&headers), body, request.now)?;
    accept(ready, &headers, request.flags, &delivery, verdict)
}

/// The same by MACs that the host has made.
pub(crate) fn verify_with_macs(call: Call<'_>, macs: Option<&[u8]>, verdict: &mut Verdict) -> Result<(), Error> {
    let (ready, request) = sound(call)?;
    let headers = request.headers.of_scheme(ready.scheme());
    let macs = macs.ok_or_else(|| misuse("the MACs cannot be where the call says"))?.as_chunks().0;
    match request.body {
        Ok(body) => {
            let delivery = ready.verify_with_macs(read(&headers), body, macs, request.now)?;
            accept(ready, &headers, request.flags, &delivery, verdict)
        }
        Err(_) if request.flags & asks::READ_ENVELOPE != 0 => {
            Err(misuse("an envelope cannot be read without the body"))
        }
        Err(length) => {
            let delivery = ready.verify_unread_with_macs(read(&headers), length as u64, macs, request.now)?;
            verdict.accept(&delivery, ready.scheme(), None);
            verdict.put_id(delivery.id().map(addresses), headers.pairs.values());
            Ok(())
        }
    }
}

/// Reads the envelope if it is asked for or was read anyway.
fn accept(
    ready: &Ready,
    headers: &SchemeHeaders<'_>,
    flags: u32,
    delivery: &Delivery<'_, '_>,
    verdict: &mut Verdict,
) -> Result<(), Error> {
    let is_wanted = delivery.has_read_envelope() || flags & asks::READ_ENVELOPE != 0 && delivery.has_envelope();
    let places = is_wanted.then(|| delivery.envelope_places()).transpose()?;
    verdict.accept(delivery, ready.scheme(), places.as_ref());
    verdict.put_id(delivery.id().map(addresses), headers.pairs.values());
    Ok(())
}

impl Verdict {
    /// Finds the header that the signed id was read from, among the values of headers with their indexes, by the
    /// addresses of the id, which outlive its borrow.
    pub(super) fn put_id<'h>(&mut self, id: Option<Range<usize>>, values: impl Iterator<Item = (usize, &'h [u8])>) {
        (self.id_header, self.id) = id.and_then(|id| find_part(&id, values)).unwrap_or_default();
    }
}

/// 1 + the index of the header that a part was read from, and where it is in the value.
fn find_part<'h>(part: &Range<usize>, mut values: impl Iterator<Item = (usize, &'h [u8])>) -> Option<(u32, Span)> {
    let (index, place) = values.find_map(|(index, value)| Some((index, part_of(part, value)?)))?;
    Some((narrow(index + 1), Span::of(&place)))
}

/// The addresses that a text has.
pub(super) fn addresses(text: &str) -> Range<usize> {
    let Range { start, end } = text.as_bytes().as_ptr_range();
    start.addr()..end.addr()
}

/// Where a part is in the text that it was borrowed from, by the addresses of the part.
fn part_of(part: &Range<usize>, text: &[u8]) -> Option<Range<usize>> {
    let text = text.as_ptr_range();
    let (start, end) = (text.start.addr(), text.end.addr());
    (start <= part.start && part.end <= end).then(|| part.start - start..part.end - start)
}

/// What is signed, in one piece, and how much of it comes before the body.
pub(crate) fn signing_input(call: Call<'_>, put: &mut dyn FnMut(&[u8])) -> Result<Input, Error> {
    let (ready, request) = sound(call)?;
    let headers = request.headers.of_scheme(ready.scheme());
    let input = ready.signing_input(read(&headers))?;
    let [before, after] = put_input(&input, put);
    Ok(Input { size: size_of::<Input>(), before, after, reads_body: input.reads_body().into() })
}

/// Puts what is signed before and after the body, and returns the lengths.
fn put_input(input: &SigningInput<'_, '_>, put: &mut dyn FnMut(&[u8])) -> [u32; 2] {
    let mut lengths = [0; 2];
    input.before_body().for_each(|part| (lengths[0] += part.len(), put(part)).1);
    input.after_body().for_each(|part| (lengths[1] += part.len(), put(part)).1);
    lengths.map(narrow)
}

/// The same, with what `decide` needs of the headers.
pub(crate) fn prepare(call: Call<'_>, put: &mut dyn FnMut(&[u8])) -> Result<Prepared, Error> {
    let (ready, request) = sound(call)?;
    let headers = request.headers.of_scheme(ready.scheme());
    let input = ready.signing_input(read(&headers))?;
    let [before, after] = put_input(&input, put);
    let mut flags = if input.reads_body() { prepared::READS_BODY } else { 0 };
    let (mut variant, mut timestamp, mut signature) = (0, 0, [0; 32]);
    if let Some(headers) = input.prepare() {
        flags |= prepared::DECIDABLE;
        if let Some(time) = headers.timestamp {
            flags |= prepared::HAS_TIME;
            timestamp = time.as_secs();
        }
        (variant, signature) = (narrow(headers.variant), headers.signature);
    }
    let id = input.unverified_id().and_then(|id| find_part(&addresses(id), headers.pairs.values()));
    let (id_header, id) = id.unwrap_or_default();
    Ok(Prepared { size: size_of::<Prepared>(), flags, timestamp, variant, before, after, id_header, id, signature })
}

/// The verdict on a delivery that was prepared, of whose body the length is enough.
pub(crate) fn decide(
    ready: Option<&Arc<Ready>>,
    given: Option<Prepared>,
    now: UnixTime,
    length: usize,
    macs: Option<&[u8]>,
    verdict: &mut Verdict,
) -> Result<(), Error> {
    let ready = ready.ok_or_else(|| misuse(NO_VERIFIER))?;
    let given = given.filter(|given| given.flags & prepared::DECIDABLE != 0).ok_or_else(|| {
        misuse("`prepared` is not what hookseal_prepare has set, or has no HOOKSEAL_DECIDABLE; call hookseal_verify_with_macs")
    })?;
    let macs = macs.ok_or_else(|| misuse("the MACs cannot be where the call says"))?.as_chunks().0;
    let has_time = given.flags & prepared::HAS_TIME;
    let headers = PreparedHeaders {
        variant: usize::try_from(given.variant).unwrap_or(usize::MAX),
        timestamp: (has_time != 0).then(|| UnixTime::from_secs(given.timestamp)),
        signature: given.signature,
    };
    let secret = ready.verify_prepared_with_macs(&headers, length as u64, macs, now)?;
    let flags = has_time | if ready.scheme().has_envelope() { HAS_ENVELOPE } else { 0 };
    (verdict.secret, verdict.variant, verdict.flags) = (narrow(secret), given.variant, flags);
    (verdict.timestamp, verdict.id_header, verdict.id) = (given.timestamp, given.id_header, given.id);
    Ok(())
}

/// The key of a delivery that was verified, and the digest of its body if that is asked for.
pub(crate) fn delivery_key(
    call: Call<'_>,
    verdict: &Verdict,
    asks_digest: bool,
) -> Option<(Option<DeliveryKey>, [u8; 32])> {
    let (ready, request) = sound(call).ok()?;
    let body = request.body.ok().filter(|_| verdict.code == 0)?;
    let scheme = ready.scheme();
    let id = match verdict.id_header {
        0 => None,
        number => {
            let value = request.headers.value(usize::try_from(number).ok()? - 1)?;
            let [at, length] = [verdict.id.at, verdict.id.length].map(|number| usize::try_from(number).ok());
            Some(core::str::from_utf8(value.get(at?..)?.get(..length?)?).ok()?)
        }
    };
    let headers = request.headers.of_scheme(scheme);
    let topic = scheme
        .key_header()
        .map_or(HeaderLookup::Missing, |[decides, other]| headers.find(decides).or(headers.find(other)));
    let variant = scheme.variants().get(usize::try_from(verdict.variant).ok()?)?;
    let digest = if asks_digest { hookseal::body_digest(body) } else { [0; 32] };
    Some((DeliveryKey::of_verified(variant, id, topic, body), digest))
}

/// Checks a body that was verified before: by a verifier, or without one, which stands for deliveries with an envelope.
pub(crate) fn read_body(
    ready: Option<&Ready>,
    what: u32,
    body: Option<&[u8]>,
    verdict: &mut Verdict,
) -> Result<(), Error> {
    let body = body.ok_or_else(|| misuse("the body cannot be where the call says"))?;
    match what {
        0 => hookseal::check_json(body)?,
        asks::READ_ENVELOPE => {
            let has_envelope = ready.is_none_or(|ready| ready.scheme().has_envelope());
            verdict.put_fields(&envelope_places(body, has_envelope)?);
        }
        _ => return Err(misuse("`what` is 0 or HOOKSEAL_READ_ENVELOPE")),
    }
    Ok(())
}

/// Signs a delivery: a line per header.
pub(crate) fn sign(call: Call<'_>, index: u32, id: Option<&[u8]>, put: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
    let (ready, request) = sound(call)?;
    let body = body(&request)?;
    let id = id.map(core::str::from_utf8).transpose().map_err(|_| misuse("an id is ASCII"))?;
    let signer = usize::try_from(index).ok().and_then(|index| ready.signer(index));
    let signer = signer.ok_or_else(|| misuse("there is no secret of this index"))?;
    let headers = signer.sign(body, request.now, id)?;
    for (name, value) in headers.iter() {
        [name, "\t", value, "\n"].iter().for_each(|part| put(part.as_bytes()));
    }
    Ok(())
}
