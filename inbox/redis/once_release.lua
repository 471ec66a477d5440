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
