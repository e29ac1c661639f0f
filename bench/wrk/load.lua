-- SPDX-License-Identifier: BSD-2-Clause
--
-- The load:  wrk ... -s load.lua URL -- WORKLOAD SEED [RATE]
-- RATE: requests a second of each thread, at most; otherwise as fast as the
-- answers come. The ids and tokens are those of ../data.sql.

local ffi = require("ffi")

ffi.cdef [[
    typedef struct { long sec; long nsec; } bench_timespec;
    int clock_gettime(int clock, bench_timespec *time);
]]

local contacts, per_account, labels, held = 200000, 200, 100, 3
local bulk_account, bulk_first, bulk_contacts = 1001, 200001, 10000

local random = math.random
local format = string.format
local crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


-- the 26 characters of 32 hexadecimal digits
local function ulid(hex)
    local bits = { "00" }

    for digit in hex:gmatch("%x") do
        local n = tonumber(digit, 16)
        bits[#bits + 1] = format("%d%d%d%d", math.floor(n / 8),
                                 math.floor(n / 4) % 2, math.floor(n / 2) % 2,
                                 n % 2)
    end

    return (table.concat(bits):gsub("%d%d%d%d%d", function (five)
        local i = tonumber(five, 2) + 1
        return crockford:sub(i, i)
    end))
end


-- ids of a table differ in their last 20 bits: pairs of characters for them
local pairs_of = {}

for i = 0, 1023 do
    local high, low = math.floor(i / 32) + 1, i % 32 + 1
    pairs_of[i] = crockford:sub(high, high) .. crockford:sub(low, low)
end

local contact_ulid = ulid("01900000000070008000000000000000"):sub(1, 22)
local label_ulid = ulid("01900000000070009000000000000000"):sub(1, 22)


local function spell(prefix, n)
    return prefix .. pairs_of[math.floor(n / 1024)] .. pairs_of[n % 1024]
end


local function post(path, header, body)
    return "POST " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n" .. header
           .. "\r\nContent-Type: application/json\r\nContent-Length: " .. #body
           .. "\r\n\r\n" .. body
end


-- per account the header of its token
local kirimchat, leadlex, chatwoot = {}, {}, {}

for a = 1, bulk_account do
    local digits = tostring(a):gsub("0", "A")
    kirimchat[a] = format("Authorization: Bearer kdv_live_%024d", a)
    leadlex[a] = format("Authorization: Bearer wbk_live_%032d", a)
    chatwoot[a] = "api_access_token: " .. string.rep("B", 24 - #digits)
                  .. digits
end


-- a contact, its account, and a label that it has not had from the start
local function any()
    local n = random(contacts)
    return n, math.floor((n - 1) / per_account) + 1, random(held + 1, labels)
end


local function kirimchat_attach(n, a, l)
    return post("/v1/contacts/ctc_" .. spell(contact_ulid, n) .. "/labels",
                kirimchat[a], '{"label_id":"lbl_'
                              .. spell(label_ulid, a * 128 + l) .. '"}')
end


local function leadlex_path(n)
    return format("/functions/v1/api-gateway/v1/contacts/"
                  .. "01900000-0000-7000-8000-%012x/tags", n)
end


local workloads = {

    -- attach one label, mostly fresh
    w1 = function ()
        return kirimchat_attach(any())
    end,

    -- the same in one account, and in another
    few = function ()
        local n = random(per_account)
        return kirimchat_attach(n, 1, random(held + 1, labels))
    end,

    crowd = function ()
        local n = random(per_account)
        return kirimchat_attach(per_account + n, 2, random(held + 1, labels))
    end,

    -- the same, answered with the contact's list
    w1l = function ()
        local n, a, l = any()
        return post(leadlex_path(n), leadlex[a],
                    '{"tags":["Label-' .. l .. '"]}')
    end,

    -- overwrite a list of three; the labels differ by construction
    w2 = function ()
        local n, a, l = any()
        return post(format("/api/v1/accounts/%d/contacts/%d/labels", a, n),
                    chatwoot[a],
                    format('{"labels":["Label-%d","Label-%d","Label-%d"]}', l,
                           (l + random(30)) % labels + 1,
                           (l + 32 + random(30)) % labels + 1))
    end,

    -- attach what is attached
    w3 = function ()
        local n, a = any()
        return kirimchat_attach(n, a, random(held))
    end,

    -- read a contact's labels
    w4 = function ()
        local n, a = any()
        return "GET " .. leadlex_path(n) .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
               .. leadlex[a] .. "\r\n\r\n"
    end,

    -- a thousand contacts of one account in one call
    bulk = function ()
        local ids = {}
        local first = bulk_first + random(0, bulk_contacts - 1000)

        for i = 1, 1000 do
            ids[i] = first + i - 1
        end

        return post("/api/v1/accounts/" .. bulk_account .. "/bulk_actions",
                    chatwoot[bulk_account],
                    '{"type":"Contact","ids":[' .. table.concat(ids, ",")
                    .. '],"labels":{"add":["Label-' .. random(labels)
                    .. '"]}}')
    end,
}


-- Each thread has a plan of its own: the next request is due so long after the
-- one before. Who is late is sent at once.
local function keep_rate(rate)
    local time = ffi.new("bench_timespec")
    local due

    function delay()
        ffi.C.clock_gettime(1, time)
        local now = tonumber(time.sec) + tonumber(time.nsec) / 1e9

        due = math.max((due or now) + 1 / rate, now - 0.05)

        return math.max(0, math.floor((due - now) * 1000 + 0.5))
    end
end


local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end


function init(args)
    math.randomseed(tonumber(args[2]) * 16 + number)
    request = workloads[args[1]]

    if args[3] then
        keep_rate(tonumber(args[3]))
    end
end


function done(summary, latency)
    local errors = summary.errors

    io.write(format("bench requests=%d us=%d p50=%d p99=%d failed=%d\n",
                    summary.requests, summary.duration,
                    latency:percentile(50), latency:percentile(99),
                    errors.status + errors.connect + errors.read
                    + errors.write + errors.timeout))
end
