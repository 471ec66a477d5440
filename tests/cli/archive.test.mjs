// The archive of a release, which cargo-binstall fetches too.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { PACKAGES, filesOf, newFolder, packageFile, succeed } from "./support.mjs";

const ARCHIVES = path.join(PACKAGES, "cli");
const ARCHIVE = await packageFile(/^hookseal-.*\.(tar\.gz|zip)$/, ARCHIVES);
const INSIDE = path.basename(ARCHIVE).replace(/\.(tar\.gz|zip)$/, "");

test("the archive has the binary, which runs, the licenses, the manual pages and the completions", async (t) => {
  const folder = await newFolder(t);
  await succeed(["tar", "-xzf", ARCHIVE, "-C", folder]);
  assert.match(await succeed([path.join(folder, INSIDE, "hookseal"), "--version"]), /^hookseal \d/);
  const names = [...filesOf(await readFile(ARCHIVE)).keys()];
  const files = ["hookseal", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "share/man/man1/hookseal.1"];
  for (const file of [...files, "share/man/man1/hookseal-listen.1", "share/zsh/site-functions/_hookseal"]) {
    assert.ok(names.includes(`${INSIDE}/${file}`), file);
  }
  assert.ok(names.every((name) => name.startsWith(`${INSIDE}/`)));
});

test("the archive says neither who packed it nor when", async () => {
  for (const [name, { mode, owner, time }] of filesOf(await readFile(ARCHIVE))) {
    assert.deepEqual([owner, time], ["", 315_532_800], name);
    assert.equal(mode, name === `${INSIDE}/hookseal` ? 0o755 : 0o644, name);
  }
});

test("the checksums are those of the archives", async () => {
  const digest = createHash("sha256").update(await readFile(ARCHIVE)).digest("hex");
  const sums = await readFile(path.join(ARCHIVES, "SHA256SUMS"), "utf8");
  assert.equal(sums, `${digest}  ${path.basename(ARCHIVE)}\n`);
});

test("the same files are the same archive, a .tar.gz or a .zip", async (t) => {
  const script = path.resolve("packaging/archive.py");
  for (const extension of ["tar.gz", "zip"]) {
    const digests = [];
    for (const time of [1_000_000_000, 1_700_000_000]) {
      const folder = await newFolder(t);
      const content = path.join(folder, "content");
      await succeed(["mkdir", content]);
      for (const [name, mode] of [["b", 0o755], ["a", 0o600]]) {
        await writeFile(path.join(content, name), name);
        await chmod(path.join(content, name), mode);
        await utimes(path.join(content, name), time, time);
      }
      const archive = path.join(folder, `archive.${extension}`);
      await succeed([process.env.HOOKSEAL_PYTHON, script, archive, content]);
      digests.push(createHash("sha256").update(await readFile(archive)).digest("hex"));
    }
    assert.equal(digests[0], digests[1], extension);
  }
});
