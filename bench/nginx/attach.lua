-- SPDX-License-Identifier: BSD-2-Clause
--
-- KirimChat's attach, for the peer made of nginx's Lua module.

local cjson = require("cjson.safe")
local dbi = require("DBI")
local ffi = require("ffi")

ffi.cdef [[
    unsigned char *SHA256(const unsigned char *d, size_t n, unsigned char *md);
    int RAND_bytes(unsigned char *buf, int num);
]]

local call = [[
SELECT refusal, outcome::text FROM labels.change(
    ARRAY['kirimchat'], ARRAY[$1::text::bytea], ARRAY[NULL]::text[],
    ARRAY['key'], ARRAY[NULL]::text[], ARRAY['uuid'], ARRAY[$2::text],
    ARRAY[NULL]::text[], ARRAY['add'], ARRAY['uuid'], ARRAY[true], ARRAY[0],
    ARRAY[NULL]::text[], ARRAY[NULL]::bytea[], ARRAY[NULL]::uuid[], ARRAY[1],
    ARRAY[$3::text], ARRAY[NULL]::text[], false)]]

local alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
local value = {}

for i = 1, 32 do
    value[alphabet:byte(i)] = i - 1
end

local bytes = ffi.new("unsigned char[32]")


local function hex(n)
    local out = {}

    for i = 0, n - 1 do
        out[i + 1] = string.format("%02x", bytes[i])
    end

    return table.concat(out)
end


local function request_id()
    local out = { "req_0" }
    ffi.C.RAND_bytes(bytes, 25)

    for i = 0, 24 do
        local c = bytes[i] % 32 + 1
        out[i + 2] = alphabet:sub(c, c)
    end

    return table.concat(out)
end


-- 26 characters to a UUID; nil: another shape
local function uuid(text, prefix)
    local ulid = type(text) == "string"
                 and text:match("^" .. prefix .. "_(" .. ("[0-9A-Z]"):rep(26)
                                .. ")$")
    local bits, n, out = 0, 0, {}

    if not ulid then
        return nil
    end

    for i = 1, 26 do
        local v = value[ulid:byte(i)]

        if not v then
            return nil
        end

        -- the first character has three bits
        bits, n = bits * 32 + v, n + (i == 1 and 3 or 5)

        while n >= 4 do
            local high = math.floor(bits / 2 ^ (n - 4))
            out[#out + 1] = string.format("%x", high % 16)
            bits, n = bits % 2 ^ (n - 4), n - 4
        end
    end

    return (table.concat(out):gsub("^(........)(....)(....)(....)",
                                   "%1-%2-%3-%4-"))
end


local function answer(status, body)
    ngx.status = status
    ngx.header["Content-Type"] = "application/json"
    ngx.header["X-Request-Id"] = ngx.ctx.id
    ngx.header["Content-Length"] = #body
    ngx.print(body)
    return ngx.exit(ngx.HTTP_OK)
end


local function fail(status, type, code, message, param)
    return answer(status, '{"error":{"type":"' .. type .. '","code":"' .. code
                  .. '","message":' .. cjson.encode(message)
                  .. (param and ',"param":"' .. param .. '"' or "")
                  .. ',"request_id":"' .. ngx.ctx.id .. '"}}')
end


local function invalid(param)
    return fail(400, "invalid_request_error", "invalid_field_value",
                "Invalid value for " .. param .. ".", param)
end


-- a connection and a statement for a worker's life
local connection, statement

local function connect()
    connection = assert(dbi.Connect("PostgreSQL", bench_database,
                                    "labels_module", nil, bench_home, "5432"))
    connection:autocommit(true)
    statement = assert(connection:prepare(call))
end


return function ()
    ngx.ctx.id = request_id()

    local key = (ngx.var.http_authorization or "")
                :match("^[Bb]earer +(kdv_live_.+)$")

    if not key then
        return fail(401, "authentication_error", "invalid_api_key",
                    "The API key provided is invalid.")
    end

    local contact = uuid(ngx.var.contact, "ctc")

    if not contact then
        return invalid("id")
    end

    ngx.req.read_body()

    local body = cjson.decode(ngx.req.get_body_data() or "")

    if type(body) ~= "table" then
        return fail(400, "invalid_request_error", "invalid_request",
                    "Request body must be valid JSON.")
    end

    local label = uuid(body.label_id, "lbl")

    if not label then
        return invalid("label_id")
    end

    if not statement then
        connect()
    end

    ffi.C.SHA256(key, #key, bytes)

    assert(statement:execute("\\x" .. hex(32), contact, label))

    local row = statement:fetch(true)

    if row.refusal ~= 0 then
        return fail(401, "authentication_error", "invalid_api_key",
                    "The API key provided is invalid.")

    elseif row.outcome ~= "ok" and row.outcome ~= "unchanged" then
        return fail(404, "not_found", "resource_not_found",
                    "No such " .. (row.outcome == "label_not_found"
                                   and "label: " .. body.label_id
                                   or "contact: " .. ngx.var.contact))
    end

    return answer(200, '{"data":{"contact_id":"' .. ngx.var.contact
                  .. '","label_id":"' .. body.label_id
                  .. '","attached":true},"request_id":"'
                  .. ngx.ctx.id .. '"}')
end
