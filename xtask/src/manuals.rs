//! Tests of the pages that people read: their links, the README's quick starts and figures, and the table of codes.

use std::collections::HashMap;

use hookseal::ErrorKind;

use crate::documents::{root, text};
use crate::tools::sources;

/// The blocks of the README, and the example that each is a piece of, which the tests run.
const QUICK_STARTS: [(&str, &str); 4] = [
    ("js", "examples/express/server.js"),
    ("python", "examples/fastapi/main.py"),
    ("rust", "examples/axum/src/main.rs"),
    ("go", "examples/net-http/main.go"),
];

/// The rows of the README's table of figures, the section of the results, and the row there.
const FIGURES: [(&str, &str, &str); 4] = [
    ("Rust", "## Verifying a delivery", "| contio | hookseal |"),
    ("JavaScript, WebAssembly", "## JavaScript in Node", "| verify | hookseal |"),
    ("JavaScript, native", "## JavaScript in Node", "| verify | native |"),
    ("Python", "## Python", "| verify | hookseal |"),
];

/// The first block of a language.
fn block<'t>(page: &'t str, language: &str) -> &'t str {
    let (_, after) = page.split_once(&format!("\n```{language}\n")).unwrap_or_else(|| panic!("no {language}"));
    after.split("\n```\n").next().expect("an end")
}

/// Whether the lines stand in this order in a program, whatever their indentation and what is between them.
fn is_piece(lines: &str, program: &str) -> bool {
    let mut program = program.lines().map(str::trim);
    lines.lines().map(str::trim).all(|line| line.is_empty() || program.any(|other| other == line))
}

#[test]
fn each_quick_start_of_the_readme_is_a_piece_of_an_example_that_is_run() {
    let readme = text("README.md");
    for (language, example) in QUICK_STARTS {
        let lines = block(&readme, language);
        assert!(lines.lines().filter(|line| !line.is_empty()).count() <= 10, "{language} is long");
        assert!(is_piece(lines, &text(example)), "{language} is not a piece of {example}:\n{lines}");
    }
    assert!(!is_piece("a\nb", "b\na"));
}

/// The ratios in a row of the results, without those of other sizes than the first and the last.
fn ratios(row: &str) -> [String; 2] {
    let all: Vec<_> =
        row.split('(').skip(1).filter_map(|after| after.split_once("×)")).map(|(ratio, _)| ratio).collect();
    [all[0].to_owned(), all[all.len() - 1].to_owned()]
}

#[test]
fn the_figures_of_the_readme_are_those_of_the_results() {
    let (readme, results) = (text("README.md"), text("benches/RESULTS.md"));
    for (name, section, row) in FIGURES {
        let (_, section) = results.split_once(&format!("{section}\n")).expect("a section");
        let row = section.lines().find(|line| line.starts_with(row)).expect("a row");
        let (_, figures) = readme.split_once("\n## How fast\n").expect("a section");
        let shown = figures.lines().find(|line| line.starts_with(&format!("| {name} |"))).expect("a line");
        let shown: Vec<_> = shown.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        assert_eq!(shown[2..], ratios(row), "{name}");
    }
}

#[test]
fn the_page_of_codes_has_each_code_with_its_status() {
    let page = text("docs/errors.md");
    for kind in ErrorKind::ALL {
        let row = page
            .lines()
            .find(|line| line.split('|').nth(1).is_some_and(|codes| codes.contains(&format!("`{}`", kind.code()))));
        let row = row.unwrap_or_else(|| panic!("{} is not there", kind.code()));
        assert!(row.ends_with(&format!("| {} |", kind.status())), "{row}");
    }
}

/// All pages, relative to the root.
fn pages() -> Vec<String> {
    let mut pages = sources::list(&root()).expect("git");
    pages.retain(|name| name.ends_with(".md") && root().join(name).is_file());
    pages
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> Vec<String> {
    let (mut seen, mut is_code) = (HashMap::<String, usize>::new(), false);
    let mut found = Vec::new();
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        let Some(heading) = line.strip_prefix('#').filter(|_| !is_code) else { continue };
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let slug: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let count = seen.entry(slug.clone()).and_modify(|count| *count += 1).or_default();
        found.push(if *count == 0 { slug } else { format!("{slug}-{count}") });
    }
    found
}

/// The links of a page that lead into the project, without those in code.
fn links(page: &str) -> Vec<&str> {
    let mut is_code = false;
    let prose = page.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    let targets = prose.flat_map(|line| line.split("](").skip(1)).filter_map(|after| after.split(')').next());
    // `::` is a path of Rust, which rustdoc checks.
    targets.filter(|target| !target.contains("://") && !target.contains("::")).collect()
}

#[test]
fn every_link_within_the_project_leads_to_a_file_and_a_heading() {
    let (mut count, mut dead) = (0, Vec::new());
    for path in pages() {
        let page = text(&path);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in links(&page) {
            count += 1;
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = root().join(folder).join(target);
            let leads = if target.is_empty() {
                anchors(&page).iter().any(|known| known == anchor)
            } else if anchor.is_empty() || !target.ends_with(".md") {
                file.exists()
            } else {
                file.exists() && anchors(&text(&format!("{folder}/{target}"))).iter().any(|known| known == anchor)
            };
            if !leads {
                dead.push(format!("{path}: {link}"));
            }
        }
    }
    assert_eq!(dead, [""; 0]);
    assert!(count > 60, "only {count} links");
}

#[test]
fn each_npm_package_has_the_version_of_the_workspace() {
    for name in ["hookseal", "node", "cli"] {
        let manifest = text(&format!("js/packages/{name}/package.json"));
        assert!(manifest.contains(&format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"))), "{name}");
    }
}
