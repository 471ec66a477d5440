// node scripts/test.mjs PACKAGE: the inner loop. Builds the package and runs, in a checkout and in seconds, the tests
// that need nothing but the package, and the vectors. `cargo xtask test` runs all tests from the tarball, as users
// install it.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The tests of the other package alone, by the ends of their names. */
const OTHERS = { hookseal: ".native.test.mjs", node: ".wasm.test.mjs" };

/** What only the project of all tests has: other packages' programs, and the command line. */
const NEEDS_MORE = /HOOKSEAL_CLI|programs\.mjs/;

/**
 * What takes long: thousands of foreign objects, explanations of large bodies, the end of the stack and of memory; and
 * what reads the manifest that is published.
 */
const LEFT_OUT = /^(addon|bad-input|collected|explain|explain-wiped|stack-end|stack-memory)\./;

const [name] = process.argv.slice(2);
if (!Object.hasOwn(OTHERS, name ?? "")) throw new Error(`name a package: ${Object.keys(OTHERS).join(", ")}`);
const folder = path.join(ROOT, "js/packages", name);
const project = path.join(folder, ".test");

node(ROOT, path.join(ROOT, "js/scripts/build.mjs"), name);
copyTests();
const all = readdirSync(path.join(project, "test")).filter((file) => file.endsWith(".test.mjs"));
const own = all.filter((file) => !file.endsWith(OTHERS[name]) && !LEFT_OUT.test(file));
const tests = own.map((file) => path.join("test", file)).filter((file) => needsOnlyThePackage(file));
node(project, "--test", ...tests);
await playVectors();
console.log(`${tests.length} of ${all.length} test files ran; \`cargo xtask test ${kind()}\` runs all`);

/** Copies the tests to where they find the built package under the name `hookseal`. */
function copyTests() {
  rmSync(project, { recursive: true, force: true });
  const source = path.join(ROOT, "tests/js");
  for (const part of ["test", "lib"]) cpSync(path.join(source, part), path.join(project, part), { recursive: true });
  cpSync(path.join(ROOT, "tests/vectors"), path.join(project, "vectors"), { recursive: true });
  mkdirSync(path.join(project, "node_modules"));
  symlinkSync(folder, path.join(project, "node_modules/hookseal"), "dir");
}

/** Whether a file and all that it imports get along without other packages and programs. */
function needsOnlyThePackage(file, seen = new Set()) {
  if (seen.has(file)) return true;
  seen.add(file);
  const text = readFileSync(path.join(project, file), "utf8");
  if (NEEDS_MORE.test(text)) return false;
  const imported = [...text.matchAll(/(?:from |import |import\(|require\()"([^"]+)"/g)];
  return imported.every(([, specifier]) => {
    if (specifier.startsWith(".")) {
      const other = path.join(path.dirname(file), specifier);
      return existsSync(path.join(project, other)) && needsOnlyThePackage(other, seen);
    }
    return /^(node:|hookseal(\/|$))/.test(specifier);
  });
}

async function playVectors() {
  const kept = path.join(folder, ".reports");
  const file = path.join(kept, "reports-camel.json");
  const explainer = path.join(ROOT, "js/packages/hookseal/dist/wasm/hookseal-explain.wasm");
  if (!existsSync(file) || statSync(file).mtimeMs < statSync(explainer).mtimeMs) {
    mkdirSync(kept, { recursive: true });
    const words = ["run", "--quiet", "-p", "hookseal-tests", "--example", "explain_reports", "--", kept];
    execFileSync("cargo", words, { cwd: ROOT, stdio: "inherit" });
  }
  cpSync(kept, path.join(project, "vectors/explain"), { recursive: true });
  process.chdir(project);
  const { faultsOf, readAll } = await import(new URL(`file://${project}/lib/vectors.mjs`).href);
  const vectors = readAll();
  for (const way of ["import", "require"]) {
    const output = execFileSync(process.execPath, ["lib/play-here.mjs", way], { maxBuffer: 64 << 20 });
    const { played } = JSON.parse(output.toString());
    const faults = faultsOf(vectors, played);
    if (faults.length > 0) throw new Error(`${faults.length} faults, with ${way}:\n${faults.slice(0, 20).join("\n")}`);
  }
  console.log(`${vectors.length} vectors agree, with import and with require`);
}

/** Runs Node, and ends with its status if it fails. */
function node(cwd, ...args) {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function kind() {
  return name === "node" ? "node" : "wasm";
}
