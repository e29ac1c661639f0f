# LeadLex: tags of a contact are merged, read and removed, and every error has
# its envelope.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: tags are merged, in order of attachment
--- request
POST /functions/v1/api-gateway/v1/contacts/123E4567-e89b-12d3-a456-426614174000/tags
{ "tags": ["vip", " legal ", "vip", "existing-tag"] }
--- more_headers
Authorization: Bearer ${cred.lex_write}
--- response_headers
Content-Type: application/json
--- response_headers_like
X-Request-ID: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}
--- response_body chomp
{"data":{"contact_id":"123e4567-e89b-12d3-a456-426614174000","tags":["existing-tag","vip","legal"]}}

=== TEST 2: repeated, read and removed; what is removed and added goes to the end
--- request eval
my $p = '/functions/v1/api-gateway/v1/contacts/${contact.lex.uuid}/tags';
[qq(POST $p\n{"tags":["a","b"]}), qq(POST $p\n{"tags":["a"]}),
 qq(DELETE $p\n{"tags":["existing-tag","none"]}), qq(POST $p\n{"tags":["existing-tag"]}),
 "GET $p", qq(DELETE $p\n{"tags":[]})]
--- more_headers eval
[('Authorization: Bearer ${cred.lex_write}') x 6]
--- error_code eval
[(200) x 6]
--- response_body eval
[map { '{"data":{"contact_id":"${contact.lex.uuid}","tags":[' . $_ . ']}}' }
 '"existing-tag","a","b"', '"existing-tag","a","b"', '"a","b"',
 ('"a","b","existing-tag"') x 3]

=== TEST 3: case is kept, and a label of another team or case is not meant
--- request eval
my $p = '/functions/v1/api-gateway/v1/contacts/${contact.lex.uuid}/tags';
[qq(POST $p\n{"tags":["vip","VIP","\\u00c9t\\u00e9 \\ud83d\\udd25"]}), "GET /v1/contacts/\${contact.lex.kirimchat_id}/labels"]
--- more_headers eval
['Authorization: Bearer ${cred.lex_write}', 'Authorization: Bearer ${cred.kc_key}']
--- error_code eval
[200, 200]
--- response_body_like eval
['"tags":\["existing-tag","vip","VIP","' . "\xc3\x89t\xc3\xa9 \xf0\x9f\x94\xa5" . '"\]',
 '"name":"vip","color":"gray","team_id":"${team.sales}".*"id":"${label.VIP.kirimchat_id}"']

=== TEST 4: HEAD is GET without a body
--- request
HEAD /functions/v1/api-gateway/v1/contacts/${contact.lex.uuid}/tags
--- more_headers
Authorization: bearer   ${cred.lex_read}
--- response_headers
Content-Length: 86

=== TEST 5: OPTIONS, other methods and other paths
--- request eval
["OPTIONS /functions/v1/api-gateway/v1/contacts/x/tags",
 "PATCH /functions/v1/api-gateway/v1/contacts/x/tags",
 "GET /functions/v1/api-gateway/v1/contacts/x/tags/",
 "GET /functions/v1/api-gateway/v1/contacts//tags",
 "GET /functions/v1/api-gateway//v1/contacts/x/tags",
 "GET /functions/v1/api-gateway/v1/contacts",
 "TRACE /functions/v1/api-gateway/v1/contacts/x/tags"]
--- error_code eval
[204, 405, 404, 404, 404, 404, 405]
--- response_headers eval
["Allow: GET, HEAD, POST, DELETE, OPTIONS", "Allow: GET, HEAD, POST, DELETE, OPTIONS",
 ("! Allow") x 4, "Allow: GET, HEAD, POST, DELETE, OPTIONS"]
--- response_body eval
['', '{"error":{"code":"method_not_allowed","message":"Method not allowed"}}',
 ('{"error":{"code":"not_found","message":"Route not found"}}') x 4,
 '{"error":{"code":"method_not_allowed","message":"Method not allowed"}}']

=== TEST 6: keys that do not count
--- request eval
[("POST /functions/v1/api-gateway/v1/contacts/\${contact.lex.uuid}/tags\n{") x 8]
--- more_headers eval
['X: y', 'Authorization: Basic eDp5', 'Authorization: Bearer', 'Authorization: Bearer nobody',
 'Authorization: Bearer ${cred.lex_expired}', 'Authorization: Bearer ${cred.lex_revoked}',
 'Authorization: Bearer ${cred.kc_key}', 'Authorization: ${cred.lex_write}']
--- error_code eval
[(401) x 8]
--- response_headers eval
[('! WWW-Authenticate') x 8]
--- response_body eval
[('{"error":{"code":"invalid_key","message":"Invalid or expired API key"}}') x 8]

=== TEST 7: permissions come before the body, the body before the contact
--- request eval
["POST /functions/v1/api-gateway/v1/contacts/\${contact.lex.uuid}/tags\n{",
 "DELETE /functions/v1/api-gateway/v1/contacts/\${contact.lex.uuid}/tags\n{",
 "POST /functions/v1/api-gateway/v1/contacts/none/tags\n{",
 "POST /functions/v1/api-gateway/v1/contacts/none/tags\n{\"tags\":[\"a\"]}",
 "GET /functions/v1/api-gateway/v1/contacts/\${contact.gus.uuid}/tags",
 "POST /functions/v1/api-gateway/v1/contacts/\${contact.gus.uuid}/tags\n{\"tags\":[\"a\"]}"]
--- more_headers eval
[('Authorization: Bearer ${cred.lex_read}') x 2, ('Authorization: Bearer ${cred.lex_write}') x 4]
--- error_code eval
[403, 403, 400, 404, 404, 404]
--- response_body eval
[('{"error":{"code":"insufficient_permissions","message":"Missing contacts:write permission"}}') x 2,
 '{"error":{"code":"validation_error","message":"Request body must be a valid JSON object"}}',
 ('{"error":{"code":"not_found","message":"Contact not found"}}') x 3]

=== TEST 8: bodies that are no JSON object
--- request eval
[map { "POST /functions/v1/api-gateway/v1/contacts/\${contact.lex.uuid}/tags\n$_" }
 '', '{"tags":["a"]', '{"tags":["a"]} x', '["a"]', '{"tags":["a"],"tags":["b"]}',
 '{"a":{"b":1,"b":2},"tags":[]}', "\xef\xbb\xbf{\"tags\":[]}", "{\"tags\":[],\x0b\"a\":1}",
 '{"tags":[],"x":' . '[' x 32 . ']' x 32 . '}', "{'tags':[]}", '{"tags":[01]}', '{"tags":[NaN]}',
 "{\"tags\":[\"a\tb\"]}"]
--- more_headers eval
[('Authorization: Bearer ${cred.lex_write}') x 13]
--- error_code eval
[(400) x 13]
--- response_body eval
[('{"error":{"code":"validation_error","message":"Request body must be a valid JSON object"}}') x 13]

=== TEST 9: strings that are no text
--- request eval
[map { "POST /functions/v1/api-gateway/v1/contacts/\${contact.lex.uuid}/tags\n$_" }
 "{\"tags\":[\"a\xff\"]}", "{\"tags\":[\"\xc0\xaf\"]}", "{\"tags\":[\"\xed\xa0\x80\"]}", '{"tags":["a\u0000"]}',
 '{"tags":["\ud800"]}', '{"tags":["\udc00\ud800"]}', '{"tags":["\ud800\u0041"]}', "{\"x\xff\":1,\"tags\":[]}",
 '{"tags":["\ud800"],"a":1,"a":2}']
--- more_headers eval
[('Authorization: Bearer ${cred.lex_write}') x 9]
--- error_code eval
[(400) x 9]
--- response_body eval
[('{"error":{"code":"validation_error","message":"Request body must be valid UTF-8 text without null characters"}}') x 9]

=== TEST 10: tags that are no array of tags
--- request eval
[map { "POST /functions/v1/api-gateway/v1/contacts/\${contact.lex.uuid}/tags\n$_" }
 '{}', '{"tags":null}', '{"tags":"a"}', '{"tags":["ok",1]}', '{"tags":["ok",{}]}', '{"tags":["  "]}',
 '{"tags":["a","b","' . 'x' x 256 . '"]}', '{"tags":[' . CORE::join(',', ('"a"') x 1001) . ']}']
--- more_headers eval
[('Authorization: Bearer ${cred.lex_write}') x 8]
--- error_code eval
[(400) x 8]
--- response_body eval
[('{"error":{"code":"validation_error","message":"Missing or invalid tags array"}}') x 3,
 (map { '{"error":{"code":"validation_error","message":"tags[' . $_ . '] must be a non-empty string of at most 255 characters"}}' } 1, 1, 0, 2),
 '{"error":{"code":"validation_error","message":"tags must contain at most 1000 items"}}']

=== TEST 11: the limits themselves are allowed, and nothing above has changed anything
--- keep
--- request eval
["GET /functions/v1/api-gateway/v1/contacts/\${contact.lex.uuid}/tags",
 "POST /functions/v1/api-gateway/v1/contacts/\${contact.lex.uuid}/tags\n{\"x\":" . '[' x 31 . ']' x 31 . ',"tags":["' . "\xc3\xa9" x 255 . '"]}',
 "POST /functions/v1/api-gateway/v1/contacts/\${contact.ada.uuid}/tags\n{\"tags\":[" . CORE::join(',', map { "\"t$_\"" } 1 .. 1000) . ']}']
--- more_headers eval
[('Authorization: Bearer ${cred.lex_write}') x 3]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
['"tags":\["existing-tag"\]', '"tags":\["existing-tag","(?:\xc3\xa9){255}"\]', '"t1","t2".*"t1000"\]']

=== TEST 12: a repeated Authorization header
--- request
GET /functions/v1/api-gateway/v1/contacts/${contact.lex.uuid}/tags
--- more_headers
Authorization: Bearer ${cred.lex_write}
Authorization: Bearer ${cred.lex_write}
--- error_code: 400
--- response_body chomp
{"error":{"code":"bad_request","message":"Bad Request"}}

=== TEST 13: labels of two teams with one text are one tag, at the place of the first, and go together
--- init
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) SELECT 1, 20 + t, t, gen_random_uuid(), 'two' || t, 'Two', 'two', '#fff', true FROM unnest(ARRAY[1, 2]) t; INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind) VALUES (1, 2, 22, 'c'), (1, 2, 3, 'c'), (1, 2, 21, 'c')");
--- request eval
my $p = '/functions/v1/api-gateway/v1/contacts/${contact.lex.uuid}/tags';
["GET $p", "POST $p\n{\"tags\":[\"Two\"]}", "DELETE $p\n{\"tags\":[\"Two\"]}", "POST $p\n{\"tags\":[\"Two\",\"two\",\"Two\"]}"]
--- more_headers
Authorization: Bearer ${cred.lex_write}
--- error_code eval
[(200) x 4]
--- response_body_like eval
[map { '"tags":\[' . $_ . '\]' } ('"existing-tag","Two","To Follow Up"') x 2, '"existing-tag","To Follow Up"', '"existing-tag","To Follow Up","Two","two"']

=== TEST 14: the label of the contact's own team was attached
--- keep
--- init
Test::More::is(Labels::query("SELECT string_agg(a.label_id || l.title, ' ' ORDER BY a.position) FROM labels.attachment a JOIN labels.label l USING (account_id, label_id) WHERE account_id = 1 AND target_id = 2 AND target_kind = 'c' AND l.folded = 'two'"), '21Two 9two', 'its label, and a new one');
--- request
GET /functions/v1/api-gateway
--- error_code: 404
--- response_body_like
Route not found
