// How tests wait: for events, and not for an amount of time.
import { setImmediate as turn } from "node:timers/promises";

/** The deadline for everything here: whatever takes longer hangs. */
export const DEADLINE_MS = 20_000;

/** Waits for a condition that no event announces. */
export async function until(isTrue) {
  const deadline = Date.now() + DEADLINE_MS;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error("what was waited for did not happen");
    await turn();
  }
}

/** Lets everything happen that is due, and what follows from it. */
export async function turns(count = 20) {
  for (let done = 0; done < count; done++) await turn();
}

/** The result of a promise that waits for nothing outside, or an error if it stays pending. */
export function settled(promise) {
  const never = async () => {
    await turns(1000);
    throw new Error("the promise was left open");
  };
  return Promise.race([promise, never()]);
}
