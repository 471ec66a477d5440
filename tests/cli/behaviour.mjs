// What every way to run the command line has to do: pass on arguments, input, output, exit codes and signals.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { run, start } from "./support.mjs";

const BODY = JSON.stringify({
  event_type: "meeting.completed",
  event_id: "evt-1",
  timestamp: "2025-01-15T10:30:00Z",
  partner_app_id: "app-1",
  data: {},
});
const NOW = "1736937000";
const LISTEN = ["listen", "--json", "--port", "0"];

/** Arguments, also such that a shell would take apart, stdin, both outputs, and each of the three exit codes. */
export async function passesEverythingOn(command, version, options) {
  const call = (args, input) => run([...command, ...args], { ...options, input });
  assert.equal((await call(["--version"])).stdout, `hookseal ${version}\n`);

  const { code, stdout } = await call(["sign", "--now", NOW], BODY);
  assert.equal(code, 0);
  const headers = stdout.trim().split("\n").flatMap((line) => ["-H", line]);
  const explain = (body) => call(["explain", "--now", NOW, "--json", ...headers], body);
  const genuine = await explain(BODY);
  assert.deepEqual([genuine.code, JSON.parse(genuine.stdout).ok], [0, true]);
  const refused = await explain(`${BODY}\n`);
  assert.deepEqual([refused.code, JSON.parse(refused.stdout).code], [1, "signature_mismatch"]);

  const odd = `no 'colon' "here" $HOME %PATH% & ; \\`;
  const misused = await call(["verify", "-H", odd, "--json"], BODY);
  assert.deepEqual([misused.code, misused.stderr], [2, ""]);
  assert.match(JSON.parse(misused.stdout).message, /^-H: the header 'no …' has no colon/);
  const unknown = await call(["verify", "--an-option"]);
  assert.deepEqual([unknown.code, unknown.stdout], [2, ""]);
  assert.match(unknown.stderr, /^error: .*--an-option/);
}

/** Ctrl-C, sent to the whole group as terminals do, or to the command alone, and SIGTERM end a listener cleanly. */
export async function endsBySignals(t, command, options) {
  for (const [signal, target] of [["SIGINT", -1], ["SIGINT", 1], ["SIGTERM", 1]]) {
    const { child, exited, line } = await start(t, [...command, ...LISTEN], { ...options, detached: target < 0 });
    assert.equal((await fetch(line.listening)).status, 405);
    process.kill(target * child.pid, signal);
    assert.deepEqual(await exited, [0, null], signal);
    await assert.rejects(fetch(line.listening), "nothing is left that listens");
  }
}

/** Anyone who waits for the command sees the signal that ended the binary. */
export async function diesAsTheBinaryDies(t, command, options) {
  const { child, exited } = await start(t, [...command, ...LISTEN], options);
  process.kill(await binaryOf(child.pid), "SIGKILL");
  assert.deepEqual(await exited, [null, "SIGKILL"]);
}

/** The process of the binary: this one, or a child of it. Only Linux lists the children of a process in a file. */
async function binaryOf(pid) {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim();
  return children === "" ? pid : binaryOf(Number(children.split(" ")[0]));
}
