//! The tests of the sandbox, in one program: it is linked once, and they run at the same time.

mod api;
mod deliveries;
#[cfg(unix)]
mod files;
mod page;
mod retries;
mod support;
mod times;
