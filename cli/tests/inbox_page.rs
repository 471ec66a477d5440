//! `hookseal inbox serve`: where its page is. What the page does is tested in a browser, in `tests/sandbox/`.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::common::inbox::{Place, until};
use crate::common::server::Running;
use crate::common::{assert_misused, file, hookseal};

#[test]
fn the_address_of_the_page_is_in_a_file_of_its_owners_until_it_ends() {
    let place = Place::file();
    drop(place.listen(&[]));
    let page_file = format!("{}.page", place.path());
    // One of a page that was killed, which everyone can read.
    std::fs::write(&page_file, "http://127.0.0.1:1/#old").expect("a file");
    let args = ["inbox", "serve", "--json", "--port", "0", "--inbox", place.path(), "--page-file", &page_file];
    let mut running = Running::start(&mut hookseal(args).command);
    let start: Value = serde_json::from_str(&running.first_line).expect("JSON");
    let base = start["base_url"].as_str().expect("a URL");
    assert!(base.starts_with("http://127.0.0.1:"), "{start}");
    assert_eq!(start["page_file"], page_file);
    let address = std::fs::read_to_string(&page_file).expect("an address");
    let (page, token) = address.trim_end().split_once('#').expect("a token");
    assert_eq!((page, token.len()), (&*format!("{base}/"), 32));
    assert!(!running.first_line.contains(token));
    let mode = std::fs::metadata(&page_file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
    for (token, status) in [(token, 200), ("", 401), (&token[1..], 401)] {
        let got = agent.get(format!("{base}/inbox/stats")).header("x-inbox-token", token).call().expect("an answer");
        assert_eq!(got.status(), status);
    }
    assert_eq!(agent.get(format!("{base}/inbox/stats")).call().expect("an answer").status(), 401);
    let id = running.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(running.child.wait().expect("it ends").code(), Some(0));
    until("the file is deleted", || !std::path::Path::new(&page_file).exists());
}

#[test]
fn no_other_file_is_replaced_by_an_address() {
    let place = Place::file();
    drop(place.listen(&[]));
    let notes = file("notes-for-page", "my notes");
    let notes = notes.to_str().expect("UTF-8");
    for taken in [notes, place.path()] {
        let args = ["inbox", "serve", "--port", "0", "--inbox", place.path(), "--page-file", taken];
        assert_misused(|| hookseal(args), "invalid_argument", &["--page-file '", "cannot be written"]);
    }
    assert_eq!(std::fs::read_to_string(notes).expect("a file"), "my notes");
    assert_eq!(place.inbox(&["stats"]).1["done"], json!(0));
}
