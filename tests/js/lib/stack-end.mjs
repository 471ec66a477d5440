// Calls something where the stack ends.

/** So many arguments end the stack in so many places between two frames. */
const ARGUMENTS = Array.from({ length: 128 }, (_, count) => Array(count).fill(0));

/**
 * Has a call stopped by the end of the stack so many times, each time somewhere else: from the deepest frame up to where it
 * succeeds. Gives what was thrown otherwise, unless it is expected.
 */
export function stopOften(times, call, isExpected) {
  let stopped = 0;
  let attempts = 0;
  let unexpected;
  let isDone;
  const attempt = () => call();
  const descend = () => {
    try {
      descend();
    } catch {
      isDone = false;
    }
    for (const given of ARGUMENTS) {
      if (isDone || unexpected !== undefined) return;
      // Where calls fail for ever, whatever room they have, there is no end to them.
      if (++attempts > times * 4 + 100_000) unexpected = new Error("calls are stopped where the stack does not end");
      try {
        attempt(...given);
        isDone = given.length === ARGUMENTS.length - 1;
      } catch (thrown) {
        if (isOverflow(thrown)) stopped++;
        else if (isExpected(thrown)) isDone = given.length === ARGUMENTS.length - 1;
        else unexpected = thrown;
      }
    }
  };
  while (stopped < times && unexpected === undefined) descend();
  return unexpected;
}

const isOverflow = (thrown) => thrown instanceof RangeError || thrown.cause instanceof RangeError;
