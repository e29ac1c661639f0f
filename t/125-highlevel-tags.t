# HighLevel: the tags of a location, each of them all labels of a name; every
# row of their errors, in their order.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: create, get, rename, list, delete
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["POST $p\n{\"name\":\" Hot LEAD \x{e2}\x{80}\x{83}\"}", "GET $p", "GET $p/\${label.VIP.highlevel_id}/", "PUT $p/\${label.VIP.highlevel_id}?x=y\n{\"name\":\"\xc3\x89lite \xf0\x9f\x8e\x89\"}",
 "GET /locations/ve9EPM428h8vShlRW1K%54/t%61gs/7kfVQrFC2RkkUH28FJo%41", "DELETE $p/\${label.VIP.highlevel_id}\n{\"name\":", "GET $p/\${label.VIP.highlevel_id}", "DELETE $p/\${label.VIP.highlevel_id}"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: 2023-02-21\nContent-Type: text/plain\nIdempotency-Key: k") x 8]
--- error_code eval
[201, (200) x 5, 400, 400]
--- response_headers_like eval
[("Content-Type: application/json; charset=utf-8\nX-Request-Id: [0-9a-f-]{36}") x 8]
--- response_body_like eval
my $trace = ',"traceId":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}"\}\z';
sub tag1 { qq(\\{"name":"$_[0]","locationId":"ve9EPM428h8vShlRW1KT","id":"$_[1]"\\}) }
my $id = '[A-Za-z0-9]{20}';
my $gone = '\A\{"statusCode":400,"message":"Tag not found for id:7kfVQrFC2RkkUH28FJoA","error":"Bad Request"\}\z';
['\A\{"tag":' . tag1('hot lead', $id) . $trace,
 '\A\{"tags":\[' . CORE::join(',', map { tag1($_, $id) } 'customer', 'existing-tag', 'hot lead', 'keep1', 'keep2', 'open-case', 'priority', 'to follow up', 'vip') . '\]' . $trace,
 '\A\{"tag":' . tag1('vip', '7kfVQrFC2RkkUH28FJoA') . $trace,
 ('\A\{"tag":' . tag1("\xc3\xa9lite \xf0\x9f\x8e\x89", '7kfVQrFC2RkkUH28FJoA') . $trace) x 2,
 '\A\{"succeded":true,"succeeded":true' . $trace, $gone, $gone]

=== TEST 2: labels of one name are one tag: its id is the oldest's, any addresses it
--- init
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) "
    . "VALUES (1, 101, 1, '018f7df5-1111-7000-8000-000000000801', 'bbbbbbbbbbbbbbbbbbbb', 'vip', 'vip', '#000000', false), "
    . "(1, 102, 2, '018f7df5-1111-7000-8000-000000000802', 'cccccccccccccccccccc', 'Vip', 'vip', '#000000', true); "
    . "INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind) "
    . "VALUES (1, 3, 101, 'c'), (1, 3, 1, 'c'), (1, 5, 102, 'c'), (1, 7, 102, 'v')");
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["GET $p/cccccccccccccccccccc", "PUT $p/bbbbbbbbbbbbbbbbbbbb\n{\"name\":\" vIp\"}", "GET /functions/v1/api-gateway/v1/contacts/\${contact.hal.uuid}/tags", "GET $p",
 "PUT $p/cccccccccccccccccccc\n{\"name\":\"Gold\"}", "GET /contacts/\${contact.hal.highlevel_id}", "GET /functions/v1/api-gateway/v1/contacts/\${contact.hal.uuid}/tags",
 "GET /functions/v1/api-gateway/v1/contacts/\${contact.kit.uuid}/tags", "GET /api/v1/accounts/1/conversations/7/labels", "DELETE $p/cccccccccccccccccccc", "GET $p",
 "GET /contacts/\${contact.hal.highlevel_id}", "GET /api/v1/accounts/1/conversations/7/labels"]
--- more_headers eval
my $h = "Authorization: Bearer \${cred.hl_write}\nVersion: v3";
my $l = 'Authorization: Bearer ${cred.lex_write}';
my $c = 'api_access_token: ${cred.cw_admin}';
[$h, $h, $l, $h, $h, $h, $l, $l, $c, $h, $h, $h, $c]
--- error_code eval
[(200) x 13]
--- response_body_like eval
['"name":"vip".*"id":"7kfVQrFC2RkkUH28FJoA"\}', '"name":"vip".*"id":"7kfVQrFC2RkkUH28FJoA"\}', '"customer","vip","VIP"', '"to follow up",[^}]*\},\{"name":"vip","locationId":"ve9EPM428h8vShlRW1KT","id":"7kfVQrFC2RkkUH28FJoA"\}\]',
 '"name":"gold".*"id":"7kfVQrFC2RkkUH28FJoA"\}', '"tags":\["customer","gold"\]', '"customer","gold"', '"gold"', '\["gold"\]', '"succeded":true', '\A(?!.*(?:gold|vip))', '"tags":\["customer"\]', '\[\]']

=== TEST 3: names that are taken, whatever their case; the tag's own name is free
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["POST $p\n{\"name\":\"Vip\"}", "POST $p\n{\"name\":\"CUSTOMER\"}", "PUT $p/\${label.VIP.highlevel_id}\n{\"name\":\" Priority\"}", "PUT $p/\${label.VIP.highlevel_id}\n{\"name\":\"OPEN-CASE\"}",
 "PUT $p/AAAAAAAAAAAAAAAAAAAA\n{\"name\":\"priority\"}", "PUT $p/\${label.VIP.highlevel_id}\n{\"name\":\" VIP \"}", "POST $p\n{\"name\":\"Globex Only\"}", "POST $p\n{\"name\":\"globex only\"}"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 8]
--- error_code eval
[(400) x 5, 200, 201, 400]
--- response_body_like eval
my $taken = '\A\{"statusCode":400,"message":"Tag with this name already exists","error":"Bad Request"\}\z';
[($taken) x 4, '"Tag not found for id:AAAAAAAAAAAAAAAAAAAA"', '"name":"vip"', '"name":"globex only"', $taken]

=== TEST 4: what was created here, as other dialects have it
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["POST $p\n{\"name\":\"Hot \xce\xa3\"}", "POST /contacts/\${contact.hal.highlevel_id}/tags\n{\"tags\":[\"HOT \xce\xa3\"]}", "GET /api/v1/accounts/1/labels", "GET /functions/v1/api-gateway/v1/contacts/\${contact.hal.uuid}/tags",
 "DELETE /contacts/\${contact.hal.highlevel_id}/tags\n{\"tags\":[\"hot \xcf\x83\"]}", "GET $p"]
--- more_headers eval
my $h = "Authorization: Bearer \${cred.hl_write}\nVersion: v3";
[$h, $h, 'api_access_token: ${cred.cw_admin}', 'Authorization: Bearer ${cred.lex_write}', $h, $h]
--- error_code eval
[201, 201, (200) x 4]
--- response_body_like eval
["\"name\":\"hot \xcf\x83\"", "\"tags\":\\[\"customer\",\"hot \xcf\x83\"\\]", "\"hot \xcf\x83\"", "\"hot \xcf\x83\"", "\"tagsRemoved\":\\[\"hot \xcf\x83\"\\]", "\"hot \xcf\x83\""]

=== TEST 5: the list is in the order of code points
--- request eval
my $p = '/locations/${account.2.highlevel_location}/tags';
[(map { "POST $p\n{\"name\":\"$_\"}" } "\xef\xbf\xbd", "\xf0\x9f\x8e\x89", "\xc3\xa9", 'z', '_a', 'Zebra', '10', '9'), "GET $p"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_foreign}\nVersion: v3") x 9]
--- error_code eval
[(201) x 8, 200]
--- response_body_like eval
[('"tag":\{') x 8, '\A\{"tags":\[' . CORE::join(',', map { "\\{\"name\":\"$_\",[^}]*\\}" } '10', '9', '_a', 'foreign-tag', 'globex only', 'z', 'zebra', "\xc3\xa9", "\xef\xbf\xbd", "\xf0\x9f\x8e\x89") . '\],']

=== TEST 6: Version, then token, then class, then scope, then location, then body
--- init
Labels::query("UPDATE labels.credential SET scopes = '{contacts.write,locations/tags.readonly}' WHERE digest = sha256('" . Labels::demo('cred.hl_read') . "')");
--- request eval
my ($p, $o) = ('/locations/${account.1.highlevel_location}/tags', '/locations/${account.2.highlevel_location}/tags');
["POST $p\n{", "GET $p", "PUT $o/x\n{", "POST $o\n{", "PUT $o/x\n{", "DELETE $o/x", "POST $o\n{", "PUT $o/x\n[]", "GET $o", "GET $o/\${label.Globex Only.highlevel_id}", "DELETE /locations/%01%ff/tags/x", "GET $p", "GET $p/\${label.Globex Only.highlevel_id}"]
--- more_headers eval
my ($a, $v) = ('Authorization: Bearer ', "\nVersion: v3");
['X: y', "${a}nobody\nVersion: V3", "${a}nobody$v", "${a}\${cred.hl_agency}$v", ("${a}\${cred.hl_read}$v") x 2, ("${a}\${cred.hl_write}$v") x 5, ("${a}\${cred.hl_read}$v") x 2]
--- error_code eval
[(401) x 6, (403) x 5, 200, 400]
--- response_body_like eval
sub error6 { qq(\\A\\{"statusCode":$_[0],"message":"$_[1]","error":"$_[2]"\\}\\z) }
my $scope = error6(401, 'The token is not authorized for this scope\.', 'Unauthorized');
my $location = error6(403, 'The token does not have access to this location\.', 'Forbidden');
[error6(401, 'version header was not found\.', 'Unauthorized'), error6(401, 'version header is invalid', 'Unauthorized'), error6(401, 'Invalid token: access token is invalid', 'Unauthorized'),
 error6(401, 'This authClass type is not allowed to access this scope\. Please reach out to the Platform team to get it added\.', 'Unauthorized'),
 ($scope) x 2, ($location) x 5, '"tags":\[', error6(400, 'Tag not found for id:esZlU3tSXKk6Rjkzz1Ia', 'Bad Request')]

=== TEST 7: readonly and write do not imply each other; nothing changed
--- init
Labels::query("UPDATE labels.credential SET scopes = '{locations/tags.write}' WHERE digest = sha256('" . Labels::demo('cred.hl_read') . "')");
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["GET $p", "GET $p/\${label.VIP.highlevel_id}", "GET /contacts/\${contact.hal.highlevel_id}", "POST /contacts/\${contact.hal.highlevel_id}/tags\n{\"tags\":[\"x\"]}", "DELETE $p/\${label.VIP.highlevel_id}"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_read}\nVersion: v3") x 5]
--- error_code eval
[(401) x 4, 200]
--- response_body_like eval
[('\A\{"statusCode":401,"message":"The token is not authorized for this scope\."') x 4, '"succeded":true']

=== TEST 8: a suspended account, before everything else of the request
--- init
Labels::query("UPDATE labels.account SET status = 'suspended' WHERE account_id = 2");
--- request eval
my $p = '/locations/${account.2.highlevel_location}/tags';
["GET $p", "POST $p\n{", "PUT /locations/\${account.1.highlevel_location}/tags/x\n{}", "DELETE $p/x", "POST /contacts/bulk/tags/update/x\n{", "GET /contacts/x"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_foreign}\nVersion: v3") x 6]
--- error_code eval
[(403) x 6]
--- response_body eval
[('{"statusCode":403,"message":"The token does not have access to this location.","error":"Forbidden"}') x 6]

=== TEST 9: bodies that are refused before any look-up of the tag
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
[map { ("POST $p\n$_", "PUT $p/x\n$_") } '{"name":', 'null', '[]', '{"name":"a","name":"a"}', '{"name":"a"}x', '{"x":' . '[' x 32 . ']' x 32 . '}', "{\"name\":\"\xff\"}", '{"name":"\u0000"}', '{"\ud800":1}', '{"name":"\udc00"']
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 20]
--- error_code eval
[(400) x 12, (422) x 8]
--- response_body eval
[('{"statusCode":400,"message":"Request body must be a valid JSON object","error":"Bad Request"}') x 12,
 ('{"statusCode":422,"message":["request body must be valid UTF-8 text without null characters"],"error":"Unprocessable Entity"}') x 8]

=== TEST 10: all that is wrong with the members is said at once
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
[map { ("POST $p\n$_", "PUT $p/x\n$_") } '', '{}', '{"name":null}', '{"b":1,"name":"","a\n":{}}', "{\"name\":\" \\t\xc2\xa0\xef\xbb\xbf\"}", '{"name":1}', '{"name":["a"],"locationId":"x"}', '{"name":"' . "\xc3\x89" x 256 . '"}', '{"Name":"a"}']
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 18]
--- error_code eval
[(422) x 18]
--- response_body eval
sub error10 { ('{"statusCode":422,"message":[' . CORE::join(',', map { qq("$_") } @_) . '],"error":"Unprocessable Entity"}') x 2 }
my @none = ('name should not be empty', 'name must be a string');
[error10(@none), error10(@none), error10(@none), error10('property b should not exist', 'property a\n should not exist', $none[0]), error10($none[0]), error10($none[1]),
 error10('property locationId should not exist', $none[1]), error10('name must be shorter than or equal to 255 characters'), error10('property Name should not exist', @none)]

=== TEST 11: 255 characters, and names that JSON escapes
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["POST $p\n{\"name\":\" " . "\xc3\x89" x 255 . '\u3000"}', "POST $p\n{\"name\":\"a\\\"\\\\\\u000b\\/<\xe2\x80\xa8b\"}"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 2]
--- error_code eval
[201, 201]
--- response_body_like eval
['\{"name":"' . "(?:\xc3\xa9){255}\"", "\\{\"name\":\"a\\\\\"\\\\\\\\\\\\u000b/<\xe2\x80\xa8b\""]

=== TEST 12: ids of another shape, as they were sent
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["GET $p/7kfVQrFC2RkkUH28Fjoa", "GET $p/a%20b%ff", "PUT $p/%2e%2F\"x\n{\"name\":\"a\"}", "DELETE $p/7kfVQrFC2RkkUH28FJoA0", "DELETE $p/\${contact.hal.highlevel_id}", "GET $p/%7f"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 6]
--- error_code eval
[(400) x 6]
--- response_body eval
[map { qq({"statusCode":400,"message":"Tag not found for id:$_","error":"Bad Request"}) } '7kfVQrFC2RkkUH28Fjoa', 'a%20b%ff', '%2e%2F\"x', '7kfVQrFC2RkkUH28FJoA0', 'sx6wyHhbFdRXh302LLNR', '%7f']

=== TEST 13: HEAD is GET without a body
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["HEAD $p", "HEAD $p/\${label.VIP.highlevel_id}", "HEAD $p/x", "HEAD /locations/x/tags", "HEAD $p/"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 4, 'X: y']
--- error_code eval
[200, 200, 400, 403, 401]
--- response_headers_like eval
[("Content-Type: application/json; charset=utf-8\nContent-Length: [1-9][0-9]*\nX-Request-Id: [0-9a-f-]{36}") x 5]
--- response_body eval
[('') x 5]

=== TEST 14: OPTIONS, without credentials
--- request eval
["OPTIONS /locations/x/tags", "OPTIONS /locations/x/tags/y/", "OPTIONS /contacts/bulk/tags/update/zzz", "OPTIONS /locations/x"]
--- error_code eval
[204, 204, 204, 404]
--- response_headers eval
['Allow: GET, HEAD, POST, OPTIONS', 'Allow: GET, HEAD, PUT, DELETE, OPTIONS', 'Allow: POST, OPTIONS', '! Allow']
--- response_body eval
['', '', '', '{"statusCode":404,"message":"Cannot OPTIONS /locations/x","error":"Not Found"}']

=== TEST 15: what is no route
--- request eval
["PATCH /locations/x/tags?y", "PUT /locations/x/tags", "POST /locations/x/tags/y", "GET /locations/x", "GET /locations//tags", "GET /locations/x/tags//", "GET /locations/x%2Ftags", "GET /locations/x/Tags", "GET /locations/x/tags/y/z", "POST /locations/\xc3\xa9"]
--- error_code eval
[(404) x 10]
--- response_body eval
[map { qq({"statusCode":404,"message":"Cannot $_","error":"Not Found"}) } 'PATCH /locations/x/tags', 'PUT /locations/x/tags', 'POST /locations/x/tags/y', 'GET /locations/x', 'GET /locations//tags', 'GET /locations/x/tags//', 'GET /locations/x%2Ftags', 'GET /locations/x/Tags', 'GET /locations/x/tags/y/z', 'POST /locations/%C3%A9']

=== TEST 16: a body above the limit is refused before anything else
--- request eval
["POST /locations/x/tags\n" . '[' x 1048577, "DELETE /locations/x/none\n" . '[' x 1048577]
--- error_code eval
[413, 413]
--- response_body eval
[('{"statusCode":413,"message":"request entity too large","error":"Payload Too Large"}') x 2]

=== TEST 17: a body of white space is no object
--- raw_request eval
"POST /locations/ve9EPM428h8vShlRW1KT/tags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " . Labels::demo('cred.hl_write') . "\r\nVersion: v3\r\nContent-Length: 2\r\n\r\n \n"
--- error_code: 400
--- response_body chomp
{"statusCode":400,"message":"Request body must be a valid JSON object","error":"Bad Request"}

=== TEST 18: tokens that are revoked or expired
--- init
Labels::query("UPDATE labels.credential SET revoked_at = now() WHERE digest = sha256('" . Labels::demo('cred.hl_read') . "')");
Labels::query("UPDATE labels.credential SET expires_at = now() WHERE digest = sha256('" . Labels::demo('cred.hl_foreign') . "')");
Labels::query("UPDATE labels.credential SET expires_at = now() + interval '1 hour', revoked_at = now() + interval '1 hour' WHERE digest = sha256('" . Labels::demo('cred.hl_write') . "')");
--- request eval
[("GET /locations/\${account.1.highlevel_location}/tags") x 3]
--- more_headers eval
[map { "Authorization: Bearer \${cred.hl_$_}\nVersion: v3" } qw(read foreign write)]
--- error_code eval
[401, 401, 200]
--- response_body_like eval
[('\A\{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"\}\z') x 2, '"tags"']

=== TEST 19: what is trimmed, and what is not; a body may nest 32 levels
--- request eval
my $p = 'POST /locations/${account.1.highlevel_location}/tags';
my $blank = CORE::join('', map { sprintf '\u%04x', $_ } 9 .. 13, 32, 0xa0, 0x1680, 0x2000 .. 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff);
["$p\n{\"name\":\"$blank\"}", "$p\n{\"name\":\"${blank}a${blank}b$blank\"}", (map { "$p\n{\"name\":\"\\u${_}c\\u$_\"}" } '0085', '180e', '200b', '2060', '001f'), "$p\n{\"x\":" . '[' x 31 . ']' x 31 . '}']
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 8]
--- error_code eval
[422, (201) x 6, 422]
--- response_body_like eval
['"name should not be empty"', "\"name\":\"a\\\\t.*\xef\xbb\xbfb\"", (map { "\"name\":\"${_}c$_\"" } "\xc2\x85", "\xe1\xa0\x8e", "\xe2\x80\x8b", "\xe2\x81\xa0", '\\\\u001f'), '\["property x should not exist",']
