-- The tables of `once`, version 1. Running this again changes nothing. Programs that run it at the same time wait for
-- each other: `IF NOT EXISTS` alone fails if two of them create the table at once.
SELECT pg_advisory_xact_lock(7527119048912037);
CREATE TABLE IF NOT EXISTS hookseal_once (
  key text COLLATE "C" NOT NULL PRIMARY KEY,
  token text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done')),
  body text NOT NULL,
  claimed_at bigint NOT NULL,
  lease_until bigint NOT NULL,
  keep_until bigint NOT NULL,
  takeovers integer NOT NULL
);
CREATE INDEX IF NOT EXISTS hookseal_once_keep_until ON hookseal_once (keep_until);
CREATE TABLE IF NOT EXISTS hookseal_once_store (
  id integer NOT NULL PRIMARY KEY CHECK (id = 1),
  version integer NOT NULL,
  made bigint NOT NULL
);
INSERT INTO hookseal_once_store (id, version, made)
VALUES (1, 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
ON CONFLICT (id) DO NOTHING;
