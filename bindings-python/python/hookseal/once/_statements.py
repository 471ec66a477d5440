"""The statements that decide whether a delivery is the first of its event."""

# Generated from the files in `inbox/` by `cargo xtask generate`; edit those instead.

from typing import Final

SQLITE: Final[dict[str, str]] = {
    "answer": """\
-- What a claim came to: an answer, the milliseconds that are left of the other claim's lease, and whether the body is
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
""",
    "claim": """\
-- Claims a key if nobody holds it. `once_answer` then says whose it is; run both in one transaction, begun as
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
""",
    "finish": """\
-- The claim's work is done. No row is changed if the claim was lost. It may run within a transaction of the user's own.
-- Parameters: keep, now (null for the clock of this machine), key, token, now again.
UPDATE hookseal_once
SET
  state = 'done',
  keep_until = ? + COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
WHERE key = ? AND token = ?
  AND keep_until > COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER));
""",
    "forget": """\
-- Forgets a key, whatever its state. Parameters: key.
DELETE FROM hookseal_once WHERE key = ?;
""",
    "release": """\
-- The claim's work failed: the key may be claimed again. No row is deleted if the claim was lost.
-- Parameters: key, token, now (null for the clock of this machine).
DELETE FROM hookseal_once
WHERE key = ? AND token = ? AND state = 'running'
  AND keep_until > COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER));
""",
    "schema": """\
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
""",
    "store": """\
-- The version of the tables, and when they were made.
SELECT version, made FROM hookseal_once_store WHERE id = 1;
""",
    "sweep": """\
-- Deletes keys that were kept long enough, the oldest first, at most so many.
-- Parameters: now (null for the clock of this machine), the number.
DELETE FROM hookseal_once
WHERE key IN (
  SELECT key FROM hookseal_once
  WHERE keep_until <= COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
  ORDER BY keep_until
  LIMIT ?
);
""",
}

POSTGRES: Final[dict[str, str]] = {
    "answer": """\
-- What a claim came to that returned no row: an answer, the milliseconds that are left of the other claim's lease, and
-- whether the body is the same. No row: the other claim was released in the meantime.
-- Parameters: 1 key, 2 token, 3 body, 4 now (null for the server's clock).
SELECT
  CASE
    WHEN once.state = 'done' THEN 'duplicate'
    WHEN once.token <> $2::text THEN 'busy'
    WHEN once.takeovers > 0 THEN 'takeover'
    ELSE 'first'
  END AS answer,
  GREATEST(
    once.lease_until - COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 0
  ) AS wait,
  once.body = $3::text AS same_body
FROM hookseal_once AS once
WHERE once.key = $1::text
""",
    "claim": """\
-- Claims a key if nobody holds it, and deletes at most 10 keys that were kept long enough. It must commit by itself:
-- other claims of the key wait for it. If a row is returned, the claim was made; else `once_answer` says by whom it was.
-- The 10 is no parameter: for a number that it does not know, the planner makes a plan anew with each claim on a large
-- table.
-- Parameters: 1 key, 2 token, 3 body, 4 lease, 5 keep, 6 now (null for the server's clock), 7 the longest wait for a
-- lock, in milliseconds, after which the statement fails.
WITH own AS MATERIALIZED (
  SELECT
    COALESCE($6::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now,
    set_config('lock_timeout', $7::text, true) AS lock_timeout
),
swept AS (
  DELETE FROM hookseal_once
  WHERE key IN (
    SELECT kept.key FROM hookseal_once AS kept
    WHERE kept.keep_until <= (SELECT now FROM own) AND kept.key <> $1::text
    ORDER BY kept.keep_until
    LIMIT 10
    FOR UPDATE SKIP LOCKED
  )
)
INSERT INTO hookseal_once AS once (key, token, state, body, claimed_at, lease_until, keep_until, takeovers)
SELECT $1::text, $2::text, 'running', $3::text, own.now, own.now + $4::bigint, own.now + $5::bigint, 0
FROM own
WHERE own.lock_timeout IS NOT NULL
ON CONFLICT (key) DO UPDATE SET
  token = excluded.token,
  state = excluded.state,
  body = excluded.body,
  claimed_at = excluded.claimed_at,
  lease_until = excluded.lease_until,
  keep_until = excluded.keep_until,
  takeovers = CASE WHEN once.keep_until > excluded.claimed_at THEN once.takeovers + 1 ELSE 0 END
WHERE once.keep_until <= excluded.claimed_at
  OR (once.state = 'running' AND once.lease_until <= excluded.claimed_at)
RETURNING CASE WHEN once.takeovers > 0 THEN 'takeover' ELSE 'first' END AS answer
""",
    "finish": """\
-- The claim's work is done. No row is changed if the claim was lost. It may run within a transaction of the user's own.
-- Parameters: 1 key, 2 token, 3 keep, 4 now (null for the server's clock).
UPDATE hookseal_once AS once
SET
  state = 'done',
  keep_until = $3::bigint + COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
WHERE once.key = $1::text AND once.token = $2::text
  AND once.keep_until > COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
""",
    "forget": """\
-- Forgets a key, whatever its state. Parameters: 1 key.
DELETE FROM hookseal_once WHERE key = $1::text
""",
    "release": """\
-- The claim's work failed: the key may be claimed again. No row is deleted if the claim was lost.
-- Parameters: 1 key, 2 token, 3 now (null for the server's clock).
DELETE FROM hookseal_once AS once
WHERE once.key = $1::text AND once.token = $2::text AND once.state = 'running'
  AND once.keep_until > COALESCE($3::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
""",
    "schema": """\
-- The tables of `once`, version 1. Running this again changes nothing. Programs that run it at the same time wait for
-- each other: `IF NOT EXISTS` alone fails if two of them create the table at once.
SELECT pg_advisory_xact_lock(7527119048912037);
CREATE TABLE IF NOT EXISTS hookseal_once (
  key text COLLATE "C" NOT NULL PRIMARY KEY,
  token text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done')),
  body text NOT NULL,
  claimed_at bigint NOT NULL,
  lease_until bigint NOT NULL,
  keep_until bigint NOT NULL,
  takeovers integer NOT NULL
);
CREATE INDEX IF NOT EXISTS hookseal_once_keep_until ON hookseal_once (keep_until);
CREATE TABLE IF NOT EXISTS hookseal_once_store (
  id integer NOT NULL PRIMARY KEY CHECK (id = 1),
  version integer NOT NULL,
  made bigint NOT NULL
);
INSERT INTO hookseal_once_store (id, version, made)
VALUES (1, 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
ON CONFLICT (id) DO NOTHING;
""",
    "store": """\
-- The version of the tables, and when they were made.
SELECT version, made FROM hookseal_once_store WHERE id = 1
""",
    "sweep": """\
-- Deletes keys that were kept long enough, the oldest first, at most so many.
-- Parameters: 1 now (null for the server's clock), 2 the number.
DELETE FROM hookseal_once
WHERE key IN (
  SELECT kept.key FROM hookseal_once AS kept
  WHERE kept.keep_until <= COALESCE($1::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
  ORDER BY kept.keep_until
  LIMIT $2::integer
  FOR UPDATE SKIP LOCKED
)
""",
}

REDIS: Final[dict[str, str]] = {
    "claim": """\
-- Claims a key if nobody holds it. Returns an answer, the milliseconds that are left of the other claim's lease, and 1
-- if the body is the same.
-- Keys: the key. Arguments: token, body, lease, keep, now (empty for the server's clock).
local now = tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local once = redis.call('HMGET', KEYS[1], 'state', 'token', 'body', 'lease_until', 'keep_until', 'takeovers')
local state, token = once[1], once[2]
local lease_until, keep_until, takeovers = tonumber(once[4]), tonumber(once[5]), tonumber(once[6])
local is_kept = state and keep_until > now
if is_kept then
  local same_body = once[3] == ARGV[2] and 1 or 0
  if state == 'done' then
    return { 'duplicate', 0, same_body }
  end
  if token == ARGV[1] and lease_until > now then
    -- This claim was sent twice.
    return { takeovers > 0 and 'takeover' or 'first', lease_until - now, same_body }
  end
  if lease_until > now then
    return { 'busy', lease_until - now, same_body }
  end
end
takeovers = is_kept and takeovers + 1 or 0
redis.call('HSET', KEYS[1], 'state', 'running', 'token', ARGV[1], 'body', ARGV[2],
  'lease_until', string.format('%.0f', now + ARGV[3]), 'keep_until', string.format('%.0f', now + ARGV[4]),
  'takeovers', takeovers)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return { takeovers > 0 and 'takeover' or 'first', tonumber(ARGV[3]), 1 }
""",
    "finish": """\
-- The claim's work is done. Returns 1, or 0 if the claim was lost.
-- Keys: the key. Arguments: token, keep, now (empty for the server's clock).
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local once = redis.call('HMGET', KEYS[1], 'token', 'keep_until')
if once[1] ~= ARGV[1] or tonumber(once[2]) <= now then
  return 0
end
redis.call('HSET', KEYS[1], 'state', 'done', 'keep_until', string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
""",
    "forget": """\
-- Forgets a key, whatever its state. Keys: the key.
return redis.call('DEL', KEYS[1])
""",
    "release": """\
-- The claim's work failed: the key may be claimed again. Returns 1, or 0 if the claim was lost.
-- Keys: the key. Arguments: token, now (empty for the server's clock).
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local once = redis.call('HMGET', KEYS[1], 'state', 'token', 'keep_until')
if once[1] ~= 'running' or once[2] ~= ARGV[1] or tonumber(once[3]) <= now then
  return 0
end
return redis.call('DEL', KEYS[1])
""",
    "store": """\
-- The version of the keys, and when the store was made; makes it if there is none.
-- Keys: hookseal:once:store.
local time = redis.call('TIME')
local made = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSETNX', KEYS[1], 'version', 1)
redis.call('HSETNX', KEYS[1], 'made', string.format('%.0f', made))
local store = redis.call('HMGET', KEYS[1], 'version', 'made')
return { tonumber(store[1]), tonumber(store[2]) }
""",
}
