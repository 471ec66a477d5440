//! The cost of an explanation is bounded, whatever the delivery. It is counted, not timed: in units of the work of
//! hashing one byte, as the search itself counts, and in bytes allocated, which are measured from outside.

use std::fmt::Write as _;

use allocation_counter::measure;
use hookseal::explain::{Explainer, Report, Search};
use hookseal::{Scheme, Verifier};
use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};

use crate::support::{BODY, NOW, SECRET, pairs, secret_for, sign};

const MIB: usize = 1 << 20;

/// Fills a body up to a size by repeating a unit.
fn filled(open: &str, unit: &str, close: &str, size: usize) -> Vec<u8> {
    let times = (size - open.len() - close.len()) / unit.len();
    let close = if open.is_empty() { close.to_owned() } else { format!("0{close}") };
    [open, &unit.repeat(times - 1), &close].concat().into_bytes()
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0], &*compress_to_vec(bytes, 9)].concat()
}

/// Deflate blocks that have tables of their own and no content: reading these is work that produces no output.
fn empty_blocks(size: usize) -> Vec<u8> {
    let (mut bytes, mut held, mut count) = (vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0], 0_u64, 0);
    let mut put = |value: u64, bits: u32| {
        held |= value << count;
        count += bits;
        while count >= 8 {
            bytes.push(u8::try_from(held & 255).unwrap());
            held >>= 8;
            count -= 8;
        }
        bytes.len()
    };
    loop {
        // Not the last; dynamic tables; 257 literals, 1 distance and 18 code lengths, where 18 and 1 have a code of one
        // bit.
        for (value, bits) in [(0, 1), (2, 2), (0, 5), (0, 5), (14, 4)] {
            put(value, bits);
        }
        for place in 0..18 {
            put(u64::from(place == 2 || place == 17), 3);
        }
        // 138 and 118 zeros, a one-bit code for the end of the block and one for a distance, and then that end.
        for (value, bits) in [(1, 1), (127, 7), (1, 1), (107, 7), (0, 1), (0, 1)] {
            put(value, bits);
        }
        if put(0, 1) >= size {
            return bytes;
        }
    }
}

/// Bodies that an attacker may send to make an explanation slow, all of about this size.
fn shapes(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let keys = |up: bool| {
        let mut text = String::from("{");
        for at in 0..size / 11 - 2 {
            let at = if up { at } else { 999_999 - at };
            write!(text, "\"{at:06}\":1,").unwrap();
        }
        text.push_str("\"~\":1}");
        text.into_bytes()
    };
    let nested = |levels: usize| {
        let open = "{\"b\":0,\"a\":".repeat(levels);
        filled(&open, "\"/é\",\"b\":[],\"\":", &"}".repeat(levels), size)
    };
    vec![
        ("zeros", vec![0; size]),
        ("letters", filled("", "x", "", size)),
        ("spaces", filled("", " ", "", size)),
        ("invalid UTF-8", vec![0xff; size]),
        ("line breaks", filled("", "\r\n", "", size)),
        ("quotes", filled("", "\"", "", size)),
        ("backslashes", filled("", "\\", "", size)),
        ("one string of escapes", filled("[\"", "\\u00e9", "\"]", size)),
        ("one string of quotes", filled("[\"", "\\\"", "\"]", size)),
        ("all that can be escaped", filled("{\"a\":\"", "é/<\\/\\u00e9\u{fffd}", "\"}", size)),
        ("half surrogate pairs", filled("[\"", "\\ud83d\\ud83d", "\"]", size)),
        ("replacements", filled("[\"", "\u{fffd}", "\"]", size)),
        ("numbers", filled("[", "1,", "]", size)),
        ("numbers in 62 arrays", filled(&"[".repeat(62), "1,", &"]".repeat(62), size)),
        ("unclosed arrays", filled("", "[", "", size)),
        ("empty arrays", filled("[", "[],", "]", size)),
        ("objects in objects", nested(60)),
        ("objects of two fields", filled("[", "{\"b\":1,\"a\":2},", "]", size)),
        ("one key repeated", filled("{", "\"\":1,", "\"\":1}", size)),
        ("sorted keys", keys(true)),
        ("keys in reverse order", keys(false)),
        (
            "keys of many orders",
            filled("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":[", "\"/é\",", "]}", size),
        ),
        ("base64", base64(&vec![b'x'; size / 4 * 3])),
        ("base64 of base64", base64(&base64(&vec![0x5a; size / 16 * 9]))),
        ("a string of JSON in a string", filled("\"", "\\u0001", "\"", size)),
        ("a form", filled("a=", "%41", "", size)),
        ("a list of a Buffer", filled("{\"type\":\"Buffer\",\"data\":[", "1,", "]}", size)),
        ("gzip that grows", gzip(&vec![b'a'; 64 * size])),
        ("gzip that grows to the limit", gzip(&vec![b'a'; 4 * size])),
        ("zlib of a large body", compress_to_vec_zlib(&keys(true), 1)),
        ("gzip of empty blocks", empty_blocks(size)),
        ("an envelope", filled(&BODY[..BODY.len() - 2], ",\"b/\":\"é\"", "}}", size)),
    ]
}

/// Headers with a signature, and with or without the other values that a scheme signs.
const HEADERS: [(Scheme, &[&str]); 4] = [
    (Scheme::CONTIO, &["X-Contio-Signature", "X-Contio-Timestamp"]),
    (Scheme::CONTIO, &["X-Contio-Signature"]),
    (Scheme::SVIX, &["svix-signature", "svix-timestamp"]),
    (Scheme::GITHUB, &["X-Hub-Signature-256"]),
];

fn headers(names: &[&str]) -> Vec<(String, String)> {
    let value = |name: &&str| match *name {
        "svix-signature" => format!("v1,{}=", "A".repeat(43)),
        name if name.to_lowercase().contains("signature") => "ab".repeat(32),
        name if name.ends_with("id") => "msg_1".to_owned(),
        _ => NOW.as_secs().to_string(),
    };
    names.iter().map(|name| ((*name).to_owned(), value(name))).collect()
}

/// The work that the documentation of `Explainer::explain` promises, plus the cost of verifying the delivery.
fn allowed(body: usize, secrets: usize) -> u64 {
    (32 * MIB + (24 + 2 * secrets.min(8) + 8) * body) as u64
}

/// Explains, and checks that the cost is within what is promised.
fn explain(name: &str, explainer: &Explainer, headers: &Vec<(String, String)>, body: &[u8], secrets: usize) -> Report {
    let mut report = None;
    let counted = measure(|| report = Some(explainer.explain(headers, body, NOW)));
    let report = report.expect("a report");
    let Search { macs, work, .. } = report.search;
    let name = format!(
        "{name}, {} bytes, {}, {:?}",
        body.len(),
        report.scheme,
        headers.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    assert!(work <= allowed(body.len(), secrets), "{name}: {work}");
    assert!(macs <= 16_384, "{name}: {macs}");
    // Everything that was written was charged.
    assert!(counted.bytes_total <= work + (MIB as u64), "{name}: {} bytes for {work}", counted.bytes_total);
    let memory = 12 * body.len() + 2 * MIB;
    assert!(counted.bytes_max <= memory as u64, "{name}: {} bytes at once", counted.bytes_max);
    report
}

#[test]
fn no_body_of_a_mebibyte_exceeds_the_budget() {
    let explainers =
        HEADERS.map(|(scheme, names)| (Explainer::new(scheme).secret(secret_for(&scheme)), headers(names)));
    for (index, (name, body)) in shapes(MIB).into_iter().enumerate() {
        let is_full = body.len() > MIB / 2 && body.len() <= MIB;
        assert!(is_full || name.contains("zlib") || name.contains("gzip"), "{name}: {}", body.len());
        // With all headers, and in turn with one of the other sets.
        for (explainer, headers) in [&explainers[0], &explainers[1 + index % 3]] {
            explain(name, explainer, headers, &body, 1);
        }
    }
}

#[test]
fn no_small_body_exceeds_the_budget_with_every_setting_and_header() {
    let explainer = |scheme| {
        let mut explainer = Explainer::new(scheme);
        for index in 0..40_u8 {
            explainer =
                explainer.secret(&format!(" \"whsec_{index}f00d{}\\n\" ", "c0ffee".repeat(usize::from(index) * 18)));
            explainer = explainer.secret(&[index; 4000].map(|byte: u8| byte.wrapping_mul(7)));
            for other in Scheme::PRESETS {
                explainer = explainer.other_secret(*other, &format!("{index} {SECRET}"));
            }
        }
        explainer
    };
    let signature = |index: u8| format!("\"{index:02x}{}\", ", "ab".repeat(31));
    let signatures: String = (0..40).map(signature).collect();
    let times: String = (1..400).map(|time| format!("{time}, ")).collect();
    let mut all = Vec::new();
    for scheme in Scheme::PRESETS {
        for name in scheme.header_spellings().into_iter().flatten().flatten() {
            let value = if name.as_str().to_lowercase().contains("signature") { &signatures } else { &times };
            for _ in 0..6 {
                all.push((name.as_str().to_owned(), value.clone()));
            }
        }
    }
    for size in [64, 4096, 65_536] {
        for (name, body) in shapes(size.max(1100)).iter().map(|(name, body)| (name, &body[..body.len().min(size)])) {
            explain(name, &explainer(Scheme::CONTIO), &all, body, 8);
        }
    }
    for scheme in Scheme::PRESETS {
        let report = explain("all at once", &explainer(*scheme), &all, BODY.as_bytes(), 8);
        assert!(report.causes.is_empty(), "{:?}", report.causes);
    }
}

#[test]
fn no_body_is_rebuilt_if_there_is_no_signature() {
    let body = filled("[", "1,", "]", MIB);
    for scheme in Scheme::PRESETS {
        let explainer = Explainer::new(*scheme).secret(secret_for(scheme)).other_secret(Scheme::SLACK, SECRET);
        for headers in [vec![], headers(&["X-Contio-Timestamp", "svix-id", "webhook-timestamp"])] {
            let report = explain("no signature", &explainer, &headers, &body, 1);
            assert_eq!((report.search.macs, report.search.complete), (0, true), "{headers:?}");
            assert!(report.search.work < 5 * MIB as u64, "{headers:?}: {}", report.search.work);
        }
    }
}

#[test]
fn no_body_is_rebuilt_if_nothing_can_be_tried_with_it() {
    for (_, body) in shapes(64 << 10) {
        // Leaving out both id and timestamp takes two changes, and no third change is tried.
        let svix = Explainer::new(Scheme::SVIX).secret(secret_for(&Scheme::SVIX));
        let report = explain("no id, no timestamp", &svix, &headers(&["svix-signature"]), &body, 1);
        assert!(report.search.complete && report.search.macs < 10, "{:?}", report.search);
        assert!(report.search.work < 32 * (64 << 10), "{:?}", report.search);
    }
}

/// The bounds do not prevent causes from being found in an ordinary delivery of the largest size that is searched.
#[test]
fn the_common_causes_are_found_in_a_mebibyte_of_ordinary_json_with_two_secrets() {
    let person = |at: usize| {
        let name = if at.is_multiple_of(3) { "Zoë & Søren" } else { "A name of somebody" };
        serde_json::json!({"id": format!("person-{at:06}"), "name": name, "url": format!("https://example.com/{at}"), "age": at % 90})
    };
    let people: Vec<_> = (0..7000).map(person).collect();
    let document = serde_json::json!({"event_type": "meeting.completed", "data": {"people": people}});
    let compact = document.to_string();
    let indented = serde_json::to_string_pretty(&document).unwrap();
    let escaped = compact.replace('ë', "\\u00eb").replace('ø', "\\u00f8");
    let slashes = compact.replace('/', "\\/");
    let html = compact.replace('&', "\\u0026");
    let (newline, bom) = (format!("{compact}\n"), format!("\u{feff}{compact}"));
    let lines = indented.replace('\n', "\r\n");
    let encoded = String::from_utf8(base64(compact.as_bytes())).unwrap();
    assert!(encoded.len() < MIB && indented.len() > 1_000_000, "{} {}", encoded.len(), indented.len());
    for (signed, came, cause) in [
        (&compact, &indented, "body_was_compact"),
        (&indented, &compact, "body_was_indented_by_2"),
        (&escaped, &compact, "body_non_ascii_was_escaped"),
        (&compact, &escaped, "body_non_ascii_was_plain"),
        (&slashes, &compact, "body_slashes_were_escaped"),
        (&compact, &slashes, "body_slashes_were_plain"),
        (&html, &compact, "body_html_was_escaped"),
        (&compact, &newline, "body_newline_added"),
        (&newline, &compact, "body_newline_lost"),
        (&bom, &compact, "body_bom_lost"),
        (&lines, &indented, "body_crlf_became_lf"),
        (&compact, &encoded, "body_is_base64"),
    ] {
        let headers = pairs(&sign(Scheme::CONTIO_BODY, signed.as_bytes(), NOW));
        let explainer = Explainer::new(Scheme::CONTIO).secret("the secret before the rotation").secret(SECRET);
        let report = explain(cause, &explainer, &headers, came.as_bytes(), 2);
        let causes: Vec<_> = report.causes.iter().map(|finding| finding.cause.code()).collect();
        assert_eq!(causes, [cause], "{:?}", report.search);
    }
    for (secret, cause) in [(format!("{SECRET}\n"), "secret_white_space"), (format!("'{SECRET}'"), "secret_quoted")] {
        let headers = pairs(&sign(Scheme::CONTIO_TIMESTAMPED, compact.as_bytes(), NOW));
        let explainer = Explainer::new(Scheme::CONTIO).secret("the secret before the rotation").secret(&secret);
        let report = explain(cause, &explainer, &headers, compact.as_bytes(), 2);
        assert_eq!(report.causes.first().map(|finding| finding.cause.code()), Some(cause), "{:?}", report.search);
    }
}

#[test]
fn a_search_that_was_cut_short_is_reported_as_incomplete() {
    let headers = headers(&["X-Hub-Signature-256"]);
    let github = Explainer::new(Scheme::GITHUB).secret(SECRET);
    let whole = explain("small", &github, &headers, b"{}", 1);
    assert!(whole.search.complete && whole.to_json().contains("\"complete\":true"));
    let too_long = explain("gzip", &github, &headers, &gzip(&vec![b'a'; 8 * MIB]), 1);
    assert!(!too_long.search.complete, "the body would be longer than the limit");
    let large = explain("large", &github, &headers, &filled("{\"a\":\"", "é/<&", "\"}", MIB), 1);
    assert!(!large.search.complete && large.to_json().contains("\"complete\":false"), "{:?}", large.search);
}

#[test]
fn bodies_compressed_by_a_library_are_decompressed() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let verifier = Verifier::builder(Scheme::GITHUB).secret(SECRET).build().unwrap();
    let explainer = Explainer::new(Scheme::GITHUB).secret(SECRET);
    for round in 0..200 {
        // Of few distinct bytes and of many, with repetitions near and far.
        let (distinct, mut body) = (1 + random(256), Vec::new());
        while body.len() < 10 + round * round {
            let (length, far) = (1 + random(300), 1 + random(body.len() + 1));
            for _ in 0..length {
                let copied = body.len().checked_sub(far).map(|at| body[at]);
                let fresh = u8::try_from(random(distinct)).unwrap();
                body.push(if length > 100 { copied.unwrap_or(fresh) } else { fresh });
            }
        }
        let headers = verifier.signer(0).unwrap().sign(&body, NOW, None).unwrap();
        let level = u8::try_from(round % 11).unwrap();
        for compressed in
            [[&gzip(b"")[..10], &compress_to_vec(&body, level)].concat(), compress_to_vec_zlib(&body, level)]
        {
            let report = explainer.explain(&headers, &compressed, NOW);
            let causes: Vec<_> = report.causes.iter().map(|finding| finding.cause.code()).collect();
            assert_eq!(causes, ["body_is_gzip"], "round {round}, level {level}, {} bytes", body.len());
        }
    }
}

#[test]
fn damaged_gzip_is_explained_within_the_budget() {
    let headers = headers(&["X-Hub-Signature-256"]);
    let explainer = Explainer::new(Scheme::GITHUB).secret(SECRET);
    let whole = gzip(BODY.as_bytes());
    for at in 0..whole.len() {
        explain("cut", &explainer, &headers, &whole[..at], 1);
        for bit in 0..8 {
            let mut other = whole.clone();
            other[at] ^= 1 << bit;
            explain("changed", &explainer, &headers, &other, 1);
        }
    }
}
