-- The layout of the database in version 1, as it was made then.
-- One row: the app whose webhooks these are, as the API shows it.
CREATE TABLE app (only INTEGER PRIMARY KEY CHECK (only = 1), json TEXT NOT NULL);

-- API key, webhook secret and client secret. While a rotation is in its grace period, `previous` is live too.
CREATE TABLE credentials (
  type TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  previous TEXT,
  created_at INTEGER NOT NULL,
  last_rotated_at INTEGER,
  last_used_at INTEGER,
  grace_period_ends_at INTEGER,
  rollback_token TEXT,
  rollback_expires_at INTEGER
);

-- What the sandbox remembers of itself: its token, and how late it was.
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Workflows of the guide, automations of the SDK.
CREATE TABLE objects (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, json TEXT NOT NULL);

-- One event at one endpoint. `due` is when it is tried next, and NULL once it is not any more. Times are milliseconds.
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
  retry_count INTEGER NOT NULL DEFAULT 0,
  due INTEGER,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER
);
CREATE INDEX deliveries_due ON deliveries (url, due) WHERE due IS NOT NULL;
CREATE INDEX deliveries_status ON deliveries (status, seq);
CREATE INDEX deliveries_type ON deliveries (event_type, seq);

-- Every try of a delivery.
CREATE TABLE attempts (
  delivery INTEGER NOT NULL REFERENCES deliveries (seq),
  at INTEGER NOT NULL,
  headers TEXT NOT NULL,
  http_status INTEGER,
  error TEXT,
  PRIMARY KEY (delivery, at)
) WITHOUT ROWID;
PRAGMA user_version = 1;
