// Writes measurements where criterion writes those of the Rust benches, and in its format, so that all are read alike.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { quantile } from "./interleave.mjs";

/** The versions of the runtimes that were measured, at the top of the folder. */
const RUNTIMES = "runtimes.json";

export class Results {
  #folder;
  #quick;

  /**
   * @param folder where to write; nothing is written without one
   * @param quick whether the times are meaningless
   */
  constructor(folder, quick = false) {
    this.#folder = folder;
    this.#quick = quick;
  }

  /** @param samples nanoseconds in ascending order */
  add(id, samples) {
    if (this.#quick) {
      console.log(`${id} gives the right answers`);
      return;
    }
    const [low, median, high] = [0.25, 0.5, 0.75].map((part) => quantile(samples, part));
    const percent = (part) => `${part < median ? "" : "+"}${((part / median - 1) * 100).toFixed(1)} %`;
    const time = `${id.padEnd(50)} ${median.toFixed(0).padStart(10)} ns`;
    console.log(`${time}, half of the samples from ${percent(low)} to ${percent(high)}`);
    if (this.#folder === undefined) return;
    const folder = join(this.#folder, ...id.split("/"), "new");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "benchmark.json"), JSON.stringify({ full_id: id }));
    writeFileSync(join(folder, "estimates.json"), JSON.stringify({ median: { point_estimate: median } }));
  }

  /** Records the version of a runtime, and keeps those of others. */
  addRuntime(name, version) {
    if (this.#quick || this.#folder === undefined) return;
    mkdirSync(this.#folder, { recursive: true });
    const file = join(this.#folder, RUNTIMES);
    writeFileSync(file, JSON.stringify({ ...readIfThere(file), [name]: version }));
  }
}

function readIfThere(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}
