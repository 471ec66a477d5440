//! The examples in PHP and Ruby on the C library: receivers behind a real server, under `hookseal torture` with nothing
//! wrong, and what they allocate is freed.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::packages::c;
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, interpreters};

/// Where the examples look for the library: a path, since without a slash the system's folders would be searched.
const LIBRARY: &str = "HOOKSEAL_LIBRARY";

const SECRET: &str = "a secret of the tests";

/// How long a server may take to start.
const WAIT: Duration = Duration::from_secs(30);

/// The steps in part `c`. The package and the command line must have been built.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    interpreters::install_missing(&workspace.root)?;
    let library = c::shared_library(workspace);
    let php = Process::new("php -d ffi.enable=1 tests/c/scripting/memory.php").arg(workspace.relative(&library));
    let ruby = Process::new("ruby -w tests/c/scripting/memory.rb").env(LIBRARY, workspace.relative(&library));
    Ok(vec![
        command_line::build(),
        php.into(),
        ruby.into(),
        Step::Internal { command: "cargo xtask test c: hookseal torture, the example in PHP", action: torture_php },
        Step::Internal { command: "cargo xtask test c: hookseal torture, the example in Ruby", action: torture_ruby },
    ])
}

/// PHP's own server.
fn torture_php(workspace: &Workspace) -> Result<(), String> {
    let port = free_port()?;
    let mut php = Command::new("php");
    php.args(["-d", "ffi.enable=1", "-S", &format!("127.0.0.1:{port}"), "examples/php/receiver.php"]);
    torture(workspace, php, port)
}

/// Ruby comes without a server, so the tests have one.
fn torture_ruby(workspace: &Workspace) -> Result<(), String> {
    let port = free_port()?;
    let mut ruby = Command::new("ruby");
    ruby.args(["-w", "tests/c/scripting/rack.rb", "examples/ruby/config.ru", &port.to_string()]);
    torture(workspace, ruby, port)
}

/// A server that is stopped at the end.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if it has ended by itself, which the test has noticed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn torture(workspace: &Workspace, mut command: Command, port: u16) -> Result<(), String> {
    command.current_dir(&workspace.root).env("WEBHOOK_SECRET", SECRET).env(LIBRARY, c::shared_library(workspace));
    // What it says of each refusal is not worth a line here.
    let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut server = Server(started.map_err(|error| format!("{command:?} did not start: {error}"))?);
    let end = Instant::now() + WAIT;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let has_ended = server.0.try_wait().is_ok_and(|status| status.is_some());
        if has_ended || Instant::now() > end {
            return Err(format!("{command:?} does not listen on port {port}"));
        }
        sleep(Duration::from_millis(20));
    }
    let mut torture = Command::new(command_line::binary(workspace));
    torture.arg("torture").arg(format!("http://127.0.0.1:{port}/")).env("HOOKSEAL_SECRET", SECRET);
    let output = torture.output().map_err(|error| format!("{torture:?} did not start: {error}"))?;
    let report = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("{command:?} is not right:\n{report}{}", String::from_utf8_lossy(&output.stderr)));
    }
    // The last line says how many responses were right.
    println!("{}", report.trim_end().lines().next_back().unwrap_or_default());
    Ok(())
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("there is no free port: {error}"))
}
