//! Writes the measurements as a Markdown report.

use super::criterion::{Case, Id};
use super::machine::Machine;
use super::tables::{FLOOR, GOALS, Goal, OURS, Reference, TOPICS, Topic};

/// The whole report.
pub(super) fn write(cases: &[Case], machine: &Machine, filter: Option<&str>) -> String {
    let mut text = format!(
        "# Benchmark results\n\n\
         Written by `cargo xtask bench`. Times are medians. In brackets is the ratio to the reference of the section\n\
         at the same size.\n\n\
         | | |\n|---|---|\n{machine}"
    );
    if let Some(filter) = filter {
        text.push_str(&format!(
            "\nOnly the cases that match `{filter}` are from this run; the others are from earlier runs.\n"
        ));
    }
    for topic in topics(cases) {
        text.push_str(&format!("\n## {}\n\n", listed(topic).map_or(topic, |listed| listed.heading)));
        if let Some(listed) = listed(topic) {
            text.push_str(&format!("{}\n\n", listed.about));
        }
        text.push_str(&table(cases, topic));
    }
    text.push_str("\n## Targets\n\n");
    for line in goals(cases) {
        text.push_str(&format!("- {line}\n"));
    }
    text
}

/// A line for each goal: whether it was reached, and the measured ratio.
pub(super) fn goals(cases: &[Case]) -> Vec<String> {
    GOALS.iter().map(|goal| goal_line(goal, cases)).collect()
}

fn goal_line(goal: &Goal, cases: &[Case]) -> String {
    let median = |id: &str| {
        let id = Id::parse(id).ok()?;
        cases.iter().find(|case| case.id == id).map(|c| c.median)
    };
    let result = match (median(goal.case), median(goal.baseline)) {
        (Some(case), Some(baseline)) => {
            let ratio = case / baseline;
            let status = if ratio <= goal.max_ratio { "reached" } else { "NOT reached" };
            format!("{status}: {ratio:.3}")
        }
        _ => "not measured".to_owned(),
    };
    format!("{}: {result} (`{}` to `{}`, at most {})", goal.label, goal.case, goal.baseline, goal.max_ratio)
}

fn listed(topic: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|listed| listed.name == topic)
}

/// The measured topics: those in [`TOPICS`] first, in its order.
fn topics(cases: &[Case]) -> Vec<&str> {
    let place = |topic: &str| TOPICS.iter().position(|listed| listed.name == topic).unwrap_or(TOPICS.len());
    let topics = cases.iter().map(|case| case.id.topic.as_str());
    sorted(topics, |topic| (place(topic), *topic))
}

/// A row for each operation and implementation, a column for each size.
fn table(all: &[Case], topic: &str) -> String {
    let cases: Vec<&Case> = all.iter().filter(|case| case.id.topic == topic).collect();
    let sizes = sorted(cases.iter().map(|c| c.id.size_order()), |size| *size);
    let rows = sorted(cases.iter().map(|c| row(&c.id)), |(operation, name)| {
        (*operation, !is_reference(topic, name), *name != OURS, *name)
    });

    let mut text = "| operation | implementation |".to_owned();
    for (_, size) in &sizes {
        let unit = if size.parse::<u64>().is_ok() { " B" } else { "" };
        text.push_str(&format!(" {size}{unit} |"));
    }
    text.push_str(&format!("\n|---|---|{}\n", "---:|".repeat(sizes.len())));
    for (operation, implementation) in rows {
        text.push_str(&format!("| {operation} | {implementation} |"));
        for (_, size) in &sizes {
            let case = cases.iter().find(|c| row(&c.id) == (operation, implementation) && c.id.size == *size);
            let cell = case.map_or_else(|| "–".to_owned(), |case| cell(case, all));
            text.push_str(&format!(" {cell} |"));
        }
        text.push('\n');
    }
    text
}

fn row(id: &Id) -> (&str, &str) {
    (&id.operation, &id.implementation)
}

fn cell(case: &Case, all: &[Case]) -> String {
    let time = time(case.median);
    match reference(&case.id, all) {
        Some(reference) => format!("{time} ({:.2}×)", case.median / reference),
        None => time,
    }
}

/// Whether the cases of a topic are compared with this implementation.
fn is_reference(topic: &str, implementation: &str) -> bool {
    match listed(topic).map(|listed| &listed.reference) {
        Some(Reference::OneOf(names)) => names.contains(&implementation),
        Some(Reference::Floor) | None => implementation == FLOOR,
    }
}

/// The time with which a case is compared.
fn reference(id: &Id, all: &[Case]) -> Option<f64> {
    let Some(Topic { reference: Reference::OneOf(_), .. }) = listed(&id.topic) else { return floor(id, all) };
    let is_same_row =
        |other: &Id| (&other.topic, &other.operation, &other.size) == (&id.topic, &id.operation, &id.size);
    let found = all.iter().find(|case| is_same_row(&case.id) && is_reference(&id.topic, &case.id.implementation));
    found.map(|case| case.median)
}

/// The floor of the same operation in any topic. If the operation has none, the floor of another operation at that
/// size, provided there is exactly one: with several, the choice would be ambiguous.
fn floor(id: &Id, all: &[Case]) -> Option<f64> {
    let mut floors = all.iter().filter(|case| case.id.implementation == FLOOR && case.id.size == id.size);
    let of_operation = floors.clone().find(|case| case.id.operation == id.operation);
    let only = match (floors.next(), floors.next()) {
        (only, None) => only,
        _ => None,
    };
    of_operation.or(only).map(|case| case.median)
}

/// At least three digits, in the unit that is easiest to read.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 100.0 => format!("{n:.1} ns"),
        n if n < 10_000.0 => format!("{n:.0} ns"),
        n if n < 100_000.0 => format!("{:.1} µs", n / 1e3),
        n if n < 10_000_000.0 => format!("{:.0} µs", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}

/// The items without duplicates, sorted by key.
fn sorted<T: PartialEq, K: Ord>(items: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_by_key(key);
    items.dedup();
    items
}

#[cfg(test)]
mod tests;
