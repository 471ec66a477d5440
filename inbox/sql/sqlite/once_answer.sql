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
