//! Receivers on loopback, good and bad ones.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use axum::Router;

/// Serves on a port that the system chooses, in a thread that ends with the process, and gives the address.
pub(crate) fn serve(app: Router) -> SocketAddr {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
            tell.send(listener.local_addr().expect("an address")).expect("a test that waits");
            axum::serve(listener, app).await.expect("serves");
        });
    });
    told.recv().expect("an address")
}

/// A program that runs for as long as this lives, and what it wrote first.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) first_line: String,
    pub(crate) stdout: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// Starts it, and waits for its first line.
    pub(crate) fn start(command: &mut Command) -> Self {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).expect("stdout is text");
        Self { child, first_line: first_line.trim().to_owned(), stdout }
    }

    /// The next line of its stdout.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("stdout is text");
        line
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only where it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
