-- Forgets a key, whatever its state. Keys: the key.
return redis.call('DEL', KEYS[1])
