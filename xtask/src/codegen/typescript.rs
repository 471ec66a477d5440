//! The types of the events, in TypeScript.

use serde_json::{Map, Value};

use super::{CATALOGUE, object, pascal_case, published_in, push};

const MAX_WIDTH: usize = 120;

/// The part of `events.ts` that does not depend on the catalogue.
const UNIONS: &str = r#"
export type EventType = keyof EventMap;

/** The event of a type, or of any of several types. */
export type EventOf<T extends EventType> = EventMap[T];

export type KnownEvent = EventMap[EventType];

/**
 * The event in a genuine delivery. Compare `event_type` to find out which event it is.
 *
 * Its envelope was checked; the contents of `data` are as the vendor sent them, and were not checked against these
 * types. Any object may have additional fields that its type does not declare.
 */
export type WebhookEvent = KnownEvent | UnknownEvent;

/**
 * An event of a type that this version does not know. The vendor may add types at any time: handle them in the
 * `default` of a `switch`.
 *
 * Its `event_type` can be used as a string, but never equals a known type. So a comparison with a known type narrows to
 * that event, and a comparison with a misspelled type is an error, in TypeScript 5.1 and later. To compare with a type
 * that is not known here, assign it to a string first:
 *
 * ```ts
 * const type: string = event.event_type;
 * if (type === "meeting.archived") console.log(event.data as Record<string, unknown>);
 * ```
 *
 * or declare it, which makes it a known type:
 *
 * ```ts
 * declare module "hookseal" {
 *   interface EventMap {
 *     "meeting.archived": Envelope & { event_type: "meeting.archived"; data: { meeting_id: string } };
 *   }
 * }
 * ```
 */
export interface UnknownEvent extends Envelope {
  // Without the template, the intersection would be comparable to every literal.
  event_type: `${string & { readonly unknown: true }}`;
  data: Record<string, unknown>;
}
"#;

/// The module with the types of all events in a catalogue.
pub(super) fn events(catalogue: &Value) -> Result<String, String> {
    let all = object(&catalogue["events"], "events")?;
    let mut module = format!(
        "// The types of Contio's events. This file has only types, so nothing of it is left at run time.\n\
         //\n\
         // Generated from `{CATALOGUE}` by `cargo xtask generate`; edit that instead.\n\
         //\n\
         // Objects may have additional fields, but no type has an index signature, since it would accept misspelled\n\
         // names too. A field that may be absent may also be null.\n"
    );
    let mut envelope = object(&catalogue["envelope"], "envelope")?.clone();
    // Each event declares these two itself.
    envelope.retain(|key, _| key != "event_type" && key != "data");
    write_interface(&mut module, "Envelope", "Envelope", "The fields of every event, except `data`.", &envelope)?;

    push(&mut module, "\n/** The event of each known type. */\nexport interface EventMap {\n");
    for event_type in all.keys() {
        push(&mut module, &format!("  \"{event_type}\": {}Event;\n", pascal_case(event_type)));
    }
    push(&mut module, &format!("}}\n{UNIONS}"));
    for (event_type, event) in all {
        write_event(&mut module, event_type, event)?;
    }
    Ok(module)
}

fn write_event(module: &mut String, event_type: &str, event: &Value) -> Result<(), String> {
    let name = pascal_case(event_type);
    push(module, &format!("\n{}", comment("", &format!("`{event_type}`, {}.", published_in(event)))));
    push(module, &format!("export interface {name}Event extends Envelope {{\n  event_type: \"{event_type}\";\n"));
    push(module, &format!("  data: {name}Data;\n}}\n"));
    let about = format!("The `data` of `{event_type}`");
    match (event["schema_published"].as_bool(), event["renamed_to"].as_str()) {
        (Some(false), Some(successor)) => {
            let about = format!(
                "{about}, for which no schema was published. Later releases of the vendor call it `{successor}`."
            );
            push(module, &format!("\n{}", comment("", &about)));
            push(module, &format!("export type {name}Data = Record<string, unknown>;\n"));
            Ok(())
        }
        _ => {
            let fields = object(&event["data"], event_type)?;
            write_interface(module, &format!("{name}Data"), &name, &format!("{about}."), fields)
        }
    }
}

/// Writes an object, followed by its nested objects, whose names begin with `prefix`.
fn write_interface(
    module: &mut String,
    name: &str,
    prefix: &str,
    about: &str,
    fields: &Map<String, Value>,
) -> Result<(), String> {
    let mut inner = String::new();
    push(module, &format!("\n{}export interface {name} {{\n", comment("", about)));
    for (key, field) in fields {
        let mut variants = field_type(&mut inner, name, prefix, key, field)?;
        // Many encoders write absent fields as null, whatever their documentation says.
        let may_be_absent = field["optional"] == true || field["nullable"] == true;
        if may_be_absent && field["type"] != "any" {
            variants.push("null".into());
        }
        if field["format"] == "rfc3339" {
            push(module, &comment("  ", "In RFC 3339."));
        }
        let mark = if may_be_absent { "?" } else { "" };
        push(module, &union("  ", &format!("{key}{mark}:"), &variants));
    }
    module.push_str("}\n");
    module.push_str(&inner);
    Ok(())
}

/// The members of a field's union type. Interfaces that it needs are written to `inner`.
fn field_type(inner: &mut String, owner: &str, prefix: &str, key: &str, field: &Value) -> Result<Vec<String>, String> {
    let one = |name: &str| Ok(vec![name.to_owned()]);
    match (field["type"].as_str(), field["enum"].as_array()) {
        (Some("string"), Some(values)) => {
            let values: Option<Vec<_>> = values.iter().map(|value| Some(format!("\"{}\"", value.as_str()?))).collect();
            let mut values = values.ok_or_else(|| format!("{owner}.{key} has a value that is not a string"))?;
            // Other values are possible. Plain `string` would absorb the known ones, and editors could not suggest
            // them.
            values.push("(string & {})".into());
            Ok(values)
        }
        (Some(simple @ ("string" | "number" | "boolean")), _) => one(simple),
        (Some("map"), _) => one("Record<string, unknown>"),
        (Some("any"), _) => one("unknown"),
        (Some("object"), _) => {
            let name = format!("{prefix}{}", pascal_case(key));
            let about = format!("The object `{key}` of `{owner}`.");
            write_interface(inner, &name, &name, &about, object(&field["fields"], key)?)?;
            one(&name)
        }
        (Some("array"), _) => {
            let name = format!("{prefix}{}", pascal_case(key.strip_suffix('s').unwrap_or(key)));
            let about = format!("An item of `{key}` of `{owner}`.");
            write_interface(inner, &name, &name, &about, object(&field["items"]["fields"], key)?)?;
            one(&format!("{name}[]"))
        }
        (other, _) => Err(format!("{owner}.{key} has the unknown type {other:?}")),
    }
}

/// `head` and a union of types, on one line if they fit.
pub(super) fn union(indent: &str, head: &str, variants: &[String]) -> String {
    let line = format!("{indent}{head} {};\n", variants.join(" | "));
    if line.trim_end().chars().count() <= MAX_WIDTH {
        return line;
    }
    let lines: String = variants.iter().map(|variant| format!("\n{indent}  | {variant}")).collect();
    format!("{indent}{head}{lines};\n")
}

/// A doc comment, wrapped if it does not fit on one line.
pub(super) fn comment(indent: &str, text: &str) -> String {
    let line = format!("{indent}/** {text} */\n");
    if line.trim_end().chars().count() <= MAX_WIDTH {
        return line;
    }
    let mut lines = format!("{indent}/**");
    let mut remaining = 0;
    for word in text.split(' ') {
        let width = word.chars().count() + 1;
        if width > remaining {
            push(&mut lines, &format!("\n{indent} *"));
            remaining = MAX_WIDTH - indent.len() - 2;
        }
        push(&mut lines, &format!(" {word}"));
        remaining = remaining.saturating_sub(width);
    }
    format!("{lines}\n{indent} */\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn events_of(data: &Value) -> Result<String, String> {
        events(&json!({"envelope": {"event_type": {"type": "string"}, "event_id": {"type": "string"}},
            "events": {"a.b": {"data": data}}}))
    }

    #[test]
    fn an_unknown_field_type_is_an_error() {
        assert!(events_of(&json!({"x": {"type": "date"}})).unwrap_err().contains("ABData.x"));
    }

    #[test]
    fn an_event_has_the_common_envelope_with_its_own_type_and_data() {
        let module = events_of(&json!({"n": {"type": "number"}})).unwrap();
        assert!(module.contains("interface Envelope {\n  event_id: string;\n}\n"), "{module}");
        assert!(module.contains("interface EventMap {\n  \"a.b\": ABEvent;\n}\n"), "{module}");
        let event = "interface ABEvent extends Envelope {\n  event_type: \"a.b\";\n  data: ABData;\n}\n";
        assert!(module.contains(event), "{module}");
        assert!(module.contains("interface ABData {\n  n: number;\n}\n"), "{module}");
    }

    #[test]
    fn optional_nested_and_enum_fields_become_types() {
        let module = events_of(&json!({
            "one": {"type": "string", "optional": true, "nullable": true},
            "two": {"type": "any", "optional": true},
            "three": {"type": "number", "optional": true},
            "kind": {"type": "string", "enum": ["x", "y"]},
            "items": {"type": "array", "items": {"fields": {"m": {"type": "map"}}}}
        }))
        .unwrap();
        assert!(module.contains("  one?: string | null;\n"), "{module}");
        assert!(module.contains("  two?: unknown;\n"), "{module}");
        assert!(module.contains("  three?: number | null;\n"), "{module}");
        assert!(module.contains("  kind: \"x\" | \"y\" | (string & {});\n"), "{module}");
        assert!(module.contains("  items: ABItem[];\n"), "{module}");
        assert!(module.contains("interface ABItem {\n  m: Record<string, unknown>;\n}\n"), "{module}");
    }

    #[test]
    fn an_event_without_a_schema_accepts_any_data() {
        let event = json!({"data": {}, "schema_published": false, "renamed_to": "c.d"});
        let module = events(&json!({"envelope": {}, "events": {"a.b": event}})).unwrap();
        assert!(module.contains("call it `c.d`. */\nexport type ABData = Record<string, unknown>;\n"), "{module}");
    }

    #[test]
    fn no_line_is_wider_than_the_maximum() {
        let words = "word ".repeat(60);
        let wrapped = comment("  ", words.trim_end()) + &union("  ", "x:", &vec!["\"w\"".into(); 60]);
        assert_eq!((wrapped.matches(" word").count(), wrapped.matches("\n    | ").count()), (60, 60), "{wrapped}");
        let all = wrapped + &events_of(&json!({})).unwrap();
        let widest = all.lines().map(|line| line.chars().count()).max();
        assert!((MAX_WIDTH - 5..=MAX_WIDTH).contains(&widest.unwrap()), "{all}");
    }
}
