// Follows each tutorial as a reader does: writes its files, types its commands, and compares what they print. Only ports
// differ, since others may use those of the pages.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";

import { blocksOf } from "../lib/markdown.mjs";
import { stepsOf } from "../lib/marks.mjs";
import { ROOT } from "../lib/pages.mjs";
import { Shell } from "./shells.mjs";

const CLI = process.env.HOOKSEAL_CLI;
const FOLDER = path.join(ROOT, "docs/tutorials");

/** The ports that pages name, and the variable of a command in which a page gives none. */
const PORTS = ["3000", "8080", "8118", "9099"];

// Most of the time they wait: for a package, or for a receiver that is tortured.
describe("a tutorial does what it says", { concurrency: 4 }, () => {
  for (const name of readdirSync(FOLDER).sort()) {
    const steps = stepsOf(blocksOf(readFileSync(path.join(FOLDER, name), "utf8")));
    if (!steps.some(({ kind }) => kind === "command")) continue;
    test(`docs/tutorials/${name}`, { timeout: 300_000 }, (t) => play(t, steps));
  }
});

async function play(t, steps) {
  const home = mkdtempSync(path.join(tmpdir(), "tutorial-"));
  const shells = new Map();
  t.after(() => {
    for (const shell of shells.values()) shell.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const programs = path.join(home, "programs");
  mkdirSync(programs);
  symlinkSync(CLI, path.join(programs, "hookseal"));
  const ports = new Map(await Promise.all(PORTS.map(async (port) => [port, await freePort()])));
  const env = {
    ...process.env,
    PATH: `${programs}${path.delimiter}${process.env.PATH}`,
    HOOKSEAL: ROOT,
    NO_COLOR: "1",
    // Nothing is asked of others but packages.
    GOFLAGS: "-mod=mod",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  };
  let folder = home;
  for (const { kind, name, code, shell, stays, lines, line } of steps) {
    const here = (error) => new Error(`line ${line}: ${error.message}`, { cause: error });
    if (kind === "file") {
      writeFileSync(path.join(folder, name), own(code, ports));
    } else if (kind === "command") {
      if (!shells.has(shell)) shells.set(shell, new Shell(folder, env));
      const text = own(code, ports);
      if (stays) shells.get(shell).start(text);
      else await shells.get(shell).run(text).catch((error) => Promise.reject(here(error)));
      const entered = /^cd ([\w-]+)$/m.exec(code)?.[1];
      if (entered !== undefined && !stays) folder = path.join(folder, entered);
    } else {
      await shells.get(shell).expect(lines.map((text) => own(text, ports))).catch((error) => Promise.reject(here(error)));
    }
  }
}

/** A text of a page, with ports of this test's own. */
function own(text, ports) {
  let changed = text.replaceAll(
    /^hookseal dev /gm,
    `hookseal dev --port ${ports.get("8080")} --sandbox-port ${ports.get("8118")} `,
  );
  changed = changed.replaceAll(/^hookseal sandbox /gm, `hookseal sandbox --listen 127.0.0.1:${ports.get("8118")} `);
  changed = changed.replaceAll(/^hookseal listen (?!--listen)/gm, `hookseal listen --port ${ports.get("8080")} `);
  for (const [port, free] of ports) {
    changed = changed.replaceAll(new RegExp(`(?<=:|listen\\(|, |--port )${port}\\b`, "g"), free);
  }
  return changed;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(String(port)));
    });
  });
}
