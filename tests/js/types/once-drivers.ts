// The types of the drivers' own clients fit the stores. Nothing here runs.
import BetterSqlite from "better-sqlite3";
import express = require("express");
import { WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";
import { Inbox } from "hookseal/inbox";
import { postgres as inPostgres } from "hookseal/inbox/postgres";
import { Once } from "hookseal/once";
import { PostgresStore } from "hookseal/once/postgres";
import { RedisStore } from "hookseal/once/redis";
import { SQLiteStore } from "hookseal/once/sqlite";
import { Redis } from "ioredis";
import pg from "pg";
import postgres from "postgres";
import { createClient } from "redis";

const verifier = new WebhookVerifier(process.env["WEBHOOK_SECRET"]!);
const sql = postgres();
const database = new BetterSqlite("app.db");
const once = new Once(new PostgresStore(new pg.Pool()), { scope: "acme" });
new PostgresStore(new pg.Client());
new PostgresStore(sql);
new RedisStore(createClient());
new RedisStore(new Redis());
new SQLiteStore(database);

const app = express();
app.post(
  "/",
  webhook(verifier),
  once.express((delivery) => console.log(delivery.key)),
);
app.post(
  "/",
  webhook(verifier),
  once.express((_delivery, _attempt, _req, res: express.Response) => res.sendStatus(204)),
);
app.post(
  "/",
  webhook(verifier),
  once.express((delivery) =>
    once.run(delivery, async (attempt) => {
      await sql.begin(async (own) => attempt.finishIn(own));
      database.transaction(() => attempt.finishIn(database))();
    }),
  ),
);

const inbox = new Inbox(inPostgres(new pg.Pool()), { scope: "acme" });
new Inbox(inPostgres(new pg.Client()), { scope: "acme" });
new Inbox(inPostgres(sql), { scope: "acme" });
new Inbox(database, { scope: "acme" });
app.post("/", webhook(verifier), inbox.express());
inbox.work((received) => sql.begin(async (own) => received.finishIn(own)));
inbox.work((received) => database.transaction(() => received.finishIn(database))());
