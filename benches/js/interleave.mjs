// Measures what is compared in turns, since the speed of a shared machine drifts: whatever slows one down for a while
// slows the others down too, and the median forgets it.

/** Nanoseconds that a sample takes at least, and for which a case is run before; and how many samples are taken. */
export const IN_NODE = { sample: 12e6, warmUp: 250e6, rounds: 40 };
export const IN_WORKERD = {
  // Long enough for the request around it not to count.
  verify: { sample: 60e6, warmUp: 250e6, rounds: 20 },
  // Short enough for most to be over before the requests that were made have to be cleared away: that takes longer than
  // a sample, and is not what is measured.
  request: { sample: 15e6, warmUp: 250e6, rounds: 60 },
  http: { sample: 30e6, warmUp: 250e6, rounds: 40 },
};
/** A start is done once for each sample. */
export const STARTS = { sample: 0, warmUp: 0, rounds: 25 };
/** Only to see that it works. */
export const QUICK = { sample: 0, warmUp: 0, rounds: 1 };

/**
 * @param names what is compared
 * @param sample `(name, count) => Promise<nanoseconds>`, which does the work `count` times
 * @returns for each name its samples in nanoseconds for the work done once, in rising order
 */
export async function interleave(names, sample, effort) {
  const counts = new Map();
  for (const name of names) counts.set(name, await warmUp((count) => sample(name, count), effort));
  const samples = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < effort.rounds; round++) {
    // Each time another one is the first, so that what one leaves behind is not always the same one's to clear.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      const count = counts.get(name);
      samples.get(name).push((await sample(name, count)) / count);
    }
  }
  for (const taken of samples.values()) taken.sort((one, other) => one - other);
  return samples;
}

/** Runs until compilers had their time, and tells how often to do the work for a sample that is long enough. */
async function warmUp(sample, { sample: wanted, warmUp }) {
  let count = 1;
  let spent = 0;
  for (;;) {
    const took = Math.max(await sample(count), 1);
    spent += took;
    if (took >= wanted && spent >= warmUp) return count;
    // Not more than eightfold, since the first calls take far longer than those that follow.
    if (took < wanted * 1.1) count = Math.ceil(count * Math.min(Math.max((wanted * 1.3) / took, 1.1), 8));
  }
}

/** The sample below which that part of the samples is, of samples in rising order. */
export function quantile(samples, part) {
  const at = (samples.length - 1) * part;
  const [below, above] = [samples[Math.floor(at)], samples[Math.ceil(at)]];
  return below + (above - below) * (at % 1);
}

/** How long something takes, in nanoseconds. */
export async function timed(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start);
}
