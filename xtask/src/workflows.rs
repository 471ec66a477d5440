//! Tests of the workflows, which run where no test here can: their commands exist, their actions are pinned, and a job that
//! can write, or prove who it is, builds nothing.

use yaml_rust2::{Yaml, YamlLoader};

use crate::documents::{fault, files_of, root, text, yaml};
use crate::packages::npm_platforms::PLATFORMS;
use crate::tasks::fuzz;

const RELEASE: &str = ".github/workflows/release.yml";

/// What a job with a permission to write may run, line by line: nothing that compiles, and nothing of the repository.
const COMMANDS: [&str; 16] = [
    "cd files",
    "cd files/github",
    "cd files/npm",
    "cd target/package",
    "sha256sum --check --strict SHA256SUMS",
    "sha256sum --check --strict ../files/crates/SHA256SUMS",
    "gh release create \"$GITHUB_REF_NAME\" --verify-tag --notes \"See CHANGELOG.md.\" *",
    "git fetch files/go/go-module.bundle \"refs/tags/*:refs/tags/*\"",
    "git push origin \"refs/tags/go/$GITHUB_REF_NAME\" \"refs/tags/go/caddy/$GITHUB_REF_NAME\"",
    "while read -r tarball package; do",
    "if [ -z \"$(npm view \"$package\" version)\" ]; then",
    "npm publish \"./$tarball\" --provenance --access public --ignore-scripts",
    "fi",
    "done < order.txt",
    "cargo package --no-verify --locked -p hookseal -p hookseal-web -p hookseal-inbox",
    "cargo publish --no-verify --locked -p hookseal -p hookseal-web -p hookseal-inbox",
];

/// The actions that it may use.
const ACTIONS: [&str; 7] = [
    "actions/checkout",
    "actions/download-artifact",
    "actions/setup-node",
    "actions/attest-build-provenance",
    "actions/deploy-pages",
    "pypa/gh-action-pypi-publish",
    "rust-lang/crates-io-auth-action",
];

/// Every text below a value that is the value of this key.
fn values<'y>(yaml: &'y Yaml, key: &str, found: &mut Vec<&'y str>) {
    match yaml {
        Yaml::Hash(members) => {
            for (name, value) in members {
                if name.as_str() == Some(key) {
                    found.extend(value.as_str());
                }
                values(value, key, found);
            }
        }
        Yaml::Array(items) => items.iter().for_each(|item| values(item, key, found)),
        _ => {}
    }
}

/// All values of a key in a job.
fn all<'y>(yaml: &'y Yaml, key: &str) -> Vec<&'y str> {
    let mut found = Vec::new();
    values(yaml, key, &mut found);
    found
}

/// What is wrong with the permissions of a workflow, or with what its jobs do with them.
fn faults(workflow: &Yaml) -> Vec<String> {
    let mut faults = Vec::new();
    let is_read_alone = workflow["permissions"].as_hash().is_some_and(|permissions| {
        permissions.len() == 1 && workflow["permissions"]["contents"].as_str() == Some("read")
    });
    if !is_read_alone {
        faults.push("a job can do more than read by default".to_owned());
    }
    // These run with the permissions of the repository on what a stranger has sent.
    for event in ["pull_request_target", "workflow_run"] {
        if !workflow["on"][event].is_badvalue() || workflow["on"].as_str() == Some(event) {
            faults.push(format!("it runs on {event}"));
        }
    }
    for (name, job) in workflow["jobs"].as_hash().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        let can_write = match &job["permissions"] {
            Yaml::BadValue => false,
            Yaml::Hash(permissions) => permissions.values().any(|value| value.as_str() != Some("read")),
            _ => true,
        } || !job["environment"].is_badvalue();
        for action in all(job, "uses") {
            let (action, digest) = action.split_once('@').unwrap_or((action, ""));
            if digest.len() != 40 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                faults.push(format!("{name}: {action} has no digest"));
            }
            if can_write && !ACTIONS.contains(&action) {
                faults.push(format!("{name} can write, and uses {action}"));
            }
        }
        for line in all(job, "run").iter().flat_map(|text| text.lines()).map(str::trim) {
            if can_write && !COMMANDS.contains(&line) {
                faults.push(format!("{name} can write, and runs `{line}`"));
            }
            // What someone else has written would be code in a command; the matrix is in this file.
            let of_matrix = ["${{ matrix.target }}", "${{ matrix.shard }}"];
            if of_matrix.iter().fold(line.to_owned(), |line, value| line.replace(value, "")).contains("${{") {
                faults.push(format!("{name} has a value of the event in `{line}`"));
            }
        }
    }
    faults
}

#[test]
fn every_command_of_a_workflow_exists() {
    for path in files_of(".github/workflows") {
        let workflow = yaml(&path);
        let commands = all(&workflow, "run");
        assert!(!commands.is_empty(), "{path}");
        for command in commands.iter().flat_map(|text| text.lines()) {
            assert_eq!(fault(command), None, "{path}: {command}");
            let program = command.split_whitespace().next().filter(|word| word.starts_with('.'));
            assert!(program.is_none_or(|program| root().join(program).is_file()), "{path}: {command}");
        }
    }
}

#[test]
fn a_job_that_can_write_or_prove_who_it_is_builds_nothing_and_every_action_has_a_digest() {
    for path in files_of(".github/workflows") {
        let workflow = yaml(&path);
        assert_eq!(faults(&workflow), [""; 0], "{path}");
        assert!(all(&workflow, "uses").len() >= 5, "{path}");
        // A reader of a digest wants to know its version, and dependabot changes both.
        let text = text(&path);
        let uses = text.lines().filter(|line| line.contains("uses: "));
        uses.for_each(|line| assert!(line.contains(" # v"), "{path}: {line}"));
    }
    let release = yaml(RELEASE);
    let jobs = release["jobs"].as_hash().expect("jobs");
    let proves = |job: &&Yaml| job["permissions"]["id-token"].as_str() == Some("write");
    assert_eq!(jobs.values().filter(proves).count(), 4, "npm, PyPI, the Rust registry, and who attests");
}

#[test]
fn what_runs_on_every_push_asks_for_nothing() {
    let ci = yaml(".github/workflows/ci.yml");
    assert!(ci["jobs"].as_hash().expect("jobs").values().all(|job| job["permissions"].is_badvalue()));
}

#[test]
fn the_matrices_have_every_fuzzer_and_every_platform() {
    let ci = yaml(".github/workflows/ci.yml");
    let targets = ci["jobs"]["fuzz"]["strategy"]["matrix"]["target"].as_vec().expect("a list");
    let targets: Vec<_> = targets.iter().filter_map(Yaml::as_str).collect();
    assert_eq!(targets, fuzz::TARGETS.iter().map(|target| target.name).collect::<Vec<_>>());
    let release = yaml(RELEASE);
    let mut targets = all(&release["jobs"]["native"]["strategy"], "target");
    targets.sort_unstable();
    let mut platforms = PLATFORMS.map(|platform| platform.target);
    platforms.sort_unstable();
    assert_eq!(targets, platforms);
}

#[test]
fn faults_of_a_workflow_are_found() {
    let digest = "0123456789012345678901234567890123456789";
    let of = |jobs: &str| {
        let text = format!("permissions:\n  contents: read\njobs:\n  one:\n{jobs}");
        faults(&YamlLoader::load_from_str(&text).expect("YAML")[0])
    };
    let writes = "    permissions:\n      id-token: write\n";
    let step = |step: &str| format!("    steps:\n      - {step}\n");
    assert_eq!(of(&step("run: cargo xtask package wasm")), [""; 0]);
    assert_eq!(of(&format!("{writes}{}", step(&format!("uses: actions/download-artifact@{digest}")))), [""; 0]);
    for wrong in [
        "run: cargo xtask package wasm",
        "run: npm publish",
        "run: cargo publish --locked",
        "run: cd files && ./run",
        "run: cd files; ./run",
        "run: cd files & make",
        "run: gh release create x; ./run",
        "run: done < order.txt; sh x",
        "run: cargo package --no-verify --config build.rustc-wrapper=./x",
        "uses: actions/cache@0123456789012345678901234567890123456789",
        "uses: actions/checkout@v5",
    ] {
        assert_eq!(of(&format!("{writes}{}", step(wrong))).len(), 1, "{wrong}");
    }
    assert_eq!(of(&format!("    permissions: write-all\n{}", step("run: make"))).len(), 1);
    assert_eq!(of(&step("uses: actions/checkout@release")).len(), 1);
    for value in ["${{ github.head_ref }}", "${{github.head_ref}}", "${{ inputs.a }}", "${{ toJSON(github) }}"] {
        assert_eq!(of(&step(&format!("run: echo {value}"))).len(), 1, "{value}");
    }
    assert_eq!(of(&format!("    environment: release\n{}", step("run: make"))).len(), 1);
    let foreign = "on:\n  pull_request_target:\n    branches: [main]\npermissions:\n  contents: read\njobs: {}\n";
    assert_eq!(faults(&YamlLoader::load_from_str(foreign).expect("YAML")[0]).len(), 1);
    let more = YamlLoader::load_from_str("permissions:\n  contents: write\njobs: {}\n").expect("YAML");
    assert_eq!(faults(&more[0]).len(), 1);
}
