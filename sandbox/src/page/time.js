// Times as people say them, with the exact one on hover.

/** How far apart two times in milliseconds are, in the largest unit that is not zero (as cli/src/clock.rs). */
export function distance(then, now) {
  const seconds = Math.round((now - then) / 1000);
  const length = Math.abs(seconds);
  if (length === 0) return "now";
  const units = [
    [120, 1, "s"],
    [7_200, 60, "min"],
    [172_800, 3_600, "h"],
    [Infinity, 86_400, "days"],
  ];
  const [, size, unit] = units.find(([below]) => length < below);
  const text = `${Math.floor(length / size)} ${unit}`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** A duration in milliseconds, for people. */
export function duration(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** An element that says how long ago a time is. */
export function ago(iso) {
  const time = document.createElement("time");
  time.dateTime = iso;
  time.title = iso.replace("T", " ").replace(/Z$/, " UTC");
  time.textContent = distance(Date.parse(iso), Date.now());
  return time;
}

/** Makes the times on the page true again. */
export function renewTimes(now = Date.now()) {
  for (const time of document.querySelectorAll("time[title]")) {
    const text = distance(Date.parse(time.dateTime), now);
    if (time.textContent !== text) time.textContent = text;
  }
}
