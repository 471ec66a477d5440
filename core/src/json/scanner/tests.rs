//! What the scanner accepts, however a body is cut.

use super::*;

struct Ignore;

impl Visitor for Ignore {
    fn name(&mut self, _: usize, _: Option<&[u8]>) -> Result<Want, Malformed> {
        Ok(Want::Members)
    }

    fn value(&mut self, _: usize, _: Value<'_>) {}
}

fn accepts(mut scanner: Scanner, chunks: &[&[u8]]) -> bool {
    chunks.iter().all(|chunk| scanner.feed(chunk, &mut Ignore).is_ok()) && scanner.finish().is_ok()
}

#[test]
fn a_body_cut_anywhere_is_read_like_a_whole_one() {
    for (body, well_formed) in [
        (r#"{"a":"\ud83d\ude00é😀","b":[1,-0.5e+10,true,null,{}],"":{"c":false}} "#.as_bytes(), true),
        (br#"{"a":"\ud83d"}"#, true),
        (br#"{"a":"\ude00"}"#, true),
        (br#"{"\ud83d\u0041":"\ud83d\n","b":"\uD83D\uD83D\uDE00"}"#, true),
        (br#"{"a":"\ud83d\x"}"#, false),
        (br#"{"a":"\ud83d\u004"}"#, false),
        (br#"{"a":"\ud83d"#, false),
        (br#"{"a":01}"#, false),
        (br#"{"a":1,}"#, false),
        (br#"{"a":[1,]}"#, false),
        (br#"{"a":[1}]"#, false),
        (br#"{"a":tru}"#, false),
        (b"{\"a\":\"\xf0\x9f\x98\"}", false),
        (b"{\"a\":\"\xff\"}", false),
        (b"{\"a\":\"\n\"}", false),
        (b"\xef\xbb\xbf{}", false),
        (b"{} {}", false),
        (b"[]", false),
        (b"", false),
    ] {
        assert_accepted_however_cut(&Scanner::new(), body, well_formed);
    }
}

#[test]
fn any_value_can_be_the_root_if_allowed() {
    for (body, well_formed) in [
        (br#" {"a":{"a":1,"a":2}} "#.as_slice(), true),
        (b"[1,[2],{}]", true),
        (br#""\ud83d""#, true),
        (b"0", true),
        (b"-0.5e+10", true),
        (b" 12 ", true),
        (b"true", true),
        (b"null\n", true),
        (b"", false),
        (b" ", false),
        (b"-", false),
        (b"1.", false),
        (b"1e", false),
        (b"01", false),
        (b"1,2", false),
        (b"1 2", false),
        (b"nul", false),
        (b"\"a", false),
        (b"\"a\":1", false),
        (b"]", false),
        (b"[1]]", false),
        (b"[}", false),
        (b"NaN", false),
        (b"\xef\xbb\xbf1", false),
        (b"\"\xff\"", false),
    ] {
        assert_accepted_however_cut(&Scanner::of_any_value(), body, well_formed);
    }
    for (levels, well_formed) in [(MAX_DEPTH as usize, true), (MAX_DEPTH as usize + 1, false)] {
        let nested = std::string::String::from_iter([&*"[".repeat(levels), "1", &*"]".repeat(levels)]);
        assert_eq!(accepts(Scanner::of_any_value(), &[nested.as_bytes()]), well_formed, "{levels} levels");
    }
}

fn assert_accepted_however_cut(scanner: &Scanner, body: &[u8], well_formed: bool) {
    assert_eq!(accepts(scanner.clone(), &[body]), well_formed, "{body:?}");
    for cut in 0..=body.len() {
        let chunks = [&body[..cut], &body[cut..]];
        assert_eq!(accepts(scanner.clone(), &chunks), well_formed, "{body:?} cut at {cut}");
    }
    let bytes: [&[u8]; 128] = core::array::from_fn(|at| body.get(at..=at).unwrap_or_default());
    assert_eq!(accepts(scanner.clone(), &bytes), well_formed, "{body:?} byte by byte");
}
