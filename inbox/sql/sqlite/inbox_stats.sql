-- For each state: how many deliveries, the bytes of their bodies, and when the oldest was received. Handled ones have
-- neither bodies nor ages here.
SELECT state, count(*) AS number, sum(size) AS bytes, min(received_at) AS oldest
FROM hookseal_inbox
WHERE state <> 'done'
GROUP BY state
UNION ALL
SELECT 'done', count(*), 0, NULL FROM hookseal_inbox WHERE keep_until IS NOT NULL;
