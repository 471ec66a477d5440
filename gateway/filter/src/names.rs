//! Names of headers that only the filter may set.

use alloc::string::String;
use alloc::vec::Vec;

/// Headers by which some backends take another path than that of the request, for which another rule holds.
const PATH_OVERRIDES: [&str; 3] = ["x-original-url", "x-original-uri", "x-rewrite-url"];

/// Headers that list names of headers. A proxy removes those that `Connection` names, on the way to the backend: after
/// the filter has set them.
const LISTS: [&str; 2] = ["connection", "trailer"];

/// What to change in a request's headers before it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// Names to remove, each once and as it was sent.
    pub remove: Vec<Vec<u8>>,
    /// Names to set again to another value, after those above were removed.
    pub replace: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Whether the name begins with the prefix for some backend: in any case, and whatever stands for its hyphens. Servers
/// that pass headers on as variables, as CGI does, write `_` for a hyphen, and some for every other character.
pub(crate) fn has_prefix(name: &[u8], prefix: &str) -> bool {
    let plain = |byte: &u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.len() >= prefix.len() && name.iter().map(plain).zip(prefix.bytes()).all(|(ours, theirs)| ours == theirs)
}

/// Whether two names are the same header for some backend, as above.
fn is_same(name: &[u8], other: &str) -> bool {
    name.len() == other.len() && has_prefix(name, other)
}

pub(crate) fn is_list(name: &[u8]) -> bool {
    LISTS.iter().any(|list| name.eq_ignore_ascii_case(list.as_bytes()))
}

/// Whether only the filter may set a header of this name.
pub(crate) fn is_reserved(name: &[u8], prefix: &str) -> bool {
    has_prefix(name, prefix) || PATH_OVERRIDES.iter().any(|other| is_same(name, other))
}

/// What has to be removed from these headers.
pub(crate) fn edits(headers: &[(&[u8], &[u8])], prefix: &str) -> Edits {
    let mut edits = Edits::default();
    let remove = |edits: &mut Edits, name: &[u8]| {
        if !edits.remove.iter().any(|other| other == name) {
            edits.remove.push(name.to_vec());
        }
    };
    for (name, value) in headers {
        if is_reserved(name, prefix) {
            remove(&mut edits, name);
        } else if is_list(name) && items(value).any(|item| is_reserved(item, prefix)) {
            // All values of this name: those that are kept are set again, joined.
            remove(&mut edits, name);
        }
    }
    for list in LISTS {
        if edits.remove.iter().any(|name| name.eq_ignore_ascii_case(list.as_bytes())) {
            let same = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(list.as_bytes()));
            let kept: Vec<&[u8]> =
                same.flat_map(|(_, value)| items(value)).filter(|item| !is_reserved(item, prefix)).collect();
            if !kept.is_empty() {
                edits.replace.push((String::from(list).into_bytes(), kept.join(b", ".as_slice())));
            }
        }
    }
    edits
}

fn items(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_recognized_however_a_backend_may_read_it() {
        for name in ["x-hookseal-verdict", "X-HOOKSEAL-VERDICT", "X_Hookseal_Verdict", "x.hookseal-", "x-hookseal_~"] {
            assert!(has_prefix(name.as_bytes(), "x-hookseal-"), "{name}");
        }
        for name in ["x-hookseal", "xhookseal-verdict", "x--hookseal-verdict", "hookseal-verdict", ""] {
            assert!(!has_prefix(name.as_bytes(), "x-hookseal-"), "{name}");
        }
    }

    #[test]
    fn a_connection_header_cannot_name_the_filters_headers() {
        let headers: [(&[u8], &[u8]); 3] = [
            (b"connection", b"close, X-Hookseal-Verdict"),
            (b"Connection", b"x_hookseal_id,te"),
            (b"trailer", b"x-hookseal-verdict"),
        ];
        let edits = edits(&headers, "x-hookseal-");
        assert_eq!(edits.remove, [b"connection".as_slice(), b"Connection", b"trailer"]);
        assert_eq!(edits.replace, [(b"connection".to_vec(), b"close, te".to_vec())]);
    }
}
