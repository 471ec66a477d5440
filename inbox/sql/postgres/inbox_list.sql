-- The deliveries in a state other than done, the newest first, without their bodies.
-- Parameters: 1 state, 2 the number, 3 how many to skip.
SELECT id, key, state, scheme, event, received_at, due_at, attempts, finished_at, error, size
FROM hookseal_inbox
WHERE state = $1::text AND state <> 'done'
ORDER BY received_at DESC, id DESC
LIMIT $2::integer OFFSET $3::integer
