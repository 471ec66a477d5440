//! Servers on loopback, and programs that run in the background.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use axum::Router;

/// Serves on a port that the system chooses, on a thread that ends with the process. Returns the address.
pub(crate) fn serve(app: Router) -> SocketAddr {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
            sender.send(listener.local_addr().expect("an address")).expect("the test waits");
            axum::serve(listener, app).await.expect("serves");
        });
    });
    receiver.recv().expect("an address")
}

/// A program that is killed when this is dropped, and the first line that it wrote.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) first_line: String,
    pub(crate) stdout: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// Starts the program, and waits for its first line.
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
        // Fails only if it has exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
