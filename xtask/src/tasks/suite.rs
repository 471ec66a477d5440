//! Runs parts of the test suite: one part step by step, several in lanes. Stops at the first failure.

use std::time::{Duration, Instant};

use crate::tasks::lanes;
use crate::tasks::parts::Part;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;

/// A step that succeeded.
struct Passed {
    command: String,
    took: Duration,
}

/// Runs the parts. The error says which one failed, why, and how to run it alone.
pub(crate) fn run(workspace: &Workspace, parts: &[&'static Part]) -> Result<(), String> {
    match parts {
        [part] => run_part(workspace, part),
        parts => lanes::run(workspace, parts),
    }
}

/// Runs a part step by step. The error says which step failed, why, and how to run it alone.
fn run_part(workspace: &Workspace, part: &Part) -> Result<(), String> {
    let start = Instant::now();
    let mut passed = Vec::new();
    let name = part.name;
    let steps = (part.steps)(workspace)
        .map_err(|error| format!("part `{name}` cannot run: {error}\nTo run it alone: cargo xtask test {name}"))?;
    for (index, step) in steps.iter().enumerate() {
        println!("\n=== {name} {}/{}: {step}", index + 1, steps.len());
        let step_start = Instant::now();
        if let Err(error) = step.run(workspace) {
            return Err(failed(part, step, &error, &passed, start.elapsed()));
        }
        let took = step_start.elapsed();
        println!("=== passed in {}", seconds(took));
        passed.push(Passed { command: step.to_string(), took });
    }
    println!("\n{}", totals(&passed, start.elapsed()));
    Ok(())
}

fn failed(part: &Part, step: &Step, why: &str, passed: &[Passed], total: Duration) -> String {
    format!(
        "a step of part `{name}` failed: {why}\n\
         To run the step alone: {step}\n\
         To run the part alone: cargo xtask test {name}\n{}",
        totals(passed, total),
        name = part.name,
    )
}

/// The steps that passed, with the time of each and the total time.
fn totals(passed: &[Passed], total: Duration) -> String {
    let mut text = format!("steps passed: {}, in {}", passed.len(), seconds(total));
    for step in passed {
        let took = seconds(step.took);
        text.push_str(&format!("\n{took:>10}  {}", step.command));
    }
    text
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::tools::step::Step;

    fn workspace() -> Workspace {
        Workspace { root: PathBuf::from("."), target: PathBuf::from("target") }
    }

    fn internal(command: &'static str, action: fn(&Workspace) -> Result<(), String>) -> Step {
        Step::Internal { command, action }
    }

    fn part(steps: fn(&Workspace) -> Result<Vec<Step>, String>) -> Part {
        Part { name: "some", about: "", changes: &[], steps }
    }

    #[test]
    fn the_first_failure_ends_the_run_and_says_how_to_run_the_step_alone() {
        let steps = |_: &Workspace| {
            Ok(vec![
                internal("first", |_| Ok(())),
                internal("second", |_| Err("it is broken".to_owned())),
                internal("third", |_| panic!("runs after a failure")),
            ])
        };
        let error = run_part(&workspace(), &part(steps)).expect_err("the second step fails");
        assert!(error.contains("part `some` failed: it is broken"), "{error}");
        assert!(error.contains("To run the step alone: second"), "{error}");
        assert!(error.contains("cargo xtask test some"), "{error}");
        assert!(error.contains("steps passed: 1"), "{error}");
    }

    #[test]
    fn a_part_with_a_missing_tool_fails_and_is_not_skipped() {
        let error = run_part(&workspace(), &part(|_| Err("install the tool".to_owned())));
        assert!(error.expect_err("it cannot run").contains("part `some` cannot run: install the tool"));
    }

    #[test]
    fn a_run_succeeds_if_all_steps_pass() {
        let steps = |_: &Workspace| Ok(vec![internal("first", |_| Ok(())), internal("second", |_| Ok(()))]);
        assert_eq!(run_part(&workspace(), &part(steps)), Ok(()));
    }
}
