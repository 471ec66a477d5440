//! The tests of the C package: programs in C and C++ that are compiled against it as a user would, the same under the
//! sanitizers and in valgrind, and hosts of the module.

use std::path::PathBuf;

use crate::packages::{c, vectors};
use crate::tools::c_compiler::{self, Tool};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::python;
use crate::tools::rust_tests;
use crate::tools::step::Step;
use crate::tools::venv::Venv;
use crate::tools::workspace::Workspace;

/// The sources of the tests.
const SOURCES: &str = "tests/c";

/// Warnings are errors in what is shipped and in what is tested.
const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"];

/// Every access to memory and every operation is checked; the first fault ends the program.
const SANITIZERS: &[&str] = &["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// The programs, and whether each reads the vectors.
const PROGRAMS: &[(&str, bool)] = &[("frozen", false), ("hostile", false), ("threads", false), ("vectors", true)];

/// The folder in which the programs are made.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("c")
}

fn vectors_file(workspace: &Workspace) -> PathBuf {
    folder(workspace).join("vectors.txt")
}

/// Writes the vectors and installs a host of the module. The package must have been built.
pub(crate) fn set_up(workspace: &Workspace) -> Result<(), String> {
    files::create(&folder(workspace))?;
    vectors::write_for_hosts(workspace, &vectors_file(workspace))?;
    let newest = python::oldest_and_newest(&workspace.root)?[1].clone();
    let requirements = workspace.root.join(SOURCES).join("requirements.txt");
    Venv::new(workspace, "wasmtime").make(workspace, &newest, Some(&requirements))
}

/// The test steps of part `c`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    c_compiler::install_missing(&workspace.root)?;
    let mut steps = vec![rust_tests::of("--test abi --test header").into()];
    let build = Build { workspace };
    // As a program gets them from pkg-config, with the shared library; then with the static one inside.
    for (name, reads) in PROGRAMS {
        steps.extend(build.compile_and_run(name, "shared", &["-O1"], *reads)?);
    }
    steps.extend(build.compile_and_run("vectors", "static", &["-O1"], true)?);
    for (name, reads) in PROGRAMS {
        steps.extend(build.compile_and_run(name, "sanitized", SANITIZERS, *reads)?);
    }
    if cfg!(target_os = "linux") {
        steps.push(build.compile_alone("reload")?.into());
        steps.push(build.run("reload").arg(c::shared_library(workspace)).into());
    }
    steps.push(build.compile(Tool::Cpp, "raii.cpp", "raii", SANITIZERS, false)?.into());
    steps.push(build.run("raii").into());
    // Valgrind sees what the library itself does, which the compiler of C has not made.
    for (name, reads) in PROGRAMS {
        steps.push(build.in_valgrind(&format!("{name}-shared"), *reads)?.into());
    }
    if cfg!(target_os = "linux") {
        steps.extend(build.watch_secrets()?);
    }
    if cfg!(target_arch = "x86_64") {
        steps.push(build.compile_for_32_bits()?.into());
    }
    steps.push(Step::Internal { command: "cargo xtask test c: the examples, with pkg-config", action: examples });
    let module = c::module(workspace);
    for (program, script) in [(Venv::new(workspace, "wasmtime").python(), "module.py"), ("node".into(), "module.mjs")] {
        let host = Process::program(program).arg(format!("{SOURCES}/{script}"));
        steps.push(host.arg(workspace.relative(&module)).arg(workspace.relative(&vectors_file(workspace))).into());
    }
    Ok(steps)
}

/// Compiles the examples as their first lines say, and runs them.
fn examples(workspace: &Workspace) -> Result<(), String> {
    let root = &workspace.root;
    let library = c::folder(workspace).join("lib");
    let flags = c_compiler::program(Tool::PkgConfig, root)?.args(["--cflags", "--libs", "hookseal"]);
    let flags = flags.env("PKG_CONFIG_PATH", library.join("pkgconfig")).capture(root)?;
    for (tool, source, expected) in [
        (Tool::C, "examples/c/verify.c", "in chunks: genuine\nrefused with 401: "),
        (Tool::Cpp, "examples/cpp/verify.cpp", "401 signature_mismatch\ngenuine, with the key "),
    ] {
        let made = folder(workspace).join(if tool == Tool::C { "example-c" } else { "example-cpp" });
        let compile = c_compiler::program(tool, root)?.arg(standard(tool)).args(WARNINGS.iter().copied()).arg(source);
        compile.args(flags.split_whitespace()).arg("-o").arg(workspace.relative(&made)).run_echoed(root)?;
        let output = Process::program(&made).env("LD_LIBRARY_PATH", &library).capture(root)?;
        if !output.contains(expected) {
            return Err(format!("{source} wrote {output:?}, in which there is no {expected:?}"));
        }
    }
    Ok(())
}

/// The oldest standard that the headers support.
fn standard(tool: Tool) -> &'static str {
    if tool == Tool::C { "-std=c11" } else { "-std=c++17" }
}

struct Build<'w> {
    workspace: &'w Workspace,
}

impl Build<'_> {
    fn compile_and_run(&self, name: &str, kind: &str, flags: &[&str], reads: bool) -> Result<Vec<Step>, String> {
        let made = format!("{name}-{kind}");
        let compile = self.compile(Tool::C, &format!("{name}.c"), &made, flags, kind == "static")?;
        let run = self.run(&made);
        Ok(vec![compile.into(), if reads { self.with_vectors(run) } else { run }.into()])
    }

    fn compile(
        &self,
        tool: Tool,
        source: &str,
        made: &str,
        flags: &[&str],
        is_static: bool,
    ) -> Result<Process, String> {
        let root = &self.workspace.root;
        let process = c_compiler::program(tool, root)?.arg(standard(tool)).args(WARNINGS.iter().copied());
        let process = process.args(flags.iter().copied()).args(["-pthread", "-I", SOURCES]);
        let process = process.arg(format!("{SOURCES}/{source}"));
        let process = if tool == Tool::C { process.arg(format!("{SOURCES}/hmac.c")) } else { process };
        let process = process.arg("-o").arg(self.relative(made));
        Ok(self.link(process, is_static))
    }

    fn link(&self, process: Process, is_static: bool) -> Process {
        let library = c::folder(self.workspace).join("lib");
        let include = c::folder(self.workspace).join("include");
        let process = process.arg("-I").arg(self.workspace.relative(&include));
        if is_static {
            let archive = library.join("libhookseal.a");
            return process.arg(self.workspace.relative(&archive)).args(c::PRIVATE_LIBRARIES.split_whitespace());
        }
        let process = process.arg("-L").arg(self.workspace.relative(&library)).args(["-lhookseal"]);
        process.arg(format!("-Wl,-rpath,{}", library.display()))
    }

    /// A program that loads the library itself.
    fn compile_alone(&self, name: &str) -> Result<Process, String> {
        let compiler = c_compiler::program(Tool::C, &self.workspace.root)?;
        let compiler = compiler.args(["-std=c11"]).args(WARNINGS.iter().copied()).args(["-I", "bindings-c/include"]);
        let compiler = compiler.arg(format!("{SOURCES}/{name}.c")).arg("-o").arg(self.relative(name));
        Ok(compiler.args(["-ldl"]))
    }

    fn relative(&self, made: &str) -> PathBuf {
        self.workspace.relative(&folder(self.workspace).join(made)).to_path_buf()
    }

    fn run(&self, made: &str) -> Process {
        Process::program(folder(self.workspace).join(made))
    }

    fn with_vectors(&self, process: Process) -> Process {
        process.arg(self.workspace.relative(&vectors_file(self.workspace)))
    }

    fn in_valgrind(&self, made: &str, reads: bool) -> Result<Process, String> {
        let valgrind = c_compiler::program(Tool::Valgrind, &self.workspace.root)?;
        let valgrind = valgrind.args(["-q", "--leak-check=full", "--error-exitcode=9"]).arg(self.relative(made));
        Ok(if reads { self.with_vectors(valgrind) } else { valgrind })
    }

    /// Which branches depend on a secret. What valgrind reports is expected in part, so it goes into a file, where it
    /// can be read if there is too much of it.
    fn watch_secrets(&self) -> Result<[Step; 2], String> {
        let compile = self.compile(Tool::C, "secret.c", "secret", &["-O1"], false)?;
        let valgrind = c_compiler::program(Tool::Valgrind, &self.workspace.root)?.args(["-q", "--error-limit=no"]);
        let valgrind = valgrind.arg(format!("--log-file={}", self.relative("secret.log").display()));
        Ok([compile.into(), valgrind.arg(self.relative("secret")).into()])
    }

    /// The sizes and offsets where pointers have 32 bits. No program is made, so no C library for them is needed.
    fn compile_for_32_bits(&self) -> Result<Process, String> {
        let compiler = c_compiler::program(Tool::C, &self.workspace.root)?;
        let compiler =
            compiler.args(["-m32", "-ffreestanding", "-fsyntax-only", "-std=c11"]).args(WARNINGS.iter().copied());
        let compiler = compiler.args(["-I", SOURCES, "-I", "bindings-c/include", "-include", "layout.h", "-x", "c"]);
        Ok(compiler.arg("/dev/null"))
    }
}
