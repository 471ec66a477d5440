//! The table that the demo prints, at most 100 columns wide.

use anstyle::{AnsiColor, Style};

use super::Verdict;
use super::cases::Case;
use crate::escape::printable;
use crate::style::{BAD, FAINT, GOOD, TITLE};

const ACCEPTED: Style = AnsiColor::Green.on_default();
const REFUSED: Style = AnsiColor::Yellow.on_default();

pub(super) fn render(url: &str, rows: &[(Case, Verdict)]) -> String {
    let width = rows.iter().map(|(case, _)| case.title.chars().count()).max().unwrap_or_default();
    let mut lines = vec![
        format!("{TITLE}hookseal demo{TITLE:#}  {} deliveries to a receiver on {url}", rows.len()),
        String::new(),
        format!("    {FAINT}{:width$}  HTTP  Event or error code{FAINT:#}", "Delivery"),
    ];
    let mut group = "";
    for (case, verdict) in rows {
        if case.group != group {
            group = case.group;
            lines.push(format!("  {TITLE}{group}{TITLE:#}"));
        }
        lines.push(row(case, verdict, width));
    }
    lines.push(String::new());
    lines.push(summary(rows));
    lines.push(String::new());
    lines.join("\n")
}

fn row(case: &Case, verdict: &Verdict, width: usize) -> String {
    let Case { title, expected, .. } = case;
    let style = if matches!(verdict, Verdict::Accepted { .. }) { ACCEPTED } else { REFUSED };
    let cells = format!("{title:width$}  {style}{:<4}  {}{style:#}", verdict.status(), verdict.detail());
    if expected == verdict {
        return format!("  {GOOD}✓{GOOD:#} {cells}");
    }
    format!("  {BAD}✗{BAD:#} {cells}\n    {BAD}expected {} {}{BAD:#}", expected.status(), expected.detail())
}

fn summary(rows: &[(Case, Verdict)]) -> String {
    let right = rows.iter().filter(|(case, verdict)| case.expected == *verdict).count();
    let accepted = rows.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Accepted { .. })).count();
    let refused = rows.len() - accepted;
    if right == rows.len() {
        format!("{GOOD}All {right} are as expected{GOOD:#}: {accepted} accepted, {refused} refused.")
    } else {
        let wrong = rows.len() - right;
        format!("{BAD}{wrong} of {} are not as expected{BAD:#}: {accepted} accepted, {refused} refused.", rows.len())
    }
}

impl Verdict {
    fn status(&self) -> u16 {
        match self {
            Self::Accepted { .. } => 200,
            Self::Refused { status, .. } => *status,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Accepted { event_type, secret_index: 0 } => printable(event_type),
            Self::Accepted { event_type, secret_index } => {
                format!("{} (secret index {secret_index})", printable(event_type))
            }
            Self::Refused { code, .. } => printable(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(verdict: Verdict) -> (Case, Verdict) {
        let expected = Verdict::Refused { status: 401, code: "signature_mismatch".to_owned() };
        (Case { group: "Forged", title: "Body changed", headers: Vec::new(), body: Vec::new(), expected }, verdict)
    }

    #[test]
    fn an_unexpected_verdict_is_marked_and_counted() {
        let right = case(Verdict::Refused { status: 401, code: "signature_mismatch".to_owned() });
        let wrong = case(Verdict::Accepted { event_type: "meeting.completed".to_owned(), secret_index: 0 });
        let text = anstream::adapter::strip_str(&render("http://test", &[right, wrong])).to_string();
        assert!(text.contains("✓ Body changed  401   signature_mismatch\n"), "{text}");
        assert!(
            text.contains("✗ Body changed  200   meeting.completed\n    expected 401 signature_mismatch\n"),
            "{text}"
        );
        assert!(text.ends_with("1 of 2 are not as expected: 1 accepted, 1 refused.\n"), "{text}");
    }
}
