//! What is written is read back, and what is not in the format is refused.

use super::*;

fn stored(format: SignatureFormat<'_>, timestamp: Option<&str>, id: Option<&str>) -> StoredFormat {
    StoredFormat::new(format, timestamp, id).unwrap()
}

#[test]
fn a_written_header_is_read_back() {
    let signature = core::array::from_fn(|at| u8::try_from(at * 8 + 7).unwrap());
    for (format, timestamp, id) in [
        (SignatureFormat::hex("sha256="), None, None),
        (SignatureFormat::base64(""), None, None),
        (SignatureFormat::hex_list(',', '=', "v1"), Some("t"), None),
        (SignatureFormat::hex_list(',', '=', "v1").spaced(), Some("t"), Some("id")),
        (SignatureFormat::base64_list(' ', ',', "v1"), None, None),
        (SignatureFormat::base64_list(';', '=', "v0").grouped(), None, Some("i")),
    ] {
        let format = stored(format, timestamp, id);
        let written = format.write(&signature, b"1700000000", b"msg_1=");
        let signatures = format.read(written.as_bytes()).unwrap();
        let mut read = std::vec::Vec::new();
        signatures.each(|signature| read.push(*signature));
        assert_eq!(read, [signature], "{written:?}");
        assert_eq!(signatures.timestamp, timestamp.map(|_| b"1700000000".as_slice()));
        assert_eq!(signatures.id, id.map(|_| b"msg_1=".as_slice()));
    }
}

#[test]
fn the_longest_list_is_written_whole() {
    let key = "0123456789abcdef";
    let [t, i] = [1, 2].map(|at| std::format!("{}{at}", &key[1..]));
    let format = stored(SignatureFormat::hex_list(',', '=', key).spaced(), Some(&t), Some(&i));
    let id = [b'i'; crate::scheme::signed_id::MAX_LISTED_ID_BYTES];
    let written = format.write(&[7; TAG_BYTES], &[b'1'; crate::scheme::timestamp_format::MAX_WRITTEN], &id);
    let read = format.read(written.as_bytes()).expect("a whole list");
    assert_eq!((read.id, read.timestamp.map(<[u8]>::len)), (Some(&id[..]), Some(20)));
}

/// How many signatures are read from a header; `None` if it is refused.
fn count(format: &StoredFormat, value: &str) -> Option<usize> {
    let mut count = 0;
    format.read(value.as_bytes())?.each(|_| count += 1);
    Some(count)
}

#[test]
fn a_blank_is_read_only_where_the_format_says_so() {
    let hex = "a".repeat(64);
    let [plain, spaced] =
        [SignatureFormat::hex_list(',', '=', "v1"), SignatureFormat::hex_list(',', '=', "v1").spaced()]
            .map(|format| stored(format, Some("t"), None));
    for (value, if_plain, if_spaced) in [
        (std::format!("t=1,v1={hex}"), Some(1), Some(1)),
        (std::format!("t=1, v1={hex}"), None, Some(1)),
        (std::format!("v1={hex}, t=1"), None, Some(1)),
        (std::format!("v1={hex},  t=1"), None, None),
        (std::format!("v1={hex},\tt=1"), None, None),
        (std::format!("v1={hex}, t =1"), None, None),
        (std::format!("v1={hex} , t=1"), None, None),
        (std::format!("t=1, v1={hex}, v1={hex}"), None, Some(2)),
        (std::format!("t=1, v1={hex}, t=1, v1={hex}"), None, None),
    ] {
        assert_eq!((count(&plain, &value), count(&spaced, &value)), (if_plain, if_spaced), "{value}");
    }
}

#[test]
fn more_signatures_follow_a_version_only_where_the_format_says_so() {
    let (a, b) = ("a".repeat(64), "b".repeat(64));
    let [plain, grouped] =
        [SignatureFormat::hex_list(',', '=', "v0"), SignatureFormat::hex_list(',', '=', "v0").grouped()]
            .map(|format| stored(format, None, None));
    for (value, if_plain, if_grouped) in [
        (std::format!("v0={a},{b}"), Some(1), Some(2)),
        (std::format!("v0={a},x,{b}"), Some(1), Some(2)),
        (std::format!("v0=x,{b}"), None, Some(1)),
        (std::format!("v0={a},v1={b},{b}"), Some(1), Some(1)),
        (std::format!("{a},v0={b}"), Some(1), Some(1)),
        (std::format!("v1={a},{b}"), None, None),
        (a.clone(), None, None),
        (std::format!("v0={}", [&*a; 16].join(",")), Some(1), Some(16)),
        (std::format!("v0={}", [&*a; 17].join(",")), Some(1), None),
    ] {
        assert_eq!((count(&plain, &value), count(&grouped, &value)), (if_plain, if_grouped), "{value}");
    }
}

#[test]
fn an_id_in_a_list_occurs_once_and_is_not_empty() {
    let format = stored(SignatureFormat::hex_list(',', '=', "v1"), None, Some("id"));
    let hex = "a".repeat(64);
    for (value, is_read) in [
        (std::format!("id=a,v1={hex}"), true),
        (std::format!("v1={hex},id=a=b"), true),
        (std::format!("v1={hex}"), false),
        (std::format!("id=,v1={hex}"), false),
        (std::format!("id=a,id=a,v1={hex}"), false),
        (std::format!("id=a, id=b,v1={hex}"), false),
    ] {
        assert_eq!(format.read(value.as_bytes()).is_some(), is_read, "{value}");
    }
}
