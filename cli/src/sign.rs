//! `hookseal sign`: the headers that a sender would send.

use hookseal::{ErrorKind, Signer, UnixTime};
use serde_json::{Map, Value};

use crate::args::SignArgs;
use crate::failure::Failure;
use crate::input;
use crate::report::{Success, json_line};

pub(crate) fn run(args: &SignArgs) -> Result<Success, Failure> {
    let common = &args.common;
    let scheme = input::scheme(&common.scheme)?;
    let secrets = common.secrets.load(scheme)?;
    let [secret] = &*secrets else {
        return Err(Failure::argument("a delivery is signed with one secret; give one, and the others to verify only"));
    };
    let body = input::read_body(&common.body, None)?;

    let timestamp = args.timestamp.unwrap_or_else(UnixTime::now);
    let signer = Signer::new(scheme, secret.secret())?;
    // The timestamp was checked when it was read, so that the id is all that can be wrong.
    let headers = signer.sign(&body, timestamp, args.id.as_deref()).map_err(|error| match error.kind() {
        ErrorKind::InvalidArgument => Failure::about(&"--id", &error),
        _ => error.into(),
    })?;

    let text = headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let object: Map<_, _> = headers.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Ok(Success { text, json: json_line(&[("ok", true.into()), ("headers", Value::Object(object))]) })
}
