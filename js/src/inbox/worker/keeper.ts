// What a worker looks after besides deliveries: those of workers that have ended, and old keys.
import type { ActName, Acts } from "../acts.js";
import { pause } from "./waiting.js";
import type { Working } from "./working.js";

/** How often the locks of other workers are looked at, in milliseconds. */
const FREE_EACH = 500;

/** How often keys are swept, in milliseconds. */
const SWEEP_EACH = 60_000;

/** How many keys are swept at a time. If there were so many, more are swept soon. */
const SWEEP = 2000;

/** Works until the worker is to finish. */
export async function keep(working: Working): Promise<void> {
  const { shared, finish } = working;
  let sweepAt = performance.now() + FREE_EACH;
  for (;;) {
    await pause(FREE_EACH, finish);
    if (finish.isOpen) return;
    // A server cannot see that a worker has ended.
    if (shared.store.file !== undefined && (await changed(working, "free", [])) > 0) shared.wake.one();
    if (performance.now() >= sweepAt) {
      const swept = await changed(working, "sweep", [SWEEP]);
      await changed(working, "shrink", []);
      sweepAt = performance.now() + (swept >= SWEEP ? FREE_EACH : SWEEP_EACH);
    }
  }
}

/** How many rows were changed: none if the store cannot be used, which is reported, and tried again the next time. */
async function changed<N extends "free" | "sweep" | "shrink">(
  { shared, outage }: Working,
  name: N & ActName,
  parameters: Parameters<Acts[N]>,
): Promise<number> {
  try {
    return await shared.store.ask<N>(name, parameters);
  } catch (thrown) {
    outage.begin(thrown);
    return 0;
  }
}
