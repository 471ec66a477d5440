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
