// Calls a function where the stack ends.

/** With this many different numbers of arguments, the stack ends at as many places between two frames. */
const ARGUMENTS = Array.from({ length: 128 }, (_, count) => Array(count).fill(0));

/**
 * Lets a stack overflow stop a call the given number of times, each time in another place: from the deepest frame up to
 * where the call succeeds. Returns an unexpected error, if one was thrown.
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
      // A call that always fails, however much stack it has, would never end.
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
