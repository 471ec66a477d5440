// The thread that uses a file: a commit that is synced blocks its thread for milliseconds.
import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

import { Groups } from "./groups.js";
import { type Asked, type Replied, packed } from "./messages.js";
import type { InboxDatabase } from "./database.js";
import { type Source, type Statements, Table } from "./table.js";

const { path, statements } = workerData as { path: string; statements: Statements };

/** Makes a file if it does not exist, readable by its owner only, and returns whether it did. */
function make(file: string): boolean {
  try {
    // One that exists is not opened: closing it would end the locks that this process has on it.
    fs.closeSync(fs.openSync(file, "wx", 0o600));
    return true;
  } catch (thrown) {
    if ((thrown as { code?: string }).code === "EEXIST") return false;
    throw thrown;
  }
}

/** By what a file is recognized if another one took its place, or it was deleted. */
function identity(): string {
  const known = fs.statSync(path, { throwIfNoEntry: false });
  return known === undefined ? "" : `${known.dev} ${known.ino}`;
}

let opened = "";

const source: Source = {
  open() {
    const isNew = make(path);
    const database = new DatabaseSync(path) as InboxDatabase;
    opened = identity();
    return { database, isNew };
  },
  isCurrent: () => identity() === opened,
  discard(database) {
    database.close();
  },
  openBeside(suffix) {
    make(path + suffix);
    return new DatabaseSync(path + suffix) as InboxDatabase;
  },
  check() {},
};

const table = new Table(source, statements);
const groups = new Groups(table);
let replies: Replied[] = [];

/** Replies to a group in one message. */
function reply(replied: Replied): void {
  if (replies.length === 0) {
    queueMicrotask(() => {
      parentPort.postMessage(replies);
      replies = [];
    });
  }
  replies.push(replied);
}

parentPort.on("message", (asked) => {
  if (asked === "close") {
    groups.end(() => {
      table.close();
      // After the last replies.
      queueMicrotask(() => parentPort.close());
    });
    return;
  }
  const { id, ...request } = asked as Asked;
  groups.add({
    request,
    reply: (value) => reply({ id, value }),
    fail: (thrown) => reply({ id, thrown: packed(thrown) }),
  });
});
