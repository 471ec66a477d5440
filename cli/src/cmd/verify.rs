//! `hookseal verify`: verifies one delivery.

use clap::Args;
use hookseal::{Delivery, Envelope, Scheme, UnixTime, Verifier, VerifierBuilder};
use serde_json::Value;

use crate::args::{self, DeliveryArgs, PublicKeyArgs};
use crate::clock;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;
use crate::render::{self, json_line};
use crate::schemes;
use crate::secrets::LoadedSecret;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    delivery: DeliveryArgs,

    #[command(flatten)]
    public_keys: PublicKeyArgs,

    /// List the schemes that have a name, and verify nothing
    #[arg(long)]
    list_schemes: bool,

    /// Print one line of JSON, for refusals and errors too
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = args::with_schemes!(
    "\
Exit codes: 0 genuine; 1 refused; 2 invalid usage or configuration.

Examples:
  A delivery from a log, verified as of the time when it arrived:
    hookseal verify --now 1736937000 -H 'X-Contio-Signature: 5f3c...' \\
      -H 'X-Contio-Timestamp: 1736937000' body.json

  During a rotation, with two secrets; the output says which one matched:
    hookseal verify --secret-env NEW_SECRET --secret-env OLD_SECRET -H @headers body.json

  In a script, with the body on stdin:
    hookseal verify --json --scheme github -H @headers < body.json | jq -r .code"
);

pub(crate) fn run(args: &VerifyArgs) -> Result<Outcome, Failure> {
    if args.list_schemes {
        return Ok(schemes::list());
    }
    let (args, public_keys) = (&args.delivery, &args.public_keys);
    // The configuration is checked first: an error in it must not look like a refused delivery.
    let builder = input::scheme(&args.signed.scheme)?;
    let scheme = *builder.scheme();
    let secrets = args.signed.secrets.load_beside(scheme, public_keys)?;
    let verifier = verifier(public_keys.apply(builder), &secrets, args)?;
    let headers = input::read_headers(&args.headers, &args.signed.body)?;
    let max_body = verifier.max_body().and_then(|bytes| usize::try_from(bytes).ok());
    let body = input::read_body(&args.signed.body, max_body)?;
    let now = args.now.unwrap_or_else(UnixTime::now);

    let delivery = verifier.verify(&headers, &body, now)?;
    let envelope = if scheme.has_envelope() { Some(delivery.envelope()?) } else { None };

    Ok(Outcome::success(text(&delivery, envelope.as_ref(), &secrets, now), json(&delivery, envelope.as_ref())))
}

fn verifier(builder: VerifierBuilder, secrets: &[LoadedSecret], args: &DeliveryArgs) -> Result<Verifier, Failure> {
    let mut builder = args.limits.apply(builder);
    for secret in secrets {
        builder = builder.secret(secret.secret());
    }
    if let Some(limit) = args.max_body {
        builder = builder.max_body(limit);
    }
    Ok(builder.build()?)
}

fn json(delivery: &Delivery<'_, '_>, envelope: Option<&Envelope<'_>>) -> String {
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

fn text(
    delivery: &Delivery<'_, '_>,
    envelope: Option<&Envelope<'_>>,
    secrets: &[LoadedSecret],
    now: UnixTime,
) -> String {
    let index = delivery.secret_index();
    let origin = match secrets.get(index) {
        Some(secret) => format!(" ({})", secret.origin()),
        None => " (--public-key)".to_owned(),
    };
    let time = delivery.timestamp().map_or("unknown: this scheme does not sign a time".to_owned(), |time| {
        format!("{time} ({})", clock::distance(time, now))
    });
    // The body form does not sign the time of sending, only the time of its event.
    let time_label = if delivery.scheme() == Scheme::CONTIO_BODY.name() { "happened" } else { "signed at" };
    let mut rows = vec![
        ("scheme", delivery.scheme().to_owned()),
        (time_label, time),
        ("secret", format!("index {index}{origin}")),
    ];
    if let Some(id) = delivery.id() {
        rows.push(("id", id.to_owned()));
    }
    if let Some(envelope) = envelope {
        rows.push(("event", envelope.event_type.decode().into_owned()));
        rows.push(("event id", envelope.event_id.decode().into_owned()));
    }
    render::block("genuine", &rows)
}
