// One attempt to handle a delivery.
import { type Failure, failure, failureOf } from "../errors.js";
import type { InboxNoticeName } from "../notice.js";
import type { Settings } from "../options.js";
import type { ActName, Acts, ClaimedRow } from "../acts.js";
import { type Claim, Received } from "../received.js";
import { Pauses } from "./outage.js";
import { Latch, pause } from "./waiting.js";
import type { Working } from "./working.js";

/** Calls the handler, extends the lease while it runs, and says what came of it. Its place is free after that. */
export class Attempt {
  readonly #working: Working;
  readonly #row: ClaimedRow;
  readonly #token: string;
  readonly #claim: Claim;
  readonly #controller = new AbortController();
  /** The handler has ended, or is not waited for any more. */
  readonly #ended = new Latch();
  #isLost = false;
  /** How many places of others it has to itself. */
  #held = 0;

  constructor(working: Working, row: ClaimedRow, token: string) {
    const { store, settings } = working.shared;
    this.#working = working;
    this.#row = row;
    this.#token = token;
    this.#claim = { store, settings, row, token, signal: this.#controller.signal, isJoined: false };
  }

  /** If it is to be alone, it calls back when it is, or need not be any more. */
  begin(whenAlone?: () => void): void {
    void this.#run(whenAlone).catch((thrown) => {
      // Of the hook's own output, or a fault of this code: its lease lapses.
      console.error(thrown);
    });
  }

  async #run(whenAlone: (() => void) | undefined): Promise<void> {
    const { places, release } = this.#working;
    try {
      void this.#extend();
      const handled = this.#handle(whenAlone);
      const isOver = await new Promise<boolean>((resolve) => {
        const off = release.wait(() => resolve(false));
        void handled.then(() => {
          off();
          resolve(true);
        });
      });
      this.#ended.open();
      if (isOver) {
        await this.#end(await handled);
      } else {
        this.#abort("its worker was closed");
        await this.#giveBack();
      }
    } finally {
      this.#ended.open();
      whenAlone?.();
      places.give(1 + this.#held);
      this.#held = 0;
    }
  }

  /** Calls the handler, and returns why it failed. */
  async #handle(whenAlone: (() => void) | undefined): Promise<Failure | undefined> {
    const { places, handler, timeLimit, release, shared } = this.#working;
    const { lease } = shared.settings;
    if (whenAlone !== undefined) {
      // One that may end the process has it to itself for a while, but keeps others waiting no longer than a lease.
      if (await places.take(places.all - 1, release, lease)) {
        this.#held = places.all - 1;
        void pause(lease, this.#ended).then(() => this.#giveHeld());
      }
      whenAlone();
      if (release.isOpen) return undefined;
    }
    const calls = async (): Promise<Failure | undefined> => {
      try {
        await handler(new Received(this.#claim));
        return undefined;
      } catch (thrown) {
        return failureOf(thrown);
      }
    };
    if (timeLimit === undefined) return calls();
    const late = pause(timeLimit, this.#ended).then(() => {
      const limit = `took longer than its time limit of ${timeLimit / 1000} s`;
      this.#abort(limit);
      return failure(limit);
    });
    return Promise.race([calls(), late]);
  }

  #giveHeld(): void {
    const held = this.#held;
    this.#held = 0;
    if (held > 0) this.#working.places.give(held);
  }

  /** Extends the lease when a third of it has passed, until the handler has ended. */
  async #extend(): Promise<void> {
    const { shared, outage } = this.#working;
    const { lease } = shared.settings;
    for (;;) {
      await pause(lease / 3, this.#ended);
      if (this.#ended.isOpen) return;
      // If it is joined, it has ended, or is about to, and its transaction holds the row.
      if (this.#claim.isJoined) continue;
      try {
        const isMine = await this.#changes("extend", [this.#row.id, this.#token, lease]);
        if (isMine || this.#ended.isOpen || this.#claim.isJoined || this.#isLost) continue;
        this.#isLost = true;
        this.#reportLoss();
        this.#abort("another worker took over");
      } catch (thrown) {
        outage.begin(thrown);
      }
    }
  }

  async #end(failed: Failure | undefined): Promise<void> {
    const { id } = this.#row;
    if (failed !== undefined) return this.#fail(failed);
    // Committed, it is done, and nothing changes. Rolled back, what it wrote is missing.
    if (this.#claim.isJoined) return this.#fail(failure("the handler's transaction was rolled back"));
    await this.#say("done", "finish", [id, this.#token, this.#working.shared.settings.keep]);
  }

  async #fail({ text, then }: Failure): Promise<void> {
    const { settings } = this.#working.shared;
    const { id, attempts } = this.#row;
    if (then === "bury" || attempts >= settings.attempts)
      return this.#say("dead", "bury", [id, this.#token, text], text);
    const delay = then === "retry" ? delayAfter(settings, attempts) : then;
    await this.#say("failed", "retry", [id, this.#token, delay, text], text);
  }

  /** Says it to the store, for as long as it takes, and reports it. */
  async #say<N extends "finish" | "retry" | "bury">(
    name: InboxNoticeName,
    act: N,
    parameters: Parameters<Acts[N]>,
    reason?: string,
  ): Promise<void> {
    const { shared, outage, release } = this.#working;
    const pauses = new Pauses();
    for (;;) {
      try {
        const isMine = await this.#changes(act, parameters);
        const { key, attempts } = this.#row;
        if (isMine) shared.notices.give({ name, key, attempts, ...(reason !== undefined && { reason }) });
        else if (this.#claim.isJoined) shared.notices.give({ name: "done", key, attempts });
        else if (!this.#isLost) this.#reportLoss();
        return;
      } catch (thrown) {
        outage.begin(thrown);
        await pause(pauses.next(), release);
        if (release.isOpen) return;
      }
    }
  }

  /** Without an attempt. The handler may still be running: its signal is aborted. */
  async #giveBack(): Promise<void> {
    if (this.#claim.isJoined) return;
    try {
      if (!(await this.#changes("release", [this.#row.id, this.#token]))) return;
    } catch {
      // Its lease lapses.
      return;
    }
    this.#working.released++;
    // Another worker of this process may begin.
    this.#working.shared.wake.one();
  }

  async #changes<N extends "extend" | "finish" | "retry" | "bury" | "release">(
    name: N & ActName,
    parameters: Parameters<Acts[N]>,
  ): Promise<boolean> {
    const rows = await this.#working.shared.store.ask<N>(name, parameters);
    this.#working.outage.end();
    return rows > 0;
  }

  #reportLoss(): void {
    const { key, attempts } = this.#row;
    this.#working.shared.notices.give({ name: "claim_lost", key, attempts });
  }

  #abort(reason: string): void {
    this.#controller.abort(new Error(`the handler is not waited for any more: ${reason}`));
  }
}

/**
 * How many milliseconds to wait after an attempt: four times longer after each, and up to a fifth shorter or longer, so
 * that what failed together does not come back together.
 *
 * @internal
 */
export function delayAfter({ firstDelay, maxDelay }: Settings, attempt: number): number {
  const whole = Math.min(firstDelay * 4 ** Math.min(attempt - 1, 31), maxDelay);
  return Math.round(whole * (0.8 + 0.4 * Math.random()));
}
