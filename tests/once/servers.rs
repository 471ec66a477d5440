//! Redis and `PostgreSQL`, started on free ports of this machine and ended with the process that started them.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use super::WAIT;

/// Runs a server until the standard input ends, as it does with the process that has the other end, however that ends.
/// Then it deletes the server's folder.
const KEEPER: &str = r#"folder=$1; shift; "$@" >/dev/null 2>&1 & server=$!
cat >/dev/null; kill -9 $server; wait $server; rm -rf "$folder""#;

/// A running server.
#[derive(Debug)]
pub struct Server {
    keeper: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// A Redis of a test's own, with more options.
#[must_use]
pub fn redis(options: &[&str]) -> Server {
    redis_on(free_port(), options)
}

/// A Redis at a port at which there was one before.
#[must_use]
pub fn redis_at(port: u16) -> Server {
    redis_on(port, &[])
}

fn redis_on(port: u16, options: &[&str]) -> Server {
    let folder = folder();
    let text = port.to_string();
    let mut command = vec!["redis-server", "--port", &text, "--bind", "127.0.0.1", "--save", "", "--databases", "500"];
    command.extend(["--dir", folder.to_str().expect("UTF-8")]);
    command.extend(options);
    start(&folder, port, &command, None)
}

/// A `PostgreSQL` of a test's own.
#[must_use]
pub fn postgres() -> Server {
    postgres_with(&folder(), free_port(), &["--fsync=off"])
}

/// A `PostgreSQL` whose commits are on the disk, for measurements.
#[must_use]
pub fn synced_postgres() -> Server {
    postgres_with(&folder(), free_port(), &["--fsync=on"])
}

/// A `PostgreSQL` of a test's own that also accepts TLS, with a certificate and its key in PEM.
#[must_use]
pub fn secured_postgres(certificate: &str, key: &str) -> Server {
    let folder = folder();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("its mode");
        if let Some((user, group)) = other_user() {
            chown(&path, Some(user), Some(group)).expect("a file of the other user's");
        }
        path.display().to_string()
    };
    let certificate = format!("--ssl_cert_file={}", file("certificate.pem", certificate));
    let key = format!("--ssl_key_file={}", file("key.pem", key));
    postgres_with(&folder, free_port(), &["--fsync=off", "--ssl=on", &certificate, &key])
}

fn postgres_with(folder: &Path, port: u16, options: &[&str]) -> Server {
    let user = other_user();
    if let Some((user, group)) = user {
        chown(folder, Some(user), Some(group)).expect("a folder of the other user's");
    }
    let data = folder.join("data");
    let data = data.to_str().expect("UTF-8");
    let mut init = Command::new(program("initdb"));
    init.args(["-D", data, "-U", "hookseal", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]);
    init.current_dir(folder).stdout(Stdio::null());
    if let Some((user, group)) = user {
        init.uid(user).gid(group);
    }
    assert!(init.status().expect("initdb").success());
    let (program, text) = (program("postgres"), port.to_string());
    let sockets = format!("--unix_socket_directories={}", folder.display());
    let mut command = vec![program.to_str().expect("UTF-8"), "-D", data, "-p", &text, &sockets];
    command.extend(["--listen_addresses=127.0.0.1", "--max_connections=300"]);
    command.extend(options);
    start(folder, port, &command, user)
}

/// The port of a Redis that the tests of this process share.
#[must_use]
pub fn shared_redis() -> u16 {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| redis(&[])).port
}

/// The port of a `PostgreSQL` that the tests of this process share.
#[must_use]
pub fn shared_postgres() -> u16 {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(postgres).port
}

/// A port that nobody uses now.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn start(folder: &Path, port: u16, command: &[&str], user: Option<(u32, u32)>) -> Server {
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "sh"]).arg(folder).args(command).current_dir(folder);
    if let Some((user, group)) = user {
        keeper.uid(user).gid(group);
    }
    let keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("sh");
    let server = Server { keeper, port };
    let end = Instant::now() + WAIT;
    while !is_ready(port, command[0]) {
        assert!(Instant::now() < end, "{} did not start", command[0]);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    server
}

/// Redis accepts connections when it is ready, as it has nothing to load; `PostgreSQL` accepts them before.
fn is_ready(port: u16, program: &str) -> bool {
    use std::io::{Read as _, Write as _};

    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    if program.ends_with("redis-server") {
        return true;
    }
    // A start, which is answered with an error while the server is not ready, and otherwise with the user's check.
    let names = b"user\0hookseal\0database\0postgres\0\0";
    let mut request = vec![0, 0, 0, 0, 0, 3, 0, 0];
    request.extend_from_slice(names);
    request[3] = u8::try_from(request.len()).expect("it is short");
    let mut answer = [0];
    stream.write_all(&request).is_ok() && stream.read_exact(&mut answer).is_ok() && answer == *b"R"
}

fn folder() -> PathBuf {
    // Not below a folder that another user cannot enter.
    tempfile::Builder::new().prefix("hookseal-once-").tempdir().expect("a folder").keep()
}

/// `PostgreSQL`'s programs are on PATH, or where Debian has them.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let found = std::env::split_paths(&path).chain(debian).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{name} is not installed: `cargo xtask test once` installs it"))
}

/// The user and group ids for `PostgreSQL`, which refuses to run as root.
fn other_user() -> Option<(u32, u32)> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !is_root {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("the users");
    let id = |name: &str| {
        let user = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == name)?;
        Some((user[2].parse().ok()?, user[3].parse().ok()?))
    };
    let user = id("postgres").or_else(|| id("nobody"));
    assert!(user.is_some(), "there is no user who is not root");
    user
}
