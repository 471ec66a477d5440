//! The ABI: the exports that the host calls, and its functions. All unsafe code of this crate is here.
//!
//! An instance has one thread and handles one request at a time. A function of the host can end a call in its middle,
//! when a client hangs up: nothing is borrowed then, and nothing is on the stack, which would not be given back. That
//! is why [`handle_request`] itself reads the body and writes the answer, and keeps nothing but numbers.

#![allow(unsafe_code)]

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ptr::null_mut;

use hookseal::UnixTime;
use hookseal_gateway::{Host, variable_in};
use zeroize::Zeroizing;

use crate::plugin::{Plugin, Server, within};

#[link(wasm_import_module = "http_handler")]
// SAFETY: these are the functions of the http-handler ABI, with its types: pointers and lengths of 32 bits.
unsafe extern "C" {
    fn get_config(buffer: *mut u8, limit: usize) -> usize;
    fn log(level: i32, text: *const u8, length: usize);
    fn get_method(buffer: *mut u8, limit: usize) -> usize;
    fn get_uri(buffer: *mut u8, limit: usize) -> usize;
    fn get_header_names(kind: u32, buffer: *mut u8, limit: usize) -> u64;
    fn get_header_values(kind: u32, name: *const u8, length: usize, buffer: *mut u8, limit: usize) -> u64;
    fn set_header_value(kind: u32, name: *const u8, length: usize, value: *const u8, value_length: usize);
    fn remove_header(kind: u32, name: *const u8, length: usize);
    fn read_body(kind: u32, buffer: *mut u8, limit: usize) -> u64;
    fn write_body(kind: u32, body: *const u8, length: usize);
    fn set_status_code(status: u32);
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
// SAFETY: these are the functions of WASI preview 1, with its types.
unsafe extern "C" {
    fn environ_sizes_get(count: *mut usize, length: *mut usize) -> u32;
    fn environ_get(entries: *mut *mut u8, text: *mut u8) -> u32;
    fn clock_time_get(clock: u32, precision: u64, time: *mut u64) -> u32;
    fn fd_prestat_get(descriptor: u32, prestat: *mut Prestat) -> u32;
    fn fd_prestat_dir_name(descriptor: u32, name: *mut u8, length: usize) -> u32;
    fn path_open(
        folder: u32,
        lookup: u32,
        path: *const u8,
        length: usize,
        flags: u32,
        rights: u64,
        inherited: u64,
        descriptor_flags: u32,
        descriptor: *mut u32,
    ) -> u32;
    fn fd_read(descriptor: u32, buffers: *const Buffer, count: usize, read: *mut usize) -> u32;
    fn fd_close(descriptor: u32) -> u32;
}

/// A folder that the host has opened.
#[repr(C)]
#[derive(Default)]
struct Prestat {
    tag: u32,
    name_length: usize,
}

/// Where a file is read to.
#[repr(C)]
struct Buffer {
    data: *mut u8,
    length: usize,
}

// Numbers of the ABIs.
const LOG_ERROR: i32 = 2;
const REQUEST: u32 = 0;
const RESPONSE: u32 = 1;
const REALTIME: u32 = 0;
const FOLLOW_LINKS: u32 = 1;
const RIGHT_TO_READ: u64 = 1 << 1;
const FIRST_FOLDER: u32 = 3;

/// A secret has at most so many bytes.
const MAX_FILE: usize = 4096;

/// The state of this instance.
struct Instance(RefCell<Plugin>);

// SAFETY: an instance of the module has one thread.
unsafe impl Sync for Instance {}

static INSTANCE: Instance = Instance(RefCell::new(Plugin::new()));

/// The host of this instance.
struct Traefik;

/// What a function of the host writes, which returns how many bytes it has: once more if they did not fit.
fn written(get: impl Fn(*mut u8, usize) -> usize) -> Vec<u8> {
    let mut buffer = vec![0; 512];
    loop {
        let length = get(buffer.as_mut_ptr(), buffer.len());
        if length <= buffer.len() {
            buffer.truncate(length);
            return buffer;
        }
        buffer = vec![0; length];
    }
}

/// The length in the lower half of such a result.
#[allow(clippy::cast_possible_truncation)] // what is above is a count or a flag
const fn length_in(result: u64) -> usize {
    result as u32 as usize
}

impl Host for Traefik {
    fn variable(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (mut count, mut length) = (0, 0);
        // SAFETY: both point to numbers that live during the call.
        if unsafe { environ_sizes_get(&raw mut count, &raw mut length) } != 0 {
            return None;
        }
        let mut entries = vec![null_mut(); count];
        let mut text = Zeroizing::new(vec![0; length]);
        // SAFETY: both have the sizes that the host has just said.
        if unsafe { environ_get(entries.as_mut_ptr(), text.as_mut_ptr()) } != 0 {
            return None;
        }
        variable_in(&text, name)
    }

    fn how_to_pass_variables(&self) -> &'static str {
        "set it for the proxy, and name it in the plugin's settings.envs"
    }

    fn file(&self, path: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        let folders = folders();
        let mount = "it is in no folder that the plugin's settings.mounts names; its path must be absolute";
        let (index, rest) = within(&folders, path).ok_or(mount)?;
        let folder = FIRST_FOLDER + u32::try_from(index).unwrap_or_default();
        let mut file = 0;
        // SAFETY: the host reads the path, and writes to a number; both live during the call.
        let opened = unsafe {
            path_open(folder, FOLLOW_LINKS, rest.as_ptr(), rest.len(), 0, RIGHT_TO_READ, 0, 0, &raw mut file)
        };
        if opened != 0 {
            return Err("it cannot be opened: check its path as the filter sees it, and who may read it");
        }
        let contents = read(file);
        // SAFETY: only a number crosses. The file was opened here and is closed once.
        let _ = unsafe { fd_close(file) };
        contents
    }

    fn holds_bodies(&self) -> bool {
        true
    }
}

/// The names of the folders that the host has opened.
fn folders() -> Vec<String> {
    let mut names = Vec::new();
    for descriptor in FIRST_FOLDER.. {
        let mut prestat = Prestat::default();
        // SAFETY: the host writes to a struct of its layout that lives during the call.
        if unsafe { fd_prestat_get(descriptor, &raw mut prestat) } != 0 {
            break;
        }
        let mut name = vec![0; prestat.name_length];
        // SAFETY: the name has the length that the host has just said.
        if unsafe { fd_prestat_dir_name(descriptor, name.as_mut_ptr(), name.len()) } != 0 {
            break;
        }
        names.push(String::from_utf8_lossy(&name).trim_end_matches('\0').into());
    }
    names
}

fn read(file: u32) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut contents = Zeroizing::new(vec![0; MAX_FILE]);
    let mut length = 0;
    while length < MAX_FILE {
        let rest = &mut contents[length..];
        let buffer = Buffer { data: rest.as_mut_ptr(), length: rest.len() };
        let mut read = 0;
        // SAFETY: the host writes to the buffer and to a number; both live during the call.
        if unsafe { fd_read(file, &raw const buffer, 1, &raw mut read) } != 0 {
            return Err("it cannot be read: it must be a file");
        }
        if read == 0 {
            contents.truncate(length);
            return Ok(contents);
        }
        length += read;
    }
    Err("it has 4096 bytes or more, which no secret has")
}

impl Server for Traefik {
    fn configuration(&self) -> Zeroizing<Vec<u8>> {
        // SAFETY: the host writes at most so many bytes to the buffer.
        Zeroizing::new(written(|buffer, limit| unsafe { get_config(buffer, limit) }))
    }

    fn method(&self) -> Vec<u8> {
        // SAFETY: as above.
        written(|buffer, limit| unsafe { get_method(buffer, limit) })
    }

    fn target(&self) -> Vec<u8> {
        // SAFETY: as above.
        written(|buffer, limit| unsafe { get_uri(buffer, limit) })
    }

    fn names(&self) -> Vec<u8> {
        // SAFETY: as above.
        written(|buffer, limit| length_in(unsafe { get_header_names(REQUEST, buffer, limit) }))
    }

    fn values(&self, name: &[u8]) -> Vec<u8> {
        written(|buffer, limit| {
            // SAFETY: as above; the host also reads the name.
            length_in(unsafe { get_header_values(REQUEST, name.as_ptr(), name.len(), buffer, limit) })
        })
    }

    fn remove(&self, name: &[u8]) {
        // SAFETY: the host reads the name during the call.
        unsafe { remove_header(REQUEST, name.as_ptr(), name.len()) };
    }

    fn set(&self, name: &[u8], value: &[u8]) {
        // SAFETY: the host reads both during the call.
        unsafe { set_header_value(REQUEST, name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
    }

    fn set_body(&self, body: &[u8]) {
        // SAFETY: the host copies the body during the call.
        unsafe { write_body(REQUEST, body.as_ptr(), body.len()) };
    }

    fn set_status(&self, status: u16) {
        let (name, value) = ("content-type", "application/json");
        // SAFETY: the host reads both during the call.
        unsafe { set_header_value(RESPONSE, name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
        // SAFETY: only a number crosses.
        unsafe { set_status_code(status.into()) };
    }

    fn now(&self) -> UnixTime {
        let mut nanoseconds = 0;
        // SAFETY: the host writes the time to a number that lives during the call.
        if unsafe { clock_time_get(REALTIME, 1_000_000_000, &raw mut nanoseconds) } != 0 {
            core::arch::wasm32::unreachable();
        }
        UnixTime::from_secs(i64::try_from(nanoseconds / 1_000_000_000).unwrap_or(i64::MAX))
    }

    fn log(&self, text: &str) {
        // SAFETY: the host reads the text during the call.
        unsafe { log(LOG_ERROR, text.as_ptr(), text.len()) };
    }
}

/// Takes the head of the request, and returns where the body is to be written: null if it is not needed.
#[inline(never)]
fn begin() -> *mut u8 {
    let mut plugin = INSTANCE.0.borrow_mut();
    if plugin.begin(&Traefik) { plugin.piece().as_mut_ptr() } else { null_mut() }
}

/// The size of that place.
#[inline(never)]
fn piece_length() -> usize {
    INSTANCE.0.borrow_mut().piece().len()
}

/// Takes what the host has written, and returns whether more is needed.
#[inline(never)]
fn take(result: u64) -> bool {
    INSTANCE.0.borrow_mut().take(&Traefik, length_in(result), result >> 32 != 0)
}

#[inline(never)]
fn passes() -> bool {
    INSTANCE.0.borrow().passes()
}

#[inline(never)]
fn answer() -> *const u8 {
    INSTANCE.0.borrow().answer().as_ptr()
}

#[inline(never)]
fn answer_length() -> usize {
    INSTANCE.0.borrow().answer().len()
}

// SAFETY of the exports: these names are the callbacks of the ABI, and no other library is in the module.

/// The instance begins.
#[unsafe(no_mangle)]
pub extern "C" fn _initialize() {
    INSTANCE.0.borrow_mut().configure(&Traefik);
}

/// Handles a request: 1 if it goes on, 0 if it was answered.
#[unsafe(no_mangle)]
pub extern "C" fn handle_request() -> u64 {
    let piece = begin();
    if !piece.is_null() {
        loop {
            // SAFETY: the piece belongs to the request that is being handled: it is there, and stays where it is, until
            // `take` returns that no more is needed.
            let result = unsafe { read_body(REQUEST, piece, piece_length()) };
            if !take(result) {
                break;
            }
        }
    }
    if answer_length() > 0 {
        // SAFETY: the answer stays where it is until the next request, and the host copies it during the call.
        unsafe { write_body(RESPONSE, answer(), answer_length()) };
    }
    passes().into()
}

/// The backend has answered; nothing is left to do.
#[unsafe(no_mangle)]
pub extern "C" fn handle_response(_: u32, _: u32) {}
