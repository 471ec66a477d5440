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
