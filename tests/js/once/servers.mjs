// Redis and PostgreSQL, started on free loopback ports.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** What a server may take to start, in milliseconds. */
const DEADLINE = 30_000;

const POSTGRES = "/usr/lib/postgresql";

// Servers must not outlive a run that is interrupted.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** The path of a server: Debian does not put PostgreSQL's on PATH. */
function program(name) {
  const onPath = (process.env.PATH ?? "").split(path.delimiter).map((folder) => path.join(folder, name));
  const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES).sort().reverse() : [];
  const found = [...onPath, ...versions.map((version) => path.join(POSTGRES, version, "bin", name))].find(existsSync);
  if (found === undefined)
    throw new Error(`${name} is not installed: run \`cargo xtask test once\`, which installs it`);
  return found;
}

export async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Whether something listens there. */
export function isOpen(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function run(command, port, folder, options = {}) {
  const child = spawn(command[0], command.slice(1), { stdio: "ignore", ...options });
  const discard = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  process.once("exit", discard);
  const end = Date.now() + DEADLINE;
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`${command[0]} did not start`);
    await sleep(20);
  }
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    discard();
    process.removeListener("exit", discard);
  };
  return { port, pid: child.pid, stop };
}

export async function startRedis(...options) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hookseal-redis-"));
  const port = await freePort();
  const words = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...options];
  return run([program("redis-server"), ...words], port, folder);
}

/** With what it synced on its disk, if that is asked: the tests stop processes, and not the machine. */
export async function startPostgres({ fsync = "off" } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hookseal-postgres-"));
  // PostgreSQL refuses to run as root.
  const user = otherUser();
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, "data");
  const init = ["-D", data, "-U", "hookseal", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"];
  execFileSync(program("initdb"), init, { stdio: "ignore", cwd: folder, ...user });
  const port = await freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    max_connections: "200",
    fsync,
  };
  const words = [
    "-D",
    data,
    "-p",
    String(port),
    ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
  ];
  const server = await run([program("postgres"), ...words], port, folder, { cwd: folder, ...user });
  // It listens before it accepts connections.
  const { default: pg } = await import("pg");
  for (const end = Date.now() + DEADLINE; ; await sleep(20)) {
    const client = new pg.Client(address(port));
    try {
      await client.connect();
      await client.end();
      return server;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

export const address = (port) => ({ host: "127.0.0.1", port, user: "hookseal", database: "postgres" });

function otherUser() {
  if (process.getuid() !== 0) return {};
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const [, , uid, gid] = ["postgres", "nobody"].map((name) => users.find(([found]) => found === name)).find(Boolean);
  return { uid: Number(uid), gid: Number(gid) };
}
