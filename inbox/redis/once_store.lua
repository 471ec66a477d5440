-- The version of the keys, and when the store was made; makes it if there is none.
-- Keys: hookseal:once:store.
local time = redis.call('TIME')
local made = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSETNX', KEYS[1], 'version', 1)
redis.call('HSETNX', KEYS[1], 'made', string.format('%.0f', made))
local store = redis.call('HMGET', KEYS[1], 'version', 'made')
return { tonumber(store[1]), tonumber(store[2]) }
