-- The tables of the inbox, version 1. Running this again changes nothing.
-- `due_at` is when a pending delivery is to be handled, or when the lease of a running one ends; others have none.
CREATE TABLE IF NOT EXISTS hookseal_inbox (
  id INTEGER NOT NULL PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'dead')),
  scheme TEXT NOT NULL,
  event TEXT,
  has_envelope INTEGER NOT NULL,
  signed_at INTEGER,
  received_at INTEGER NOT NULL,
  due_at INTEGER,
  attempts INTEGER NOT NULL,
  token TEXT,
  worker TEXT,
  is_takeover INTEGER NOT NULL,
  finished_at INTEGER,
  keep_until INTEGER,
  error TEXT,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  body BLOB
);
CREATE INDEX IF NOT EXISTS hookseal_inbox_due ON hookseal_inbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS hookseal_inbox_open ON hookseal_inbox (state, received_at, size) WHERE state <> 'done';
CREATE INDEX IF NOT EXISTS hookseal_inbox_token ON hookseal_inbox (token) WHERE state IN ('running', 'dead');
CREATE INDEX IF NOT EXISTS hookseal_inbox_keep_until ON hookseal_inbox (keep_until) WHERE keep_until IS NOT NULL;
CREATE TABLE IF NOT EXISTS hookseal_inbox_store (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  made INTEGER NOT NULL
);
INSERT INTO hookseal_inbox_store (id, version, made)
VALUES (1, 1, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
ON CONFLICT (id) DO NOTHING;
