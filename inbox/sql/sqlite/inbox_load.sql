-- How many deliveries are not handled yet, and the bytes of their bodies.
SELECT count(*) AS number, COALESCE(sum(size), 0) AS bytes
FROM hookseal_inbox
WHERE state IN ('pending', 'running') AND state <> 'done';
