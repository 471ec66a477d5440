//! The tests of the command line, in one program: it is linked once, and they run at the same time.

mod common;
mod completions;
mod credentials;
mod deliveries;
mod demo;
mod dev;
mod duplicates;
mod escapes;
mod explain;
mod failures;
#[cfg(unix)]
mod inbox;
#[cfg(unix)]
mod inbox_kills;
#[cfg(unix)]
mod inbox_page;
mod input;
mod listen;
mod replay;
mod sandbox;
mod scheme_file;
mod secrets;
mod send;
mod senders;
mod sign;
mod torture;
mod vectors;
mod verify;
