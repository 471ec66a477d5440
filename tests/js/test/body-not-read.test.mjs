// Requests whose Content-Type the receiver's parser does not read. Any sender can send them: they are answered with
// 400, or verified by the middleware, and never with 500, which would let strangers fill the log.
import "reflect-metadata";

import assert from "node:assert/strict";
import { test } from "node:test";

import * as nest from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import express from "express";
import express4 from "express4";
import { WebhookVerifier } from "hookseal";
import { keepRawBody, webhook } from "hookseal/express";
import Koa from "koa";
import koaBodyParser from "koa-bodyparser";

import { NOW, SECRET, envelope, github, listen, post, timestamped } from "./support.mjs";

const verifier = new WebhookVerifier(SECRET, { now: NOW });
const body = envelope();
const genuine = timestamped(body);
const forged = timestamped(body, { secret: "another" });
const asText = { "content-type": "text/plain" };
const asBytes = { "content-type": "application/octet-stream" };
const asForm = { "content-type": "application/x-www-form-urlencoded" };

/** The answer to a delivery, as a receiver gives it that calls `verify` itself. */
function answerTo(headers, given) {
  try {
    return [200, verifier.verify(headers, given).event().event_id];
  } catch ({ status, code }) {
    return [status, code];
  }
}

const withExpress = (framework) => (t) => {
  const app = framework().post("/", framework.raw({ type: "application/json" }), (req, res) => {
    const [status, text] = answerTo(req.headers, req.body);
    res.status(status).end(text);
  });
  return listen(t, app);
};

/** Receivers that get the raw body of JSON, written as their frameworks' documentation says. */
const RECEIVERS = {
  "Express 5 with express.raw": withExpress(express),
  "Express 4 with express.raw": withExpress(express4),
  "Nest with rawBody": async (t) => {
    class Controller {
      receive(req, res) {
        const [status, text] = answerTo(req.headers, req.rawBody);
        res.status(status).end(text);
      }
    }
    nest.Post()(Controller.prototype, "receive", Object.getOwnPropertyDescriptor(Controller.prototype, "receive"));
    nest.Req()(Controller.prototype, "receive", 0);
    nest.Res()(Controller.prototype, "receive", 1);
    nest.Controller("/")(Controller);
    class Application {}
    nest.Module({ controllers: [Controller] })(Application);
    const app = await NestFactory.create(Application, new ExpressAdapter(), { rawBody: true, logger: false });
    t.after(() => app.close());
    await app.listen(0, "127.0.0.1");
    return app.getHttpServer().address().port;
  },
  "Koa with koa-bodyparser": (t) => {
    const app = new Koa().use(koaBodyParser()).use((ctx) => {
      [ctx.status, ctx.body] = answerTo(ctx.headers, ctx.request.rawBody);
    });
    return listen(t, app.callback());
  },
};

for (const [name, serve] of Object.entries(RECEIVERS)) {
  test(`${name}: a body of another type is body_not_read, with status 400`, async (t) => {
    const port = await serve(t);
    const answers = [];
    for (const headers of [genuine, forged, { ...genuine, ...asText }, { ...forged, ...asText }, asText]) {
      const { status, text } = await post(port, body, headers);
      answers.push([status, text]);
    }
    const notRead = [400, "body_not_read"];
    assert.deepEqual(answers, [[200, "evt-1"], [401, "signature_mismatch"], notRead, notRead, notRead]);
  });
}

const PARSERS = {
  "express.raw of JSON": (framework) => [framework.raw({ type: "application/json" })],
  "express.json of JSON": (framework) => [framework.json({ verify: keepRawBody })],
  "all parsers that keep the raw body": (framework) => [
    framework.json({ verify: keepRawBody }),
    framework.urlencoded({ verify: keepRawBody, extended: false }),
    framework.text({ verify: keepRawBody }),
  ],
  "no parser": () => [],
};

for (const [version, framework] of Object.entries({ "Express 5": express, "Express 4": express4 })) {
  for (const [name, parsers] of Object.entries(PARSERS)) {
    test(`${version} with ${name}: the middleware verifies bodies of every type`, async (t) => {
      const seen = [];
      const middleware = webhook(verifier, { onFailure: ({ code }) => seen.push(code) });
      const app = framework().post("/", ...parsers(framework), middleware, (req, res) => res.end(req.delivery.id));
      const port = await listen(t, app);
      for (const type of [{}, asText, asForm, asBytes, { "content-type": "?" }]) {
        const accepted = await post(port, body, { ...genuine, ...type });
        assert.deepEqual([accepted.status, accepted.text], [200, "evt-1"], JSON.stringify(type));
        assert.equal((await post(port, body, { ...forged, ...type })).status, 401);
        assert.equal((await post(port, body, type)).status, 400);
      }
      assert.deepEqual(new Set(seen), new Set(["signature_mismatch", "missing_header"]));
    });
  }

  test(`${version}: a form that was parsed before is body_not_read, and JSON that was is a mistake`, async (t) => {
    const seen = [];
    const middleware = webhook(new WebhookVerifier(SECRET, { scheme: "github" }), {
      onFailure: ({ code, message }) => seen.push([code, message]),
    });
    const app = framework().use(framework.urlencoded({ extended: false }), framework.json()).post("/", middleware);
    const port = await listen(t, app);
    const form = Buffer.from("payload=%7B%7D");
    assert.equal((await post(port, form, { ...github(form), ...asForm })).text, '{"error":"body_not_read"}');
    const json = Buffer.from('{"a":1}');
    assert.equal((await post(port, json, github(json))).text, '{"error":"invalid_argument"}');
    assert.deepEqual(seen.map(([code]) => code), ["body_not_read", "invalid_argument"]);
    for (const [, message] of seen) assert.match(message, /express\.raw\(\{ type: "\*\/\*" \}\)/);
  });
}
