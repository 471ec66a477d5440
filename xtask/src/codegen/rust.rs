//! The typed events of the core, in Rust.

use serde_json::{Map, Value};

use super::{CATALOGUE, object, pascal, published_in, put};

/// The Rust module of all events of a catalogue.
pub(super) fn events(catalogue: &Value) -> Result<String, String> {
    let events = object(&catalogue["events"], "events")?;
    let mut module = format!(
        "//! The events of the catalogue, a struct for each.\n\
         //!\n\
         //! Generated from `{CATALOGUE}` by `cargo xtask generate`; edit that instead.\n\n\
         use super::*;\n\n\
         events! {{\n"
    );
    for (event_type, event) in events {
        let (name, source) = (pascal(event_type), published_in(event));
        put(&mut module, &format!("    /// `{event_type}`, {source}.\n    {name} \"{event_type}\";\n"));
    }
    module.push_str("}\n");
    for (event_type, event) in events {
        let about = match (event["schema_published"].as_bool(), event["renamed_to"].as_str()) {
            (Some(false), Some(successor)) => format!(
                "The `data` of `{event_type}`, for which no schema was published: all of it is in `extra`. Later \
                 releases of the vendor call it `{successor}`."
            ),
            _ => format!("The `data` of `{event_type}`."),
        };
        write_object(&mut module, &pascal(event_type), &about, object(&event["data"], event_type)?)?;
    }
    Ok(module)
}

/// Writes an object, and behind it those inside it.
fn write_object(module: &mut String, name: &str, about: &str, fields: &Map<String, Value>) -> Result<(), String> {
    let mut inner = String::new();
    put(module, &format!("\nobject! {{\n    /// {about}\n    {name} {{\n"));
    for (key, field) in fields {
        let (optional, nullable) = (field["optional"] == true, field["nullable"] == true);
        let (presence, words) = match (optional, nullable) {
            (false, false) => ("Required", ""),
            // Many encoders write what is absent as null, whatever their reference says.
            (true, _) => ("Optional", "; may be absent or null"),
            (false, true) => return Err(format!("{name}.{key} is nullable and not optional, which nothing reads yet")),
        };
        let (rust, kind) = field_type(&mut inner, name, key, field)?;
        let rust = if optional { format!("Option<{rust}>") } else { rust };
        // The catalogue's one field whose name is a keyword.
        let field = if key == "type" { "r#type" } else { key };
        put(module, &format!("        /// {kind}{words}.\n        {field} \"{key}\": {rust} = {presence};\n"));
    }
    module.push_str("    }\n}\n");
    module.push_str(&inner);
    Ok(())
}

/// A field's type in Rust and in words. Types that have to be made for it are written to `inner`.
fn field_type(inner: &mut String, owner: &str, key: &str, field: &Value) -> Result<(String, &'static str), String> {
    let own = format!("{owner}{}", pascal(key));
    let about = |what: &str| format!("{what} `{key}` of [`{owner}`].");
    match (field["type"].as_str(), field["enum"].as_array()) {
        (Some("string"), Some(values)) => {
            let values: Option<Vec<_>> = values.iter().map(Value::as_str).collect();
            let values = values.ok_or_else(|| format!("{owner}.{key} has a value that is no string"))?;
            put(inner, &format!("\nchoice! {{\n    /// {}\n    {own} {{\n", about("The values of")));
            for value in values {
                put(inner, &format!("        {} \"{value}\",\n", pascal(value)));
            }
            inner.truncate(inner.len() - 2);
            inner.push_str("\n    }\n}\n");
            Ok((format!("{own}<'a>"), "One of its known values, or another"))
        }
        (Some("string"), None) => Ok(("Cow<'a, str>".into(), "A string")),
        (Some("number"), _) => Ok(("Number".into(), "A number")),
        (Some("boolean"), _) => Ok(("bool".into(), "A boolean")),
        (Some("map"), _) => Ok(("Fields<'a>".into(), "An object with any members")),
        (Some("any"), _) => Ok(("&'a str".into(), "Any JSON, as it was sent")),
        (Some("object"), _) => {
            write_object(inner, &own, &about("The object"), object(&field["fields"], key)?)?;
            Ok((format!("{own}<'a>"), "An object"))
        }
        (Some("array"), _) => {
            let item = format!("{owner}{}", pascal(key.strip_suffix('s').unwrap_or(key)));
            write_object(inner, &item, &about("An item of"), object(&field["items"]["fields"], key)?)?;
            Ok((format!("Vec<{item}<'a>>"), "An array of objects"))
        }
        (other, _) => Err(format!("{owner}.{key} has the type {other:?}, which the generator does not know")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_type_that_the_generator_does_not_know_is_an_error() {
        let catalogue = json!({"events": {"a.b": {"data": {"x": {"type": "date"}}}}});
        assert!(events(&catalogue).unwrap_err().contains("AB.x"));
    }

    #[test]
    fn presence_and_nesting_become_types() {
        let catalogue = json!({"events": {"a.b": {"data": {
            "one": {"type": "string", "optional": true, "nullable": true},
            "items": {"type": "array", "items": {"fields": {"n": {"type": "number"}}}}
        }}}});
        let module = events(&catalogue).unwrap();
        assert!(module.contains("one \"one\": Option<Cow<'a, str>> = Optional;"), "{module}");
        assert!(module.contains("items \"items\": Vec<ABItem<'a>> = Required;"), "{module}");
        assert!(
            module.contains("    ABItem {\n        /// A number.\n        n \"n\": Number = Required;"),
            "{module}"
        );
    }
}
