-- One row: the app whose webhooks these are, as the API shows it.
CREATE TABLE app (only INTEGER PRIMARY KEY CHECK (only = 1), json TEXT NOT NULL);

-- API key, webhook secret and client secret. While a rotation is in its grace period, `previous` is live too.
CREATE TABLE credentials (
  type TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  previous TEXT,
  created_at INTEGER NOT NULL,
  last_rotated_at INTEGER,
  -- When `previous` was rotated in, for a rollback.
  previous_rotated_at INTEGER,
  last_used_at INTEGER,
  grace_period_ends_at INTEGER,
  rollback_token TEXT,
  rollback_expires_at INTEGER
);

-- The sandbox's own settings: its token and its speed.
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Workflows of the guide, automations of the SDK.
CREATE TABLE objects (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, json TEXT NOT NULL);

-- One event for one endpoint. `due` is the time of the next try, and NULL if there is none. Times are in milliseconds.
CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  partner_app_id TEXT NOT NULL,
  url TEXT NOT NULL,
  body BLOB NOT NULL,
  status TEXT NOT NULL,
  http_status INTEGER,
  error TEXT,
  -- How many attempts were made.
  tries INTEGER NOT NULL DEFAULT 0,
  due INTEGER,
  -- The time of the next automatic try, and how many automatic retries were scheduled. A failed manual one changes neither.
  next_automatic INTEGER,
  automatic INTEGER NOT NULL DEFAULT 0,
  -- When a manual retry was requested; NULL once it was made.
  asked INTEGER,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER
);
CREATE INDEX deliveries_due ON deliveries (url, due) WHERE due IS NOT NULL;
CREATE INDEX deliveries_status ON deliveries (status, seq);
CREATE INDEX deliveries_type ON deliveries (event_type, seq);

-- Every attempt of a delivery. Numbered, because two may end at the same time, or the clock may be set back.
CREATE TABLE attempts (
  delivery INTEGER NOT NULL REFERENCES deliveries (seq),
  number INTEGER NOT NULL,
  -- When it ended.
  at INTEGER NOT NULL,
  headers TEXT NOT NULL,
  http_status INTEGER,
  error TEXT,
  -- How long it took, in milliseconds. NULL in attempts of version 2, as are the next two.
  duration INTEGER,
  -- What was read of the response: its status and headers as JSON, and its body. NULL if there was none.
  answer TEXT,
  answer_body BLOB,
  PRIMARY KEY (delivery, number)
) WITHOUT ROWID;
