//! The functions of `include/hookseal.h`, and all that touches the caller's memory or what handles stand for: the only
//! unsafe code of hookseal. The contract of every function is in the header.
//!
//! A panic does not cross into the caller: natively it is caught and answered as `invalid_argument`, and WebAssembly
//! traps. None is known to be reachable.
#![allow(unsafe_code)]
#![allow(missing_docs, clippy::missing_safety_doc)] // they are in the header

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::alloc::Layout;
use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use hookseal::{HeaderLookup, HeaderName, Headers, JsonStr, Scheme, UnixTime};
use hookseal_bindings::names;
use zeroize::Zeroize as _;

use crate::calls::{self, Call, Ready, Setup, Streaming};
use crate::checks::{Misuse, can_hold};
use crate::handles::{self, CHUNKS, Kind, Lock, MOST};
use crate::layout::{self, ABI, Delivery, Header, Input, NONE, Prepared, Text, Verdict, asks};
use crate::verdicts::misuse;

/// The code of arguments that cannot be used.
const INVALID: u32 = 16;

// ---- Handles ----

static VERIFIERS: Table<Arc<Ready>, Setup> = Table::new(Kind::Verifier);
static STREAMS: Table<(), Streaming> = Table::new(Kind::Stream);

/// What the handles of a kind stand for.
struct Table<S, E> {
    kind: Kind,
    lock: Lock,
    /// The slot that was freed last, plus 1.
    free: AtomicUsize,
    /// How many slots were ever used.
    used: AtomicUsize,
    chunks: [AtomicPtr<Slot<S, E>>; CHUNKS],
}

/// It is given out, taken back and given out again, and its memory is never freed.
struct Slot<S, E> {
    owner: AtomicUsize,
    /// What threads share; it is null at first, then set once.
    shared: AtomicPtr<S>,
    /// What one thread at a time changes; [`busy`] meanwhile, [`dead`] if it was freed meanwhile.
    own: AtomicPtr<E>,
    next_free: AtomicUsize,
}

// No value is at these addresses, since every type here has a larger alignment.
const fn busy<E>() -> *mut E {
    ptr::without_provenance_mut(1)
}

const fn dead<E>() -> *mut E {
    ptr::without_provenance_mut(2)
}

impl<S, E> Table<S, E> {
    const fn new(kind: Kind) -> Self {
        let chunks = [const { AtomicPtr::new(ptr::null_mut()) }; CHUNKS];
        Self { kind, lock: Lock::new(), free: AtomicUsize::new(0), used: AtomicUsize::new(0), chunks }
    }

    fn slot(&self, slot: usize) -> Option<&Slot<S, E>> {
        let (chunk, index) = handles::place(slot);
        let first = self.chunks.get(chunk)?.load(Ordering::Acquire);
        if first.is_null() || index >= handles::chunk_size(chunk) {
            return None;
        }
        // SAFETY: a chunk has so many slots, is published once they are initialized, and is never freed.
        Some(unsafe { &*first.add(index) })
    }

    /// Keeps a value and returns its handle; 0 if there is no room.
    fn insert(&self, value: Box<E>) -> usize {
        let Some((number, slot)) = self.lock.during(|| self.free_slot()) else { return 0 };
        slot.own.store(Box::into_raw(value), Ordering::Release);
        handles::handle(self.kind, number, slot.owner.load(Ordering::Relaxed))
    }

    fn free_slot(&self) -> Option<(usize, &Slot<S, E>)> {
        if let Some(number) = self.free.load(Ordering::Relaxed).checked_sub(1) {
            let slot = self.slot(number)?;
            self.free.store(slot.next_free.load(Ordering::Relaxed), Ordering::Relaxed);
            return Some((number, slot));
        }
        let number = self.used.load(Ordering::Relaxed);
        if number >= MOST {
            return None;
        }
        let (chunk, index) = handles::place(number);
        if index == 0 {
            let mut slots = Vec::new();
            slots.try_reserve_exact(handles::chunk_size(chunk)).ok()?;
            slots.extend((0..handles::chunk_size(chunk)).map(|_| Slot {
                owner: AtomicUsize::new(1),
                shared: AtomicPtr::new(ptr::null_mut()),
                own: AtomicPtr::new(ptr::null_mut()),
                next_free: AtomicUsize::new(0),
            }));
            self.chunks.get(chunk)?.store(Vec::leak(slots).as_mut_ptr(), Ordering::Release);
        }
        self.used.store(number + 1, Ordering::Relaxed);
        Some((number, self.slot(number)?))
    }

    /// The number of the slot that a handle names, the slot's owner, and the slot.
    fn find(&self, handle: usize) -> Option<(usize, usize, &Slot<S, E>)> {
        let (number, owner) = handles::parts(self.kind, handle)?;
        let slot = self.slot(number)?;
        (slot.owner.load(Ordering::Acquire) == owner).then_some((number, owner, slot))
    }

    /// What threads share under a handle.
    ///
    /// # Safety
    /// The handle is not freed before the result was used.
    unsafe fn shared<'a>(&self, handle: usize) -> Option<&'a S> {
        let (_, _, slot) = self.find(handle)?;
        // SAFETY: it is null or set to a box that is dropped once the handle is freed.
        unsafe { slot.shared.load(Ordering::Acquire).as_ref() }
    }

    /// Lets a function change the value under a handle, unless a thread is doing so. It returns the value if it is to
    /// be kept, and what is shared from then on.
    fn change<T>(
        &self,
        handle: usize,
        act: impl FnOnce(Box<E>) -> (Option<Box<E>>, Option<S>, T),
    ) -> Result<T, Misuse> {
        let (number, owner, slot) = self.find(handle).ok_or(STALE)?;
        let value = slot.own.load(Ordering::Relaxed);
        if value.is_null() || value == dead() {
            return Err(STALE);
        }
        let taken = slot.own.compare_exchange(value, busy(), Ordering::Acquire, Ordering::Relaxed);
        if value == busy() || taken.is_err() {
            return Err("another thread is using the handle; such calls must come one after the other");
        }
        if slot.owner.load(Ordering::Acquire) != owner {
            // Freed, and given out again, since it was found.
            if slot.own.compare_exchange(busy(), value, Ordering::Release, Ordering::Relaxed).is_err() {
                self.empty(number, slot, value);
            }
            return Err(STALE);
        }
        // SAFETY: it came from a box, and whoever replaces it by `busy` has it for himself.
        let (kept, shared, result) = act(unsafe { Box::from_raw(value) });
        if let Some(shared) = shared {
            slot.shared.store(Box::into_raw(Box::new(shared)), Ordering::Release);
        }
        let kept = kept.map_or(ptr::null_mut(), Box::into_raw);
        if slot.own.compare_exchange(busy(), kept, Ordering::Release, Ordering::Relaxed).is_err() {
            // Freed meanwhile.
            self.empty(number, slot, kept);
        }
        Ok(result)
    }

    /// Drops what a handle stands for, unless it was freed before.
    fn free(&self, handle: usize) {
        let Some((number, owner, slot)) = self.find(handle) else { return };
        let next = handles::next_owner(owner);
        if slot.owner.compare_exchange(owner, next, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return;
        }
        let value = slot.own.swap(dead(), Ordering::AcqRel);
        if value != busy() {
            self.empty(number, slot, value);
        }
    }

    /// Drops the values of a slot that nobody has a handle for, and gives it free.
    fn empty(&self, number: usize, slot: &Slot<S, E>, own: *mut E) {
        let shared = slot.shared.swap(ptr::null_mut(), Ordering::AcqRel);
        slot.own.store(ptr::null_mut(), Ordering::Release);
        // SAFETY: both came from boxes, were removed from the slot, and no call is using them.
        unsafe {
            (!shared.is_null()).then(|| drop(Box::from_raw(shared)));
            (!own.is_null()).then(|| drop(Box::from_raw(own)));
        }
        self.lock.during(|| {
            slot.next_free.store(self.free.load(Ordering::Relaxed), Ordering::Relaxed);
            self.free.store(number + 1, Ordering::Relaxed);
        });
    }
}

const STALE: Misuse = "the handle was freed, is not ready or was never given out; make one, and end its setting up";

// ---- The caller's memory ----

/// # Safety
/// If it is neither null nor longer than memory can be, so many bytes can be read there during `'a`.
unsafe fn bytes<'a>(at: *const u8, length: usize) -> Option<&'a [u8]> {
    match can_hold(at.addr(), length) {
        true if length == 0 => Some(&[]),
        // SAFETY: it is not null, and the caller vouches for the rest.
        true => Some(unsafe { core::slice::from_raw_parts(at, length) }),
        false => None,
    }
}

/// The size that a struct says that it has, if it can be there, and is not shorter than it is in this version.
///
/// # Safety
/// If it is not null and aligned, its first member can be read there.
unsafe fn stated_size<T>(place: *const T) -> Option<usize> {
    let size = size_of::<T>();
    if !place.is_aligned() || !can_hold(place.addr(), size) {
        return None;
    }
    // SAFETY: it is aligned and not null, and every struct begins with its size.
    let stated = unsafe { *place.cast::<u32>() } as usize;
    (size..4096).contains(&stated).then_some(stated)
}

/// Reads a struct of this version. A later one is longer, and its further members must be 0.
///
/// # Safety
/// If it is not null and aligned, so many bytes can be read there as its first member says.
unsafe fn read<T: Copy>(place: *const T) -> Option<T> {
    // SAFETY: the caller vouches for it.
    let stated = unsafe { stated_size(place) }.filter(|stated| can_hold(place.addr(), *stated))?;
    let size = size_of::<T>();
    // SAFETY: the caller vouches for so many bytes.
    let further = unsafe { bytes(place.cast::<u8>().wrapping_add(size), stated - size) }?;
    // SAFETY: the same; every pattern of bytes is a value of these structs.
    further.iter().all(|byte| *byte == 0).then(|| unsafe { *place })
}

/// Writes a struct of this version where the caller has one that is not shorter; nothing at null.
///
/// # Safety
/// If it is aligned, so many bytes can be read and written there as its first member says.
unsafe fn write<T: Copy>(place: *mut T, value: &T) -> bool {
    if place.is_null() {
        return true;
    }
    // SAFETY: the caller vouches for it.
    let fits = unsafe { stated_size(place) }.is_some();
    if fits {
        // SAFETY: the caller vouches for so many bytes.
        unsafe { *place = *value };
    }
    fits
}

/// Text that a function writes for its caller.
struct Writer {
    at: *mut u8,
    capacity: usize,
    /// Of the whole text.
    length: usize,
}

impl Writer {
    /// # Safety
    /// If it is neither null nor longer than memory can be, so many bytes can be written there as long as this lives.
    unsafe fn new(at: *mut u8, capacity: usize) -> Option<Self> {
        can_hold(at.addr(), capacity).then_some(Self { at, capacity, length: 0 })
    }

    /// The same, with what is said where no text can be.
    ///
    /// # Safety
    /// That of [`Self::new`].
    unsafe fn of_text(at: *mut u8, capacity: usize) -> Result<Self, hookseal::Error> {
        // SAFETY: the caller vouches for it.
        unsafe { Self::new(at, capacity) }.ok_or_else(|| misuse("the text cannot be where the call says"))
    }

    fn put(&mut self, part: &[u8]) {
        let room = self.capacity.saturating_sub(self.length).min(part.len());
        if room > 0 {
            // SAFETY: there is room for so many bytes. They may be the caller's, where the part may be too.
            unsafe { ptr::copy(part.as_ptr(), self.at.add(self.length), room) };
        }
        self.length = self.length.saturating_add(part.len());
    }
}

/// Writes a text for the caller, and returns its length.
///
/// # Safety
/// That of [`Writer::new`].
unsafe fn text(at: *mut u8, capacity: usize, write: impl FnOnce(&mut dyn FnMut(&[u8])) -> bool) -> usize {
    guard(NONE, || {
        // SAFETY: the caller vouches for it.
        let Some(mut writer) = (unsafe { Writer::new(at, capacity) }) else { return NONE };
        if write(&mut |part| writer.put(part)) { writer.length } else { NONE }
    })
}

/// A delivery whose memory can be read.
pub(crate) struct Request<'a> {
    pub(crate) flags: u32,
    pub(crate) now: UnixTime,
    pub(crate) headers: Pairs<'a>,
    /// Where the body is left out, or may not be read: its length alone.
    pub(crate) body: Result<&'a [u8], usize>,
}

/// The headers of a delivery. Each name and value can be read.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<'a>(&'a [Header]);

impl<'a> Request<'a> {
    /// # Safety
    /// All that the delivery says is there can be read during `'a`.
    unsafe fn read(delivery: *const Delivery, has_body: bool) -> Result<Self, Misuse> {
        // SAFETY: the caller vouches for it.
        let delivery = unsafe { read(delivery) }.ok_or("`delivery` is no struct of this version; set its size")?;
        let Delivery { flags, now, headers, header_count, body, .. } = delivery;
        if flags & !asks::ALL != 0 {
            return Err("`delivery` has flags that this version does not know; leave them out");
        }
        let bytes_of_headers = header_count.checked_mul(size_of::<Header>());
        if !bytes_of_headers.is_some_and(|bytes| can_hold(headers.addr(), bytes)) || !headers.is_aligned() {
            return Err("the headers of `delivery` cannot be where it says");
        }
        let pairs: &[Header] = match header_count {
            0 => &[],
            // SAFETY: so many headers can be there, and the caller vouches for it.
            _ => unsafe { core::slice::from_raw_parts(headers, header_count) },
        };
        let is_text = |Text { at, length }: Text| can_hold(at.addr(), length);
        let is_name = |name: Text| if name.at.is_null() { name.length <= names::HEADERS } else { is_text(name) };
        if !pairs.iter().all(|header| is_name(header.name) && is_text(header.value)) {
            return Err("the name or value of a header cannot be where `delivery` says");
        }
        let body = if !has_body || flags & asks::NO_BODY != 0 {
            Err(body.length)
        } else {
            // SAFETY: the caller vouches for it.
            Ok(unsafe { bytes(body.at, body.length) }.ok_or("the body cannot be where `delivery` says")?)
        };
        Ok(Self { flags, now: UnixTime::from_secs(now), headers: Pairs(pairs), body })
    }
}

impl<'a> Pairs<'a> {
    pub(crate) fn of_scheme(self, scheme: &'a Scheme) -> SchemeHeaders<'a> {
        let has_numbers = self.0.iter().any(|header| header.name.at.is_null());
        let numbered = if has_numbers { names::headers(scheme) } else { [None; names::HEADERS] };
        SchemeHeaders { pairs: self, numbered }
    }

    /// The values with their indexes.
    pub(crate) fn values(self) -> impl Iterator<Item = (usize, &'a [u8])> {
        (0..self.0.len()).map(move |index| (index, self.value(index).unwrap_or_default()))
    }

    pub(crate) fn value(self, index: usize) -> Option<&'a [u8]> {
        // SAFETY: `Request::read` has checked it, and its caller vouches for the memory.
        self.0.get(index).and_then(|header| unsafe { bytes(header.value.at, header.value.length) })
    }

    fn name(self, index: usize) -> Result<&'a [u8], usize> {
        match self.0.get(index) {
            Some(Header { name, .. }) if !name.at.is_null() => {
                // SAFETY: as for values.
                Ok(unsafe { bytes(name.at, name.length) }.unwrap_or_default())
            }
            number => Err(number.map_or(0, |header| header.name.length)),
        }
    }
}

/// The headers of a delivery, with what the numbers of names stand for in its scheme.
#[derive(Clone, Copy)]
pub(crate) struct SchemeHeaders<'a> {
    pub(crate) pairs: Pairs<'a>,
    numbered: [Option<&'a HeaderName>; names::HEADERS],
}

impl<'a> SchemeHeaders<'a> {
    /// Whether a name, or the number in its place, is that of a header.
    #[inline]
    fn is(&self, given: Result<&[u8], usize>, name: &HeaderName) -> bool {
        match given {
            Ok(text) => name.matches(text),
            Err(number) => {
                let own = number.checked_sub(1).and_then(|number| *self.numbered.get(number)?);
                own.is_some_and(|own| ptr::eq(own, name) || own == name)
            }
        }
    }

    /// What is known of a header, once it was found at another place too.
    fn add(&self, found: &mut HeaderLookup<'a>, index: usize) {
        *found = match found {
            HeaderLookup::Missing => HeaderLookup::Once(self.pairs.value(index).unwrap_or_default()),
            _ => HeaderLookup::Duplicate,
        };
    }

    /// The index of a header, if it occurs once, and its value.
    pub(crate) fn find_index(&self, name: &HeaderName) -> (usize, HeaderLookup<'a>) {
        let mut found = (0, HeaderLookup::Missing);
        for index in (0..self.pairs.0.len()).filter(|index| self.is(self.pairs.name(*index), name)) {
            found.0 = index;
            self.add(&mut found.1, index);
        }
        found
    }
}

impl Headers for SchemeHeaders<'_> {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        self.find_index(name).1
    }

    /// In one pass.
    fn find_all<'h>(&'h self, names: [Option<&HeaderName>; 3]) -> [HeaderLookup<'h>; 3] {
        let mut found = [HeaderLookup::Missing; 3];
        for index in 0..self.pairs.0.len() {
            let given = self.pairs.name(index);
            for (name, found) in names.iter().zip(&mut found) {
                if name.is_some_and(|name| self.is(given, name)) {
                    self.add(found, index);
                }
            }
        }
        found
    }
}

/// Calls a function, and answers for it if it panics.
#[cfg(not(target_arch = "wasm32"))]
fn guard<T>(otherwise: T, act: impl FnOnce() -> T) -> T {
    std::panic::catch_unwind(core::panic::AssertUnwindSafe(act)).unwrap_or(otherwise)
}

#[cfg(target_arch = "wasm32")]
fn guard<T>(_: T, act: impl FnOnce() -> T) -> T {
    act()
}

// ---- The functions ----

/// Makes a verdict, and answers with it.
///
/// # Safety
/// That of [`write`].
unsafe fn judge(place: *mut Verdict, act: impl FnOnce(&mut Verdict) -> Result<(), hookseal::Error>) -> u32 {
    guard(INVALID, || {
        let mut verdict = Verdict::EMPTY;
        if let Err(error) = act(&mut verdict) {
            verdict.refuse(&error);
        }
        // SAFETY: the caller vouches for it.
        if unsafe { write(place, &verdict) } { verdict.code } else { INVALID }
    })
}

/// The verifier of a handle.
///
/// # Safety
/// That of [`Table::shared`].
unsafe fn ready<'a>(verifier: *const layout::Verifier) -> Option<&'a Arc<Ready>> {
    // SAFETY: the caller vouches for it.
    unsafe { VERIFIERS.shared(verifier.addr()) }
}

/// What most functions are called with: the verifier of a handle, and a delivery, of whose body some need the length
/// alone.
///
/// # Safety
/// That of [`Table::shared`] and of [`Request::read`].
unsafe fn call<'a>(verifier: *const layout::Verifier, delivery: *const Delivery, has_body: bool) -> Call<'a> {
    // SAFETY: the caller vouches for it.
    unsafe { (ready(verifier), Request::read(delivery, has_body)) }
}

#[unsafe(no_mangle)]
pub extern "C" fn hookseal_abi() -> u32 {
    ABI
}

/// What comes before memory that was given out: its length, changed so that other bytes do not look like it.
const PREFIX: usize = 16;

fn mark(bytes: usize) -> usize {
    bytes ^ 0x5ea1_ed00
}

#[unsafe(no_mangle)]
pub extern "C" fn hookseal_alloc(bytes: usize) -> *mut c_void {
    let layout = bytes.checked_add(PREFIX).and_then(|size| Layout::from_size_align(size, PREFIX).ok());
    let Some(layout) = layout.filter(|_| bytes > 0) else { return ptr::null_mut() };
    // SAFETY: it is not empty.
    let start = unsafe { alloc::alloc::alloc_zeroed(layout) };
    if start.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: it has space for the prefix and is aligned for it.
    unsafe {
        *start.cast::<usize>() = mark(bytes);
        start.add(PREFIX).cast()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_free(memory: *mut c_void, bytes: usize) {
    let memory = memory.cast::<u8>();
    if memory.addr() < PREFIX || !memory.addr().is_multiple_of(PREFIX) || !can_hold(memory.addr(), bytes) || bytes == 0
    {
        return;
    }
    let start = memory.wrapping_sub(PREFIX);
    // SAFETY: there is a prefix before it.
    if unsafe { *start.cast::<usize>() } != mark(bytes) {
        return;
    }
    // SAFETY: the prefix says that it has so many bytes, and that this is its layout.
    unsafe {
        core::slice::from_raw_parts_mut(start, PREFIX + bytes).zeroize();
        alloc::alloc::dealloc(start, Layout::from_size_align_unchecked(PREFIX + bytes, PREFIX));
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_word(kind: u32, number: u32, text: *mut u8, capacity: usize) -> usize {
    // SAFETY: the caller vouches for it.
    unsafe { self::text(text, capacity, |put| calls::word(kind, number, put).is_some()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_verifier_new(scheme: *const u8, length: usize) -> *mut layout::Verifier {
    let handle = guard(0, || {
        // SAFETY: the caller vouches for it.
        let scheme = unsafe { bytes(scheme, length) };
        VERIFIERS.insert(Box::new(Setup::new(scheme)))
    });
    ptr::without_provenance_mut(handle)
}

/// Changes a verifier that is being set up; does nothing to others.
fn set_up(verifier: *mut layout::Verifier, act: impl FnOnce(&mut Setup)) {
    guard((), || {
        let changed = VERIFIERS.change(verifier.addr(), |mut setup| {
            act(&mut setup);
            (Some(setup), None, ())
        });
        // There is nobody to tell: the caller learns it from `hookseal_verifier_ready`.
        let _ = changed;
    });
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_verifier_secret(
    verifier: *mut layout::Verifier,
    is_text: u32,
    secret: *const u8,
    length: usize,
) {
    // SAFETY: the caller vouches for it.
    set_up(verifier, |setup| setup.secret(is_text, unsafe { bytes(secret, length) }));
}

#[unsafe(no_mangle)]
pub extern "C" fn hookseal_verifier_limit(verifier: *mut layout::Verifier, which: u32, low: u32, high: u32) {
    set_up(verifier, |setup| setup.limit(which, u64::from(high) << 32 | u64::from(low)));
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_verifier_ready(verifier: *mut layout::Verifier, verdict: *mut Verdict) -> u32 {
    let make = |verdict: &mut Verdict| {
        let made = VERIFIERS.change(verifier.addr(), |setup| match setup.ready(verdict) {
            Ok(ready) => (None, Some(ready), Ok(())),
            Err(error) => (None, None, Err(error)),
        });
        made.map_err(misuse)?
    };
    // SAFETY: the caller vouches for it.
    unsafe { judge(verdict, make) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_verifier_name(
    verifier: *const layout::Verifier,
    which: u32,
    text: *mut u8,
    capacity: usize,
) -> usize {
    // SAFETY: the caller vouches for it.
    unsafe {
        let ready = ready(verifier);
        self::text(text, capacity, |put| {
            ready.map(|ready| put(ready.name(which).unwrap_or_default().as_bytes())).is_some()
        })
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn hookseal_verifier_free(verifier: *mut layout::Verifier) {
    guard((), || VERIFIERS.free(verifier.addr()));
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_verify(
    verifier: *const layout::Verifier,
    delivery: *const Delivery,
    verdict: *mut Verdict,
) -> u32 {
    // SAFETY: the caller vouches for it.
    unsafe { judge(verdict, |verdict| calls::verify(call(verifier, delivery, true), verdict)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_stream_new(
    verifier: *const layout::Verifier,
    delivery: *const Delivery,
    verdict: *mut Verdict,
) -> *mut layout::Stream {
    let mut handle = 0;
    let make = |_: &mut Verdict| {
        // SAFETY: the caller vouches for it.
        let stream = Streaming::new(unsafe { call(verifier, delivery, false) })?;
        handle = STREAMS.insert(Box::new(stream));
        match handle {
            0 => Err(misuse("there is no room for another stream; free those that have ended")),
            _ => Ok(()),
        }
    };
    // SAFETY: the caller vouches for it.
    let code = unsafe { judge(verdict, make) };
    let stream = ptr::without_provenance_mut(handle);
    if code == 0 {
        return stream;
    }
    // If there is one, its verdict cannot be written.
    hookseal_stream_free(stream);
    ptr::null_mut()
}

/// Uses a stream, which stays.
fn use_stream<T>(
    stream: *const layout::Stream,
    act: impl FnOnce(&mut Streaming) -> Result<T, hookseal::Error>,
) -> Result<T, hookseal::Error> {
    let used = STREAMS.change(stream.addr(), |mut streaming| {
        let result = act(&mut streaming);
        (Some(streaming), None, result)
    });
    used.map_err(misuse)?
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_stream_update(stream: *mut layout::Stream, chunk: *const u8, length: usize) -> u32 {
    // SAFETY: the caller vouches for it.
    let update = || use_stream(stream, |streaming| streaming.update(unsafe { bytes(chunk, length) }));
    guard(INVALID, || update().map_or_else(|error| hookseal_bindings::verdict::number_of(error.kind()), |()| 0))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_stream_finish(
    stream: *mut layout::Stream,
    now_low: u32,
    now_high: u32,
    verdict: *mut Verdict,
) -> u32 {
    let now = UnixTime::from_secs((u64::from(now_high) << 32 | u64::from(now_low)).cast_signed());
    // SAFETY: the caller vouches for it.
    unsafe { judge(verdict, |verdict| use_stream(stream, |streaming| streaming.finish(now, verdict))) }
}

/// Writes a key and a digest.
///
/// # Safety
/// `scope_length` bytes can be read at `scope`, 32 can be written at `digest` unless it is null, and `capacity` at
/// `text`.
unsafe fn put_key(
    found: Option<(Option<hookseal::DeliveryKey>, [u8; 32])>,
    (scope, scope_length): (*const u8, usize),
    digest: *mut u8,
    (text, capacity): (*mut u8, usize),
) -> usize {
    // SAFETY: the caller vouches for it.
    let scope = unsafe { bytes(scope, scope_length) }.and_then(|scope| core::str::from_utf8(scope).ok());
    let (Some((key, made)), Some(scope)) = (found, scope) else { return NONE };
    if !digest.is_null() {
        // SAFETY: the caller vouches for 32 bytes.
        let Some(mut writer) = (unsafe { Writer::new(digest, made.len()) }) else { return NONE };
        writer.put(&made);
    }
    // SAFETY: the caller vouches for it.
    unsafe {
        self::text(text, capacity, |put| {
            key.inspect(|key| key.write_text(scope, &mut |part| put(part.as_bytes())));
            true
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_stream_key(
    stream: *const layout::Stream,
    scope: *const u8,
    scope_length: usize,
    digest: *mut u8,
    text: *mut u8,
    capacity: usize,
) -> usize {
    guard(NONE, || {
        let found = use_stream(stream, |streaming| Ok(streaming.key)).ok().flatten();
        // SAFETY: the caller vouches for it.
        unsafe { put_key(found, (scope, scope_length), digest, (text, capacity)) }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn hookseal_stream_free(stream: *mut layout::Stream) {
    guard((), || STREAMS.free(stream.addr()));
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_message(
    verdict: *const Verdict,
    names: u32,
    text: *mut u8,
    capacity: usize,
) -> usize {
    // SAFETY: the caller vouches for it.
    let verdict = unsafe { read(verdict) };
    let (Some(verdict), Some(names)) = (verdict, calls::option_names(names)) else { return NONE };
    let detail = verdict.detail().and_then(|(at, length)| {
        // SAFETY: it was found intact, so it is a text that this library has, which lives as long as the library.
        let detail: &'static [u8] = unsafe { bytes(ptr::with_exposed_provenance(at), length) }?;
        core::str::from_utf8(detail).ok()
    });
    // SAFETY: the caller vouches for it.
    unsafe {
        self::text(text, capacity, |put| {
            verdict.write_message(detail.unwrap_or_default(), names, put);
            true
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_read_body(
    verifier: *const layout::Verifier,
    what: u32,
    body: *const u8,
    length: usize,
    verdict: *mut Verdict,
) -> u32 {
    let check = |verdict: &mut Verdict| {
        // SAFETY: the caller vouches for it.
        let (ready, body) = unsafe { (ready(verifier), bytes(body, length)) };
        if ready.is_none() && !verifier.is_null() {
            return Err(misuse(STALE));
        }
        calls::read_body(ready.map(Arc::as_ref), what, body, verdict)
    };
    // SAFETY: the caller vouches for it.
    unsafe { judge(verdict, check) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_decode(json: *const u8, length: usize, text: *mut u8, capacity: usize) -> usize {
    // SAFETY: the caller vouches for it.
    unsafe {
        let json = bytes(json, length);
        self::text(text, capacity, |put| {
            let string = json.and_then(|json| core::str::from_utf8(json).ok()).and_then(JsonStr::between_quotes);
            let put = |letter: char| put(letter.encode_utf8(&mut [0; 4]).as_bytes());
            string.map(|string| string.chars().for_each(put)).is_some()
        })
    }
}

#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // as in C
pub unsafe extern "C" fn hookseal_delivery_key(
    verifier: *const layout::Verifier,
    delivery: *const Delivery,
    verdict: *const Verdict,
    scope: *const u8,
    scope_length: usize,
    digest: *mut u8,
    text: *mut u8,
    capacity: usize,
) -> usize {
    guard(NONE, || {
        // SAFETY: the caller vouches for it.
        unsafe {
            let call = call(verifier, delivery, true);
            let found = read(verdict).and_then(|verdict| calls::delivery_key(call, &verdict, !digest.is_null()));
            put_key(found, (scope, scope_length), digest, (text, capacity))
        }
    })
}

#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // as in C
pub unsafe extern "C" fn hookseal_event_key(
    scheme: *const u8,
    scheme_length: usize,
    id: *const u8,
    id_length: usize,
    scope: *const u8,
    scope_length: usize,
    text: *mut u8,
    capacity: usize,
) -> usize {
    // SAFETY: the caller vouches for it.
    unsafe {
        let texts = (bytes(scheme, scheme_length), bytes(id, id_length), bytes(scope, scope_length));
        let (Some(scheme), Some(id), Some(scope)) = texts else { return NONE };
        self::text(text, capacity, |put| calls::event_key(scheme, id, scope, put).is_some())
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_signing_input(
    verifier: *const layout::Verifier,
    delivery: *const Delivery,
    input: *mut Input,
    text: *mut u8,
    capacity: usize,
    verdict: *mut Verdict,
) -> u32 {
    let make = |_: &mut Verdict| {
        // SAFETY: the caller vouches for it.
        let call = unsafe { call(verifier, delivery, false) };
        // SAFETY: the caller vouches for it.
        let mut writer = unsafe { Writer::of_text(text, capacity) }?;
        let made = calls::signing_input(call, &mut |part| writer.put(part))?;
        if writer.length > capacity {
            return Err(misuse("what is signed does not fit; have HOOKSEAL_INPUT_MAX bytes"));
        }
        // SAFETY: the caller vouches for it.
        if input.is_null() || !unsafe { write(input, &made) } {
            return Err(misuse("`input` is no struct of this version; set its size"));
        }
        Ok(())
    };
    // SAFETY: the caller vouches for it.
    unsafe { judge(verdict, make) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_prepare(
    verifier: *const layout::Verifier,
    delivery: *const Delivery,
    prepared: *mut Prepared,
    text: *mut u8,
    capacity: usize,
    verdict: *mut Verdict,
) -> u32 {
    let make = || {
        // SAFETY: the caller vouches for it.
        let (call, writer) = unsafe { (call(verifier, delivery, false), Writer::of_text(text, capacity)) };
        let mut writer = writer?;
        let made = calls::prepare(call, &mut |part| writer.put(part))?;
        if writer.length > capacity {
            return Err(misuse("what is signed does not fit; have HOOKSEAL_INPUT_MAX bytes"));
        }
        // SAFETY: the caller vouches for it.
        if prepared.is_null() || !unsafe { write(prepared, &made) } {
            return Err(misuse("`prepared` is no struct of this version; set its size"));
        }
        Ok(())
    };
    guard(INVALID, || match make() {
        // There is no verdict yet.
        Ok(()) => 0,
        // SAFETY: the caller vouches for it.
        Err(error) => unsafe { judge(verdict, |_| Err(error)) },
    })
}

#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // as in C
pub unsafe extern "C" fn hookseal_decide(
    verifier: *const layout::Verifier,
    prepared: *const Prepared,
    now_low: u32,
    now_high: u32,
    body_length: usize,
    macs: *const u8,
    count: usize,
    verdict: *mut Verdict,
) -> u32 {
    let now = UnixTime::from_secs((u64::from(now_high) << 32 | u64::from(now_low)).cast_signed());
    let decide = |verdict: &mut Verdict| {
        // SAFETY: the caller vouches for it.
        let (ready, prepared) = unsafe { (ready(verifier), read(prepared)) };
        // SAFETY: the caller vouches for it.
        let macs = count.checked_mul(32).and_then(|length| unsafe { bytes(macs, length) });
        calls::decide(ready, prepared, now, body_length, macs, verdict)
    };
    // SAFETY: the caller vouches for it.
    unsafe { judge(verdict, decide) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_verify_with_macs(
    verifier: *const layout::Verifier,
    delivery: *const Delivery,
    macs: *const u8,
    count: usize,
    verdict: *mut Verdict,
) -> u32 {
    let decide = |verdict: &mut Verdict| {
        // SAFETY: the caller vouches for it.
        let call = unsafe { call(verifier, delivery, true) };
        // SAFETY: the caller vouches for it.
        let macs = count.checked_mul(32).and_then(|length| unsafe { bytes(macs, length) });
        calls::verify_with_macs(call, macs, verdict)
    };
    // SAFETY: the caller vouches for it.
    unsafe { judge(verdict, decide) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn hookseal_mac_key(
    verifier: *const layout::Verifier,
    index: u32,
    key: *mut u8,
    capacity: usize,
) -> usize {
    // SAFETY: the caller vouches for it.
    unsafe {
        let ready = ready(verifier);
        text(key, capacity, |put| ready.map(|ready| put(ready.key(index).unwrap_or_default())).is_some())
    }
}

#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // as in C
pub unsafe extern "C" fn hookseal_sign(
    verifier: *const layout::Verifier,
    index: u32,
    delivery: *const Delivery,
    id: *const u8,
    id_length: usize,
    text: *mut u8,
    capacity: usize,
    verdict: *mut Verdict,
) -> usize {
    let mut length = NONE;
    let make = |_: &mut Verdict| {
        // SAFETY: the caller vouches for it.
        let call = unsafe { call(verifier, delivery, true) };
        // SAFETY: the caller vouches for it.
        let (given, writer) = unsafe { (bytes(id, id_length), Writer::of_text(text, capacity)) };
        let mut writer = writer?;
        let given = given.ok_or_else(|| misuse("the id cannot be where the call says"))?;
        calls::sign(call, index, (!id.is_null()).then_some(given), &mut |part| writer.put(part))?;
        length = writer.length;
        Ok(())
    };
    // SAFETY: the caller vouches for it.
    unsafe { judge(verdict, make) };
    length
}
