// The statements that decide whether a delivery is the first of its event.
//
// Generated from the files in `inbox/` by `cargo xtask generate`; edit those instead.

export const STATEMENTS = {
  claim: `\
-- Claims a key if nobody holds it. Returns an answer, the milliseconds that are left of the other claim's lease, and 1
-- if the body is the same.
-- Keys: the key. Arguments: token, body, lease, keep, now (empty for the server's clock).
local now = tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local once = redis.call('HMGET', KEYS[1], 'state', 'token', 'body', 'lease_until', 'keep_until', 'takeovers')
local state, token = once[1], once[2]
local lease_until, keep_until, takeovers = tonumber(once[4]), tonumber(once[5]), tonumber(once[6])
local is_kept = state and keep_until > now
if is_kept then
  local same_body = once[3] == ARGV[2] and 1 or 0
  if state == 'done' then
    return { 'duplicate', 0, same_body }
  end
  if token == ARGV[1] and lease_until > now then
    -- This claim was sent twice.
    return { takeovers > 0 and 'takeover' or 'first', lease_until - now, same_body }
  end
  if lease_until > now then
    return { 'busy', lease_until - now, same_body }
  end
end
takeovers = is_kept and takeovers + 1 or 0
redis.call('HSET', KEYS[1], 'state', 'running', 'token', ARGV[1], 'body', ARGV[2],
  'lease_until', string.format('%.0f', now + ARGV[3]), 'keep_until', string.format('%.0f', now + ARGV[4]),
  'takeovers', takeovers)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return { takeovers > 0 and 'takeover' or 'first', tonumber(ARGV[3]), 1 }
`,
  finish: `\
-- The claim's work is done. Returns 1, or 0 if the claim was lost.
-- Keys: the key. Arguments: token, keep, now (empty for the server's clock).
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local once = redis.call('HMGET', KEYS[1], 'token', 'keep_until')
if once[1] ~= ARGV[1] or tonumber(once[2]) <= now then
  return 0
end
redis.call('HSET', KEYS[1], 'state', 'done', 'keep_until', string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`,
  forget: `\
-- Forgets a key, whatever its state. Keys: the key.
return redis.call('DEL', KEYS[1])
`,
  release: `\
-- The claim's work failed: the key may be claimed again. Returns 1, or 0 if the claim was lost.
-- Keys: the key. Arguments: token, now (empty for the server's clock).
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local once = redis.call('HMGET', KEYS[1], 'state', 'token', 'keep_until')
if once[1] ~= 'running' or once[2] ~= ARGV[1] or tonumber(once[3]) <= now then
  return 0
end
return redis.call('DEL', KEYS[1])
`,
  store: `\
-- The version of the keys, and when the store was made; makes it if there is none.
-- Keys: hookseal:once:store.
local time = redis.call('TIME')
local made = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSETNX', KEYS[1], 'version', 1)
redis.call('HSETNX', KEYS[1], 'made', string.format('%.0f', made))
local store = redis.call('HMGET', KEYS[1], 'version', 'made')
return { tonumber(store[1]), tonumber(store[2]) }
`,
} as const;
