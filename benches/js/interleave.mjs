// Measures in turns what is compared, since the speed of a shared machine drifts: a slow phase slows all of them down,
// and the median ignores it.

/** The minimum duration of a sample and of the warm-up in nanoseconds, and the number of samples. */
export const IN_NODE = { sample: 12e6, warmUp: 250e6, rounds: 40 };
export const IN_WORKERD = {
  // Long enough to make the surrounding request negligible.
  verify: { sample: 60e6, warmUp: 250e6, rounds: 20 },
  // Short enough to finish, mostly, before the created requests are garbage-collected: that takes longer than a sample,
  // and is not to be measured.
  request: { sample: 15e6, warmUp: 250e6, rounds: 60 },
  http: { sample: 30e6, warmUp: 250e6, rounds: 40 },
};
/** A start happens once per sample. */
export const STARTS = { sample: 0, warmUp: 0, rounds: 25 };
/** Only checks that it works. */
export const QUICK = { sample: 0, warmUp: 0, rounds: 1 };

/**
 * @param names what is compared
 * @param sample `(name, count) => Promise<nanoseconds>`, which does the work `count` times
 * @returns for each name its samples in nanoseconds per unit of work, in ascending order
 */
export async function interleave(names, sample, effort) {
  const counts = new Map();
  for (const name of names) counts.set(name, await warmUp((count) => sample(name, count), effort));
  const samples = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < effort.rounds; round++) {
    // Each round starts with another one, so that the same one does not always clean up after the previous one.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      const count = counts.get(name);
      samples.get(name).push((await sample(name, count)) / count);
    }
  }
  for (const taken of samples.values()) taken.sort((one, other) => one - other);
  return samples;
}

/** Warms up, and returns how often to do the work for a sample that is long enough. */
async function warmUp(sample, { sample: wanted, warmUp }) {
  let count = 1;
  let spent = 0;
  for (;;) {
    const took = Math.max(await sample(count), 1);
    spent += took;
    if (took >= wanted && spent >= warmUp) return count;
    // At most eightfold, since the first calls take far longer than later ones.
    if (took < wanted * 1.1) count = Math.ceil(count * Math.min(Math.max((wanted * 1.3) / took, 1.1), 8));
  }
}

/** The quantile of samples in ascending order. */
export function quantile(samples, part) {
  const at = (samples.length - 1) * part;
  const [below, above] = [samples[Math.floor(at)], samples[Math.ceil(at)]];
  return below + (above - below) * (at % 1);
}

/** How long a function takes, in nanoseconds. */
export async function timed(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start);
}
