//! The signing inputs that are tried: what precedes and follows the body, as the scheme has it and as a sender may have
//! put it together instead.

use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use super::causes::{Causes, fewest_first};
use super::signatures::{CandidateValue, LenientHeaders, ParsedSignature};
use crate::error::Reason;
use crate::explain::budget::{Budget, BudgetExhausted};
use crate::explain::cause::Cause;
use crate::headers::Headers;
use crate::scheme::{KeyEncoding, Scheme, SignedPart};
use crate::verify::parsed_headers::{KeyKinds, ParsedHeaders};

/// What may have been signed around a body.
pub(super) struct CandidateInput {
    /// The index in [`SigningInputs::before`] of what precedes the body.
    pub(super) before: usize,
    pub(super) after: Vec<u8>,
    pub(super) causes: Causes,
    /// The scheme that a cause is about.
    pub(super) about: Option<String>,
    /// How the scheme of this input derives keys.
    pub(super) key_encoding: KeyEncoding,
    /// The index in [`SigningInputs::signatures`] of what its MACs are compared with.
    pub(super) signatures: usize,
}

/// All signing inputs, and the signatures that their MACs are compared with.
pub(super) struct SigningInputs {
    /// Those of fewer changes first.
    pub(super) all: Vec<CandidateInput>,
    /// What precedes the body, each once: it is hashed, with the body, once for all inputs that differ only in their
    /// end.
    pub(super) before: Vec<Vec<u8>>,
    pub(super) signatures: Vec<Vec<ParsedSignature>>,
}

/// The cost of putting an input together, or of reading the headers of another scheme.
const INPUT: usize = 512;

/// Inputs with more causes than this are not put together.
const MAX_CAUSES: usize = 2;

/// What may separate the signed parts.
const SEPARATORS: [&str; 11] = [".", ":", "", "\n", "|", ",", "-", "_", " ", ";", "/"];

/// A part of a signing input. Unlike the scheme's parts it owns its text, which the search changes.
#[derive(Clone)]
enum OwnedPart {
    Id,
    Timestamp,
    Body,
    Text(String),
}

impl OwnedPart {
    fn is_id(&self) -> bool {
        matches!(self, Self::Id)
    }

    fn is_timestamp(&self) -> bool {
        matches!(self, Self::Timestamp)
    }

    fn is_body(&self) -> bool {
        matches!(self, Self::Body)
    }
}

type Template = Vec<OwnedPart>;

impl SigningInputs {
    /// `others` are the schemes that the caller uses in addition to the presets, and `has_public_keys` says whether
    /// ed25519 signatures are read.
    pub(super) fn of<H: Headers + ?Sized>(
        scheme: &Scheme,
        others: &[Scheme],
        headers: &H,
        has_public_keys: bool,
        budget: &mut Budget,
    ) -> Result<Self, BudgetExhausted> {
        let needs_elsewhere = scheme.timestamp_header().is_none();
        let elsewhere = if needs_elsewhere { timestamps_of_presets(headers, budget)? } else { Vec::new() };
        let read = LenientHeaders::read(scheme, headers, has_public_keys, budget)?;
        let LenientHeaders { signatures, timestamps, ids, .. } = read;
        let mut inputs = Self { all: Vec::new(), before: Vec::new(), signatures: vec![signatures] };
        // Whole deliveries of other schemes come first: parts of one would look like an odd delivery of this scheme.
        for other in Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).chain(others) {
            budget.charge(INPUT)?;
            inputs.add_other(scheme, other, headers, has_public_keys);
        }
        if !inputs.signatures[0].is_empty() {
            let values = SignedValues { timestamps: &timestamps, elsewhere: &elsewhere, ids: &ids };
            for (template, causes, about) in templates(scheme) {
                inputs.add_template(scheme, &template, &causes, about.as_deref(), &values, budget)?;
            }
        }
        inputs.all = fewest_first(inputs.all, |input| &input.causes);
        Ok(inputs)
    }

    /// Whether there is no signature that a MAC could be compared with.
    pub(super) fn is_empty(&self) -> bool {
        self.signatures.iter().all(Vec::is_empty)
    }

    fn index_of(&mut self, before: Vec<u8>) -> usize {
        self.before.iter().position(|other| *other == before).unwrap_or_else(|| {
            self.before.push(before);
            self.before.len() - 1
        })
    }

    /// Adds every input that a template makes of the timestamps and ids.
    fn add_template(
        &mut self,
        scheme: &Scheme,
        template: &[OwnedPart],
        causes: &[Cause],
        about: Option<&str>,
        values: &SignedValues<'_>,
        budget: &mut Budget,
    ) -> Result<(), BudgetExhausted> {
        let adds_timestamp =
            causes.contains(&Cause::TimestampSigned) || causes.contains(&Cause::SignedLikeAnotherScheme);
        let timestamps =
            if adds_timestamp && values.timestamps.is_empty() { values.elsewhere } else { values.timestamps };
        for timestamp in each_or_none(timestamps, template.iter().any(OwnedPart::is_timestamp)) {
            for id in each_or_none(values.ids, template.iter().any(OwnedPart::is_id)) {
                let timestamp_causes = timestamp.map_or(Causes::NONE, |timestamp| timestamp.causes);
                let id_causes = id.map_or(Causes::NONE, |id| id.causes);
                let all = Causes::of(causes).and(&timestamp_causes).and(&id_causes);
                if all.len() > MAX_CAUSES {
                    continue;
                }
                budget.charge(INPUT)?;
                let bytes = |part: &OwnedPart| match part {
                    OwnedPart::Id => id.map(|id| id.text.clone()).unwrap_or_default(),
                    OwnedPart::Timestamp => timestamp.map(|timestamp| timestamp.text.clone()).unwrap_or_default(),
                    OwnedPart::Body => Vec::new(),
                    OwnedPart::Text(text) => text.as_bytes().to_vec(),
                };
                let mut sides = template.split(OwnedPart::is_body);
                let mut side = || sides.next().unwrap_or_default().iter().flat_map(bytes).collect();
                let (before, after) = (side(), side());
                let (before, about) = (self.index_of(before), about.map(Into::into));
                let key_encoding = scheme.key_encoding;
                self.all.push(CandidateInput { before, after, causes: all, about, key_encoding, signatures: 0 });
            }
        }
        Ok(())
    }

    /// Adds the input of another scheme, if the request has that scheme's headers too.
    fn add_other<H: Headers + ?Sized>(&mut self, scheme: &Scheme, other: &Scheme, headers: &H, has_public_keys: bool) {
        if other.reported_name() == scheme.reported_name() && other.name() == other.reported_name() {
            return;
        }
        // Some senders sign alike.
        if other.signature == scheme.signature && other.format == scheme.format && other.template == scheme.template {
            return;
        }
        let kinds = KeyKinds::of_scheme(other, true, has_public_keys);
        let Ok(parsed) = Reason::of(|reason| ParsedHeaders::read_for(kinds, other, headers, reason)) else { return };
        if parsed.scheme.reported_name() == scheme.reported_name() {
            return;
        }
        let side = |parts| parsed.bytes_of(parts).flatten().copied().collect();
        let template = &parsed.scheme.template;
        let (before, after) = (side(template.before()), side(template.after()));
        let mut signatures = Vec::new();
        parsed.signatures.each(|signature| {
            signatures.push(ParsedSignature { bytes: signature.to_vec(), causes: Causes::NONE });
        });
        #[cfg(feature = "ed25519")]
        if has_public_keys {
            parsed.signatures.each_public(&parsed.scheme.ed25519, &mut |signature| {
                signatures.push(ParsedSignature { bytes: signature.to_vec(), causes: Causes::NONE });
            });
        }
        let before = self.index_of(before);
        self.all.push(CandidateInput {
            before,
            after,
            causes: Causes::of(&[Cause::SchemeIsAnother]),
            about: Some(parsed.scheme.reported_name().to_string()),
            key_encoding: parsed.scheme.key_encoding,
            signatures: self.signatures.len(),
        });
        self.signatures.push(signatures);
    }
}

/// The values that a template is filled with.
struct SignedValues<'v> {
    timestamps: &'v [CandidateValue],
    /// Timestamps in the headers of other schemes.
    elsewhere: &'v [CandidateValue],
    ids: &'v [CandidateValue],
}

/// Each value where one is needed; otherwise `None`, once.
fn each_or_none(values: &[CandidateValue], is_needed: bool) -> impl Iterator<Item = Option<&CandidateValue>> {
    let none = (!is_needed).then_some(None);
    none.into_iter().chain(values.iter().filter(move |_| is_needed).map(Some))
}

fn timestamps_of_presets<H: Headers + ?Sized>(
    headers: &H,
    budget: &mut Budget,
) -> Result<Vec<CandidateValue>, BudgetExhausted> {
    let mut found: Vec<CandidateValue> = Vec::new();
    for scheme in Scheme::PRESETS {
        for timestamp in LenientHeaders::read(scheme, headers, false, budget)?.timestamps {
            let is_sound = timestamp.causes.iter().all(|cause| *cause == Cause::TimestampInMilliseconds);
            if is_sound && !found.iter().any(|other| other.text == timestamp.text) {
                found.push(timestamp);
            }
        }
    }
    Ok(found)
}

/// The scheme's own template first, and then those that a sender may have used by mistake: each with its causes, and
/// the scheme that these are about.
fn templates(scheme: &Scheme) -> Vec<(Template, Vec<Cause>, Option<String>)> {
    let own = template_of(scheme);
    let has_timestamp = own.iter().any(OwnedPart::is_timestamp);
    let has_id = own.iter().any(OwnedPart::is_id);
    let mut templates = vec![(own.clone(), Vec::new(), None)];
    let mut add = |template, causes: &[Cause]| templates.push((template, causes.to_vec(), None));
    if has_timestamp {
        add(without(&own, OwnedPart::is_timestamp), &[Cause::TimestampNotSigned]);
    } else {
        for separator in SEPARATORS {
            let differs = if separator == "." { &[][..] } else { &[Cause::SeparatorDiffers] };
            let mut timestamped = vec![OwnedPart::Timestamp, OwnedPart::Text(separator.into())];
            timestamped.extend_from_slice(&own);
            add(timestamped, &[&[Cause::TimestampSigned], differs].concat());
        }
    }
    if has_id {
        let without_id = without(&own, OwnedPart::is_id);
        if has_timestamp {
            let body_only = without(&without_id, OwnedPart::is_timestamp);
            add(body_only, &[Cause::IdNotSigned, Cause::TimestampNotSigned]);
        }
        add(without_id, &[Cause::IdNotSigned]);
    }
    // What ends a URL is no separator.
    let signs_url = own.iter().any(|part| matches!(part, OwnedPart::Text(text) if text.contains("://")));
    for separator in SEPARATORS.iter().filter(|_| !signs_url) {
        add(with_separator(&own, separator), &[Cause::SeparatorDiffers]);
    }
    for order in other_orders(&own) {
        add(order, &[Cause::PiecesOutOfOrder]);
    }
    for preset in Scheme::PRESETS {
        let template = template_of(preset);
        let needs_id = template.iter().any(OwnedPart::is_id);
        if has_id || !needs_id {
            templates.push((template, vec![Cause::SignedLikeAnotherScheme], Some(preset.reported_name().to_string())));
        }
    }
    let mut seen: Vec<String> = Vec::new();
    templates.retain(|(template, ..)| {
        let text = text_of(template);
        let is_new = !seen.contains(&text);
        seen.push(text);
        is_new
    });
    templates
}

fn template_of(scheme: &Scheme) -> Template {
    let owned = |part: SignedPart<'_>| match part {
        SignedPart::Id => OwnedPart::Id,
        SignedPart::Timestamp => OwnedPart::Timestamp,
        SignedPart::Body => OwnedPart::Body,
        SignedPart::Text(text) => OwnedPart::Text(text.into()),
    };
    scheme.template().map(owned).collect()
}

/// A template as text, to compare it with others.
fn text_of(template: &[OwnedPart]) -> String {
    let text = |part: &OwnedPart| match part {
        OwnedPart::Id => "{id}".into(),
        OwnedPart::Timestamp => "{timestamp}".into(),
        OwnedPart::Body => "{body}".into(),
        OwnedPart::Text(text) => text.clone(),
    };
    template.iter().map(text).collect()
}

/// Leaves out a part and the text that follows it.
fn without(template: &[OwnedPart], is_left_out: fn(&OwnedPart) -> bool) -> Template {
    let Some(at) = template.iter().position(is_left_out) else { return template.to_vec() };
    let has_text = matches!(template.get(at + 1), Some(OwnedPart::Text(_)));
    let mut rest = template.to_vec();
    rest.drain(at..=at + usize::from(has_text));
    rest
}

/// Replaces the punctuation that ends each text, such as the `:` of `v0:`.
fn with_separator(template: &[OwnedPart], separator: &str) -> Template {
    let change = |part: &OwnedPart| match part {
        OwnedPart::Text(text) => {
            let word = text.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
            OwnedPart::Text([word, separator].concat())
        }
        other => other.clone(),
    };
    template.iter().map(change).collect()
}

/// Every other order of the parts that vary. The text between them stays in place.
fn other_orders(template: &[OwnedPart]) -> Vec<Template> {
    let places: Vec<usize> = (0..template.len()).filter(|at| !matches!(template[*at], OwnedPart::Text(_))).collect();
    let orders: &[&[usize]] = match places.len() {
        2 => &[&[1, 0]],
        3 => &[&[1, 0, 2], &[0, 2, 1], &[2, 1, 0], &[1, 2, 0], &[2, 0, 1]],
        _ => &[],
    };
    let reorder = |order: &&[usize]| {
        let mut reordered = template.to_vec();
        for (place, from) in places.iter().zip(*order) {
            reordered[*place] = template[places[*from]].clone();
        }
        reordered
    };
    orders.iter().map(reorder).collect()
}
