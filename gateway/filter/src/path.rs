//! Paths: which rule covers a request.
//!
//! A backend must not see another path than the filter does. What different servers read differently is refused
//! (encoded slashes, dot segments, empty segments), and what some servers take for the same path (another case, a slash
//! at the end, parameters after `;`) is covered by the same rule.

use alloc::string::String;
use alloc::vec::Vec;

/// A path that has one meaning: decoded, in lower case, without parameters and without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<u8>);

/// The path has several meanings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ambiguous;

impl Path {
    /// Reads the target of a request: a path, and a query that no rule looks at.
    pub(crate) fn of_target(target: &[u8]) -> Result<Self, Ambiguous> {
        let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
        Self::read(path)
    }

    fn read(path: &[u8]) -> Result<Self, Ambiguous> {
        let segments = path.strip_prefix(b"/").ok_or(Ambiguous)?;
        let mut read = Vec::with_capacity(path.len());
        let mut rest = segments.split(|byte| *byte == b'/').peekable();
        while let Some(segment) = rest.next() {
            let start = read.len();
            read.push(b'/');
            decode(segment, &mut read)?;
            let decoded = read.get_mut(start + 1..).unwrap_or_default();
            decoded.make_ascii_lowercase();
            let name = decoded.split(|byte| *byte == b';').next().unwrap_or_default();
            // Only the last may be empty: that is a slash at the end.
            let is_last = rest.peek().is_none();
            let is_plain = !name.is_empty() || (is_last && decoded.is_empty());
            if !is_plain || name == b"." || name == b".." {
                return Err(Ambiguous);
            }
            let end = if name.is_empty() { start } else { start + 1 + name.len() };
            read.truncate(end);
        }
        Ok(Self(read))
    }
}

/// Decodes a segment. What would be decoded a second time, and what ends or divides paths, has several meanings.
fn decode(segment: &[u8], decoded: &mut Vec<u8>) -> Result<(), Ambiguous> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16)).ok_or(Ambiguous);
    let mut bytes = segment.iter();
    while let Some(&byte) = bytes.next() {
        let is_escaped = byte == b'%';
        let byte = if is_escaped {
            let value = digit(bytes.next())? << 4 | digit(bytes.next())?;
            u8::try_from(value).map_err(|_| Ambiguous)?
        } else {
            byte
        };
        let divides = matches!(byte, b'/' | b'\\') || byte.is_ascii_control() || (is_escaped && byte == b'%');
        // As they are, a fragment and a blank do not belong in a request at all.
        if divides || (!is_escaped && matches!(byte, b'#' | b' ')) {
            return Err(Ambiguous);
        }
        decoded.push(byte);
    }
    Ok(())
}

/// What a rule covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    path: Path,
    /// `/*` at the end: everything below the path too.
    with_all_below: bool,
}

impl Pattern {
    /// Reads the path of a rule, or says what is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, &'static str> {
        let (path, with_all_below) = match text.strip_suffix("/*") {
            Some("") => return Ok(Self { path: Path(Vec::new()), with_all_below: true }),
            Some(path) => (path, true),
            None => (text, false),
        };
        if path.contains(['*', '%', '?', '#', ';']) || !path.is_ascii() || (with_all_below && path.ends_with('/')) {
            return Err(
                "write it in ASCII and without * % ? # ; except for one /* at its end, which is all paths below",
            );
        }
        let path = Path::read(path.as_bytes())
            .map_err(|Ambiguous| "it must begin with a slash, and have no empty segments and none of dots")?;
        Ok(Self { path, with_all_below })
    }

    /// How well it fits, the larger the better; `None` if it does not cover the path.
    pub(crate) fn fits(&self, path: &Path) -> Option<usize> {
        let rest = path.0.strip_prefix(self.path.0.as_slice())?;
        match rest.first() {
            None => Some(usize::MAX - usize::from(self.with_all_below)),
            Some(b'/') if self.with_all_below => Some(self.path.0.len()),
            Some(_) => None,
        }
    }
}

impl Pattern {
    /// For messages about two rules.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.path.0).into_owned();
        text.push_str(if self.with_all_below { "/*" } else { "" });
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_several_meanings_is_refused() {
        for target in [
            "",
            "*",
            "hook",
            "http://h/hook",
            "//hook",
            "/a//b",
            "/a/./b",
            "/a/../hook",
            "/..",
            "/.",
            "/a/%2e%2E/hook",
            "/a/.%2e",
            "/a%2Fb",
            "/a%2fb",
            "/a%5cb",
            "/a\\b",
            "/a/..;/hook",
            "/;/hook",
            "/;x",
            "/%",
            "/%4",
            "/%zz",
            "/%2568ook",
            "/a%00",
            "/a%0a",
            "/a\tb",
            "/a#b",
            "/a b",
            "/a/%2e;x=1/b",
            "/%25",
            "/a%7f",
        ] {
            assert_eq!(Path::of_target(target.as_bytes()), Err(Ambiguous), "{target}");
        }
    }

    #[test]
    fn a_path_that_some_backend_takes_for_another_is_covered_by_its_rule() {
        let rule = Pattern::read("/webhooks/Contio").unwrap();
        for target in [
            "/webhooks/contio",
            "/webhooks/contio/",
            "/Webhooks/CONTIO",
            "/webhooks/contio?x=/../y",
            "/%77ebhooks/contio",
            "/webhooks/conti%6F",
            "/webhooks;v=1/contio;jsessionid=2",
            "/webhooks/contio%3Bx",
            "/webhooks/contio?#",
        ] {
            let path = Path::of_target(target.as_bytes()).expect(target);
            assert!(rule.fits(&path).is_some(), "{target}");
        }
        for target in
            ["/", "/webhooks", "/webhooks/contio2", "/webhooks/contio/x", "/x/webhooks/contio", "/webhooks%20/contio"]
        {
            let path = Path::of_target(target.as_bytes()).expect(target);
            assert_eq!(rule.fits(&path), None, "{target}");
        }
    }

    #[test]
    fn the_rule_that_names_most_of_a_path_covers_it() {
        let fits =
            |rule: &str, target: &str| Pattern::read(rule).unwrap().fits(&Path::of_target(target.as_bytes()).unwrap());
        let path = "/hooks/a/b";
        assert!(fits("/hooks/a/b", path) > fits("/hooks/a/b/*", path));
        assert!(fits("/hooks/a/b/*", path) > fits("/hooks/a/*", path));
        assert!(fits("/hooks/a/*", path) > fits("/*", path));
        assert!(fits("/*", path).is_some() && fits("/*", "/").is_some());
        assert_eq!((fits("/hooks/*", "/hooksx"), fits("/hooks/a", path)), (None, None));
        assert!(fits("/hooks/*", "/hooks").is_some() && fits("/", "/").is_some());
    }

    #[test]
    fn a_rule_has_one_plain_path() {
        for rule in ["", "hook", "/a//b", "/a/../b", "/a/*/b", "/a*", "/%61", "/a?b", "//*", "/\u{e9}"] {
            assert!(Pattern::read(rule).is_err(), "{rule}");
        }
    }
}
