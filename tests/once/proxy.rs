//! A proxy that counts round trips and breaks connections off.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Passes on to a server, and can break a connection off after it has passed on what was asked.
#[derive(Debug)]
pub struct Proxy {
    /// Its port on 127.0.0.1.
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// When this is in what is asked, the connection ends before the answer.
    cut: Mutex<Option<Vec<u8>>>,
    cuts: AtomicUsize,
    /// How often something was asked: each time is a round trip.
    asked: AtomicUsize,
    /// While it is down, connections end as soon as anything is asked.
    is_down: AtomicBool,
}

impl Proxy {
    /// A proxy before the server at this port.
    ///
    /// # Panics
    /// If there is no free port.
    #[must_use]
    pub fn start(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::<Shared>::default();
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                pass(&client, &server, &own);
            }
        });
        Self { port, shared }
    }

    /// The next connection on which these bytes are asked ends before it is answered.
    ///
    /// # Panics
    /// Never.
    pub fn cut(&self, asked: &[u8]) {
        *self.shared.cut.lock().expect("no panic") = Some(asked.to_vec());
    }

    /// Breaks every connection off, old and new, or no longer.
    pub fn set_down(&self, is_down: bool) {
        self.shared.is_down.store(is_down, Ordering::SeqCst);
    }

    /// How many connections were broken off.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }

    /// How often something was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}

fn pass(client: &TcpStream, server: &TcpStream, shared: &Arc<Shared>) {
    let copies = || (client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
    let is_cut = Arc::new(AtomicUsize::new(0));
    let ((mut client, mut server), (mut to_client, mut from_server)) = (copies(), copies());
    let (shared, is_cut_here) = (Arc::clone(shared), Arc::clone(&is_cut));
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = client.read(&mut buffer) {
            if shared.is_down.load(Ordering::SeqCst) {
                is_cut_here.store(1, Ordering::SeqCst);
                let _ = client.shutdown(Shutdown::Both);
                break;
            }
            let asked = &buffer[..length];
            shared.asked.fetch_add(1, Ordering::SeqCst);
            let mut cut = shared.cut.lock().expect("no panic");
            if cut.as_ref().is_some_and(|cut| asked.windows(cut.len()).any(|part| part == cut)) {
                *cut = None;
                shared.cuts.fetch_add(1, Ordering::SeqCst);
                is_cut_here.store(1, Ordering::SeqCst);
            }
            drop(cut);
            if server.write_all(asked).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Both);
    });
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from_server.read(&mut buffer) {
            // The server has done what it was asked once it answers.
            if is_cut.load(Ordering::SeqCst) > 0 || to_client.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
        let _ = from_server.shutdown(Shutdown::Both);
    });
}
