# HighLevel: tags in lower case, merged, with what changed; every row of the
# seed route's errors, in their order.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: add, repeat, remove, read
--- request eval
my $p = '/contacts/${contact.hal.highlevel_id}';
["POST $p/tags\n{\"tags\":[\"minim\",\" Velit Magna \",\"minim\",\"  \"]}", "POST $p/tags/\n{\"tags\":[\"VIP\",\"customer\"]}", "DELETE $p/tags\n{\"tags\":[\"CUSTOMER\",\"none\"]}",
 "GET $p", "GET /contacts/%73x6wyHhbFdRXh302LLNR?x=y"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: 2021-07-28") x 5]
--- error_code eval
[201, 201, 200, 200, 200]
--- response_headers_like eval
[("Content-Type: application/json; charset=utf-8\nX-Request-Id: [0-9a-f-]{36}") x 5]
--- response_body_like eval
my $id = '"traceId":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}"\}\z';
['\A\{"tags":\["customer","minim","velit magna"\],"tagsAdded":\["minim","velit magna"\],' . $id,
 '\A\{"tags":\["customer","minim","velit magna","vip"\],"tagsAdded":\["vip"\],' . $id,
 '\A\{"tags":\["minim","velit magna","vip"\],"tagsRemoved":\["customer"\],' . $id,
 ('\A\{"contact":\{"id":"sx6wyHhbFdRXh302LLNR","locationId":"ve9EPM428h8vShlRW1KT","contactName":"Hal Level","tags":\["minim","velit magna","vip"\]\},' . $id) x 2]

=== TEST 2: labels of other dialects that read the same are one tag
--- request eval
["POST /functions/v1/api-gateway/v1/contacts/\${contact.hal.uuid}/tags\n{\"tags\":[\"VIP\",\"vip\",\"Legal\"]}",
 "GET /contacts/\${contact.hal.highlevel_id}", "POST /contacts/\${contact.hal.highlevel_id}/tags\n{\"tags\":[\"Vip\"]}",
 "DELETE /contacts/\${contact.hal.highlevel_id}/tags\n{\"tags\":[\"viP\"]}",
 "GET /functions/v1/api-gateway/v1/contacts/\${contact.hal.uuid}/tags"]
--- more_headers eval
my $h = "Authorization: Bearer \${cred.hl_write}\nVersion: v3";
['Authorization: Bearer ${cred.lex_write}', $h, $h, $h, 'Authorization: Bearer ${cred.lex_write}']
--- error_code eval
[200, 200, 201, 200, 200]
--- response_body_like eval
['"customer","VIP","vip","Legal"', '"tags":\["customer","vip","legal"\]', '"tagsAdded":\[\]', '"tags":\["customer","legal"\],"tagsRemoved":\["vip"\]', '"tags":\["customer","Legal"\]']

=== TEST 3: Version
--- request eval
[("POST /contacts/\${contact.hal.highlevel_id}/tags\n{\"tags\":[]}") x 8]
--- more_headers eval
my $a = "Authorization: Bearer \${cred.hl_write}";
[(map { "$a\nVersion: $_" } '2021-04-15', '2021-07-28', '2023-02-21', 'v3', 'V3', "v3\nVersion: v3", ''), $a]
--- error_code eval
[201, 201, 201, 201, 401, 401, 401, 401]
--- response_body_like eval
[('"tagsAdded":\[\]') x 4, ('\{"statusCode":401,"message":"version header is invalid","error":"Unauthorized"\}') x 2,
 ('\{"statusCode":401,"message":"version header was not found.","error":"Unauthorized"\}') x 2]

=== TEST 4: tokens, class and scope, before any look at the body
--- request eval
[("POST /contacts/\${contact.hal.highlevel_id}/tags\n{") x 7, "GET /contacts/\${contact.hal.highlevel_id}"]
--- more_headers eval
my $v = "Version: 2021-07-28\n";
[$v, map { "${v}Authorization: $_" } 'Basic x', 'Bearer nobody', 'Bearer a.b.c', 'Bearer ${cred.kc_key}', 'Bearer ${cred.hl_agency}', 'Bearer ${cred.hl_read}', 'Bearer ${cred.hl_agency}']
--- error_code eval
[(401) x 8]
--- response_body eval
sub error4 { qq({"statusCode":401,"message":"$_[0]","error":"Unauthorized"}) }
my $class = error4('This authClass type is not allowed to access this scope. Please reach out to the Platform team to get it added.');
[(error4('Invalid token: access token is invalid')) x 5, $class, error4('The token is not authorized for this scope.'), $class]

=== TEST 5: bodies that are refused
--- request eval
my $p = 'POST /contacts/${contact.hal.highlevel_id}/tags';
[map { "$p\n$_" } '{"tags":[', '[]', '{"tags":[],"tags":[]}', '{"tags":[]} {}', '{"tags":' . '[' x 32 . ']' x 32 . '}', '{"tags":["a\u0000"]}', "{\"tags\":[\"\xff\"]}", '{"tags":["\udfff"]}']
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: 2021-07-28\nContent-Type: text/plain") x 8]
--- error_code eval
[(400) x 5, (422) x 3]
--- response_body eval
[('{"statusCode":400,"message":"Request body must be a valid JSON object","error":"Bad Request"}') x 5,
 ('{"statusCode":422,"message":["request body must be valid UTF-8 text without null characters"],"error":"Unprocessable Entity"}') x 3]

=== TEST 6: all that is wrong with the members is said at once
--- request eval
my $p = 'POST /contacts/${contact.hal.highlevel_id}/tags';
["DELETE /contacts/\${contact.hal.highlevel_id}/tags", "$p\n{\"tags\":\"a\"}", "$p\n{\"foo\":1,\"tags\":[\"ok\",1,\"" . 'x' x 256 . "\"],\"b\\\"\":{}}",
 "$p\n{\"tags\":[" . CORE::join(',', ('"a"') x 1001) . ']}', "$p\n{\"tags\":[\"x\"],\"foo\":1}"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: 2021-07-28") x 5]
--- error_code eval
[(422) x 5]
--- response_body eval
sub error6 { '{"statusCode":422,"message":[' . CORE::join(',', map { qq("$_") } @_) . '],"error":"Unprocessable Entity"}' }
[(error6('each value in tags must be a string', 'tags must be an array')) x 2,
 error6('property foo should not exist', 'property b\" should not exist', 'each value in tags must be a string', 'each value in tags must be shorter than or equal to 255 characters'),
 error6('tags must contain no more than 1000 elements'), error6('property foo should not exist')]

=== TEST 7: contacts that are not there, or another location's
--- request eval
["POST /contacts/AAAAAAAAAAAAAAAAAAAA/tags\n{\"tags\":[]}", "GET /contacts/a%20b%ff", "POST /contacts/\${contact.gus.highlevel_id}/tags\n{\"tags\":[\"x\"]}",
 "GET /contacts/\${contact.gus.highlevel_id}", "GET /contacts/\${contact.hal.highlevel_id}"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: 2021-07-28") x 5]
--- error_code eval
[400, 400, 403, 403, 200]
--- response_body_like eval
['\{"statusCode":400,"message":"Contact not found for id:AAAAAAAAAAAAAAAAAAAA","error":"Bad Request"\}', '"Contact not found for id:a%20b%ff"',
 ('\{"statusCode":403,"message":"The token does not have access to this location.","error":"Forbidden"\}') x 2, '"tags":\["customer"\]']

=== TEST 8: what is no route
--- request eval
["PATCH /contacts/x/tags?y=z", "POST /contacts/", "GET /contacts//tags", "PUT /contacts/x", "GET /locations/x/y", "TRACE /contacts/x/tags", "OPTIONS /contacts/x/tags", "OPTIONS /contacts/x"]
--- error_code eval
[(404) x 6, 204, 204]
--- response_headers eval
[('! Allow') x 6, 'Allow: POST, DELETE, OPTIONS', 'Allow: GET, HEAD, OPTIONS']
--- response_body eval
[(map { qq({"statusCode":404,"message":"Cannot $_","error":"Not Found"}) } 'PATCH /contacts/x/tags', 'POST /contacts/', 'GET /contacts//tags', 'PUT /contacts/x', 'GET /locations/x/y', 'TRACE /contacts/x/tags'), '', '']
