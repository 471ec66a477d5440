// The queues for Python, whose processes are `queues/engine_process.py` of the tests for Python. HOOKSEAL_PYTHON is a
// Python with the libraries, and HOOKSEAL_PYTHON_TESTS the folder with these tests.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { NOW, SECRET } from "../once/deliveries.mjs";
import { startPostgres } from "../once/servers.mjs";

const python = process.env.HOOKSEAL_PYTHON;
const cwd = process.env.HOOKSEAL_PYTHON_TESTS;
const options = { cwd, env: { ...process.env, HOOKSEAL_LOSSES: JSON.stringify({ secret: SECRET, now: NOW }) } };
const words = (...all) => ["-m", "queues.engine_process", ...all];

const forPython = (name, start) => ({
  async start() {
    const server = await start();
    execFileSync(python, words("prepare", name, JSON.stringify(server.address)), options);
    return server;
  },
  /** The command of a process. */
  command: (...all) => [python, words(...all), options],
  async left(address) {
    return JSON.parse(execFileSync(python, words("left", name, JSON.stringify(address)), options));
  },
});

const startServer = async () => {
  const server = await startPostgres({ fsync: "on" });
  return { address: server.port, stop: server.stop };
};

const startFile = async () => {
  const file = path.resolve(`made/losses-huey-${process.pid}.db`);
  const stop = () => ["", "-wal", "-shm"].forEach((end) => rmSync(file + end, { force: true }));
  stop();
  return { address: file, stop };
};

/** None without a Python. */
export const PYTHON_ENGINES =
  python === undefined
    ? {}
    : { procrastinate: forPython("procrastinate", startServer), huey: forPython("huey", startFile) };
