// The shells in which a tutorial is followed. Each is a bash whose commands come one block at a time, as a reader types
// them, so that folders and variables stay from block to block.
import { spawn } from "node:child_process";

const WAIT_MS = 90_000;

export class Shell {
  #process;
  #output = "";
  /** How much of the output an earlier expectation has passed. */
  #read = 0;
  #blocks = 0;

  constructor(folder, env) {
    // A group of its own, so that what it starts ends with it.
    this.#process = spawn("bash", ["-s"], { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"], detached: true });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.#output += text));
    }
    this.#process.stdin.on("error", () => {});
    this.#process.stdin.write("set -euo pipefail\n");
  }

  /** Runs a block to its end. */
  async run(block) {
    this.#blocks += 1;
    const end = `--- end of block ${this.#blocks}`;
    this.#process.stdin.write(`${block}\necho; echo "${end}"\n`);
    await this.#until(() => this.#output.includes(end), `the end of:\n${block}`);
    this.#output = this.#output.replace(`\n${end}\n`, "");
  }

  /** Starts a block whose last command stays. */
  start(block) {
    this.#process.stdin.write(`${block}\n`);
  }

  /** Waits for these lines, in this order. In an expected line, `…` stands for any text; alone, for any lines. */
  async expect(lines) {
    for (const line of lines.filter((line) => line !== "…")) {
      const parts = line.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      const pattern = new RegExp(`^${parts.join(".*")}$`, "m");
      const find = () => pattern.exec(this.#output.slice(this.#read));
      await this.#until(find, `the line ${JSON.stringify(line)}`);
      const { index, 0: found } = find();
      this.#read += index + found.length;
    }
  }

  async #until(is, what) {
    const end = Date.now() + WAIT_MS;
    while (!is()) {
      const ended = this.#process.exitCode ?? this.#process.signalCode;
      if (ended !== null && !is()) throw new Error(`the shell ended with ${ended} before ${what}\n\n${this.#output}`);
      if (Date.now() > end) throw new Error(`it waited in vain for ${what}\n\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  close() {
    try {
      process.kill(-this.#process.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
