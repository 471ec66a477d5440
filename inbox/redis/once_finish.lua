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
