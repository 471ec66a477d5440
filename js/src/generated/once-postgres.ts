// The statements that decide whether a delivery is the first of its event.
//
// Generated from the files in `inbox/` by `cargo xtask generate`; edit those instead.

export const STATEMENTS = {
  answer: `\
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
`,
  claim: `\
-- Claims a key if nobody holds it, and deletes at most 10 keys that were kept long enough. It must commit by itself:
-- other claims of the key wait for it. If a row is returned, the claim was made; else \`once_answer\` says by whom it was.
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
`,
  finish: `\
-- The claim's work is done. No row is changed if the claim was lost. It may run within a transaction of the user's own.
-- Parameters: 1 key, 2 token, 3 keep, 4 now (null for the server's clock).
UPDATE hookseal_once AS once
SET
  state = 'done',
  keep_until = $3::bigint + COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
WHERE once.key = $1::text AND once.token = $2::text
  AND once.keep_until > COALESCE($4::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
`,
  forget: `\
-- Forgets a key, whatever its state. Parameters: 1 key.
DELETE FROM hookseal_once WHERE key = $1::text
`,
  release: `\
-- The claim's work failed: the key may be claimed again. No row is deleted if the claim was lost.
-- Parameters: 1 key, 2 token, 3 now (null for the server's clock).
DELETE FROM hookseal_once AS once
WHERE once.key = $1::text AND once.token = $2::text AND once.state = 'running'
  AND once.keep_until > COALESCE($3::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
`,
  schema: `\
-- The tables of \`once\`, version 1. Running this again changes nothing. Programs that run it at the same time wait for
-- each other: \`IF NOT EXISTS\` alone fails if two of them create the table at once.
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
`,
  store: `\
-- The version of the tables, and when they were made.
SELECT version, made FROM hookseal_once_store WHERE id = 1
`,
  sweep: `\
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
`,
} as const;
