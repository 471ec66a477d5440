// Generated from the files in inbox/ by `cargo xtask generate`; edit those instead.

package once

const sqliteAnswer = `-- What a claim came to: an answer, the milliseconds that are left of the other claim's lease, and whether the body is
-- the same. No row: the other claim was released in the meantime.
-- Parameters: token, body, now (null for the clock of this machine), key.
SELECT
  CASE
    WHEN once.state = 'done' THEN 'duplicate'
    WHEN once.token <> own.token THEN 'busy'
    WHEN once.takeovers > 0 THEN 'takeover'
    ELSE 'first'
  END AS answer,
  MAX(once.lease_until - own.now, 0) AS wait,
  once.body = own.body AS same_body
FROM hookseal_once AS once
CROSS JOIN (
  SELECT
    ? AS token, ? AS body,
    COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)) AS now
) AS own
WHERE once.key = ?;
`

const sqliteClaim = `-- Claims a key if nobody holds it. ` + "`" + `once_answer` + "`" + ` then says whose it is; run both in one transaction, begun as
-- IMMEDIATE.
-- Parameters: key, token, body, lease, keep, now (null for the clock of this machine).
INSERT INTO hookseal_once (key, token, state, body, claimed_at, lease_until, keep_until, takeovers)
SELECT new.key, new.token, 'running', new.body, new.now, new.now + new.lease, new.now + new.keep, 0
FROM (
  SELECT
    ? AS key, ? AS token, ? AS body, ? AS lease, ? AS keep,
    COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)) AS now
) AS new
WHERE TRUE
ON CONFLICT (key) DO UPDATE SET
  token = excluded.token,
  state = excluded.state,
  body = excluded.body,
  claimed_at = excluded.claimed_at,
  lease_until = excluded.lease_until,
  keep_until = excluded.keep_until,
  takeovers = CASE
    WHEN hookseal_once.keep_until > excluded.claimed_at THEN hookseal_once.takeovers + 1
    ELSE 0
  END
WHERE hookseal_once.keep_until <= excluded.claimed_at
  OR (hookseal_once.state = 'running' AND hookseal_once.lease_until <= excluded.claimed_at);
`

const sqliteFinish = `-- The claim's work is done. No row is changed if the claim was lost. It may run within a transaction of the user's own.
-- Parameters: keep, now (null for the clock of this machine), key, token, now again.
UPDATE hookseal_once
SET
  state = 'done',
  keep_until = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
WHERE key = ? AND token = ?
  AND keep_until > COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER));
`

const sqliteForget = `-- Forgets a key, whatever its state. Parameters: key.
DELETE FROM hookseal_once WHERE key = ?;
`

const sqliteRelease = `-- The claim's work failed: the key may be claimed again. No row is deleted if the claim was lost.
-- Parameters: key, token, now (null for the clock of this machine).
DELETE FROM hookseal_once
WHERE key = ? AND token = ? AND state = 'running'
  AND keep_until > COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER));
`

const sqliteSchema = `-- The tables of ` + "`" + `once` + "`" + `, version 1. Running this again changes nothing.
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
`

const sqliteStore = `-- The version of the tables, and when they were made.
SELECT version, made FROM hookseal_once_store WHERE id = 1;
`

const sqliteSweep = `-- Deletes keys that were kept long enough, the oldest first, at most so many.
-- Parameters: now (null for the clock of this machine), the number.
DELETE FROM hookseal_once
WHERE key IN (
  SELECT key FROM hookseal_once
  WHERE keep_until <= COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
  ORDER BY keep_until
  LIMIT ?
);
`
