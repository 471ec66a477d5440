// What the log of workers that are killed says.

/**
 * If these processes were killed at these times, and these events were answered 200: `interrupted` is how many handlers
 * a kill ended; `again` after how many seconds each of these began anew, counted from when a worker was there again;
 * and `undone` which events no handler has finished.
 */
export function read(lines, killed, accepted) {
  const done = new Set();
  const finished = new Set();
  const starts = [];
  const ups = [];
  for (const line of lines) {
    const [word, id, pid, time] = line.split(" ");
    if (word === "start") starts.push({ id, pid: Number(pid), time: Number(time) });
    if (word === "up") ups.push(Number(time));
    if (word !== "done") continue;
    done.add(id);
    finished.add(`${id} ${pid}`);
  }
  const ended = starts.filter(({ id, pid }) => killed.has(pid) && !finished.has(`${id} ${pid}`));
  const again = ended.flatMap(({ id, pid }) => {
    const at = killed.get(pid);
    const next = starts.find((start) => start.id === id && start.time >= at);
    return next === undefined ? [] : [(next.time - ups.find((up) => up >= at)) / 1000];
  });
  return {
    accepted: accepted.length,
    interrupted: ended.length,
    again,
    undone: accepted.filter((id) => !done.has(id)),
  };
}
