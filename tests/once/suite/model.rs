//! The protocol as a model: whatever happens in whatever order, no event runs twice at a time, none again after it was
//! done, and only the last claim of a key can end it. Without the token, each of these is found to be wrong.

use std::collections::HashMap;

use hookseal_inbox::store::{Claim, Claimed, Store, StoreError, Token};
use hookseal_inbox::{Memory, Sqlite};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::{Builder, Runtime};

const LEASE: u32 = 10;
const KEEP: u32 = 40;

#[derive(Clone, Copy, Debug)]
enum What {
    Claim,
    Resend,
    Finish,
    Release,
}

/// How much time passes before it, what happens, to which of the claims made so far, and to which key.
type Step = (u32, What, usize, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let what = prop_oneof![Just(What::Claim), Just(What::Resend), Just(What::Finish), Just(What::Release)];
    vec((0_u32..15, what, 0_usize..5, any::<bool>()), 0..25)
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    token: u8,
    lease_until: u32,
    keep_until: u32,
    is_done: bool,
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

/// What the answers of a store got wrong, if anything. The model is only what each answer means.
async fn violation(store: &impl Store, steps: &[Step]) -> Option<String> {
    let mut now = 1;
    let mut claims: Vec<(&str, u8)> = Vec::new();
    let mut holders: HashMap<&str, Holder> = HashMap::new();
    for (number, (passes, what, which, is_other)) in (1_u8..).zip(steps) {
        now += passes;
        let time = Some(i64::from(now));
        let earlier = claims.get(which % claims.len().max(1)).copied();
        let (key, token) = match (what, earlier) {
            (What::Claim, _) | (_, None) => (if *is_other { "b" } else { "a" }, number),
            (_, Some(earlier)) => earlier,
        };
        let holder = holders.get(key).copied().filter(|holder| holder.keep_until > now);
        let is_mine = holder.is_some_and(|holder| holder.token == token);
        let own = Token::new([token; 16]);
        match what {
            What::Finish if earlier.is_some() => {
                if store.finish(key, own, KEEP.into(), time).await.ok()? != is_mine {
                    return Some("a claim that was lost was finished, or one that was held was not".to_owned());
                }
                if let (true, Some(holder)) = (is_mine, holder) {
                    holders.insert(key, Holder { keep_until: now + KEEP, is_done: true, ..holder });
                }
            }
            What::Release if earlier.is_some() => {
                let is_mine = is_mine && holder.is_some_and(|holder| !holder.is_done);
                if store.release(key, own, time).await.ok()? != is_mine {
                    return Some("a claim that was lost was released, or one that was held was not".to_owned());
                }
                if is_mine {
                    holders.remove(key);
                }
            }
            _ => {
                let claim = Claim { key, token: own, body: [0; 32], lease: LEASE.into(), keep: KEEP.into(), now: time };
                let found = store.claim(&claim).await.ok()?;
                let runs = matches!(found, Claimed::First | Claimed::Takeover);
                let is_right = match holder {
                    Some(holder) if holder.is_done => matches!(found, Claimed::Duplicate { .. }),
                    Some(holder) if holder.lease_until > now && !is_mine => {
                        found == Claimed::Busy { wait: (holder.lease_until - now).into() }
                    }
                    // Sent twice within its lease: as before.
                    Some(holder) if holder.lease_until > now => runs,
                    Some(_) => found == Claimed::Takeover,
                    None => found == Claimed::First,
                };
                if !is_right {
                    return Some(format!("{found:?} of a key that was held by {holder:?}, by {token} at {now}"));
                }
                let is_again = is_mine && holder.is_some_and(|holder| holder.lease_until > now);
                if runs && !is_again {
                    holders.insert(
                        key,
                        Holder { token, lease_until: now + LEASE, keep_until: now + KEEP, is_done: false },
                    );
                    claims.push((key, token));
                }
            }
        }
    }
    None
}

#[test]
fn a_memory_store_follows_the_protocol() {
    let runtime = runtime();
    proptest!(Config::with_cases(2_000), |(steps in steps())| {
        prop_assert_eq!(runtime.block_on(violation(&Memory::default(), &steps)), None);
    });
}

#[test]
fn a_sqlite_store_follows_the_protocol() {
    let (runtime, folder) = (runtime(), tempfile::tempdir().expect("a folder"));
    let store = Sqlite::open(folder.path().join("once.db")).expect("a path");
    proptest!(Config::with_cases(40), |(steps in steps())| {
        let found = runtime.block_on(async {
            // Emptied: making a file takes longer than playing all steps.
            for key in ["a", "b"] {
                store.forget(key).await.expect("an answer");
            }
            violation(&store, &steps).await
        });
        prop_assert_eq!(found, None);
    });
}

/// What a store could get wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    AnyTokenFinishes,
    AnyTokenReleases,
    OneTokenForAll,
    NoLease,
    /// What many recipes do: the key is done before the handler runs.
    RecordThenRun,
}

/// A store with a fault. It remembers the token that holds a key, so that it can pass on that one.
struct Mutant {
    memory: Memory,
    fault: Fault,
    tokens: std::sync::Mutex<HashMap<String, Token>>,
}

impl Mutant {
    fn new(fault: Fault) -> Self {
        Self { memory: Memory::default(), fault, tokens: std::sync::Mutex::default() }
    }

    fn token(&self, key: &str, token: Token, is_faulty: bool) -> Token {
        let holder = self.tokens.lock().expect("no panic").get(key).copied();
        match self.fault {
            Fault::OneTokenForAll => Token::new([0; 16]),
            _ if is_faulty => holder.unwrap_or(token),
            _ => token,
        }
    }
}

impl Store for Mutant {
    const IS_DURABLE: bool = false;

    async fn create(&self) -> Result<i64, StoreError> {
        Ok(0)
    }

    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, StoreError> {
        let lease = if matches!(self.fault, Fault::NoLease) { 0 } else { claim.lease };
        let token = self.token(claim.key, claim.token, false);
        let claimed = self.memory.claim(&Claim { token, lease, ..*claim }).await?;
        if matches!(claimed, Claimed::First | Claimed::Takeover) {
            self.tokens.lock().expect("no panic").insert(claim.key.to_owned(), token);
            if matches!(self.fault, Fault::RecordThenRun) {
                self.memory.finish(claim.key, token, claim.keep, claim.now).await?;
            }
        }
        Ok(claimed)
    }

    async fn finish(&self, key: &str, token: Token, keep: u64, now: Option<i64>) -> Result<bool, StoreError> {
        let token = self.token(key, token, matches!(self.fault, Fault::AnyTokenFinishes));
        self.memory.finish(key, token, keep, now).await
    }

    async fn release(&self, key: &str, token: Token, now: Option<i64>) -> Result<bool, StoreError> {
        let token = self.token(key, token, matches!(self.fault, Fault::AnyTokenReleases));
        self.memory.release(key, token, now).await
    }

    async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        self.memory.forget(key).await
    }

    async fn sweep(&self, number: u32, now: Option<i64>) -> Result<u64, StoreError> {
        self.memory.sweep(number, now).await
    }
}

#[test]
fn a_store_without_the_fence_is_found() {
    let runtime = runtime();
    for fault in
        [Fault::AnyTokenFinishes, Fault::AnyTokenReleases, Fault::OneTokenForAll, Fault::NoLease, Fault::RecordThenRun]
    {
        let mut runner = TestRunner::deterministic();
        let found = (0..2_000).find_map(|_| {
            let steps = steps().new_tree(&mut runner).expect("steps").current();
            runtime.block_on(violation(&Mutant::new(fault), &steps)).map(|_| steps)
        });
        let steps = found.unwrap_or_else(|| panic!("{fault:?} was not found"));
        assert_eq!(runtime.block_on(violation(&Memory::default(), &steps)), None);
    }
}

#[test]
fn a_statement_without_the_token_is_found() {
    // The statements themselves, with a view of the table in which every token is the one that asks: dropping the
    // condition from the text is the mutation.
    let folder = hookseal_tests::folder().join("../../inbox/sql/sqlite");
    let text = |name: &str| std::fs::read_to_string(folder.join(format!("once_{name}.sql"))).expect("a statement");
    for (name, is_changed) in [("finish", 1), ("release", 1)] {
        let statement = text(name);
        assert!(statement.contains("AND token = ?"), "{statement}");
        let without = statement.replace("AND token = ?", "AND length(?) > 0");
        let changed = |statement: &str| {
            let connection = rusqlite::Connection::open_in_memory().expect("a database");
            connection.execute_batch(&text("schema")).expect("the tables");
            let row = "INSERT INTO hookseal_once VALUES ('k', 'theirs', 'running', 'b', 1, 11, 41, 0)";
            connection.execute_batch(row).expect("a row");
            let now = Some(2);
            let rows = match name {
                "finish" => connection.execute(statement, rusqlite::params![40, now, "k", "mine", now]),
                _ => connection.execute(statement, rusqlite::params!["k", "mine", now]),
            };
            rows.expect("an answer")
        };
        assert_eq!((changed(&statement), changed(&without)), (0, is_changed), "{name}");
    }
}
