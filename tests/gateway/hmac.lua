-- Verifies Contio's timestamped form in Envoy's Lua filter, as one would write it there, to compare its speed. LuaJIT
-- has no hash of its own, so this has one. SECRET stands for the secret.
local bit = require("bit")
local band, bor, bxor, bnot, rshift, ror, tobit = bit.band, bit.bor, bit.bxor, bit.bnot, bit.rshift, bit.ror, bit.tobit

-- The first 32 bits of the fractions of the cube roots of the first 64 primes.
local ROUNDS = {}
for candidate = 2, 311 do
  local is_prime = true
  for divisor = 2, math.floor(math.sqrt(candidate)) do
    if candidate % divisor == 0 then is_prime = false break end
  end
  if is_prime then
    local root = candidate ^ (1 / 3)
    ROUNDS[#ROUNDS + 1] = tobit(math.floor((root - math.floor(root)) * 2 ^ 32))
  end
end

local function word(value)
  local high, low = rshift(value, 16), band(value, 0xffff)
  return string.char(rshift(high, 8), band(high, 255), rshift(low, 8), band(low, 255))
end

local function sha256(message)
  local bits = #message * 8
  message = message .. "\128" .. string.rep("\0", (55 - #message) % 64) .. "\0\0\0\0" .. word(bits)
  local state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 }
  local w = {}
  for at = 1, #message, 64 do
    for i = 0, 15 do
      local a, b, c, d = message:byte(at + i * 4, at + i * 4 + 3)
      w[i + 1] = bor(a * 0x1000000, b * 0x10000, c * 0x100, d)
    end
    for i = 17, 64 do
      local x, y = w[i - 15], w[i - 2]
      local small0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
      local small1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
      w[i] = tobit(w[i - 16] + small0 + w[i - 7] + small1)
    end
    local a, b, c, d, e, f, g, h = unpack(state)
    for i = 1, 64 do
      local chosen = bxor(band(e, f), band(bnot(e), g))
      local t1 = tobit(h + bxor(ror(e, 6), ror(e, 11), ror(e, 25)) + chosen + ROUNDS[i] + w[i])
      local t2 = tobit(bxor(ror(a, 2), ror(a, 13), ror(a, 22)) + bxor(band(a, b), band(a, c), band(b, c)))
      h, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + t2)
    end
    for i, value in ipairs({ a, b, c, d, e, f, g, h }) do state[i] = tobit(state[i] + value) end
  end
  local digest = ""
  for _, value in ipairs(state) do digest = digest .. word(value) end
  return digest
end

local function padded_key(with)
  local key = "SECRET"
  key = key .. string.rep("\0", 64 - #key)
  return (key:gsub(".", function(byte) return string.char(bxor(byte:byte(), with)) end))
end

local INNER, OUTER = padded_key(0x36), padded_key(0x5c)

function envoy_on_request(handle)
  local headers = handle:headers()
  local time, signature = headers:get("x-contio-timestamp"), headers:get("x-contio-signature")
  local buffer = handle:body()
  local body = buffer and buffer:getBytes(0, buffer:length()) or ""
  local mac = sha256(OUTER .. sha256(INNER .. (time or "") .. "." .. body))
  mac = mac:gsub(".", function(byte) return string.format("%02x", byte:byte()) end)
  if mac ~= signature then
    handle:respond({ [":status"] = "401" }, "")
  end
end
