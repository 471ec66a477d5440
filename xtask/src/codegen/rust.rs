//! The typed events of the core, in Rust.

use serde_json::{Map, Value};

use super::{CATALOGUE, object, pascal_case, published_in, push};

/// The Rust module of all events of a catalogue.
pub(super) fn events(catalogue: &Value) -> Result<String, String> {
    let events = object(&catalogue["events"], "events")?;
    let mut module = format!(
        "//! The events of the catalogue, one struct for each.\n\
         //!\n\
         //! Generated from `{CATALOGUE}` by `cargo xtask generate`; edit that instead.\n\n\
         use super::*;\n\n\
         events! {{\n"
    );
    for (event_type, event) in events {
        let (name, source) = (pascal_case(event_type), published_in(event));
        push(&mut module, &format!("    /// `{event_type}`, {source}.\n    {name} \"{event_type}\";\n"));
    }
    module.push_str("}\n");
    for (event_type, event) in events {
        let about = match (event["schema_published"].as_bool(), event["renamed_to"].as_str()) {
            (Some(false), Some(successor)) => format!(
                "The `data` of `{event_type}`, for which no schema was published: all fields are in `extra`. Later \
                 releases of the vendor call it `{successor}`."
            ),
            _ => format!("The `data` of `{event_type}`."),
        };
        write_object(&mut module, &pascal_case(event_type), &about, object(&event["data"], event_type)?)?;
    }
    Ok(module)
}

/// Writes an object, followed by its nested objects.
fn write_object(module: &mut String, name: &str, about: &str, fields: &Map<String, Value>) -> Result<(), String> {
    let mut inner = String::new();
    push(module, &format!("\nobject! {{\n    /// {about}\n    {name} {{\n"));
    for (key, field) in fields {
        let (optional, nullable) = (field["optional"] == true, field["nullable"] == true);
        let (presence, remark) = match (optional, nullable) {
            (false, false) => ("Required", ""),
            // Many encoders write absent fields as null, whatever their documentation says.
            (true, _) => ("Optional", "; may be absent or null"),
            (false, true) => return Err(format!("{name}.{key} is nullable but not optional, which is not supported")),
        };
        let (rust, kind) = field_type(&mut inner, name, key, field)?;
        let rust = if optional { format!("Option<{rust}>") } else { rust };
        // The only field of the catalogue whose name is a keyword.
        let field = if key == "type" { "r#type" } else { key };
        push(module, &format!("        /// {kind}{remark}.\n        {field} \"{key}\": {rust} = {presence};\n"));
    }
    module.push_str("    }\n}\n");
    module.push_str(&inner);
    Ok(())
}

/// A field's Rust type and its description. Types that it needs are written to `inner`.
fn field_type(inner: &mut String, owner: &str, key: &str, field: &Value) -> Result<(String, &'static str), String> {
    let own = format!("{owner}{}", pascal_case(key));
    let about = |what: &str| format!("{what} `{key}` of [`{owner}`].");
    match (field["type"].as_str(), field["enum"].as_array()) {
        (Some("string"), Some(values)) => {
            let values: Option<Vec<_>> = values.iter().map(Value::as_str).collect();
            let values = values.ok_or_else(|| format!("{owner}.{key} has a value that is not a string"))?;
            push(inner, &format!("\nchoice! {{\n    /// {}\n    {own} {{\n", about("The values of")));
            for value in values {
                push(inner, &format!("        {} \"{value}\",\n", pascal_case(value)));
            }
            inner.truncate(inner.len() - 2);
            inner.push_str("\n    }\n}\n");
            Ok((format!("{own}<'a>"), "One of the known values, or another"))
        }
        (Some("string"), None) => Ok(("Cow<'a, str>".into(), "A string")),
        (Some("number"), _) => Ok(("Number".into(), "A number")),
        (Some("boolean"), _) => Ok(("bool".into(), "A boolean")),
        (Some("map"), _) => Ok(("Fields<'a>".into(), "An object with any members")),
        (Some("any"), _) => Ok(("Json<'a>".into(), "Any JSON, as it was sent")),
        (Some("object"), _) => {
            write_object(inner, &own, &about("The object"), object(&field["fields"], key)?)?;
            Ok((format!("{own}<'a>"), "An object"))
        }
        (Some("array"), _) => {
            let item = format!("{owner}{}", pascal_case(key.strip_suffix('s').unwrap_or(key)));
            write_object(inner, &item, &about("An item of"), object(&field["items"]["fields"], key)?)?;
            Ok((format!("Vec<{item}<'a>>"), "An array of objects"))
        }
        (other, _) => Err(format!("{owner}.{key} has the unknown type {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_field_type_is_an_error() {
        let catalogue = json!({"events": {"a.b": {"data": {"x": {"type": "date"}}}}});
        assert!(events(&catalogue).unwrap_err().contains("AB.x"));
    }

    #[test]
    fn optional_and_nested_fields_become_types() {
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
