// PyPI's hookseal-cli: the wheel, installed by pip into new environments, and run.
import assert from "node:assert/strict";
import { readFile, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { diesAsTheBinaryDies, endsBySignals, passesEverythingOn } from "./behaviour.mjs";
import { PACKAGES, newFolder, packageFile, run, succeed } from "./support.mjs";

/** A Python with pip, which installs into the environments. */
const PYTHON = process.env.HOOKSEAL_PYTHON;
assert(PYTHON, "HOOKSEAL_PYTHON names a Python: cargo xtask test cli-packages sets it");

const WHEEL = await packageFile(/^hookseal_cli-.*\.whl$/);
const [, VERSION, ...TAGS] = path.basename(WHEEL, ".whl").split("-");

const pip = (...words) => succeed([PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", ...words]);

/** A new environment in which packages that were built here are installed: the path of a program in it. */
async function environment(t, ...names) {
  const folder = await newFolder(t);
  await succeed([PYTHON, "-m", "venv", "--without-pip", folder]);
  const program = (name) => path.join(folder, "bin", name);
  if (names.length > 0) {
    await pip("--python", program("python"), "install", "--no-index", "--find-links", PACKAGES, ...names);
  }
  return program;
}

test("the wheel is for every Python on this platform", () => {
  assert.deepEqual(TAGS.slice(0, 2), ["py3", "none"]);
  assert.match(TAGS[2], process.platform === "linux" ? /^(many|musl)linux_/ : /^(macosx|win)_/);
});

test("pip installs the command under both names, and both work", async (t) => {
  const program = await environment(t, "hookseal-cli");
  for (const command of [["hookseal"], ["hookseal-cli"], ["python", "-m", "hookseal_cli"]]) {
    const [name, ...args] = command;
    await passesEverythingOn([program(name), ...args], VERSION);
  }
});

test("Ctrl-C, SIGTERM and every other signal reach the binary", async (t) => {
  const program = await environment(t, "hookseal-cli");
  await endsBySignals(t, [program("hookseal-cli")]);
  if (process.platform === "linux") await diesAsTheBinaryDies(t, [program("hookseal-cli")]);
});

test("python -m hookseal runs the command line, and says what to install where it is not", async (t) => {
  const program = await environment(t, "hookseal");
  const absent = await run([program("python"), "-m", "hookseal", "--version"]);
  assert.deepEqual([absent.code, absent.stdout], [2, ""]);
  assert.match(absent.stderr, /^error: .*`python -m pip install hookseal-cli`.*`uvx hookseal-cli`.*\n$/);

  await pip("--python", program("python"), "install", "--no-index", "--find-links", PACKAGES, "hookseal-cli");
  await passesEverythingOn([program("python"), "-m", "hookseal"], VERSION);
  await endsBySignals(t, [program("python"), "-m", "hookseal"]);
});

test("the binary is found where pip install --target puts it, and its absence is an error", async (t) => {
  const program = await environment(t);
  const target = await newFolder(t);
  await pip("install", "--no-index", "--find-links", PACKAGES, "--target", target, "hookseal-cli");
  const command = [program("python"), "-c", "from hookseal_cli import main; main()", "--version"];
  const env = { ...process.env, PYTHONPATH: target };
  assert.equal(await succeed(command, { env }), `hookseal ${VERSION}\n`);

  await rm(path.join(target, "bin/hookseal"));
  const ran = await run(command, { env });
  assert.deepEqual([ran.code, ran.stdout], [2, ""]);
  assert.match(ran.stderr, /^error: hookseal-cli has no binary at .*: install hookseal-cli again\n$/);
});

test("the environment has the manual pages and the completions", async (t) => {
  const program = await environment(t, "hookseal-cli");
  const share = path.resolve(program("python"), "../../share");
  assert.ok((await readdir(path.join(share, "man/man1"))).includes("hookseal-verify.1"));
  const files = ["bash-completion/completions/hookseal", "zsh/site-functions/_hookseal"];
  for (const file of [...files, "fish/vendor_completions.d/hookseal.fish"]) {
    assert.match(await readFile(path.join(share, file), "utf8"), /torture/);
  }
});

test("every file of the wheel is recorded with its own digest", async () => {
  const check = `
import base64, hashlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    [record] = [name for name in wheel.namelist() if name.endswith(".dist-info/RECORD")]
    lines = dict(line.split(",", 1) for line in wheel.read(record).decode().splitlines())
    assert lines.pop(record) == ","
    assert sorted([*lines, record]) == sorted(wheel.namelist())
    for name, recorded in lines.items():
        contents = wheel.read(name)
        digest = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()
        assert recorded == f"sha256={digest},{len(contents)}", name
`;
  await succeed([PYTHON, "-c", check, WHEEL]);
});
