//! Keeps the shared library loaded: hosts such as PHP unload and load it for each request, and each time the table of
//! handles would be lost, and with it what the handles stand for.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
