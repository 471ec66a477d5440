//! The report: a table for people, at most 100 columns wide except for its reasons, or one line of JSON for scripts.

use serde_json::{Value, json};

use super::CaseResult;
use super::case::Group;
use super::check::Fault;
use super::target::Target;
use crate::escape::printable;
use crate::render::json_line;
use crate::style::{BAD, FAINT, GOOD, TITLE};

pub(super) fn text(target: &Target, rows: &[CaseResult], not_sent: usize) -> String {
    let url = printable(&target.url);
    let mut text = format!("{TITLE}hookseal torture{TITLE:#}  {} cases sent to {url}\n\n", rows.len());
    let width = |of: fn(&CaseResult) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or_default();
    let (names, sent) = (width(|row| row.case.name), width(|row| row.case.sent));
    for group in Group::ALL {
        let of_group = || rows.iter().filter(move |row| row.case.group == group);
        if of_group().next().is_none() {
            continue;
        }
        text.push_str(&format!("{TITLE}{}{TITLE:#}\n", group.title()));
        let head = format!("{:names$}  {:18}  {:sent$}  {:13}  Got", "Case", "Scheme", "Sent", "Expected");
        text.push_str(&format!("    {FAINT}{head}{FAINT:#}\n"));
        of_group().for_each(|row| text.push_str(&line(row, names, sent)));
    }
    text.push('\n');
    text.push_str(&summary(rows, not_sent));
    text
}

fn line(row: &CaseResult, names: usize, sent: usize) -> String {
    let case = &row.case;
    let cells = format!(
        "{:names$}  {:18}  {:sent$}  {:13}  {}",
        case.name,
        case.variant,
        case.sent,
        case.expected.label(),
        row.response.label()
    );
    match row.fault {
        None => format!("  {GOOD}✓{GOOD:#} {cells}\n"),
        Some(fault) => {
            format!("  {BAD}✗{BAD:#} {cells}\n      {BAD}it {}{BAD:#}: {}\n", fault.summary(), why(row, fault))
        }
    }
}

/// The consequence of a fault. The case's own reason only explains the faults that the case is about.
fn why(row: &CaseResult, fault: Fault) -> &'static str {
    match fault {
        Fault::ForgedAccepted | Fault::GenuineRefused => row.case.why,
        other => other.why(),
    }
}

fn summary(rows: &[CaseResult], not_sent: usize) -> String {
    let wrong = rows.iter().filter(|row| row.fault.is_some()).count();
    let mut text = match wrong {
        0 => format!("{GOOD}All {} responses are right.{GOOD:#}\n", rows.len()),
        _ => format!("{BAD}{wrong} of {} responses are wrong.{BAD:#}\n", rows.len()),
    };
    if none_accepted(rows) {
        text.push_str("No genuine delivery was accepted: check the URL, the secret and --scheme first.\n");
    }
    if not_sent > 0 {
        text.push_str(&format!("{BAD}The receiver no longer responds: {not_sent} cases were not sent.{BAD:#}\n"));
    }
    text
}

fn none_accepted(rows: &[CaseResult]) -> bool {
    let mut genuine = rows.iter().filter(|row| row.case.group == Group::Genuine).peekable();
    genuine.peek().is_some() && genuine.all(|row| row.fault.is_some())
}

pub(super) fn json(target: &Target, rows: &[CaseResult], not_sent: usize) -> String {
    let faults = rows.iter().filter(|row| row.fault.is_some()).count();
    let cases: Vec<_> = rows.iter().map(case).collect();
    json_line(&[
        ("ok", (faults == 0 && not_sent == 0).into()),
        ("url", target.url.clone().into()),
        ("sent", rows.len().into()),
        ("faults", faults.into()),
        ("not_sent", not_sent.into()),
        ("cases", cases.into()),
    ])
}

fn case(row: &CaseResult) -> Value {
    let case = &row.case;
    json!({
        "name": case.name,
        "form": case.variant,
        "group": case.group.name(),
        "sent": case.sent,
        "expected": case.expected.label(),
        "got": row.response.label(),
        "ok": row.fault.is_none(),
        "fault": row.fault.map(Fault::code),
        "why": row.fault.map(|fault| why(row, fault)),
    })
}
