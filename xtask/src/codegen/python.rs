//! The types of the events, in Python.

use serde_json::{Map, Value};

use super::{CATALOGUE, object, pascal_case, published_in, push};

const MAX_WIDTH: usize = 120;

const HEAD: &str =
    "from __future__ import annotations\n\nfrom typing import Any, Literal, TypeAlias, TypedDict, Union\n";

/// The part of `events.py` that does not depend on the catalogue.
const UNKNOWN: &str = r#"

class UnknownEvent(Envelope):
    """An event of a type that this version does not know. The vendor may add types at any time.

    The declared `event_type` is a placeholder, which distinguishes this class from the known events: a comparison with
    a known type narrows to that event, and a comparison with a misspelled type is a type error. To compare with a type
    that is not known here, convert `event_type` to `str`:

        if str(event["event_type"]) == "meeting.archived":
            print(event["data"])
    """

    event_type: Literal["(a type that this version does not know)"]
    data: dict[str, Any]
"#;

/// The module with the types of all events in a catalogue.
pub(super) fn events(catalogue: &Value) -> Result<String, String> {
    let all = object(&catalogue["events"], "events")?;
    let mut module = format!(
        "\"\"\"The types of Contio's events, which are plain dicts. Objects may have additional fields.\n\n\
         `event[\"event_type\"]` distinguishes the events. The envelope around `data` was checked; the contents of \
         `data` are as\nthe vendor sent them, and were not checked against these types.\n\"\"\"\n\n\
         # Generated from `{CATALOGUE}` by `cargo xtask generate`; edit that instead.\n\
         #\n\
         # A class `_…Required` has the fields that are always present, since Python 3.10 cannot mark single fields as \
         optional.\n# A field that may be absent may also be null.\n\n"
    );
    push(&mut module, HEAD);
    let mut envelope = object(&catalogue["envelope"], "envelope")?.clone();
    // Each event declares these two itself.
    envelope.retain(|key, _| key != "event_type" && key != "data");
    write_class(&mut module, "Envelope", "Envelope", "The fields of every event, except `data`.", &envelope)?;
    for (event_type, event) in all {
        write_event(&mut module, event_type, event)?;
    }
    push(&mut module, UNKNOWN);
    let types: Vec<_> = all.keys().map(|event_type| format!("\"{event_type}\"")).collect();
    push(&mut module, &listing("\n\nEventType: TypeAlias = Literal", &types));
    let names: Vec<_> = all.keys().map(|event_type| format!("{}Event", pascal_case(event_type))).collect();
    push(&mut module, &listing("\nKnownEvent: TypeAlias = Union", &names));
    push(&mut module, "\nWebhookEvent: TypeAlias = Union[KnownEvent, UnknownEvent]\n");
    Ok(module)
}

/// The typed part of the router: the event that a function receives, by the type it is registered for.
pub(super) fn routes(catalogue: &Value) -> Result<String, String> {
    let all = object(&catalogue["events"], "events")?;
    let mut module = format!(
        "\"\"\"The typed part of the router: the event that a function receives, by the type it is registered for.\"\"\"\n\n\
         # Generated from `{CATALOGUE}` by `cargo xtask generate`; edit that instead.\n\n\
         from __future__ import annotations\n\n\
         from collections.abc import Callable\n\
         from typing import Any, Literal, Protocol, TypeVar, overload\n\n\
         from hookseal import events\n\n\
         Event = TypeVar(\"Event\")\n\
         Result = TypeVar(\"Result\")\n\n\n\
         class Route(Protocol[Event]):\n    \
             \"\"\"Registers a function and returns it.\"\"\"\n\n    \
             def __call__(self, handler: Callable[[Event], Result], /) -> \
             Callable[[Event], Result]: ...\n\n\n\
         class Routes:\n    \
             \"\"\"The overloads of the router's `on`.\"\"\"\n\n"
    );
    for event_type in all.keys() {
        let name = pascal_case(event_type);
        let (parameter, result) =
            (format!("event_type: Literal[\"{event_type}\"]"), format!("Route[events.{name}Event]"));
        let line = format!("    def on(self, {parameter}, /) -> {result}: ...\n");
        let fits = line.trim_end().chars().count() <= MAX_WIDTH;
        let line =
            if fits { line } else { format!("    def on(\n        self, {parameter}, /\n    ) -> {result}: ...\n") };
        push(&mut module, &format!("    @overload\n{line}"));
    }
    push(
        &mut module,
        "    @overload\n    def on(self, event_type: str, /) -> Route[events.UnknownEvent]: ...\n    \
             def on(self, event_type: str, /) -> Route[Any]:\n        \
                 \"\"\"Registers a function for an event type, which this version need not know.\n\n        \
                     @router.on(\"meeting.completed\")\n        \
                     def completed(event: MeetingCompletedEvent) -> None: ...\n\n        \
                 Several functions may be registered for one type.\n        \
                 \"\"\"\n        \
                 return self._route(event_type)\n\n    \
             def _route(self, event_type: str) -> Route[Any]:\n        \
                 raise NotImplementedError\n",
    );
    Ok(module)
}

fn write_event(module: &mut String, event_type: &str, event: &Value) -> Result<(), String> {
    let name = pascal_case(event_type);
    let about = format!("The `data` of `{event_type}`");
    match (event["schema_published"].as_bool(), event["renamed_to"].as_str()) {
        (Some(false), Some(successor)) => {
            let about = format!("# {about}. No schema was published; later releases call it `{successor}`.");
            push(module, &format!("\n\n{about}\n{name}Data: TypeAlias = dict[str, Any]\n"));
        }
        _ => {
            let fields = object(&event["data"], event_type)?;
            write_class(module, &format!("{name}Data"), &name, &format!("{about}."), fields)?;
        }
    }
    push(module, &format!("\n\nclass {name}Event(Envelope):\n"));
    push(module, &format!("    \"\"\"`{event_type}`, {}.\"\"\"\n\n", published_in(event)));
    push(module, &format!("    event_type: Literal[\"{event_type}\"]\n    data: {name}Data\n"));
    Ok(())
}

/// Writes an object, after its nested objects, whose names begin with `prefix`.
fn write_class(
    module: &mut String,
    name: &str,
    prefix: &str,
    about: &str,
    fields: &Map<String, Value>,
) -> Result<(), String> {
    let (mut required, mut optional) = (String::new(), String::new());
    for (key, field) in fields {
        let mut annotation = field_type(module, name, prefix, key, field)?;
        // Many encoders write absent fields as null, whatever their documentation says.
        let may_be_absent = field["optional"] == true || field["nullable"] == true;
        if may_be_absent {
            annotation.push_str(" | None");
        }
        let part = if may_be_absent { &mut optional } else { &mut required };
        push(part, &format!("    {key}: {annotation}{}\n", remark(field)?));
    }
    let class = |name: &str, bases: &str, about: &str, fields: &str| {
        let fields = if fields.is_empty() { String::new() } else { format!("\n{fields}") };
        format!("\n\nclass {name}({bases}):\n    \"\"\"{about}\"\"\"\n{fields}")
    };
    match (required.is_empty(), optional.is_empty()) {
        (_, true) => push(module, &class(name, "TypedDict", about, &required)),
        (true, false) => push(module, &class(name, "TypedDict, total=False", about, &optional)),
        (false, false) => {
            let base = format!("_{name}Required");
            push(module, &class(&base, "TypedDict", &format!("The fields that `{name}` always has."), &required));
            push(module, &class(name, &format!("{base}, total=False"), about, &optional));
        }
    }
    Ok(())
}

/// A comment on what a field's type cannot express.
fn remark(field: &Value) -> Result<String, String> {
    if field["format"] == "rfc3339" {
        return Ok("  # in RFC 3339".to_owned());
    }
    let Some(values) = field["enum"].as_array() else { return Ok(String::new()) };
    let values: Option<Vec<_>> = values.iter().map(|value| Some(format!("\"{}\"", value.as_str()?))).collect();
    let values = values.ok_or_else(|| format!("{field} has a value that is not a string"))?;
    Ok(format!("  # {}; others are possible", values.join(", ")))
}

/// A field's type. Classes that it needs are written to the module first.
fn field_type(module: &mut String, owner: &str, prefix: &str, key: &str, field: &Value) -> Result<String, String> {
    match field["type"].as_str() {
        Some("string") => Ok("str".to_owned()),
        Some("number") => Ok("float".to_owned()),
        Some("boolean") => Ok("bool".to_owned()),
        Some("map") => Ok("dict[str, Any]".to_owned()),
        Some("any") => Ok("Any".to_owned()),
        Some("object") => {
            let name = format!("{prefix}{}", pascal_case(key));
            let about = format!("The object `{key}` of `{owner}`.");
            write_class(module, &name, &name, &about, object(&field["fields"], key)?)?;
            Ok(name)
        }
        Some("array") => {
            let name = format!("{prefix}{}", pascal_case(key.strip_suffix('s').unwrap_or(key)));
            let about = format!("An item of `{key}` of `{owner}`.");
            write_class(module, &name, &name, &about, object(&field["items"]["fields"], key)?)?;
            Ok(format!("list[{name}]"))
        }
        other => Err(format!("{owner}.{key} has the unknown type {other:?}")),
    }
}

/// `head[…]` with these items, on one line if they fit.
pub(super) fn listing(head: &str, items: &[String]) -> String {
    let line = format!("{head}[{}]\n", items.join(", "));
    if line.trim_start().chars().count() <= MAX_WIDTH {
        return line;
    }
    let lines: String = items.iter().map(|item| format!("    {item},\n")).collect();
    format!("{head}[\n{lines}]\n")
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
        assert!(module.contains("class Envelope(TypedDict):\n"), "{module}");
        assert!(
            module.contains("class ABData(TypedDict):\n    \"\"\"The `data` of `a.b`.\"\"\"\n\n    n: float\n"),
            "{module}"
        );
        assert!(module.contains("\n    event_type: Literal[\"a.b\"]\n    data: ABData\n"), "{module}");
        assert!(module.contains("\nEventType: TypeAlias = Literal[\"a.b\"]\n"), "{module}");
        assert!(module.contains("\nKnownEvent: TypeAlias = Union[ABEvent]\n"), "{module}");
    }

    #[test]
    fn fields_that_may_be_absent_or_null_are_in_a_separate_class() {
        let module = events_of(&json!({
            "one": {"type": "string", "optional": true, "nullable": true},
            "two": {"type": "string", "optional": true},
            "three": {"type": "string", "nullable": true},
            "kind": {"type": "string", "enum": ["x", "y"]},
            "items": {"type": "array", "items": {"fields": {"m": {"type": "map", "optional": true}}}}
        }))
        .unwrap();
        assert!(module.contains("class ABData(_ABDataRequired, total=False):\n"), "{module}");
        for field in ["one", "two", "three"] {
            assert!(module.contains(&format!("\n    {field}: str | None\n")), "{module}");
        }
        assert!(module.contains(
            "class _ABDataRequired(TypedDict):\n    \"\"\"The fields that `ABData` always has.\"\"\"\n\n    items: "
        ));
        assert!(module.contains("\n    kind: str  # \"x\", \"y\"; others are possible\n"), "{module}");
        assert!(module.contains("\n    items: list[ABItem]\n"), "{module}");
        assert!(module.contains("class ABItem(TypedDict, total=False):\n"), "{module}");
    }

    #[test]
    fn an_event_without_a_schema_accepts_any_data() {
        let event = json!({"data": {}, "schema_published": false, "renamed_to": "c.d"});
        let module = events(&json!({"envelope": {}, "events": {"a.b": event}})).unwrap();
        assert!(module.contains("call it `c.d`.\nABData: TypeAlias = dict[str, Any]\n"), "{module}");
    }

    #[test]
    fn the_router_has_an_overload_for_each_type() {
        let module = routes(&json!({"events": {"a.b": {}, "c.d": {}}})).unwrap();
        assert!(module.contains("Literal[\"c.d\"], /) -> Route[events.CDEvent]: ...\n"), "{module}");
        assert_eq!(module.matches("@overload").count(), 3);
    }
}
