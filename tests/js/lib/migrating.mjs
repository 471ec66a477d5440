// The programs on the pages in `docs/migrating`, and the deliveries that the tables on these pages name.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { freePort } from "./examples.mjs";
import { BASE64_SECRET, SECRET, SENDERS, envelope, nowSeconds } from "./senders.mjs";

const DEADLINE_MS = 60_000;
const MINUTES = 60;

/** How each sender signs, and what it sends. */
const SCHEMES = {
  "contio-timestamped": { secret: SECRET, signature: "x-contio-signature", body: () => contio() },
  "contio-body": { secret: SECRET, signature: "x-contio-signature", body: () => contio() },
  "standard-webhooks": { secret: BASE64_SECRET, signature: "webhook-signature", body: () => json({ type: "a.b" }) },
  svix: { secret: BASE64_SECRET, signature: "svix-signature", body: () => json({ type: "a.b" }) },
  stripe: {
    secret: SECRET,
    signature: "stripe-signature",
    body: () => json({ id: "evt_1", object: "event", type: "invoice.paid", data: {} }),
  },
  github: {
    secret: SECRET,
    signature: "x-hub-signature-256",
    body: () => json({ action: "opened" }),
    more: { "x-github-event": "issues", "x-github-delivery": "d-1", "user-agent": "GitHub-Hookshot/1" },
  },
};

const json = (value) => Buffer.from(JSON.stringify(value));
const contio = (fields) => Buffer.from(envelope({ timestamp: new Date().toISOString(), ...fields }));

/** Signs a body as a sender does. The names of headers are in lower case. */
function signed(scheme, body, options = {}) {
  const { more = {} } = SCHEMES[scheme];
  const headers = SENDERS[scheme](body, { timestamp: nowSeconds(), ...options });
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { body, headers: { "content-type": "application/json", ...more, ...Object.fromEntries(lower) } };
}

/** The same with another signature header. */
function otherSignature(scheme, change) {
  const made = signed(scheme, SCHEMES[scheme].body());
  const name = SCHEMES[scheme].signature;
  return { ...made, headers: { ...made.headers, [name]: change(made.headers[name]) } };
}

/** A body in which one character is not ASCII, and is changed after it was signed. */
function otherBytes(scheme) {
  const isContio = scheme.startsWith("contio");
  const body = isContio ? contio({ data: { title: "\ufffd" } }) : json({ title: "\ufffd" });
  const at = body.indexOf(Buffer.from("\ufffd"));
  const changed = Buffer.concat([body.subarray(0, at), Buffer.from([0xff]), body.subarray(at + 3)]);
  return { ...signed(scheme, body), body: changed };
}

/** A genuine delivery of this many bytes. */
function large(scheme, bytes) {
  const padding = "x".repeat(bytes);
  return signed(scheme, scheme.startsWith("contio") ? contio({ data: { title: padding } }) : json({ title: padding }));
}

const AGAIN = "genuine, sent a second time";

/** The deliveries by the names that the tables use. */
export const DELIVERIES = {
  genuine: (scheme) => signed(scheme, SCHEMES[scheme].body()),
  // The answer to the second time is what counts.
  [AGAIN]: (scheme) => DELIVERIES.genuine(scheme),
  "signed with another secret": (scheme) => signed(scheme, SCHEMES[scheme].body(), { key: "another secret" }),
  "changed on its way": (scheme) => {
    const { body, headers } = signed(scheme, SCHEMES[scheme].body());
    return { body: Buffer.concat([body, Buffer.from(" ")]), headers };
  },
  "genuine, 10 minutes old": (scheme) =>
    signed(scheme, SCHEMES[scheme].body(), { timestamp: nowSeconds() - 10 * MINUTES }),
  "genuine, dated 10 minutes ahead": (scheme) =>
    signed(scheme, SCHEMES[scheme].body(), { timestamp: nowSeconds() + 10 * MINUTES }),
  "genuine, of an event two days ago": (scheme) =>
    signed(scheme, contio({ timestamp: new Date(Date.now() - 48 * 60 * MINUTES * 1000).toISOString() })),
  "without its signature": (scheme) => otherSignature(scheme, () => []),
  "its signature a character short": (scheme) => otherSignature(scheme, (value) => value.slice(0, -1)),
  "its signature followed by junk": (scheme) => otherSignature(scheme, (value) => `${value}zz`),
  "its signature in two lines": (scheme) => otherSignature(scheme, (value) => [value, value]),
  "its signature not in ASCII": (scheme) => otherSignature(scheme, (value) => value.replace(/.$/, "é")),
  "its time followed by `.5`": (scheme) => {
    const { body, headers } = signed(scheme, SCHEMES[scheme].body());
    const name = Object.keys(headers).find((header) => header.endsWith("-timestamp"));
    return { body, headers: { ...headers, [name]: `${headers[name]}.5` } };
  },
  "genuine, its time `…/5`": (scheme) => signed(scheme, SCHEMES[scheme].body(), { timestamp: `${nowSeconds()}/5` }),
  "byte `0xFF` where U+FFFD was signed": otherBytes,
  "genuine, its body not JSON": (scheme) => signed(scheme, Buffer.from("no JSON")),
  "genuine, its body empty": (scheme) => signed(scheme, Buffer.alloc(0)),
  "genuine, without `event_id`": (scheme) => signed(scheme, contio({ event_id: undefined })),
  "genuine, of 200 KiB": (scheme) => large(scheme, 200 * 1024),
  "genuine, of 2 MiB": (scheme) => large(scheme, 2 * 1024 * 1024),
  "genuine, as `text/plain`": (scheme) => {
    const { body, headers } = DELIVERIES.genuine(scheme);
    return { body, headers: { ...headers, "content-type": "text/plain" } };
  },
  "genuine, as a form": (scheme) => {
    const body = Buffer.from(`payload=${encodeURIComponent('{"action":"opened"}')}`);
    const { headers } = signed(scheme, body);
    return { body, headers: { ...headers, "content-type": "application/x-www-form-urlencoded" } };
  },
  "signed with the second secret of two": (scheme) =>
    signed(scheme, SCHEMES[scheme].body(), { key: scheme === "github" ? `${SECRET}-2` : undefined }),
};

async function canConnect(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A page: its programs, the scheme of its sender, and its table. */
export class Page {
  #file;
  #text;
  programs;

  constructor(name) {
    this.#file = path.join(process.env.HOOKSEAL_DOCS ?? "", "migrating", `${name}.md`);
    this.#text = readFileSync(this.#file, "utf8");
    const blocks = [...this.#text.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)];
    this.programs = new Map(blocks.map(([, file, code]) => [file, code]));
    this.scheme = /^<!-- Node: the scheme `([a-z-]+)` -->$/m.exec(this.#text)?.[1];
    this.name = name;
  }

  /** The rows of the table of differences in Node: the delivery, and what both programs answer. */
  rows() {
    return [...this.#section().matchAll(/^\| ([^|]+) \| ([^|]*) \| ([^|]*) \|$/gm)]
      .map(([, delivery, before, after]) => ({ delivery, before, after }))
      .filter(({ delivery }) => delivery !== "a delivery" && !delivery.startsWith("-"));
  }

  /** The rows of the table of errors: how the other library's message begins, and the code of the same refusal. */
  errors() {
    return [...this.#text.matchAll(/^\| "([^"|]+)" \| `([a-z_]+)`(?:, `([a-z_]+)`)* \|$/gm)].map(([row, message]) => ({
      message,
      codes: [...row.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code),
    }));
  }

  /** The secret of the receiver. */
  get secret() {
    return SCHEMES[this.scheme].secret;
  }

  #section() {
    const at = this.#text.indexOf("<!-- Node: the scheme");
    const end = this.#text.indexOf("\n#", at);
    return this.#text.slice(at, end === -1 ? undefined : end);
  }

  /** Writes the table anew, with these rows. */
  write(rows) {
    const section = this.#section();
    let changed = section;
    for (const { delivery, before, after } of rows) {
      const row = new RegExp(`^\\| ${delivery.replaceAll(/[.*+?^$()|[\]\\{}]/g, "\\$&")} \\| .*$`, "m");
      changed = changed.replace(row, () => `| ${delivery} | ${before} | ${after} |`);
    }
    this.#text = this.#text.replace(section, () => changed);
    writeFileSync(this.#file, this.#text);
  }

  /** Starts one of the programs, and returns its port. It is stopped when the test is over. */
  async start(t, file) {
    const folder = path.resolve("made/migrating", this.name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, file), this.programs.get(file));
    const port = await freePort();
    const secrets = { WEBHOOK_SECRET: SCHEMES[this.scheme].secret, SECOND_SECRET: `${SECRET}-2` };
    const child = spawn(process.execPath, [file], {
      cwd: folder,
      env: { ...process.env, ...secrets, PORT: String(port), NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
    t.after(async () => {
      if (child.exitCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      rmSync(path.join(folder, file));
    });
    for (const end = Date.now() + DEADLINE_MS; ; await sleep(20)) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`${file} does not listen: ${printed}`);
      // Not by a request, to which one of the programs does not answer.
      if (await canConnect(port)) return port;
    }
  }

  /** Sends a delivery by its name, and returns the answer as the table says it. */
  async answer(port, delivery) {
    const made = DELIVERIES[delivery](this.scheme);
    if (delivery === AGAIN) await this.#post(port, made);
    return this.#post(port, made);
  }

  async #post(port, { body, headers }) {
    const [host, signal] = ["127.0.0.1", AbortSignal.timeout(DEADLINE_MS)];
    const request = http.request({ host, port, path: "/webhooks", method: "POST", headers, signal });
    request.end(body);
    const [response] = await once(request, "response");
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    const code = /^\{"error":"([a-z_]+)"\}$/.exec(text)?.[1];
    return code === undefined ? String(response.statusCode) : `${response.statusCode} \`${code}\``;
  }
}
