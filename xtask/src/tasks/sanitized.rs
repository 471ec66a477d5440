//! The native addon and the extension module with `AddressSanitizer`: every access of theirs to memory is checked.

use std::path::{Path, PathBuf};

use crate::packages::node;
use crate::tools::c_compiler::{self, Tool};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// A function that all sanitized code calls.
const ASAN: &[u8] = b"__asan_init";

/// What a process needs that loads sanitized code.
pub(crate) struct Runtime(PathBuf);

impl Runtime {
    /// Adds it to a process, for which nothing else changes. Node and Python are not sanitized: they leak at their end,
    /// and Python's own allocator would hide what is freed.
    pub(crate) fn add_to(&self, process: Process) -> Process {
        let process = process.env("LD_PRELOAD", &self.0).env("PYTHONMALLOC", "malloc");
        process.env("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=1:detect_stack_use_after_return=1")
    }
}

/// Builds both, and puts them in place of what is installed in the environment of this Python and in the project of
/// `@hookseal/node`.
pub(crate) fn install(workspace: &Workspace, python: &Path, native: &Path) -> Result<Runtime, String> {
    if !cfg!(target_os = "linux") {
        return Err("only Linux loads a sanitizer before Node and Python".to_owned());
    }
    let root = &workspace.root;
    let host = Process::new("rustc --print host-tuple").capture(root)?;
    let target = workspace.target.join("sanitized");
    // The flag is for nightly toolchains, but the code and the runtime are in every one.
    Process::new("cargo build --release --locked -p hookseal-node -p hookseal-python --target")
        .args([host.trim(), "--target-dir"])
        .arg(workspace.relative(&target))
        .env("RUSTC_BOOTSTRAP", "1")
        // Not as it is shipped: this has to be compiled soon, and a finding has to name its line.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only")
        .env("RUSTFLAGS", "-Zsanitizer=address")
        .env("PYO3_PYTHON", python)
        .env("PYO3_BUILD_EXTENSION_MODULE", "1")
        .run_echoed(root)?;
    let find = Process::program(python).args(["-c", "import hookseal._hookseal as module; print(module.__file__)"]);
    let module = PathBuf::from(find.capture(root)?.trim());
    let built = target.join(host.trim()).join("release");
    for (name, place) in [("libhookseal_node.so", node::installed_addon(native)?), ("lib_hookseal.so", module)] {
        let code = files::read(&built.join(name))?;
        if !code.windows(ASAN.len()).any(|bytes| bytes == ASAN) {
            return Err(format!("{name} is not sanitized"));
        }
        // Removed first, since it may be linked to a package that is to stay as it is.
        files::remove(&place)?;
        files::write(&place, code)?;
    }
    let runtime = c_compiler::program(Tool::C, root)?.args(["-print-file-name=libasan.so"]).capture(root)?;
    Ok(Runtime(PathBuf::from(runtime.trim())))
}
