-- Claims the deliveries that have been due for longest, at most so many: pending ones, and running ones whose lease has
-- lapsed. An attempt counts from here on, so a delivery that ends the process dies too. `inbox_claimed` then reads what
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
