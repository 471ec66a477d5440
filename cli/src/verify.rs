//! `hookseal verify`: the verdict on one delivery.

use hookseal::{Delivery, Envelope, Scheme, UnixTime, Verifier};
use serde_json::Value;

use crate::args::{DeliveryArgs, VerifyArgs};
use crate::clock;
use crate::failure::Failure;
use crate::input;
use crate::report::{self, Success, json_line};
use crate::secrets::Loaded;

pub(crate) fn run(args: &VerifyArgs) -> Result<Success, Failure> {
    let args = &args.delivery;
    // What the user configured comes first: a delivery is judged only by a verifier that is sound.
    let scheme = input::scheme(&args.common.scheme)?;
    let secrets = args.common.secrets.load(scheme)?;
    let verifier = verifier(scheme, &secrets, args)?;
    let headers = input::read_headers(&args.headers, &args.common.body)?;
    let body = input::read_body(&args.common.body, args.max_body)?;
    let now = args.now.unwrap_or_else(UnixTime::now);

    let delivery = verifier.verify(&headers, &body, now)?;
    let envelope = if scheme.has_envelope() { Some(delivery.envelope()?) } else { None };

    Ok(Success { text: text(&delivery, envelope.as_ref(), &secrets, now), json: json(&delivery, envelope.as_ref()) })
}

fn verifier(scheme: Scheme, secrets: &[Loaded], args: &DeliveryArgs) -> Result<Verifier, Failure> {
    let mut builder = args.limits.apply(Verifier::builder(scheme));
    for secret in secrets {
        builder = builder.secret(secret.secret());
    }
    if let Some(limit) = args.max_body {
        builder = builder.max_body(limit);
    }
    Ok(builder.build()?)
}

fn json(delivery: &Delivery<'_>, envelope: Option<&Envelope<'_>>) -> String {
    let event = envelope.map(|envelope| (envelope.event_type.decode(), envelope.event_id.decode()));
    let id = event.as_ref().map_or(delivery.id(), |(_, id)| Some(id));
    let mut fields = vec![
        ("ok", true.into()),
        ("scheme", delivery.scheme().into()),
        ("timestamp", delivery.timestamp().map(UnixTime::as_secs).into()),
        ("secret_index", delivery.secret_index().into()),
        ("id", id.into()),
    ];
    if let Some((event_type, event_id)) = &event {
        fields.push(("event_type", Value::from(&**event_type)));
        fields.push(("event_id", Value::from(&**event_id)));
    }
    json_line(&fields)
}

fn text(delivery: &Delivery<'_>, envelope: Option<&Envelope<'_>>, secrets: &[Loaded], now: UnixTime) -> String {
    let index = delivery.secret_index();
    let origin = secrets.get(index).map(|secret| format!(" ({})", secret.origin())).unwrap_or_default();
    let dated = delivery.timestamp().map_or("not told: this scheme signs no time".to_owned(), |time| {
        format!("{} ({})", clock::rfc3339(time), clock::distance(time, now))
    });
    // The body form signs no time of sending, only that of its event.
    let dated_as = if delivery.scheme() == Scheme::CONTIO_BODY.name() { "happened" } else { "signed at" };
    let mut rows =
        vec![("scheme", delivery.scheme().to_owned()), (dated_as, dated), ("secret", format!("index {index}{origin}"))];
    if let Some(id) = delivery.id() {
        rows.push(("id", id.to_owned()));
    }
    if let Some(envelope) = envelope {
        rows.push(("event", envelope.event_type.decode().into_owned()));
        rows.push(("event id", envelope.event_id.decode().into_owned()));
    }
    report::block("genuine", &rows)
}
