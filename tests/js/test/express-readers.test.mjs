// Code that reads the request after the middleware, such as a proxy or a framework, gets the body again.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";

import express from "express";
import express4 from "express4";
import { WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";

import { SECRET, github, listen, post } from "./support.mjs";
import { until } from "./waiting.mjs";

const MIB = 1024 * 1024;
const verifier = new WebhookVerifier(SECRET, { scheme: "github", maxBody: 2 * MIB });

/** Bodies of every size that makes a difference to a stream: empty, less and more than its buffer, and at the limit. */
const BODIES = {
  "an empty body": Buffer.alloc(0),
  "a small body": Buffer.from('{"a":"é"}'),
  "a body of 300 KB": Buffer.alloc(300_000, "0123456789"),
  "a body at the limit": Buffer.alloc(2 * MIB, "0123456789"),
};

/** The ways to read Node's streams. */
const READERS = {
  "for await": async (req) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    return Buffer.concat(chunks);
  },
  "the events data and end": (req) =>
    new Promise((resolve, reject) => {
      const chunks = [];
      req.on("data", (chunk) => chunks.push(chunk));
      req.on("end", () => resolve(Buffer.concat(chunks)));
      req.on("error", reject);
    }),
  "the event readable": (req) =>
    new Promise((resolve) => {
      const chunks = [];
      req.on("readable", () => {
        for (let chunk; (chunk = req.read()) !== null; ) chunks.push(chunk);
      });
      req.on("end", () => resolve(Buffer.concat(chunks)));
    }),
  pipe: async (req) => READERS["for await"](req.pipe(new PassThrough())),
  "a web stream": (req) => READERS["for await"](Readable.toWeb(req)),
  "a late reader": async (req) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return READERS["for await"](req);
  },
};

/** Servers that call the middleware and then a reader, and respond with what it reads. */
const SERVERS = {
  "Node's own server": (middleware, read) => (req, res) => middleware(req, res, (error) => read(error, req, res)),
  "Express 5": (middleware, read) => express().use(middleware, (req, res) => read(undefined, req, res)),
  "Express 4": (middleware, read) => express4().use(middleware, (req, res) => read(undefined, req, res)),
  "Express 5 after an asynchronous middleware": (middleware, read) =>
    express().use((req, res, next) => setTimeout(next, 20), middleware, (req, res) => read(undefined, req, res)),
};

for (const [where, serve] of Object.entries(SERVERS)) {
  for (const [how, read] of Object.entries(READERS)) {
    test(`${where}: a later reader by ${how} gets the verified body`, async (t) => {
      const port = await listen(
        t,
        serve(webhook(verifier), async (error, req, res) => {
          assert.ifError(error);
          res.end(await read(req));
        }),
      );
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      t.after(() => agent.destroy());
      for (const [what, body] of Object.entries(BODIES)) {
        for (const chunked of [false, true]) {
          const answer = await post(port, body, github(body), { chunked, agent });
          assert.equal(answer.status, 200);
          assert.ok(answer.text === body.toString(), `${what}, chunked: ${chunked}`);
        }
      }
    });
  }
}

/** What middlewares that listen to a request from its beginning do. */
const EARLIER = {
  "counts its bytes": (req, received) => {
    req.on("data", (chunk) => received.push(chunk)).on("end", () => received.push("end"));
  },
  "pipes it": (req, received) => {
    req.pipe(new PassThrough()).on("data", (chunk) => received.push(chunk)).on("end", () => received.push("end"));
  },
  "waits for its end": (req, received) => {
    req.once("end", () => received.push("end"));
  },
};

for (const [what, listenTo] of Object.entries(EARLIER)) {
  test(`an earlier listener that ${what} gets the body once and its end, and a later reader gets the body too`, async (t) => {
    const received = [];
    const before = (req, res, next) => {
      listenTo(req, received);
      next();
    };
    const app = express().use(before, webhook(verifier), async (req, res) => {
      await until(() => received.includes("end"));
      res.end(await READERS["for await"](req));
    });
    const port = await listen(t, app);
    const body = BODIES["a body of 300 KB"];
    for (const chunked of [false, true]) {
      received.length = 0;
      assert.ok((await post(port, body, github(body), { chunked })).text === body.toString());
      assert.equal(received.pop(), "end");
      if (what !== "waits for its end") assert.ok(Buffer.concat(received).equals(body));
    }
  });
}

test("a request whose body is not read again ends with its response, and the connection stays open", async (t) => {
  const events = [];
  const app = express().use(webhook(verifier), (req, res) => {
    for (const event of ["end", "close"]) req.on(event, () => events.push(event));
    res.end(String(req.readableEnded));
  });
  const port = await listen(t, app);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  for (const [at, body] of [...Object.values(BODIES), ...Object.values(BODIES)].entries()) {
    const answer = await post(port, body, github(body), { agent, chunked: at % 2 === 0 });
    assert.deepEqual([answer.status, answer.text, answer.reusedSocket], [200, "false", at > 0]);
    await until(() => events.length === 2);
    assert.deepEqual(events.splice(0), ["end", "close"]);
  }
});

test("a later reader that is slower than the response still gets the whole body", async (t) => {
  const read = [];
  const app = express().use(webhook(verifier), async (req, res) => {
    const reader = req.pipe(new PassThrough({ highWaterMark: 1 }));
    res.end("early");
    await once(res, "finish");
    for await (const chunk of reader) read.push(chunk);
    read.push("end");
  });
  const body = BODIES["a body of 300 KB"];
  assert.equal((await post(await listen(t, app), body, github(body))).text, "early");
  await until(() => read.at(-1) === "end");
  assert.ok(Buffer.concat(read.slice(0, -1)).equals(body));
});

test("a sender that hangs up before the body is read again ends the reader's stream", async (t) => {
  const outcomes = [];
  const app = express().use(webhook(verifier), async (req, res) => {
    request.destroy();
    await once(res, "close");
    outcomes.push(await READERS["for await"](req).catch((error) => error.code));
  });
  const port = await listen(t, app);
  const body = BODIES["a small body"];
  const request = http.request({ host: "127.0.0.1", port, method: "POST", headers: github(body) });
  request.on("error", () => {}).end(body);
  await until(() => outcomes.length > 0);
  assert.deepEqual(outcomes, ["ECONNRESET"]);
});

test("over HTTP/2, a later reader gets the verified body", async (t) => {
  const middleware = webhook(verifier, { onFailure: () => {} });
  const server = http2.createServer((req, res) =>
    middleware(req, res, async (error) => {
      assert.ifError(error);
      res.end(await READERS["for await"](req));
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
  t.after(() => (client.close(), server.close()));
  for (const body of Object.values(BODIES)) {
    for (const [headers, status] of [[github(body), 200], [github(Buffer.from("another")), 401]]) {
      const request = client.request({ ":method": "POST", ":path": "/", ...headers });
      request.end(body);
      const [answer] = await once(request, "response");
      const text = await READERS["for await"](request);
      assert.equal(answer[":status"], status);
      if (status === 200) assert.ok(text.equals(body));
    }
  }
});

const PARSERS = {
  "Express 5": express,
  "Express 4": express4,
};

for (const [where, framework] of Object.entries(PARSERS)) {
  for (const parser of ["json", "text", "raw", "urlencoded"]) {
    test(`${where}: a later express.${parser} finds nothing to do, and req.body is the verified bytes`, async (t) => {
      const app = framework().use(webhook(verifier), framework[parser]({ type: "*/*", limit: 10, extended: false }));
      app.use((req, res) => res.end(Buffer.isBuffer(req.body) ? req.body : "no bytes"));
      const port = await listen(t, app);
      // Larger than the parser's limit, not JSON, and with a character set that would decode it to another text.
      for (const body of [BODIES["a body of 300 KB"], Buffer.from("+ACIAIg-"), Buffer.alloc(0)]) {
        for (const type of ["application/json; charset=utf-7", "text/plain; charset=utf-16", "application/json; charset=x"]) {
          const answer = await post(port, body, { ...github(body), "content-type": type }, { chunked: body.length > 10 });
          assert.equal(answer.status, 200);
          assert.ok(answer.text === body.toString());
        }
      }
    });
  }
}
