// Claims what is due, as much as there is room for.
import type { ClaimedRow } from "../acts.js";
import { Attempt } from "./attempt.js";
import { Pauses } from "./outage.js";
import { pause } from "./waiting.js";
import type { Working } from "./working.js";

/** How many deliveries are claimed at a time: their bodies come in one answer. */
const MOST = 256;

/** Claims until the worker is to finish. */
export async function claimAll(working: Working): Promise<void> {
  const { shared, places, finish, outage } = working;
  const pauses = new Pauses();
  // Deliveries whose worker ended without a word. One of them may have ended it, and each is tried alone, so that the
  // others do not lose their attempts to it.
  const suspects = new Set<number>();
  for (;;) {
    const room = await takeRoom(working, suspects.size === 0);
    if (room === 0) return;
    let wait: number;
    try {
      const claimed = await claim(working, room, suspects);
      outage.end();
      pauses.reset();
      if (claimed === room) continue;
      // Nothing more is due: others have the rest of them.
      suspects.clear();
      wait = shared.settings.poll;
    } catch (thrown) {
      places.give(room);
      outage.begin(thrown);
      wait = pauses.next();
    }
    if (!finish.isOpen) await pause(wait, shared.wake, finish);
  }
}

/** Waits for a place, and takes all that are free if it may; 0 if the worker is to finish. */
async function takeRoom({ places, finish }: Working, takesAll: boolean): Promise<number> {
  if (!(await places.take(1, finish))) return 0;
  if (takesAll) {
    // Handlers whose ends shared a transaction leave together: one claim is for all their places.
    await pause(0);
    if (!finish.isOpen) return 1 + places.takeFree(MOST - 1);
  }
  if (!finish.isOpen) return 1;
  places.give(1);
  return 0;
}

/** Claims at most so many as there is room for, and begins them. Returns how many came. */
async function claim(working: Working, room: number, suspects: Set<number>): Promise<number> {
  const { shared, places, finish, name } = working;
  const { store, settings } = shared;
  const token = crypto.randomUUID().replaceAll("-", "");
  const rows = await store.ask("claim", [token, name, settings.lease, settings.attempts, room]);
  let begun = 0;
  let suspect: ClaimedRow | undefined;
  for (const row of rows) {
    report(working, row);
    if (row.isDead) continue;
    // Once may be chance, such as a deploy, after which everything would wait for everything else.
    const isRepeated = row.attempts > 2 || row.attempts >= settings.attempts;
    const isSuspect = suspects.delete(row.id) || (row.isTakeover && isRepeated);
    if (finish.isOpen || (isSuspect && suspect !== undefined)) {
      if (isSuspect) suspects.add(row.id);
      // Without an attempt, and before the first one begins. If the store cannot be used, its lease lapses.
      const released = await store.ask("release", [row.id, token]).catch(() => 0);
      if (finish.isOpen) working.released += released;
      continue;
    }
    begun++;
    if (isSuspect) suspect = row;
    else new Attempt(working, row, token).begin();
  }
  places.give(room - begun);
  if (suspect !== undefined) {
    // It waits for the places of the others, of which no more may be taken.
    const attempt = new Attempt(working, suspect, token);
    await new Promise<void>((resolve) => attempt.begin(resolve));
  }
  return rows.length;
}

function report({ shared }: Working, row: ClaimedRow): void {
  const { key, attempts, reason } = row;
  if (row.isTakeover) shared.notices.give({ name: "takeover", key, attempts });
  if (row.isDead) shared.notices.give({ name: "dead", key, attempts, ...(reason !== null && { reason }) });
}
