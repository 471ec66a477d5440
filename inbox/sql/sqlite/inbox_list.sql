-- The deliveries in a state other than done, the newest first, without their bodies.
-- Parameters: state, the number, how many to skip.
SELECT id, key, state, scheme, event, received_at, due_at, attempts, finished_at, error, size
FROM hookseal_inbox
WHERE state = ? AND state <> 'done'
ORDER BY received_at DESC, id DESC
LIMIT ? OFFSET ?;
