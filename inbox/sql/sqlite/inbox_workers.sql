-- The workers that deliveries were claimed by and that have not ended.
SELECT DISTINCT worker FROM hookseal_inbox WHERE state = 'running' AND state <> 'done' AND worker IS NOT NULL;
