-- The tables of `once`, version 1. Running this again changes nothing.
CREATE TABLE IF NOT EXISTS hookseal_once (
  key TEXT NOT NULL PRIMARY KEY,
  token TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done')),
  body TEXT NOT NULL,
  claimed_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  keep_until INTEGER NOT NULL,
  takeovers INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS hookseal_once_keep_until ON hookseal_once (keep_until);
CREATE TABLE IF NOT EXISTS hookseal_once_store (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  made INTEGER NOT NULL
);
INSERT INTO hookseal_once_store (id, version, made)
VALUES (1, 1, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
ON CONFLICT (id) DO NOTHING;
