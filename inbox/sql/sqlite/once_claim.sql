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
