// What an inbox holds.
import { builtin } from "./builtin.js";
import type { InboxCounts } from "./notice.js";
import type { State, StateRow } from "./acts.js";

/** How many deliveries are in a state. */
export interface StateStats {
  readonly number: number;
  /** The bytes of their bodies. */
  readonly bytes: number;
  /** How many seconds ago the oldest of them was stored, by this machine's clock; `null` if there are none. */
  readonly oldest: number | null;
}

/** What an inbox holds, and what this process has counted since it was made. */
export interface InboxStats {
  /** Deliveries that wait to be handled. */
  readonly pending: StateStats;
  /** Deliveries that are being handled. */
  readonly running: StateStats;
  /** Deliveries that have no attempt left, or were rejected. */
  readonly dead: StateStats;
  /** How many handled deliveries there are whose keys are kept. */
  readonly done: number;
  /** When the tables were made. */
  readonly made: Date;
  /**
   * The kind of file system that the file is on, if that is lost with the container or at the next start: `overlay` or
   * `tmpfs`. What was answered with 200 is then lost, too: use a volume.
   */
  readonly lostWith: "overlay" | "tmpfs" | null;
  /** How often each notice was given. */
  readonly counts: InboxCounts;
}

export function statsOf(
  rows: readonly StateRow[],
  made: number,
  counts: InboxCounts,
  file: string | undefined,
): InboxStats {
  const of = (state: State): StateStats => {
    const row = rows.find((one) => one.state === state);
    if (row === undefined) return { number: 0, bytes: 0, oldest: null };
    const { number, bytes, oldest } = row;
    return { number, bytes, oldest: oldest === null ? null : Math.max(0, (Date.now() - oldest) / 1000) };
  };
  return {
    pending: of("pending"),
    running: of("running"),
    dead: of("dead"),
    done: of("done").number,
    made: new Date(made),
    lostWith: file === undefined ? null : lostWith(file),
    counts: { ...counts },
  };
}

/** The kind of a file system that does not last, from what Linux mounts. */
function lostWith(file: string): InboxStats["lostWith"] {
  const fs = builtin("node:fs");
  try {
    return fs === undefined ? null : ofMounts(fs.readFileSync("/proc/self/mounts", "utf8"), fs.realpathSync(file));
  } catch {
    return null;
  }
}

/** @internal */
export function ofMounts(mounts: string, file: string): InboxStats["lostWith"] {
  let [longest, found] = [-1, ""];
  for (const line of mounts.split("\n")) {
    const [, at = "", kind = ""] = line.split(" ");
    const isAbove = at === "/" || file === at || file.startsWith(`${at}/`);
    // Of two mounts at one place, the later one is seen.
    if (at !== "" && isAbove && at.length >= longest) [longest, found] = [at.length, kind];
  }
  return found === "overlay" || found === "tmpfs" ? found : null;
}
