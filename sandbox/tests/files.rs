//! The files of a sandbox: only their owner can read them, even if they existed before with other rights.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use hookseal_sandbox::{Options, Sandbox};
use serde_json::json;

use crate::support::{Running, folder, options};

/// The files in a folder, and the rights of others to them: the last six bits of the mode.
fn rights_of_others(folder: &Path) -> Vec<(String, u32)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o077;
    let mut all: Vec<_> =
        entries.map(|entry| (entry.file_name().into_string().expect("text"), mode(&entry.path()))).collect();
    all.sort();
    all
}

const FILES: [&str; 5] =
    ["sandbox.db", "sandbox.db-shm", "sandbox.db-wal", "sandbox.db.credentials", "sandbox.db.lock"];

fn assert_private(folder: &Path) {
    assert_eq!(rights_of_others(folder), FILES.map(|name| (name.to_owned(), 0)));
}

#[tokio::test]
async fn others_cannot_read_any_file_of_a_sandbox() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let (code, _) = sandbox.emit(json!({"type": "meeting.completed", "to": "http://127.0.0.1:1/", "count": 50})).await;
    assert_eq!(code, 200);
    assert_private(folder.path());
    sandbox.stop().await;
    assert!(rights_of_others(folder.path()).iter().all(|(_, rights)| *rights == 0));
}

#[tokio::test]
async fn rights_of_others_are_removed_from_existing_files_at_startup() {
    for rights in [0o644, 0o660, 0o666, 0o604] {
        let folder = folder();
        let sandbox = Running::start(&options(&folder)).await;
        sandbox.emit(json!({"type": "meeting.completed"})).await;
        // A kill leaves all of the files.
        let left = tempfile::tempdir().expect("a folder");
        for name in FILES {
            fs::copy(folder.path().join(name), left.path().join(name)).expect("a copy");
            fs::set_permissions(left.path().join(name), Permissions::from_mode(rights)).expect("rights");
        }
        sandbox.stop().await;
        let sandbox = Running::start(&Options::new(left.path().join("sandbox.db"))).await;
        assert_private(left.path());
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_linked_file_is_private_and_has_only_one_sandbox() {
    let (folder, links) = (folder(), tempfile::tempdir().expect("a folder"));
    let data = folder.path().join("sandbox.db");
    fs::write(&data, "").expect("a file");
    let link = links.path().join("link.db");
    std::os::unix::fs::symlink(&data, &link).expect("a link");
    let sandbox = Running::start(&Options::new(&link)).await;
    assert!(rights_of_others(folder.path()).iter().all(|(_, rights)| *rights == 0));
    let error = Sandbox::open(&options(&folder)).await.expect_err("it is in use");
    assert!(error.to_string().contains("another sandbox has"), "{error}");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_name_is_a_path_whatever_it_begins_with() {
    let folder = folder();
    let data = folder.path().join("file:sandbox.db?mode=memory");
    let sandbox = Running::start(&Options::new(&data)).await;
    assert!(fs::metadata(&data).expect("it exists").len() > 0);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_path_that_is_not_a_regular_file_is_refused_and_keeps_its_rights() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").args(["-m", "644"]).arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).expect("a directory");
    for (path, reason) in [(&pipe, "is not a regular file: choose another path"), (&directory, "cannot open ")] {
        let rights = fs::metadata(path).expect("it exists").permissions();
        let error = Sandbox::open(&Options::new(path)).await.expect_err("not a database");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(fs::metadata(path).expect("it exists").permissions(), rights);
    }
}
