//! The form of the files: `CycloneDX` 1.6, as JSON. Two builds of the same sources write the same bytes, so there is no time
//! and no random number in them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::packages::crates;
use crate::packages::sbom::graph::{Graph, Id};

/// What a file is about.
pub(super) struct Subject {
    /// The word of `CycloneDX`: `library` or `application`.
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) version: &'static str,
    /// Its address among packages, <https://github.com/package-url>.
    pub(super) purl: String,
}

/// What is in a package besides crates.
pub(super) struct Other {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) purl: String,
    pub(super) license: &'static str,
}

/// The text of a file.
pub(super) fn write(subject: &Subject, graph: &Graph, checksums: &BTreeMap<Id, String>, others: &[Other]) -> String {
    let mut components: Vec<Value> = graph.crates.keys().map(|id| component(id, graph, checksums)).collect();
    components.extend(others.iter().map(|other| {
        json!({
            "type": "library",
            "bom-ref": other.purl,
            "name": other.name,
            "version": other.version,
            "purl": other.purl,
            "licenses": [{"expression": other.license}],
        })
    }));
    let mut direct: Vec<String> = graph.roots.iter().map(purl).collect();
    direct.extend(others.iter().map(|other| other.purl.clone()));
    let mut dependencies = vec![json!({"ref": SUBJECT, "dependsOn": direct})];
    for (id, found) in &graph.crates {
        let needs: Vec<_> = found.needs.iter().map(purl).collect();
        dependencies.push(json!({"ref": purl(id), "dependsOn": needs}));
    }
    dependencies.extend(others.iter().map(|other| json!({"ref": other.purl, "dependsOn": []})));
    let mut file = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": subject.kind,
                "bom-ref": SUBJECT,
                "name": subject.name,
                "version": subject.version,
                "purl": subject.purl,
                "licenses": [{"expression": "MIT OR Apache-2.0"}],
            },
        },
        "components": components,
        "dependencies": dependencies,
    });
    file["serialNumber"] = serial_number(&file.to_string()).into();
    format!("{file:#}\n")
}

/// The subject's reference. It is no address, since a published crate is the subject and the root of its graph.
const SUBJECT: &str = "subject";

fn component(id: &Id, graph: &Graph, checksums: &BTreeMap<Id, String>) -> Value {
    let found = &graph.crates[id];
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(id),
        "name": id.name,
        "version": id.version,
        "licenses": [{"expression": expression(&found.license)}],
    });
    // A name that is not published is anybody's to take, so it is no address.
    if !found.is_ours || crates::is_published(&id.name) {
        component["purl"] = purl(id).into();
    }
    if let Some(checksum) = checksums.get(id) {
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    if !found.repository.is_empty() && !found.is_ours {
        component["externalReferences"] = json!([{"type": "vcs", "url": found.repository}]);
    }
    component
}

/// Older manifests separate licences by a slash, which SPDX does not know.
fn expression(license: &str) -> String {
    license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")
}

fn purl(id: &Id) -> String {
    format!("pkg:cargo/{}@{}", id.name, id.version.replace('+', "%2B"))
}

/// A UUID that depends on the content alone: of version 8, whose bits are free.
fn serial_number(content: &str) -> String {
    let digest = Sha256::digest(content);
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-8{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::packages::sbom::graph::Crate;

    #[test]
    fn a_file_has_the_package_its_crates_and_what_each_needs() {
        let id = |name: &str| Id { name: name.to_owned(), version: "1.0.0+x".to_owned() };
        let of = |license: &str, is_ours, needs: &[Id]| Crate {
            license: license.to_owned(),
            repository: "https://example.com".to_owned(),
            is_ours,
            needs: needs.iter().cloned().collect::<BTreeSet<_>>(),
        };
        let crates = [(id("a"), of("MIT", true, &[id("b")])), (id("b"), of("MIT/Apache-2.0", false, &[]))];
        let graph = Graph { crates: crates.into(), roots: [id("a")].into() };
        let checksums = [(id("b"), "00".to_owned())].into();
        let others =
            [Other { name: "std".to_owned(), version: "1".to_owned(), purl: "pkg:x".to_owned(), license: "MIT" }];
        let subject =
            Subject { kind: "library", name: "p".to_owned(), version: "2.0.0", purl: "pkg:npm/p@2.0.0".to_owned() };
        let text = write(&subject, &graph, &checksums, &others);
        assert_eq!(text, write(&subject, &graph, &checksums, &others));
        let file: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(file["metadata"]["component"]["purl"], "pkg:npm/p@2.0.0");
        let components = file["components"].as_array().expect("a list");
        assert_eq!(
            components.iter().map(|one| one["name"].as_str().expect("a name")).collect::<Vec<_>>(),
            ["a", "b", "std"]
        );
        assert_eq!(components[1]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(components[1]["hashes"][0]["content"], "00");
        assert!(components[0]["hashes"].is_null() && components[0]["externalReferences"].is_null());
        assert_eq!(file["dependencies"][0]["dependsOn"], json!(["pkg:cargo/a@1.0.0%2Bx", "pkg:x"]));
        assert_eq!(file["dependencies"][1]["dependsOn"], json!(["pkg:cargo/b@1.0.0%2Bx"]));
    }

    #[test]
    fn the_serial_number_is_a_uuid_of_the_content() {
        let number = serial_number("a");
        assert_eq!((number.len(), &number[..9]), (45, "urn:uuid:"));
        assert_eq!((&number[23..24], &number[28..29]), ("8", "8"), "{number}");
        assert_ne!(number, serial_number("b"));
    }
}
