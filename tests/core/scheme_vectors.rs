//! The vectors of custom schemes, whose textual form other code wrote.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookseal::{Error, Limits, Scheme, UnixTime, Verifier, VerifierBuilder};
use hookseal_tests::folder;
use serde_json::Value;

fn vectors(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join("schemes").join(name)).expect("a vector file");
    serde_json::from_str(&text).expect("a list")
}

fn text<'v>(vector: &'v Value, member: &str) -> &'v str {
    vector[member].as_str().expect("a text")
}

#[allow(clippy::unwrap_in_result)] // of what the vectors themselves contain
fn verdict(vector: &Value, builder: VerifierBuilder) -> Result<Value, Error> {
    let secrets = vector["secrets"].as_array().expect("secrets");
    let builder = secrets.iter().fold(builder, |builder, secret| builder.secret(secret.as_str().expect("a text")));
    let verifier = builder.build()?;
    let pairs = vector["headers"].as_array().expect("headers");
    let headers: Vec<(&str, &str)> =
        pairs.iter().map(|pair| (pair[0].as_str().expect("a name"), pair[1].as_str().expect("a value"))).collect();
    let body = STANDARD.decode(text(vector, "body_base64")).expect("base64");
    let now = UnixTime::from_secs(vector["now"].as_i64().expect("a time"));
    let delivery = verifier.verify(&headers, &body, now)?;
    // The same in chunks.
    let mut stream = verifier.stream(&headers)?;
    body.chunks(3).try_for_each(|chunk| stream.update(chunk))?;
    let streamed = stream.finish(now)?;
    assert_eq!((streamed.id(), streamed.timestamp()), (delivery.id(), delivery.timestamp()));
    Ok(serde_json::json!({
        "scheme": delivery.scheme(),
        "timestamp": delivery.timestamp().map(UnixTime::as_secs),
        "secret_index": delivery.secret_index(),
        "id": delivery.id(),
    }))
}

#[test]
fn every_vector_of_a_custom_scheme_has_its_verdict() {
    let vectors = vectors("deliveries.json");
    assert!(vectors.len() >= 80, "{}", vectors.len());
    for vector in &vectors {
        let builder = VerifierBuilder::from_json(&vector["scheme"].to_string());
        let builder = builder.unwrap_or_else(|error| panic!("{}: {error}", text(vector, "name")));
        // The scheme and the limits as they are written back.
        let [scheme, limits] = [builder.scheme().to_json(), builder.current_limits().to_json()];
        let again = Verifier::builder(Scheme::from_json(&scheme).expect("a scheme"));
        let again = again.limits(Limits::from_json(&limits).expect("limits"));
        for builder in [builder, again] {
            let found = match verdict(vector, builder) {
                Ok(accepted) => serde_json::json!({ "ok": accepted }),
                Err(error) => serde_json::json!({ "error": error.code() }),
            };
            assert_eq!(found, vector["expect"], "{}", text(vector, "name"));
        }
    }
}

#[test]
fn a_text_that_is_no_scheme_is_refused_with_its_member_line_and_column() {
    let vectors = vectors("refused.json");
    assert!(vectors.len() >= 50, "{}", vectors.len());
    for vector in &vectors {
        let error = Scheme::from_json(text(vector, "text")).expect_err("no scheme");
        let expect = &vector["expect"];
        assert_eq!((error.code(), error.subject()), ("invalid_scheme", expect["member"].as_str()), "{vector}: {error}");
        let place = format!(" (line {}, column {})", expect["line"], expect["column"]);
        let message = error.to_string();
        assert!(message.ends_with(&place), "{vector}: {message}");
        let plain = error.without_place();
        assert!(plain.subject().is_none() && !plain.to_string().contains("(line"), "{plain}");
    }
}
