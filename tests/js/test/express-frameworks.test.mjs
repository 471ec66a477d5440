// Frameworks and proxies that read the request after the middleware, used as their documentation says.
import "reflect-metadata";

import assert from "node:assert/strict";
import { test } from "node:test";

import middie from "@fastify/middie";
import * as nest from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express from "express";
import Fastify from "fastify";
import httpProxy from "http-proxy";
import { createProxyMiddleware, fixRequestBody } from "http-proxy-middleware";
import { WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";

import { NOW, SECRET, contioX, envelope, github, listen, post, timestamped } from "./support.mjs";

const MIB = 1024 * 1024;
const verifier = new WebhookVerifier(SECRET, { now: NOW });
const quiet = { onFailure: () => {} };

const small = envelope();
const limited = (size) => Buffer.concat([small, Buffer.alloc(size - small.length, " ")]);
const BODIES = { "a small body": small, "a body of 300 KB": limited(300_000), "a body at the limit": limited(MIB) };

/**
 * Each starts a server that calls the middleware first. Its response has two ids: that of the event that it parsed, and
 * that of the delivery. The verifier is for the application that a proxy forwards to.
 */
const FRAMEWORKS = {
  "Fastify with @fastify/middie": async (t, middleware) => {
    const app = Fastify({ bodyLimit: MIB });
    t.after(() => app.close());
    await app.register(middie);
    app.use(middleware);
    app.post("/", async ({ raw, body }) => `${body.event_id} ${raw.delivery.id}`);
    await app.listen({ port: 0, host: "127.0.0.1" });
    return app.server.address().port;
  },
  "Nest on Fastify": async (t, middleware) => {
    class Controller {
      receive({ raw, body }) {
        return `${body.event_id} ${raw.delivery.id}`;
      }
    }
    const receive = Object.getOwnPropertyDescriptor(Controller.prototype, "receive");
    nest.Post()(Controller.prototype, "receive", receive);
    nest.HttpCode(200)(Controller.prototype, "receive", receive);
    nest.Req()(Controller.prototype, "receive", 0);
    nest.Controller("/")(Controller);
    class Application {
      configure(consumer) {
        consumer.apply(middleware).forRoutes("/");
      }
    }
    nest.Module({ controllers: [Controller] })(Application);
    const app = await NestFactory.create(Application, new FastifyAdapter({ bodyLimit: MIB }), { logger: false });
    t.after(() => app.close());
    await app.listen(0, "127.0.0.1");
    return app.getHttpServer().address().port;
  },
  "http-proxy": async (t, middleware, verifier) => {
    const proxy = httpProxy.createProxyServer({ target: await application(t, verifier) });
    return listen(t, express().use(middleware, (req, res) => proxy.web(req, res)));
  },
  "http-proxy-middleware": async (t, middleware, verifier) => {
    const proxy = createProxyMiddleware({ target: await application(t, verifier) });
    return listen(t, express().use(middleware, proxy));
  },
  "http-proxy-middleware with its repair of parsed bodies": async (t, middleware, verifier) => {
    const on = { proxyReq: fixRequestBody };
    const proxy = createProxyMiddleware({ target: await application(t, verifier), on });
    return listen(t, express().use(middleware, proxy));
  },
  "http-proxy-middleware after a parser": async (t, middleware, verifier) => {
    const proxy = createProxyMiddleware({ target: await application(t, verifier) });
    return listen(t, express().use(middleware, express.json(), proxy));
  },
};

/** What a proxy forwards requests to. It verifies them once more. */
async function application(t, verifier) {
  const app = express().post("/", webhook(verifier, quiet), (req, res) => {
    res.end(`${JSON.parse(req.body).event_id} ${req.delivery.id}`);
  });
  return `http://127.0.0.1:${await listen(t, app)}`;
}

for (const [name, serve] of Object.entries(FRAMEWORKS)) {
  test(`${name} after the middleware gets genuine deliveries, and no others`, async (t) => {
    const failures = [];
    const port = await serve(t, webhook(verifier, { onFailure: ({ code }) => failures.push(code) }), verifier);
    for (const [what, body] of Object.entries(BODIES)) {
      for (const chunked of [false, true]) {
        const genuine = await post(port, body, timestamped(body), { chunked });
        assert.deepEqual([genuine.status, genuine.text], [200, "evt-1 evt-1"], `${what}, chunked: ${chunked}`);
        const forged = await post(port, body, timestamped(body, { secret: "another" }), { chunked });
        assert.deepEqual([forged.status, forged.text], [401, '{"error":"signature_mismatch"}']);
      }
    }
    assert.deepEqual(failures, Array(6).fill("signature_mismatch"));
    const larger = limited(MIB + 1);
    assert.equal((await post(port, larger, timestamped(larger))).status, 413);
  });

  test(`${name} after the middleware gets deliveries of a custom scheme named contio-x`, async (t) => {
    const contioNamed = new WebhookVerifier(SECRET, { scheme: contioX.scheme });
    const port = await serve(t, webhook(contioNamed, quiet), contioNamed);
    const body = Buffer.from('{"event_id":"no envelope"}');
    const genuine = await post(port, body, contioX.headers(body));
    assert.deepEqual([genuine.status, genuine.text], [200, "no envelope null"]);
    const forged = await post(port, body, contioX.headers(body, { secret: "another" }));
    assert.deepEqual([forged.status, forged.text], [401, '{"error":"signature_mismatch"}']);
  });
}

test("an empty body reaches Fastify as an empty one", async (t) => {
  const ofGithub = new WebhookVerifier(SECRET, { scheme: "github" });
  const app = Fastify();
  t.after(() => app.close());
  await app.register(middie);
  app.use(webhook(ofGithub));
  app.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => done(null, body));
  app.removeContentTypeParser("application/json");
  app.post("/", async ({ body, raw }) => `${body.length} ${raw.body.length}`);
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address();
  const none = Buffer.alloc(0);
  assert.equal((await post(port, none, github(none))).text, "0 0");
  assert.equal((await post(port, none, github(none), { chunked: true })).text, "0 0");
});
