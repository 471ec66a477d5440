//! Memory that an explanation frees contains nothing of a secret: every block is searched when it is freed.
//!
//! The allocator that reports blocks comes from a library, and blocks are read through `/proc/self/mem`, so that this needs
//! no unsafe code; therefore it runs only on Linux. Stacks are not searched, since nothing is promised about them.

#![cfg(target_os = "linux")]

use std::alloc::System;
use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookseal::explain::Explainer;
use hookseal::{Scheme, Secret, UnixTime};
use sha2::block_api::compress256;
use tracking_allocator::{AllocationGroupId, AllocationGroupToken, AllocationRegistry, AllocationTracker, Allocator};

#[global_allocator]
static ALLOCATOR: Allocator<System> = Allocator::system();

/// The length of a run of a secret's bytes that counts as part of the secret.
const RUN: usize = 8;

/// What must not be found, and what was found.
struct Watch {
    runs: HashSet<[u8; RUN]>,
    /// For each pair of bytes, whether a run begins with it.
    starts: Vec<bool>,
    /// The buffer that blocks are read into. Allocating one at that time could return the block that was freed.
    block: Vec<u8>,
    blocks: usize,
    found: Vec<String>,
}

static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

struct Inspector {
    memory: File,
}

impl AllocationTracker for Inspector {
    /// Clears the block: what earlier users left in it is not part of the test.
    fn allocated(&self, address: usize, size: usize, _: usize, _: AllocationGroupId) {
        let mut done = 0;
        while done < size {
            let length = (size - done).min(ZEROS.len());
            self.memory.write_all_at(&ZEROS[..length], (address + done) as u64).expect("memory of this process");
            done += length;
        }
    }

    /// Searches the block, which was just freed and is not yet used again. The allocator has already overwritten its first
    /// 16 bytes.
    fn deallocated(&self, address: usize, size: usize, _: usize, _: AllocationGroupId, _: AllocationGroupId) {
        let mut watch = WATCH.lock().expect("a lock");
        let Some(watch) = watch.as_mut() else { return };
        let block = &mut watch.block[..size];
        watch.blocks += 1;
        match self.memory.read_exact_at(block, address as u64) {
            Ok(()) => {
                let starts = |run: &[u8]| watch.starts[usize::from(u16::from_le_bytes([run[0], run[1]]))];
                let is_part = |run: &&[u8]| starts(run) && watch.runs.contains(*run);
                if let Some(run) = block.windows(RUN).find(is_part) {
                    watch.found.push(format!("{size} bytes with {}", run.escape_ascii()));
                }
            }
            // A block of this size is returned to the system at once.
            Err(_) if size > 64 << 10 => {}
            Err(error) => watch.found.push(format!("{size} bytes that cannot be read: {error}")),
        }
    }
}

/// Runs `act`; returns what was found of `secrets` in the blocks that it freed, and the number of these blocks.
fn found_in_freed_blocks(secrets: &[Vec<u8>], act: impl FnOnce()) -> (Vec<String>, usize) {
    let runs = secrets.iter().flat_map(|secret| secret.windows(RUN)).map(|run| run.try_into().expect("a run"));
    let runs: HashSet<[u8; RUN]> = runs.collect();
    let mut starts = vec![false; 1 << 16];
    runs.iter().for_each(|run| starts[usize::from(u16::from_le_bytes([run[0], run[1]]))] = true);
    let watch = Watch { runs, starts, block: vec![0; 1 << 20], blocks: 0, found: Vec::new() };
    let mut group = AllocationGroupToken::register().expect("a group");
    *WATCH.lock().expect("a lock") = Some(watch);
    let guard = group.enter();
    act();
    drop(guard);
    let watch = WATCH.lock().expect("a lock").take().expect("the watch");
    (watch.found, watch.blocks)
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// The two states of SHA-256 that an HMAC key is prepared as. They are enough to sign.
fn states(key: &[u8]) -> Vec<Vec<u8>> {
    use sha2::Digest as _;
    let short = if key.len() > 64 { sha2::Sha256::digest(key).to_vec() } else { key.to_vec() };
    let state = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(&short).for_each(|(place, byte)| *place ^= byte);
        let mut state =
            [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
        compress256(&mut state, &[block]);
        state.iter().flat_map(|word: &u32| word.to_ne_bytes()).collect()
    };
    vec![state(0x36), state(0x5c)]
}

/// Everything that reveals a secret: the secret itself, what it decodes to, its encodings, and the keys derived from it.
fn equivalents(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut equivalents = vec![secret.to_vec()];
    if let Ok(text) = core::str::from_utf8(secret) {
        let core = text.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let core = core.strip_suffix("\\n").unwrap_or(core);
        for text in [core, core.strip_prefix("whsec_").unwrap_or(core)] {
            equivalents.extend(["", "\n", "\r\n"].map(|end| [text, end].concat().into_bytes()));
            equivalents.extend(["", "\n"].map(|end| ["whsec_", text, end].concat().into_bytes()));
            let padded = [text, &"=".repeat((4 - text.len() % 4) % 4)].concat();
            equivalents.extend(STANDARD.decode(padded.replace('-', "+").replace('_', "/")));
            equivalents.extend(
                (0..text.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
                    .collect::<Option<Vec<u8>>>(),
            );
        }
    }
    equivalents.push(hex(secret));
    equivalents.push(STANDARD.encode(secret).into_bytes());
    let keys: Vec<_> = equivalents.iter().flat_map(|key| states(key)).collect();
    equivalents.extend(keys);
    // The prefix is not secret.
    equivalents.iter().map(|bytes| bytes.strip_prefix(b"whsec_").unwrap_or(bytes).to_vec()).collect()
}

/// Bytes that do not occur anywhere else.
fn random(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u8::try_from(state >> 56).expect("eight bits")
    };
    (0..bytes).map(|_| next()).collect()
}

fn texts() -> Vec<String> {
    let in_hex = |bytes, seed| String::from_utf8(hex(&random(bytes, seed))).expect("hex");
    vec![
        in_hex(16, 1),
        in_hex(32, 2),
        in_hex(600, 3),
        format!("{}\n", in_hex(20, 4)),
        format!(" \"{}\" ", in_hex(21, 5)),
        format!("'whsec_{}\\n'", in_hex(22, 6)),
        format!("{} {}\t{}", in_hex(23, 7), in_hex(24, 8), in_hex(25, 9)),
        format!("whsec_{}", STANDARD.encode(random(32, 10))),
        STANDARD.encode(random(48, 11)),
        URL_SAFE_NO_PAD.encode(random(32, 12)),
        format!("whsec_{}", URL_SAFE_NO_PAD.encode(random(31, 13))),
        format!("0x{}", in_hex(32, 14)),
        format!("{}!", STANDARD.encode(random(33, 15))),
        format!("{}é", in_hex(33, 16)),
    ]
}

/// Headers with which an explanation searches for causes, and headers with which it does not.
fn headers(scheme: &Scheme) -> Vec<Vec<(String, String)>> {
    let value = |name: &str| match name {
        name if name.to_lowercase().contains("signature") || name.contains("Hmac") => match scheme.name() {
            "standard-webhooks" | "svix" => format!("v1,{}=", "A".repeat(43)),
            "shopify" => format!("{}=", "A".repeat(43)),
            "stripe" => format!("t=1700000000,v1={}", "ab".repeat(32)),
            "github" | "contio-body" => format!("sha256={}", "ab".repeat(32)),
            "slack" => format!("v0={}", "ab".repeat(32)),
            _ => "ab".repeat(32),
        },
        name if name.ends_with("id") => "msg_1".to_owned(),
        _ => "1700000000".to_owned(),
    };
    let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
    let all: Vec<_> =
        names.into_iter().flatten().map(|name| (name.as_str().to_owned(), value(name.as_str()))).collect();
    vec![all.clone(), all[..1].to_vec(), vec![]]
}

/// The only test in this binary, since the blocks of another would be searched too.
#[test]
fn no_freed_block_contains_anything_of_a_secret() {
    let memory = File::options().read(true).write(true).open("/proc/self/mem").expect("the memory of this process");
    AllocationRegistry::set_global_tracker(Inspector { memory }).expect("the only tracker");
    AllocationRegistry::enable_tracking();

    let left = b"a secret that is not wiped when it is freed".to_vec();
    let (found, _) = found_in_freed_blocks(std::slice::from_ref(&left), || drop(left.clone()));
    assert_eq!(found.len(), 1, "a secret that is not wiped is found");
    let (found, _) = found_in_freed_blocks(std::slice::from_ref(&left), || {
        let mut grown = Vec::with_capacity(50);
        grown.extend_from_slice(&left);
        grown.reserve(1000);
        grown.fill(0);
    });
    assert_eq!(found.len(), 1, "so is one that remains when a vector grows: {found:?}");
    let state = states(&left).remove(0);
    let (found, _) = found_in_freed_blocks(&states(&left), || drop(state.clone()));
    assert_eq!(found.len(), 1, "so is a key");

    let now = UnixTime::from_secs(1_700_000_000);
    let mut wrong = Vec::new();
    for scheme in Scheme::PRESETS {
        for (index, text) in texts().into_iter().enumerate() {
            for is_text in [true, false] {
                let other = texts().swap_remove((index + 5) % 14);
                let secret = || if is_text { Secret::from(&text) } else { Secret::from(text.as_bytes()) };
                // Not those that could be a public key, which is not wiped.
                let third = texts().swap_remove([2, 3, 4, 5, 6, 7, 8, 10, 12, 13][index % 10]);
                let watched: Vec<_> =
                    [&text, &other, &third].iter().flat_map(|secret| equivalents(secret.as_bytes())).collect();
                for headers in headers(scheme) {
                    let (found, blocks) = found_in_freed_blocks(&watched, || {
                        let explainer = Explainer::new(*scheme).secret(secret()).other_secret(Scheme::SLACK, &other);
                        // Wiped too, since some people give a secret as the public key.
                        #[cfg(feature = "ed25519")]
                        let explainer = explainer.public_key(&third);
                        for body in [&b"{\"b\":1,\"a\":[\"/\"]}\n"[..], b""] {
                            let report = explainer.explain(&headers, body, now);
                            assert!(report.verdict.is_err() && !report.to_json().is_empty());
                        }
                    });
                    assert!(blocks > 20, "only {blocks} blocks were freed");
                    if !found.is_empty() {
                        wrong.push(format!(
                            "{} {index} {is_text} {}: {}",
                            scheme.name(),
                            headers.len(),
                            found.join(", ")
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases leave something:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}
