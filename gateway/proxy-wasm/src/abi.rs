//! The ABI: the callbacks that the host calls, and its functions. All unsafe code of this crate is here.
//!
//! An instance has one thread, and the host calls nothing while a callback waits for one of its functions.

#![allow(unsafe_code)]

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ptr::null_mut;

use hookseal::UnixTime;
use hookseal_gateway::{Host, variable_in};
use zeroize::Zeroizing;

use crate::plugin::{Action, Map, Plugin, Proxy};

#[link(wasm_import_module = "env")]
// SAFETY: these are the functions of Proxy-Wasm 0.2.1, with its types: pointers and lengths of 32 bits.
unsafe extern "C" {
    fn proxy_log(level: u32, text: *const u8, length: usize) -> u32;
    fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32;
    fn proxy_get_buffer_bytes(buffer: u32, start: usize, most: usize, data: *mut *mut u8, length: *mut usize) -> u32;
    fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, length: *mut usize) -> u32;
    fn proxy_remove_header_map_value(map: u32, name: *const u8, length: usize) -> u32;
    fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_length: usize,
        value: *const u8,
        value_length: usize,
    ) -> u32;
    fn proxy_send_local_response(
        status: u32,
        reason: *const u8,
        reason_length: usize,
        body: *const u8,
        body_length: usize,
        headers: *const u8,
        headers_length: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, length: usize, metric: *mut u32) -> u32;
    fn proxy_increment_metric(metric: u32, by: i64) -> u32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
// SAFETY: these are the functions of WASI preview 1, with its types.
unsafe extern "C" {
    fn environ_sizes_get(count: *mut usize, length: *mut usize) -> u32;
    fn environ_get(entries: *mut *mut u8, text: *mut u8) -> u32;
}

// Numbers of the ABI.
const OK: u32 = 0;
const LOG_ERROR: u32 = 4;
const REQUEST_BODY: u32 = 0;
const CONFIGURATION: u32 = 7;
const COUNTER: u32 = 0;
const NO_GRPC_STATUS: i32 = -1;

const fn map_number(map: Map) -> u32 {
    match map {
        Map::Headers => 0,
        Map::Trailers => 1,
    }
}

/// The state of this instance.
struct Instance(RefCell<Plugin>);

// SAFETY: an instance of the module has one thread.
unsafe impl Sync for Instance {}

static INSTANCE: Instance = Instance(RefCell::new(Plugin::new()));

/// The host of this instance.
struct Envoy;

/// What a function of the host returns in memory that it asked `proxy_on_memory_allocate` for.
fn returned(get: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Vec<u8> {
    let (mut data, mut length) = (null_mut(), 0);
    if get(&raw mut data, &raw mut length) != OK || data.is_null() || length == 0 {
        return Vec::new();
    }
    // SAFETY: the host has asked for exactly `length` bytes, which `proxy_on_memory_allocate` made as a boxed slice and
    // gave away, and it hands them back once.
    unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(data, length)) }.into_vec()
}

impl Host for Envoy {
    fn variable(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (mut count, mut length) = (0, 0);
        // SAFETY: both point to numbers that live during the call.
        if unsafe { environ_sizes_get(&raw mut count, &raw mut length) } != OK {
            return None;
        }
        let mut entries = vec![null_mut(); count];
        let mut text = Zeroizing::new(vec![0; length]);
        // SAFETY: both have the sizes that the host has just said.
        if unsafe { environ_get(entries.as_mut_ptr(), text.as_mut_ptr()) } != OK {
            return None;
        }
        variable_in(&text, name)
    }

    fn how_to_pass_variables(&self) -> &'static str {
        "set it for the proxy, and name it in vm_config.environment_variables.host_env_keys"
    }

    fn file(&self, _: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        Err("this proxy gives its filters no files: pass the secret in a variable, with env")
    }

    fn holds_bodies(&self) -> bool {
        false
    }
}

impl Proxy for Envoy {
    fn configuration(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(returned(|data, length| {
            // SAFETY: the host writes to the two places, which live during the call.
            unsafe { proxy_get_buffer_bytes(CONFIGURATION, 0, usize::MAX >> 1, data, length) }
        }))
    }

    fn pairs(&self, map: Map) -> Vec<u8> {
        returned(|data, length| {
            // SAFETY: as above.
            unsafe { proxy_get_header_map_pairs(map_number(map), data, length) }
        })
    }

    fn remove(&self, map: Map, name: &[u8]) {
        // SAFETY: the host reads the name during the call.
        must_be_ok(unsafe { proxy_remove_header_map_value(map_number(map), name.as_ptr(), name.len()) });
    }

    fn set(&self, name: &[u8], value: &[u8]) {
        let map = map_number(Map::Headers);
        // SAFETY: the host reads both during the call.
        must_be_ok(unsafe {
            proxy_replace_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len())
        });
    }

    fn body(&self, start: usize, length: usize) -> Vec<u8> {
        returned(|data, written| {
            // SAFETY: as for the configuration.
            unsafe { proxy_get_buffer_bytes(REQUEST_BODY, start, length, data, written) }
        })
    }

    fn answer(&self, status: u16, reason: &str, headers: &[u8], body: &[u8]) {
        // SAFETY: the host reads all four during the call.
        let answered = unsafe {
            proxy_send_local_response(
                status.into(),
                reason.as_ptr(),
                reason.len(),
                body.as_ptr(),
                body.len(),
                headers.as_ptr(),
                headers.len(),
                NO_GRPC_STATUS,
            )
        };
        // What the host does then is up to it; the request stays paused.
        let _ = answered;
    }

    fn now(&self) -> UnixTime {
        let mut nanoseconds = 0;
        // SAFETY: the host writes the time to a number that lives during the call.
        must_be_ok(unsafe { proxy_get_current_time_nanoseconds(&raw mut nanoseconds) });
        UnixTime::from_secs(i64::try_from(nanoseconds / 1_000_000_000).unwrap_or(i64::MAX))
    }

    fn define_counter(&self, name: &str) -> u32 {
        let mut metric = u32::MAX;
        // SAFETY: the host reads the name, and writes to a number that lives during the call.
        let _ = unsafe { proxy_define_metric(COUNTER, name.as_ptr(), name.len(), &raw mut metric) };
        metric
    }

    fn count(&self, counter: u32) {
        // SAFETY: only numbers cross. A host without metrics refuses, which changes nothing.
        let _ = unsafe { proxy_increment_metric(counter, 1) };
    }

    fn log(&self, text: &str) {
        // SAFETY: the host reads the text during the call.
        let _ = unsafe { proxy_log(LOG_ERROR, text.as_ptr(), text.len()) };
    }
}

/// Stops the instance if the host could not do what the verdict depends on. A request then does not go on.
fn must_be_ok(status: u32) {
    if status != OK {
        core::arch::wasm32::unreachable();
    }
}

const fn number(action: Action) -> u32 {
    match action {
        Action::Continue => 0,
        Action::Pause => 1,
    }
}

// SAFETY of the exports: these names are the callbacks of the ABI, and no other library is in the module.

/// Says which ABI this is.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_abi_version_0_2_1() {}

/// Memory for what the host returns.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_memory_allocate(length: usize) -> *mut u8 {
    Box::into_raw(vec![0; length].into_boxed_slice()).cast()
}

/// A filter, or a request of a filter, begins.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_context_create(context: u32, parent: u32) {
    INSTANCE.0.borrow_mut().on_create(context, parent);
}

/// The instance begins; it has no configuration of its own.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_vm_start(_: u32, _: usize) -> u32 {
    1
}

/// A filter is configured.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_configure(filter: u32, _: usize) -> u32 {
    INSTANCE.0.borrow_mut().on_configure(&Envoy, filter).into()
}

/// The headers of a request.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_headers(context: u32, _: usize, is_end: u32) -> u32 {
    number(INSTANCE.0.borrow_mut().on_headers(&Envoy, context, is_end != 0))
}

/// More of the body of a request.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_body(context: u32, length: usize, is_end: u32) -> u32 {
    number(INSTANCE.0.borrow_mut().on_body(&Envoy, context, length, is_end != 0))
}

/// The trailers of a request.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_request_trailers(context: u32, _: usize) -> u32 {
    number(INSTANCE.0.borrow_mut().on_trailers(&Envoy, context))
}

/// A request, or a filter, is gone. There is no `proxy_on_done`, which hosts would call before this for nothing: each
/// call takes a host some microseconds.
#[unsafe(no_mangle)]
pub extern "C" fn proxy_on_delete(context: u32) {
    INSTANCE.0.borrow_mut().on_delete(context);
}
