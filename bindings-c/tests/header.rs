//! The header in `include/` says what the source does: it is compared with the one that cbindgen makes of the source.

#![cfg(not(miri))]

use std::collections::BTreeMap;

const HEADER: &str = include_str!("../include/hookseal.h");

/// What C calls the types.
const TYPES: [(&str, &str); 9] = [
    ("Text", "hookseal_text"),
    ("Header", "hookseal_header"),
    ("Delivery", "hookseal_delivery"),
    ("Span", "hookseal_span"),
    ("Verdict", "hookseal_verdict"),
    ("Input", "hookseal_input"),
    ("Prepared", "hookseal_prepared"),
    ("Verifier", "hookseal_verifier"),
    ("Stream", "hookseal_stream"),
];

fn generated() -> String {
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        usize_is_size_t: true,
        documentation: false,
        style: cbindgen::Style::Type,
        ..cbindgen::Config::default()
    };
    config.export.rename = TYPES.map(|(rust, c)| (rust.to_owned(), c.to_owned())).into_iter().collect();
    config.constant.allow_static_const = false;
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let builder = ["layout.rs", "abi.rs"]
        .iter()
        .fold(cbindgen::Builder::new(), |builder, file| builder.with_src(format!("{root}/{file}")));
    let mut header = Vec::new();
    builder.with_config(config).generate().expect("a header").write(&mut header);
    String::from_utf8(header).expect("text")
}

/// The declarations of a header by their names: each function with its parameters, each struct with its members.
fn declarations(header: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for statement in statements(&without_comments_and_directives(header)) {
        if let Some(inside) = statement.strip_prefix("typedef struct ") {
            if let Some((_, inside)) = inside.split_once('{') {
                let (members, name) = inside.split_once('}').expect("the end of a struct");
                found.insert(name.trim().to_owned(), spaced(members));
            }
        } else if let Some((before, parameters)) = statement.split_once('(') {
            let name = before.rsplit([' ', '*']).next().expect("a name").to_owned();
            let parameters = parameters.trim_end_matches(')');
            found.insert(name, spaced(&format!("{before}({parameters})")));
        }
    }
    found
}

fn without_comments_and_directives(header: &str) -> String {
    let mut text = String::new();
    let mut rest = header;
    while let Some((code, after)) = rest.split_once("/*") {
        text.push_str(code);
        rest = after.split_once("*/").expect("the end of a comment").1;
    }
    text.push_str(rest);
    let code = |line: &&str| !line.trim_start().starts_with('#') && !line.starts_with("HOOKSEAL_ASSERT");
    text.lines().filter(code).map(|line| format!("{line}\n")).collect()
}

/// The statements outside of any block, except the one of `extern "C"`.
fn statements(text: &str) -> Vec<String> {
    let text = text.replacen("extern \"C\" {", "", 1);
    let (mut statements, mut statement, mut depth) = (Vec::new(), String::new(), 0);
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if letter == ';' && depth == 0 {
            statements.push(statement.trim().to_owned());
            statement.clear();
        } else {
            statement.push(letter);
        }
    }
    statements
}

/// With one blank between words and none at signs; `HOOKSEAL_FIELDS` is a number, and `struct` is left out.
fn spaced(text: &str) -> String {
    let text = text.replace("HOOKSEAL_FIELDS", "FIELDS").replace("struct ", "");
    let text = ["*", ",", ";", "(", ")", "["].iter().fold(text, |text, sign| text.replace(sign, &format!(" {sign} ")));
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( void )", "( )").trim_end_matches(" ;").to_owned()
}

#[test]
fn the_header_declares_what_the_source_defines() {
    let (ours, generated) = (declarations(HEADER), declarations(&generated()));
    let functions = ours.keys().filter(|name| name.starts_with("hookseal_") && ours[*name].contains('(')).count();
    assert!(functions >= 25, "only {functions} functions were found in the header");
    for (name, declaration) in &generated {
        assert_eq!(ours.get(name), Some(declaration), "{name}: the header differs from the source");
    }
    assert!(ours.keys().eq(generated.keys()), "the header has more: {:?} {:?}", ours.keys(), generated.keys());
}

#[test]
fn the_header_has_every_code_with_its_number_and_status() {
    for (number, kind) in (1..).zip(hookseal::ErrorKind::ALL) {
        let name = format!("HOOKSEAL_{}", kind.code().to_uppercase());
        let line = HEADER.lines().find(|line| line.starts_with(&format!("#define {name} ")));
        let line = line.unwrap_or_else(|| panic!("{name} is not in the header"));
        assert!(line.contains(&format!(" {number}u ")), "{line}");
        assert!(line.contains(&format!("/* {}", kind.status())), "{line}");
    }
}
