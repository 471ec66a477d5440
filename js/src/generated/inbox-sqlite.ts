// The statements of the inbox.
//
// Generated from the files in `inbox/` by `cargo xtask generate`; edit those instead.

export const STATEMENTS = {
  bury: `\
-- The attempt failed, and there is no further one: the delivery is dead. No row is changed if the claim was lost.
-- Parameters: now (null for the clock of this machine), the error, id, token.
UPDATE hookseal_inbox
SET
  state = 'dead',
  due_at = NULL,
  worker = NULL,
  finished_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  error = ?
WHERE id = ? AND token = ? AND state IN ('running', 'dead');
`,
  claim: `\
-- Claims the deliveries that have been due for longest, at most so many: pending ones, and running ones whose lease has
-- lapsed. An attempt counts from here on, so a delivery that ends the process dies too. \`inbox_claimed\` then reads what
-- was claimed; run both in one transaction, begun as IMMEDIATE.
-- Parameters: token, worker, lease, the most attempts, now (null for the clock of this machine), the number.
WITH own AS (
  SELECT
    ? AS token, ? AS worker, ? AS lease, ? AS attempts,
    COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)) AS now,
    ? AS number
)
UPDATE hookseal_inbox
SET
  state = CASE WHEN attempts < (SELECT attempts FROM own) THEN 'running' ELSE 'dead' END,
  attempts = MIN(attempts + 1, MAX(attempts, (SELECT attempts FROM own))),
  token = (SELECT token FROM own),
  worker = CASE WHEN attempts < (SELECT attempts FROM own) THEN (SELECT worker FROM own) END,
  due_at = CASE WHEN attempts < (SELECT attempts FROM own) THEN (SELECT now + lease FROM own) END,
  finished_at = CASE WHEN attempts < (SELECT attempts FROM own) THEN NULL ELSE (SELECT now FROM own) END,
  is_takeover = state = 'running',
  error = CASE WHEN state = 'running' THEN 'its worker ended, or took longer than its lease' ELSE error END
WHERE id IN (
  SELECT due.id FROM hookseal_inbox AS due
  WHERE due.due_at <= (SELECT now FROM own)
  ORDER BY due.due_at
  LIMIT (SELECT number FROM own)
);
`,
  claimed: `\
-- The deliveries of a claim: running ones, and those that died instead. Parameters: token.
SELECT
  id, key, state, scheme, event, has_envelope, signed_at, received_at, attempts, is_takeover, body, error
FROM hookseal_inbox
WHERE token = ? AND state IN ('running', 'dead')
ORDER BY id;
`,
  discard: `\
-- A dead delivery is given up: its body is dropped, and its key and error are kept.
-- Parameters: keep, now (null for the clock of this machine), id.
UPDATE hookseal_inbox
SET
  state = 'done',
  keep_until = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  body = NULL
WHERE id = ? AND state = 'dead';
`,
  duplicate: `\
-- The state of the delivery that has a key, and whether its body is the same. Parameters: digest, key.
SELECT state, digest = ? AS same_body FROM hookseal_inbox WHERE key = ?;
`,
  extend: `\
-- Extends the lease of a delivery that is being handled. No row is changed if the claim was lost.
-- Parameters: lease, now (null for the clock of this machine), id, token.
UPDATE hookseal_inbox
SET due_at = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
WHERE id = ? AND token = ? AND state = 'running';
`,
  finish: `\
-- The delivery is handled: its body is dropped, and its key is kept. No row is changed if the claim was lost. It may
-- run within a transaction of the user's own.
-- Parameters: now (null for the clock of this machine), keep, now again, id, token.
UPDATE hookseal_inbox
SET
  state = 'done',
  due_at = NULL,
  worker = NULL,
  finished_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  keep_until = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  error = NULL,
  body = NULL
WHERE id = ? AND token = ? AND state IN ('running', 'done');
`,
  free: `\
-- A worker is dead: the leases of its deliveries end now. Run it while holding the lock that the worker held.
-- Parameters: now (null for the clock of this machine), worker.
UPDATE hookseal_inbox
SET due_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
WHERE state = 'running' AND state <> 'done' AND worker = ?;
`,
  known: `\
-- The state of the delivery that a put would leave as it is, and whether its body is the same: what is answered if there
-- is no room for another one. No row if the put would store it. Parameters: digest, key, signed_at, now (null for the
-- clock of this machine).
SELECT state, digest = ? AS same_body
FROM hookseal_inbox
WHERE key = ?
  AND (state <> 'dead' OR COALESCE(? <= finished_at, TRUE))
  AND (
    state <> 'done'
    OR keep_until > COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
  );
`,
  list: `\
-- The deliveries in a state other than done, the newest first, without their bodies.
-- Parameters: state, the number, how many to skip.
SELECT id, key, state, scheme, event, received_at, due_at, attempts, finished_at, error, size
FROM hookseal_inbox
WHERE state = ? AND state <> 'done'
ORDER BY received_at DESC, id DESC
LIMIT ? OFFSET ?;
`,
  load: `\
-- How many deliveries are not handled yet, and the bytes of their bodies.
SELECT count(*) AS number, COALESCE(sum(size), 0) AS bytes
FROM hookseal_inbox
WHERE state IN ('pending', 'running') AND state <> 'done';
`,
  put: `\
-- Stores a delivery unless its key is known. If no row is changed, \`inbox_duplicate\` says what became of the first one.
-- A dead one is revived only if this one was signed after the death: a captured delivery cannot revive it for ever.
-- Parameters: key, scheme, event, has_envelope, signed_at, digest, size, body, now (null for the clock of this
-- machine).
INSERT INTO hookseal_inbox
  (key, state, scheme, event, has_envelope, signed_at, received_at, due_at, attempts, is_takeover, digest, size, body)
SELECT
  new.key, 'pending', new.scheme, new.event, new.has_envelope, new.signed_at, new.now, new.now, 0, 0, new.digest,
  new.size, new.body
FROM (
  SELECT
    ? AS key, ? AS scheme, ? AS event, ? AS has_envelope, ? AS signed_at, ? AS digest, ? AS size, ? AS body,
    COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)) AS now
) AS new
WHERE TRUE
ON CONFLICT (key) DO UPDATE SET
  state = 'pending',
  scheme = excluded.scheme,
  event = excluded.event,
  has_envelope = excluded.has_envelope,
  signed_at = excluded.signed_at,
  received_at = excluded.received_at,
  due_at = excluded.due_at,
  attempts = 0,
  token = NULL,
  worker = NULL,
  is_takeover = 0,
  finished_at = NULL,
  keep_until = NULL,
  error = CASE WHEN hookseal_inbox.state = 'dead' THEN hookseal_inbox.error END,
  digest = excluded.digest,
  size = excluded.size,
  body = excluded.body
WHERE (hookseal_inbox.state = 'done' AND hookseal_inbox.keep_until <= excluded.received_at)
  OR (hookseal_inbox.state = 'dead' AND excluded.signed_at > hookseal_inbox.finished_at);
`,
  release: `\
-- The worker stops before the handler has ended: the attempt does not count, and another worker may begin at once. No
-- row is changed if the claim was lost. Parameters: now (null for the clock of this machine), id, token.
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  attempts = attempts - 1,
  token = NULL,
  worker = NULL
WHERE id = ? AND token = ? AND state = 'running';
`,
  retry: `\
-- The attempt failed, and the next one is due after a delay. No row is changed if the claim was lost.
-- Parameters: delay, now (null for the clock of this machine), the error, id, token.
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  worker = NULL,
  error = ?
WHERE id = ? AND token = ? AND state IN ('running', 'pending');
`,
  revive: `\
-- Dead deliveries are tried again, as if they had just arrived: one, or the oldest so many.
-- Parameters: now (null for the clock of this machine), id (null for any), the number.
UPDATE hookseal_inbox
SET
  state = 'pending',
  due_at = COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
  attempts = 0,
  token = NULL,
  is_takeover = 0,
  finished_at = NULL
WHERE id IN (
  SELECT dead.id FROM hookseal_inbox AS dead
  WHERE dead.state = 'dead' AND dead.state <> 'done' AND dead.id = COALESCE(?, dead.id)
  ORDER BY dead.received_at
  LIMIT ?
);
`,
  schema: `\
-- The tables of the inbox, version 1. Running this again changes nothing.
-- \`due_at\` is when a pending delivery is to be handled, or when the lease of a running one ends; others have none.
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
`,
  show: `\
-- One delivery, with its body if that is not dropped. Parameters: id.
SELECT
  id, key, state, scheme, event, received_at, due_at, attempts, finished_at, error, size,
  has_envelope, signed_at, digest, worker, keep_until, body
FROM hookseal_inbox
WHERE id = ?;
`,
  stats: `\
-- For each state: how many deliveries, the bytes of their bodies, and when the oldest was received. Handled ones have
-- neither bodies nor ages here.
SELECT state, count(*) AS number, sum(size) AS bytes, min(received_at) AS oldest
FROM hookseal_inbox
WHERE state <> 'done'
GROUP BY state
UNION ALL
SELECT 'done', count(*), 0, NULL FROM hookseal_inbox WHERE keep_until IS NOT NULL;
`,
  store: `\
-- The version of the tables, and when they were made.
SELECT version, made FROM hookseal_inbox_store WHERE id = 1;
`,
  sweep: `\
-- Deletes keys that were kept long enough, the oldest first, at most so many.
-- Parameters: now (null for the clock of this machine), the number.
DELETE FROM hookseal_inbox
WHERE id IN (
  SELECT id FROM hookseal_inbox
  WHERE keep_until <= COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
  ORDER BY keep_until
  LIMIT ?
);
`,
  upgraded: `\
-- The tables have been upgraded to a version. Parameters: version.
UPDATE hookseal_inbox_store SET version = ? WHERE id = 1;
`,
  workers: `\
-- The workers that deliveries were claimed by and that have not ended.
SELECT DISTINCT worker FROM hookseal_inbox WHERE state = 'running' AND state <> 'done' AND worker IS NOT NULL;
`,
} as const;
