//! Stores that do not work, or take their time.

use std::sync::Arc;
use std::time::Duration;

use hookseal_inbox::Memory;
use hookseal_inbox::store::{Claim, Claimed, Detached, Store, StoreError, Token};

/// A store that fails in the named methods.
pub(crate) struct Broken {
    memory: Memory,
    methods: Vec<&'static str>,
}

impl Broken {
    pub(crate) fn new(methods: &[&'static str]) -> Self {
        Self { memory: Memory::default(), methods: methods.to_vec() }
    }

    fn check(&self, method: &str) -> Result<(), StoreError> {
        if self.methods.contains(&method) { Err(StoreError::new("it is down")) } else { Ok(()) }
    }
}

impl Store for Broken {
    const IS_DURABLE: bool = true;

    async fn create(&self) -> Result<i64, StoreError> {
        self.check("create")?;
        self.memory.create().await
    }

    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, StoreError> {
        self.check("claim")?;
        self.memory.claim(claim).await
    }

    async fn finish(&self, key: &str, token: Token, keep: u64, now: Option<i64>) -> Result<bool, StoreError> {
        self.check("finish")?;
        self.memory.finish(key, token, keep, now).await
    }

    async fn release(&self, key: &str, token: Token, now: Option<i64>) -> Result<bool, StoreError> {
        self.check("release")?;
        self.memory.release(key, token, now).await
    }

    async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        self.check("forget")?;
        self.memory.forget(key).await
    }

    async fn sweep(&self, number: u32, now: Option<i64>) -> Result<u64, StoreError> {
        self.check("sweep")?;
        self.memory.sweep(number, now).await
    }
}

/// A store at a distance: a claim that was sent is made a little later, whether or not anybody still waits for the
/// answer, and what is sent after it may come before it.
#[derive(Default)]
pub(crate) struct Distant(Arc<Memory>);

impl Store for Distant {
    const IS_DURABLE: bool = true;

    async fn create(&self) -> Result<i64, StoreError> {
        self.0.create().await
    }

    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, StoreError> {
        let (memory, key, claim) = (Arc::clone(&self.0), claim.key.to_owned(), Claim { key: "", ..*claim });
        let made = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            memory.claim(&Claim { key: &key, ..claim }).await
        });
        made.await.map_err(|error| StoreError::caused("the task failed", error))?
    }

    async fn finish(&self, key: &str, token: Token, keep: u64, now: Option<i64>) -> Result<bool, StoreError> {
        self.0.finish(key, token, keep, now).await
    }

    async fn release(&self, key: &str, token: Token, now: Option<i64>) -> Result<bool, StoreError> {
        self.0.release(key, token, now).await
    }

    async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        self.0.forget(key).await
    }

    async fn sweep(&self, number: u32, now: Option<i64>) -> Result<u64, StoreError> {
        self.0.sweep(number, now).await
    }

    fn detach(&self, task: Detached) {
        tokio::spawn(task);
    }
}
