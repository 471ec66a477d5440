// Where inboxes are, over every driver, so that other processes can open them too.
import { readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { Inbox } from "hookseal/inbox";
import { postgres } from "hookseal/inbox/postgres";

import { SQLITE, openSqlite } from "../once/places.mjs";
import { address } from "../once/servers.mjs";

/** How long anything may take, in milliseconds. */
export const WAIT = 60_000;

/** `file` is opened by a thread; the driver's name stands for a database that the user made. */
export const FILES = SQLITE === "node:sqlite" ? ["file", SQLITE] : [SQLITE];

/** All places, by their drivers. */
export const KINDS = [...FILES, "pg", "postgres"];

export const isFile = ({ kind }) => FILES.includes(kind);

let files = 0;

/** A new, empty place. */
export async function newPlace(kind, port = Number(process.env.POSTGRES_PORT)) {
  const file = path.join(os.tmpdir(), `hookseal-inbox-${process.pid}-${files++}.db`);
  const place = { kind, file, port };
  await empty(place);
  return place;
}

/** The inbox of a place, and the driver's own object. */
export async function open(place, options = {}) {
  const { kind, file, port, user = {} } = place;
  const all = { scope: "test", onNotice() {}, ...options };
  if (kind === "file") {
    const inbox = new Inbox(file, all);
    return { inbox, close: () => inbox.close() };
  }
  if (kind === SQLITE) {
    const driver = openSqlite(file);
    const inbox = new Inbox(driver, all);
    return { inbox, driver, close: () => inbox.close().then(() => driver.close()) };
  }
  if (kind === "pg") {
    const { default: pg } = await import("pg");
    const driver = new pg.Pool({ ...address(port), ...user, max: 4 });
    driver.on("error", () => {});
    return { inbox: new Inbox(postgres(driver, place.options), all), driver, close: () => driver.end() };
  }
  const { default: postgresJs } = await import("postgres");
  const driver = postgresJs({ ...address(port), ...user, max: 4, onnotice() {} });
  return { inbox: new Inbox(postgres(driver, place.options), all), driver, close: () => driver.end({ timeout: 1 }) };
}

const endings = new WeakMap();

/** Calls this after the test, before what was to be called earlier. */
export function afterwards(t, end) {
  let ends = endings.get(t);
  if (ends === undefined) {
    ends = [];
    endings.set(t, ends);
    t.after(async () => {
      for (const one of ends.reverse()) await one();
    });
  }
  ends.push(end);
}

/** The same, closed after the test. */
export async function opened(t, place, options) {
  const connection = await open(place, options);
  afterwards(t, () => connection.close());
  return connection;
}

/** An inbox in a new place, and the notices that it gives. */
export async function setUp(t, kind, options = {}) {
  const place = await newPlace(kind);
  const notices = [];
  const { inbox, driver } = await opened(t, place, { onNotice: (notice) => notices.push(notice), ...options });
  const count = (name) => notices.filter((notice) => notice.name === name).length;
  return { place, inbox, driver, notices, count };
}

/** A worker that is closed after the test, before its inbox is. */
export function working(t, inbox, handler = () => {}, options) {
  const worker = inbox.work(handler, options);
  afterwards(t, () => worker.close({ grace: 0 }));
  return worker;
}

/** Waits until the statistics are such. */
export async function until(inbox, what, isSo) {
  for (const end = Date.now() + WAIT; ; await sleep(5)) {
    const stats = await inbox.stats();
    if (await isSo(stats)) return stats;
    if (Date.now() > end) throw new Error(`never: ${what}: ${JSON.stringify(stats)}`);
  }
}

/** Runs a statement in the database of a place, and returns its rows. */
export async function query(place, statement) {
  const isQuery = /^(select|pragma)/i.test(statement);
  if (isFile(place)) {
    const database = openSqlite(place.file);
    try {
      database.exec("PRAGMA busy_timeout = 5000");
      if (!isQuery) database.exec(statement);
      return isQuery ? database.prepare(statement).all() : [];
    } finally {
      database.close();
    }
  }
  const { default: pg } = await import("pg");
  const client = new pg.Client(address(Number(process.env.POSTGRES_PORT)));
  await client.connect();
  try {
    return (await client.query(statement)).rows ?? [];
  } finally {
    await client.end();
  }
}

/** Deletes what is in it. */
export async function empty(place) {
  if (!isFile(place)) {
    await query(place, "DROP TABLE IF EXISTS hookseal_inbox, hookseal_inbox_store, effects");
    return;
  }
  const { dir, base } = path.parse(place.file);
  const own = readdirSync(dir).filter((name) => name.startsWith(base));
  for (const name of own) rmSync(path.join(dir, name), { force: true });
}
