//! Tests of the report, with invented measurements.

use super::*;

fn case(id: &str, median: f64) -> Case {
    Case { id: Id::parse(id).expect("four names"), median }
}

#[test]
fn a_table_has_a_row_per_implementation_and_a_column_per_size() {
    let cases = [
        case("verify/stripe/65536/webhook-verify", 240_000.0),
        case("verify/stripe/65536/floor", 120_000.0),
        case("verify/stripe/235/webhook-verify", 900.0),
        case("verify/stripe/235/hookseal", 660.0),
        case("verify/stripe/235/floor", 600.0),
        case("mac/sha256/235/ring", 500.0),
    ];
    assert_eq!(
        table(&cases, "verify"),
        "| operation | implementation | 235 B | 65536 B |\n\
         |---|---|---:|---:|\n\
         | stripe | floor | 600 ns (1.00×) | 120 µs (1.00×) |\n\
         | stripe | hookseal | 660 ns (1.10×) | – |\n\
         | stripe | webhook-verify | 900 ns (1.50×) | 240 µs (2.00×) |\n"
    );
}

#[test]
fn an_operation_without_a_floor_uses_the_only_floor_of_its_size() {
    let cases = [case("mac/a/1/floor", 100.0), case("verify/b/1/hookseal", 150.0)];
    assert!(table(&cases, "verify").contains("| b | hookseal | 150 ns (1.50×) |"));
}

#[test]
fn an_ambiguous_floor_is_not_used() {
    let cases = [case("verify/a/1/floor", 100.0), case("verify/b/1/floor", 200.0), case("verify/c/1/hookseal", 150.0)];
    let table = table(&cases, "verify");
    assert!(table.contains("| c | hookseal | 150 ns |"), "{table}");
    assert!(table.contains("| b | floor | 200 ns (1.00×) |"), "{table}");
}

#[test]
fn unlisted_topics_come_last_under_their_own_name() {
    let cases = [
        case("aside/a/1/floor", 1.0),
        case("mac/a/1/floor", 1.0),
        case("verify/a/1/floor", 1.0),
        case("verify/b/1/floor", 1.0),
    ];
    assert_eq!(topics(&cases), ["verify", "mac", "aside"]);
    let text = write(&cases, &Machine::from_rows(&[]), None);
    assert!(text.contains("\n## Verifying a delivery\n"), "{text}");
    assert!(text.contains("\n## aside\n\n| operation "), "{text}");
}

#[test]
fn in_javascript_the_reference_is_of_the_same_operation_and_comes_first() {
    let cases = [
        case("node/parse/243/hookseal", 1_000.0),
        case("node/parse/243/contio-sdk", 4_000.0),
        case("node/verify/243/webcrypto", 9_000.0),
        case("node/verify/243/hookseal", 1_500.0),
        case("node/verify/243/guide", 3_000.0),
        case("workerd/verify/243/hookseal", 1_500.0),
    ];
    assert_eq!(
        table(&cases, "node"),
        "| operation | implementation | 243 B |\n\
         |---|---|---:|\n\
         | parse | contio-sdk | 4000 ns (1.00×) |\n\
         | parse | hookseal | 1000 ns (0.25×) |\n\
         | verify | guide | 3000 ns (1.00×) |\n\
         | verify | hookseal | 1500 ns (0.50×) |\n\
         | verify | webcrypto | 9000 ns (3.00×) |\n"
    );
    assert!(table(&cases, "workerd").contains("| verify | hookseal | 1500 ns |"));
}

#[test]
fn cases_in_javascript_are_not_compared_with_a_floor_in_rust() {
    let cases = [case("mac/contio/243/floor", 100.0), case("node/verify/243/hookseal", 1_500.0)];
    assert!(table(&cases, "node").contains("| verify | hookseal | 1500 ns |"));
}

#[test]
fn a_goal_is_reached_at_its_ratio_and_missed_above_it() {
    let goal = Goal { label: "Fast", case: "t/o/1/hookseal", baseline: "t/o/1/floor", max_ratio: 1.5 };
    let line = |median| goal_line(&goal, &[case("t/o/1/floor", 100.0), case("t/o/1/hookseal", median)]);
    assert!(line(150.0).starts_with("Fast: reached: 1.500 "));
    assert!(line(151.0).starts_with("Fast: NOT reached: 1.510 "));
    assert!(goal_line(&goal, &[]).starts_with("Fast: not measured "));
}

#[test]
fn every_goal_has_valid_ids() {
    for goal in GOALS {
        assert!(Id::parse(goal.case).is_ok(), "{}", goal.case);
        assert!(Id::parse(goal.baseline).is_ok(), "{}", goal.baseline);
    }
}

#[test]
fn times_have_the_unit_that_is_easiest_to_read() {
    assert_eq!(time(12.34), "12.3 ns");
    assert_eq!(time(9_876.0), "9876 ns");
    assert_eq!(time(12_345.0), "12.3 µs");
    assert_eq!(time(1_234_567.0), "1235 µs");
    assert_eq!(time(12_345_678.0), "12.3 ms");
}

#[test]
fn a_filtered_report_says_that_other_cases_are_older() {
    let machine = Machine::from_rows(&[("CPU", "one")]);
    let cases = [case("verify/a/1/floor", 1.0)];
    let text = write(&cases, &machine, Some("verify"));
    assert!(text.contains("Only the cases that match `verify` are from this run"));
    assert!(text.contains("| CPU | one |"));
    assert!(!write(&cases, &machine, None).contains("from this run"));
}
