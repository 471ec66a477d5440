// Requests that wait share one transaction, and with it one write to the disk.
import { type Request, type Table, isAlone } from "./table.js";

/** A request, and who waits for its reply. */
export interface Job {
  readonly request: Request;
  reply(value: unknown): void;
  fail(thrown: unknown): void;
}

/** How many requests share one transaction. */
const GROUP = 256;

export class Groups {
  readonly #table: Table;
  #waiting: Job[] = [];
  #isScheduled = false;
  #whenIdle: (() => void) | undefined;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Runs it soon, together with what is added until then. */
  add(job: Job): void {
    this.#waiting.push(job);
    this.#schedule();
  }

  /** Calls back once everything that was added has run. */
  end(whenIdle: () => void): void {
    if (this.#isScheduled) this.#whenIdle = whenIdle;
    else whenIdle();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#run(this.#waiting.splice(0, GROUP));
      if (this.#waiting.length > 0) this.#schedule();
      else this.#whenIdle?.();
    });
  }

  #run(jobs: readonly Job[]): void {
    const together = jobs.filter(({ request }) => !isAlone(request));
    if (together.length > 0) this.#runTogether(together);
    for (const job of jobs) {
      if (isAlone(job.request)) attempt(() => [this.#table.alone(job.request)], [job]);
    }
  }

  /** If the transaction fails, each runs in its own, so that none fails for another. */
  #runTogether(jobs: readonly Job[]): void {
    const runs = (some: readonly Job[]) => () => this.#table.together(some.map(({ request }) => request));
    if (jobs.length > 1 && attempt(runs(jobs), jobs, false)) return;
    for (const job of jobs) attempt(runs([job]), [job]);
  }
}

/** Replies to all, or says why it failed unless that is to be silent. Returns whether it succeeded. */
function attempt(act: () => unknown[], jobs: readonly Job[], isLast = true): boolean {
  let values: unknown[];
  try {
    values = act();
  } catch (thrown) {
    if (isLast) for (const job of jobs) job.fail(thrown);
    return false;
  }
  for (const [index, job] of jobs.entries()) job.reply(values[index]);
  return true;
}
