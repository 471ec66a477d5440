-- Deletes keys that were kept long enough, the oldest first, at most so many.
-- Parameters: now (null for the clock of this machine), the number.
DELETE FROM hookseal_inbox
WHERE id IN (
  SELECT id FROM hookseal_inbox
  WHERE keep_until <= COALESCE(?, CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
  ORDER BY keep_until
  LIMIT ?
);
