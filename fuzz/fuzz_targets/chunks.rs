//! See `src/chunks.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hookseal_fuzz::chunks::run(data));
