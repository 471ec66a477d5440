-- What hookseal's filter does for a genuine delivery, in Lua, after hmac.lua: the client's own verdict headers are removed,
-- the age is checked, the MAC is compared without stopping early, and the backend gets the same headers. What is left out:
-- the envelope and its fields are taken on trust, JSON escapes are not decoded, and nothing is counted.
local PATH, PREFIX, LIMIT, MAX_AGE = "/webhooks/contio", "x-hookseal-", 1048576, 99999

local function refuse(handle, status, code)
  handle:respond({ [":status"] = status, ["content-type"] = "application/json" }, '{"error":"' .. code .. '"}')
end

-- Envoy's names are in lower case.
local function is_reserved(name)
  return name:find("^x%Whookseal%W") or name:find("^x%Woriginal%Wur[li]$") or name:find("^x%Wrewrite%Wurl$")
end

local function is_same(one, other)
  if #one ~= #other then return false end
  local difference = 0
  for at = 1, #one do difference = bor(difference, bxor(one:byte(at), other:byte(at))) end
  return difference == 0
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local reserved, times, signatures, time, signature = {}, 0, 0, nil, nil
  for name, value in pairs(headers) do
    if is_reserved(name) then reserved[#reserved + 1] = name end
    if name == "x-contio-timestamp" then times, time = times + 1, value end
    if name == "x-contio-signature" then signatures, signature = signatures + 1, value end
    if name == "upgrade" then return refuse(handle, "400", "upgrade_refused") end
  end
  for _, name in ipairs(reserved) do headers:remove(name) end
  local path = headers:get(":path"):match("^[^?]*")
  if path:find("%", 1, true) or path:find("//", 1, true) or path:find("/%.") then
    return refuse(handle, "400", "invalid_path")
  end
  if path:lower() ~= PATH then return refuse(handle, "404", "no_rule") end
  if tonumber(headers:get("content-length") or 0) > LIMIT then return refuse(handle, "413", "body_too_large") end
  if times ~= 1 or signatures ~= 1 then return refuse(handle, "400", "missing_header") end
  local buffer = handle:body()
  local body = buffer and buffer:getBytes(0, buffer:length()) or ""
  local mac = sha256(OUTER .. sha256(INNER .. time .. "." .. body))
  mac = mac:gsub(".", function(byte) return string.format("%02x", byte:byte()) end)
  if not is_same(mac, signature) then return refuse(handle, "401", "signature_mismatch") end
  if math.abs(os.time() - tonumber(time)) > MAX_AGE then return refuse(handle, "400", "timestamp_too_old") end
  local id, kind = body:match('"event_id"%s*:%s*"([^"]*)"'), body:match('"event_type"%s*:%s*"([^"]*)"')
  if not id or not kind then return refuse(handle, "400", "malformed_envelope") end
  headers:replace(PREFIX .. "verdict", "genuine")
  headers:replace(PREFIX .. "scheme", "contio-timestamped")
  headers:replace(PREFIX .. "secret", "0")
  headers:replace(PREFIX .. "key", "0.6.contio" .. #id .. "." .. id)
  headers:replace(PREFIX .. "event-id", id)
  headers:replace(PREFIX .. "event-type", kind)
end
