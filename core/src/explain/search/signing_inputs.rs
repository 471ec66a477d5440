//! The signed bytes around a body, as the scheme has them and as a sender may have put them together instead.

use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use super::causes::Causes;
use super::signatures::{Offered, Offers, Written};
use crate::explain::budget::{Budget, Spent};
use crate::explain::cause::Cause;
use crate::headers::Headers;
use crate::scheme::template::StoredPart;
use crate::scheme::{KeyEncoding, Scheme};
use crate::verify::parsed_headers::ParsedHeaders;

/// What may have been signed around a body.
pub(super) struct Message {
    /// Which of [`Messages::before`] comes before the body.
    pub(super) before: usize,
    pub(super) after: Vec<u8>,
    pub(super) causes: Causes,
    /// The scheme that a cause is about.
    pub(super) scheme: Option<String>,
    /// How the scheme that this is of makes a key.
    pub(super) key: KeyEncoding,
    /// Which of [`Messages::tags`] it is compared with.
    pub(super) tags: usize,
}

/// All messages, and the tags that they are compared with.
pub(super) struct Messages {
    /// Those of fewer changes first.
    pub(super) all: Vec<Message>,
    /// What comes before the body, each once: hashing it and the body is done once for all that end differently.
    pub(super) before: Vec<Vec<u8>>,
    pub(super) tags: Vec<Vec<Offered>>,
}

/// What it costs to put a message together, or to read the headers of another scheme.
const MESSAGE: usize = 512;

/// More changes than these around a body are not put together.
const MAX_CAUSES: usize = 2;

/// What may stand between pieces.
const SEPARATORS: [&str; 11] = [".", ":", "", "\n", "|", ",", "-", "_", " ", ";", "/"];

/// A piece of a signed message.
#[derive(Clone)]
enum SignedPart {
    Id,
    Timestamp,
    Body,
    Text(String),
}

type Template = Vec<SignedPart>;

impl Messages {
    /// `others` are schemes of the user's besides the presets.
    pub(super) fn of<H: Headers + ?Sized>(
        form: &Scheme,
        others: &[Scheme],
        headers: &H,
        budget: &mut Budget,
    ) -> Result<Self, Spent> {
        let needs_elsewhere = form.timestamp_header().is_none();
        let elsewhere = if needs_elsewhere { timestamps_of_presets(headers, budget)? } else { Vec::new() };
        let Offers { tags, timestamps, ids } = Offers::read(form, headers, budget)?;
        let mut messages = Self { all: Vec::new(), before: Vec::new(), tags: vec![tags] };
        // Whole deliveries of other schemes first: what is left of one would look like an odd one of this.
        for other in Scheme::PRESETS.iter().chain(others) {
            budget.charge(MESSAGE)?;
            messages.add_other(form, other, headers);
        }
        if !messages.tags[0].is_empty() {
            let given = Around { timestamps: &timestamps, elsewhere: &elsewhere, ids: &ids };
            for (template, causes, scheme) in templates(form) {
                messages.put_together(form, &template, &causes, scheme.as_deref(), &given, budget)?;
            }
        }
        messages.all.sort_by_key(|message| message.causes.len());
        Ok(messages)
    }

    /// Whether there is no tag that anything could be compared with.
    pub(super) fn is_empty(&self) -> bool {
        self.tags.iter().all(Vec::is_empty)
    }

    fn place_of(&mut self, before: Vec<u8>) -> usize {
        self.before.iter().position(|other| *other == before).unwrap_or_else(|| {
            self.before.push(before);
            self.before.len() - 1
        })
    }

    /// Adds every message that a template makes of the timestamps and ids that there are.
    fn put_together(
        &mut self,
        form: &Scheme,
        template: &[SignedPart],
        causes: &[Cause],
        scheme: Option<&str>,
        given: &Around<'_>,
        budget: &mut Budget,
    ) -> Result<(), Spent> {
        let has = |wanted: fn(&SignedPart) -> bool| template.iter().any(wanted);
        let adds_timestamp =
            causes.contains(&Cause::TimestampSigned) || causes.contains(&Cause::SignedLikeAnotherScheme);
        let timestamps = if adds_timestamp && given.timestamps.is_empty() { given.elsewhere } else { given.timestamps };
        for timestamp in one_of(timestamps, has(|piece| matches!(piece, SignedPart::Timestamp))) {
            for id in one_of(given.ids, has(|piece| matches!(piece, SignedPart::Id))) {
                let of_timestamp = timestamp.map_or(Causes::NONE, |written| written.causes);
                let of_id = id.map_or(Causes::NONE, |written| written.causes);
                let all = Causes::of(causes).and(&of_timestamp).and(&of_id);
                if all.len() > MAX_CAUSES {
                    continue;
                }
                budget.charge(MESSAGE)?;
                let bytes = |piece: &SignedPart| match piece {
                    SignedPart::Id => id.map(|id| id.text.clone()).unwrap_or_default(),
                    SignedPart::Timestamp => timestamp.map(|timestamp| timestamp.text.clone()).unwrap_or_default(),
                    SignedPart::Body => Vec::new(),
                    SignedPart::Text(text) => text.as_bytes().to_vec(),
                };
                let mut sides = template.split(|piece| matches!(piece, SignedPart::Body));
                let mut side = || sides.next().unwrap_or_default().iter().flat_map(bytes).collect();
                let (before, after) = (side(), side());
                let before = self.place_of(before);
                let scheme = scheme.map(Into::into);
                self.all.push(Message { before, after, causes: all, scheme, key: form.key_encoding, tags: 0 });
            }
        }
        Ok(())
    }

    /// Adds the message of another scheme whose headers the request has too.
    fn add_other<H: Headers + ?Sized>(&mut self, form: &Scheme, other: &Scheme, headers: &H) {
        if other.reported_name() == form.reported_name() && other.name() == other.reported_name() {
            return;
        }
        let Ok(claim) = ParsedHeaders::read(other, headers) else { return };
        if claim.scheme.reported_name() == form.reported_name() {
            return;
        }
        let side = |parts| claim.bytes_of(parts).flatten().copied().collect();
        let template = &claim.scheme.template;
        let (before, after) = (side(template.before()), side(template.after()));
        let mut tags = Vec::new();
        claim.signatures.each(|tag| tags.push(Offered { tag: tag.to_vec(), causes: Causes::NONE }));
        let scheme = Some(claim.scheme.reported_name().to_string());
        let causes = Causes::of(&[Cause::SchemeIsAnother]);
        let before = self.place_of(before);
        self.all.push(Message { before, after, causes, scheme, key: claim.scheme.key_encoding, tags: self.tags.len() });
        self.tags.push(tags);
    }
}

/// What stands around a body.
struct Around<'w> {
    timestamps: &'w [Written],
    /// Timestamps that are in the headers of other schemes.
    elsewhere: &'w [Written],
    ids: &'w [Written],
}

/// Each of what there is, or nothing once where nothing is needed.
fn one_of(written: &[Written], is_needed: bool) -> impl Iterator<Item = Option<&Written>> {
    let one = (!is_needed).then_some(None);
    one.into_iter().chain(written.iter().filter(move |_| is_needed).map(Some))
}

fn timestamps_of_presets<H: Headers + ?Sized>(headers: &H, budget: &mut Budget) -> Result<Vec<Written>, Spent> {
    let mut found: Vec<Written> = Vec::new();
    for scheme in Scheme::PRESETS {
        for timestamp in Offers::read(scheme, headers, budget)?.timestamps {
            let is_sound = timestamp.causes.iter().all(|cause| *cause == Cause::TimestampInMilliseconds);
            if is_sound && !found.iter().any(|other| other.text == timestamp.text) {
                found.push(timestamp);
            }
        }
    }
    Ok(found)
}

/// The scheme's own template first, and then what a sender may have mistaken it for.
fn templates(form: &Scheme) -> Vec<(Template, Vec<Cause>, Option<String>)> {
    let own = template_of(form);
    let has_timestamp = own.iter().any(|piece| matches!(piece, SignedPart::Timestamp));
    let has_id = own.iter().any(|piece| matches!(piece, SignedPart::Id));
    let mut templates = vec![(own.clone(), Vec::new(), None)];
    let mut add = |template, causes: &[Cause]| templates.push((template, causes.to_vec(), None));
    if has_timestamp {
        add(without(&own, |piece| matches!(piece, SignedPart::Timestamp)), &[Cause::TimestampNotSigned]);
    } else {
        for separator in SEPARATORS {
            let differs = if separator == "." { &[][..] } else { &[Cause::SeparatorDiffers] };
            let mut timestamped = vec![SignedPart::Timestamp, SignedPart::Text(separator.into())];
            timestamped.extend_from_slice(&own);
            add(timestamped, &[&[Cause::TimestampSigned], differs].concat());
        }
    }
    if has_id {
        let without_id = without(&own, |piece| matches!(piece, SignedPart::Id));
        if has_timestamp {
            let neither = without(&without_id, |piece| matches!(piece, SignedPart::Timestamp));
            add(neither, &[Cause::IdNotSigned, Cause::TimestampNotSigned]);
        }
        add(without_id, &[Cause::IdNotSigned]);
    }
    for separator in SEPARATORS {
        add(with_separator(&own, separator), &[Cause::SeparatorDiffers]);
    }
    for order in orders(&own) {
        add(order, &[Cause::PiecesOutOfOrder]);
    }
    for preset in Scheme::PRESETS {
        let template = template_of(preset);
        let needs_id = template.iter().any(|piece| matches!(piece, SignedPart::Id));
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

fn template_of(form: &Scheme) -> Template {
    let piece = |part: &StoredPart| match part {
        StoredPart::Id => SignedPart::Id,
        StoredPart::Timestamp => SignedPart::Timestamp,
        StoredPart::Body => SignedPart::Body,
        StoredPart::Text(text) => SignedPart::Text(text.as_str().into()),
    };
    let (before, after) = (form.template.before(), form.template.after());
    before.iter().map(piece).chain([SignedPart::Body]).chain(after.iter().map(piece)).collect()
}

fn text_of(template: &[SignedPart]) -> String {
    let piece = |piece: &SignedPart| match piece {
        SignedPart::Id => "{id}".into(),
        SignedPart::Timestamp => "{timestamp}".into(),
        SignedPart::Body => "{body}".into(),
        SignedPart::Text(text) => text.clone(),
    };
    template.iter().map(piece).collect()
}

/// Leaves a piece out, and the text behind it.
fn without(template: &[SignedPart], is_it: fn(&SignedPart) -> bool) -> Template {
    let Some(at) = template.iter().position(is_it) else { return template.to_vec() };
    let is_text = matches!(template.get(at + 1), Some(SignedPart::Text(_)));
    let mut left = template.to_vec();
    left.drain(at..=at + usize::from(is_text));
    left
}

/// With another mark in place of each that ends a text, such as the `:` of `v0:`.
fn with_separator(template: &[SignedPart], separator: &str) -> Template {
    let change = |piece: &SignedPart| match piece {
        SignedPart::Text(text) => {
            let word = text.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            SignedPart::Text([word, separator].concat())
        }
        other => other.clone(),
    };
    template.iter().map(change).collect()
}

/// The pieces that vary in every other order, with what is between them left where it is.
fn orders(template: &[SignedPart]) -> Vec<Template> {
    let places: Vec<usize> = (0..template.len()).filter(|at| !matches!(template[*at], SignedPart::Text(_))).collect();
    let swaps: &[&[usize]] = match places.len() {
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
    swaps.iter().map(reorder).collect()
}
