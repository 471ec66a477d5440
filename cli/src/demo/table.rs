//! The table that the demonstration prints, at most 100 columns wide.

use anstyle::{AnsiColor, Style};

use super::Outcome;
use super::cases::Case;
use crate::escape::printable;
use crate::report::{BAD, FAINT, GOOD};

const TITLE: Style = Style::new().bold();
const ACCEPTED: Style = AnsiColor::Green.on_default();
const REFUSED: Style = AnsiColor::Yellow.on_default();

pub(super) fn render(url: &str, rows: &[(Case, Outcome)]) -> String {
    let width = rows.iter().map(|(case, _)| case.title.chars().count()).max().unwrap_or_default();
    let mut lines = vec![
        format!("{TITLE}hookseal demo{TITLE:#}  {} deliveries to a receiver on {url}", rows.len()),
        String::new(),
        format!("    {FAINT}{:width$}  HTTP  Event or error code{FAINT:#}", "Delivery"),
    ];
    let mut group = "";
    for (case, outcome) in rows {
        if case.group != group {
            group = case.group;
            lines.push(format!("  {TITLE}{group}{TITLE:#}"));
        }
        lines.push(row(case, outcome, width));
    }
    lines.push(String::new());
    lines.push(summary(rows));
    lines.push(String::new());
    lines.join("\n")
}

fn row(case: &Case, outcome: &Outcome, width: usize) -> String {
    let Case { title, expected, .. } = case;
    let style = if matches!(outcome, Outcome::Accepted { .. }) { ACCEPTED } else { REFUSED };
    let told = format!("{title:width$}  {style}{:<4}  {}{style:#}", outcome.status(), outcome.what());
    if expected == outcome {
        return format!("  {GOOD}✓{GOOD:#} {told}");
    }
    format!("  {BAD}✗{BAD:#} {told}\n    {BAD}expected {} {}{BAD:#}", expected.status(), expected.what())
}

fn summary(rows: &[(Case, Outcome)]) -> String {
    let right = rows.iter().filter(|(case, outcome)| case.expected == *outcome).count();
    let accepted = rows.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Accepted { .. })).count();
    let refused = rows.len() - accepted;
    if right == rows.len() {
        format!("{GOOD}All {right} are as they should be{GOOD:#}: {accepted} accepted, {refused} refused.")
    } else {
        let wrong = rows.len() - right;
        format!(
            "{BAD}{wrong} of {} are not as they should be{BAD:#}: {accepted} accepted, {refused} refused.",
            rows.len()
        )
    }
}

impl Outcome {
    fn status(&self) -> u16 {
        match self {
            Self::Accepted { .. } => 200,
            Self::Refused { status, .. } => *status,
        }
    }

    fn what(&self) -> String {
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

    fn case(outcome: Outcome) -> (Case, Outcome) {
        let expected = Outcome::Refused { status: 401, code: "signature_mismatch".to_owned() };
        (Case { group: "Forged", title: "Body changed", headers: Vec::new(), body: Vec::new(), expected }, outcome)
    }

    #[test]
    fn an_outcome_that_should_not_be_is_marked_and_counted() {
        let right = case(Outcome::Refused { status: 401, code: "signature_mismatch".to_owned() });
        let wrong = case(Outcome::Accepted { event_type: "meeting.completed".to_owned(), secret_index: 0 });
        let text = anstream::adapter::strip_str(&render("http://test", &[right, wrong])).to_string();
        assert!(text.contains("✓ Body changed  401   signature_mismatch\n"), "{text}");
        assert!(
            text.contains("✗ Body changed  200   meeting.completed\n    expected 401 signature_mismatch\n"),
            "{text}"
        );
        assert!(text.ends_with("1 of 2 are not as they should be: 1 accepted, 1 refused.\n"), "{text}");
    }
}
