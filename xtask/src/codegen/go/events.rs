//! The typed events.

use serde_json::{Map, Value};

use super::super::{CATALOGUE, object, published_in, push};
use super::{comment, exported};

/// The file with the types of all events in a catalogue, and the functions that read them.
pub(in super::super) fn events(catalogue: &Value) -> Result<String, String> {
    let all = object(&catalogue["events"], "events")?;
    let mut file = format!(
        "// Generated from {CATALOGUE} by `cargo xtask generate`; edit that instead.\n\n\
         package hookseal\n\n\
         import \"encoding/json\"\n\n\
         // eventTypes has the types that this version knows.\n\
         var eventTypes = [...]string{{\n"
    );
    for event_type in all.keys() {
        push(&mut file, &format!("\t\"{event_type}\",\n"));
    }
    file.push_str(
        "}\n\n// readEvent reads the event of an envelope; ok is false if its type is unknown, or if its data differs from \
         the\n// catalogue, which the cursor then says.\n\
         func readEvent(envelope *Envelope, c *cursor) (event Event, ok bool) {\n\tswitch envelope.EventType {\n",
    );
    for event_type in all.keys() {
        let name = exported(event_type);
        push(
            &mut file,
            &format!(
                "\tcase \"{event_type}\":\n\
                 \t\te := &{name}Event{{Envelope: *envelope}}\n\
                 \t\treturn e, read{name}Data(c, &e.Data)\n"
            ),
        );
    }
    file.push_str("\tdefault:\n\t\treturn nil, false\n\t}\n}\n");
    for (event_type, event) in all {
        write_event(&mut file, event_type, event)?;
    }
    Ok(file)
}

fn write_event(file: &mut String, event_type: &str, event: &Value) -> Result<(), String> {
    let name = exported(event_type);
    push(file, &format!("\n{}", comment("", &format!("{name}Event is {event_type}, {}.", published_in(event)))));
    push(
        file,
        &format!(
            "type {name}Event struct {{\n\tEnvelope\n\t// Data is what happened.\n\tData {name}Data `json:\"data\"`\n}}\n"
        ),
    );
    push(file, &format!("\nfunc (*{name}Event) event() {{}}\n"));
    let about = match (event["schema_published"].as_bool(), event["renamed_to"].as_str()) {
        (Some(false), Some(successor)) => format!(
            "{name}Data is the data of {event_type}, for which no schema was published: read it with \
             [Envelope.RawData]. Later releases of the vendor call it {successor}."
        ),
        _ => format!("{name}Data is the data of {event_type}."),
    };
    write_object(file, &format!("{name}Data"), &name, &about, object(&event["data"], event_type)?)
}

/// Writes an object and the function that reads it, followed by its nested objects, whose names begin with `prefix`.
fn write_object(
    file: &mut String,
    name: &str,
    prefix: &str,
    about: &str,
    fields: &Map<String, Value>,
) -> Result<(), String> {
    let (mut inner, mut members, mut cases) = (String::new(), String::new(), String::new());
    let (mut required, mut names) = (0u64, Vec::new());
    for (at, (key, field)) in fields.iter().enumerate() {
        // Many encoders write absent fields as null, whatever their documentation says.
        let is_optional = field["optional"] == true || field["nullable"] == true;
        let Type { go, read, about } = field_type(&mut inner, name, prefix, key, field, is_optional)?;
        let member = exported(key);
        let (remark, omit) = if is_optional { (" It may be absent or null.", ",omitempty") } else { ("", "") };
        push(&mut members, &comment("\t", &format!("{member} is {about}.{remark}")));
        push(&mut members, &format!("\t{member} {go} `json:\"{key}{omit}\"`\n"));
        push(
            &mut cases,
            &format!("\t\tcase \"{key}\":\n\t\t\tok = c.first(&seen, {at}) && {}\n", read.replace('$', &member)),
        );
        if !is_optional {
            required |= 1 << at;
        }
        names.push(format!("\"{key}\""));
    }
    if fields.len() > 64 {
        return Err(format!("{name} has more than 64 fields"));
    }
    push(file, &format!("\n{}type {name} struct", comment("", about)));
    push(file, &if members.is_empty() { "{}\n".to_owned() } else { format!(" {{\n{members}}}\n") });
    push(file, &format!("\nfunc read{name}(c *cursor, v *{name}) bool {{\n"));
    if fields.is_empty() {
        file.push_str("\treturn c.skipObject()\n}\n");
    } else {
        push(
            file,
            &format!(
                "\tvar seen uint64\n\
                 \tif !c.open('{{') {{\n\t\treturn false\n\t}}\n\
                 \tfor c.next('}}') {{\n\
                 \t\tname, ok := c.name(), true\n\
                 \t\tswitch name {{\n{cases}\
                 \t\tdefault:\n\t\t\tc.skip()\n\t\t}}\n\
                 \t\tif !ok {{\n\t\t\treturn c.isIn(name)\n\t\t}}\n\
                 \t}}\n"
            ),
        );
        if required == 0 {
            file.push_str("\treturn true\n}\n");
        } else {
            push(file, &format!("\treturn c.hasAll({required:#x}&^seen, {})\n}}\n", names.join(", ")));
        }
    }
    file.push_str(&inner);
    Ok(())
}

/// How a field is written in Go, how it is read into the member `v.$`, and what is said of it.
struct Type {
    go: String,
    read: String,
    about: String,
}

/// A field's type. Types that it needs are written to `inner`.
fn field_type(
    inner: &mut String,
    owner: &str,
    prefix: &str,
    key: &str,
    field: &Value,
    is_optional: bool,
) -> Result<Type, String> {
    let simple = |go: &str, method: &str, about: String| {
        let (go, read) = if is_optional {
            (format!("*{go}"), format!("optional(c, &v.$, (*cursor).{method})"))
        } else {
            (go.to_owned(), format!("c.{method}(&v.$)"))
        };
        Ok(Type { go, read, about })
    };
    // These have a nil value of their own.
    let nilable = |go: String, function: &str, about: String| {
        let read = if is_optional {
            format!("(c.null() || {})", function.replace("@", "c, &v.$"))
        } else {
            function.replace("@", "c, &v.$")
        };
        Ok(Type { go, read, about })
    };
    match (field["type"].as_str(), field["enum"].as_array()) {
        (Some("string"), Some(values)) => {
            let values: Option<Vec<_>> = values.iter().map(Value::as_str).collect();
            let values = values.ok_or_else(|| format!("{owner}.{key} has a value that is not a string"))?;
            simple("string", "value", format!("one of {}, or another", values.join(", ")))
        }
        (Some("string"), None) if field["format"] == "rfc3339" => {
            simple("string", "value", "a time in RFC 3339".to_owned())
        }
        (Some("string"), None) => simple("string", "value", "a text".to_owned()),
        (Some("number"), _) => simple("json.Number", "number", "a number, with all digits that were sent".to_owned()),
        (Some("boolean"), _) => simple("bool", "boolean", "true or false".to_owned()),
        (Some("map"), _) => nilable(
            "json.RawMessage".to_owned(),
            "rawObject(@)",
            "an object with any members, as it was sent".to_owned(),
        ),
        (Some("any"), _) => nilable("json.RawMessage".to_owned(), "raw(@)", "any JSON, as it was sent".to_owned()),
        (Some("object"), _) => {
            let name = format!("{prefix}{}", exported(key));
            let about = format!("{name} is the object {key} of [{owner}].");
            write_object(inner, &name, &name, &about, object(&field["fields"], key)?)?;
            let (go, read) = if is_optional {
                (format!("*{name}"), format!("optional(c, &v.$, read{name})"))
            } else {
                (name.clone(), format!("read{name}(c, &v.$)"))
            };
            Ok(Type { go, read, about: "an object".to_owned() })
        }
        (Some("array"), _) => {
            let name = format!("{prefix}{}", exported(key.strip_suffix('s').unwrap_or(key)));
            let about = format!("{name} is an item of {key} of [{owner}].");
            write_object(inner, &name, &name, &about, object(&field["items"]["fields"], key)?)?;
            nilable(format!("[]{name}"), &format!("list(@, read{name})"), "an array of objects".to_owned())
        }
        (other, _) => Err(format!("{owner}.{key} has the unknown type {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn events_of(data: &Value) -> Result<String, String> {
        events(&json!({"events": {"a.b": {"data": data}}}))
    }

    #[test]
    fn an_unknown_field_type_is_an_error() {
        assert!(events_of(&json!({"x": {"type": "date"}})).unwrap_err().contains("ABData.x"));
    }

    #[test]
    fn required_optional_and_nested_fields_have_types_and_readers() {
        let file = events_of(&json!({
            "user_id": {"type": "string"},
            "note": {"type": "string", "optional": true, "nullable": true},
            "items": {"type": "array", "optional": true, "items": {"fields": {"n": {"type": "number"}}}},
            "any": {"type": "any", "optional": true},
        }))
        .unwrap();
        for part in [
            "\tUserID string `json:\"user_id\"`\n",
            "\tNote *string `json:\"note,omitempty\"`\n",
            "\tItems []ABItem `json:\"items,omitempty\"`\n",
            "ok = c.first(&seen, 0) && (c.null() || raw(c, &v.Any))\n",
            "ok = c.first(&seen, 1) && (c.null() || list(c, &v.Items, readABItem))\n",
            "ok = c.first(&seen, 2) && optional(c, &v.Note, (*cursor).value)\n",
            "ok = c.first(&seen, 3) && c.value(&v.UserID)\n",
            "\treturn c.hasAll(0x8&^seen, \"any\", \"items\", \"note\", \"user_id\")\n",
            "type ABItem struct {\n\t// N is a number, with all digits that were sent.\n\tN json.Number `json:\"n\"`\n",
        ] {
            assert!(file.contains(part), "{part} is not in {file}");
        }
    }

    #[test]
    fn an_event_without_a_schema_accepts_any_object() {
        let event = json!({"data": {}, "schema_published": false, "renamed_to": "c.d"});
        let file = events(&json!({"events": {"a.b": event}})).unwrap();
        assert!(file.contains("call it c.d.\ntype ABData struct{}\n"), "{file}");
        assert!(file.contains("\treturn c.skipObject()\n"), "{file}");
    }
}
