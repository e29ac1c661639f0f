# KirimChat: labels are attached by id, with a request id in every answer,
# idempotency keys, and every row of the seed route's errors in their order.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: attach, twice, read, detach, twice
--- request eval
my $p = '/v1/contacts/${contact.kim.kirimchat_id}/labels';
my $b = '{"label_id":"lbl_123","x":{},"label_id":"${label.VIP.kirimchat_id}"}';
["POST $p\n$b", "POST $p\n$b", "GET $p", ("DELETE $p/\${label.VIP.kirimchat_id}") x 2, "GET $p"]
--- more_headers eval
[('Authorization: BEARER  ${cred.kc_key}') x 6]
--- error_code eval
[(200) x 6]
--- response_headers eval
[("Content-Type: application/json\n! Idempotent-Replayed\n! X-RateLimit-Limit") x 6]
--- response_headers_like eval
[('X-Request-Id: req_[0-9A-HJKMNP-TV-Z]{26}') x 6]
--- response_body_like eval
my $id = ',"request_id":"req_[0-9A-HJKMNP-TV-Z]{26}"\}\z';
my $d = '\A\{"data":\{"contact_id":"${contact.kim.kirimchat_id}","label_id":"${label.VIP.kirimchat_id}","attached":';
my $t = '"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"';
[("${d}true}$id") x 2,
 '\A\{"data":\[\{"id":"${label.VIP.kirimchat_id}","object":"label","name":"VIP","color":"sky","team_id":"${team.sales}","created_at":' . $t . ',"updated_at":' . $t . '\}\],"has_more":false,"next_cursor":null' . $id,
 ("${d}false}$id") x 2, '\A\{"data":\[\],"has_more":false,"next_cursor":null' . $id]

=== TEST 2: the long form of the path
--- request eval
my $l = '{"label_id":"${label.VIP.kirimchat_id}"}';
["POST /v1/106540352242922/contacts/\${contact.kim.kirimchat_id}/labels\n$l", "POST /v1/106540352242933/contacts/\${contact.kim.kirimchat_id}/labels\n$l",
 "POST /v1/12345/contacts/ctc_1/labels\n{", "GET /v1/106540352242922/contacts/\${contact.kim.kirimchat_id}/labels",
 "DELETE /v1/106540352242922/contacts/\${contact.kim.kirimchat_id}/labels/\${label.VIP.kirimchat_id}"]
--- more_headers eval
[('Authorization: Bearer ${cred.kc_key}') x 5]
--- error_code eval
[200, 404, 400, 200, 200]
--- response_body_like eval
['"attached":true', '"type":"not_found","code":"resource_not_found","message":"No such phone number: 106540352242933","request_id"',
 '"message":"Invalid value for phone_number_id.","param":"phone_number_id"', '"name":"VIP"', '"attached":false']

=== TEST 3: keys
--- request eval
[("POST /v1/contacts/ctc_1/labels\n{") x 9]
--- more_headers eval
['X: y', map { "Authorization: $_" } 'Basic x', '${cred.kc_key}', 'Bearer ', 'Bearer nope', 'Bearer kdv_test_c8r2ckc6woucp10xa6n9zx6s', 'Bearer kdv_live_AAAAAAAAAAAAAAAAAAAAAAAA',
 'Bearer ${cred.kc_revoked}', 'Bearer ${cred.kc_expired}']
--- error_code eval
[(401) x 9]
--- response_headers eval
[('! WWW-Authenticate') x 9]
--- response_body_like eval
my $e = '\A\{"error":\{"type":"authentication_error","code":';
my $id = ',"request_id":"req_[0-9A-HJKMNP-TV-Z]{26}"\}\}\z';
[($e . '"missing_api_key","message":"Missing API key. Pass it as: Authorization: Bearer <key>."' . $id) x 4,
 ($e . '"invalid_api_key","message":"The API key provided is invalid."' . $id) x 3,
 $e . '"revoked_api_key","message":"This API key has been revoked."' . $id, $e . '"expired_api_key","message":"This API key has expired."' . $id]

=== TEST 4: a suspended organisation
--- init
Labels::query("UPDATE labels.account SET status = 'suspended' WHERE account_id = 2");
--- request
POST /v1/contacts/x/labels
--- more_headers
Authorization: Bearer ${cred.kc_foreign}
--- error_code: 403
--- response_body_like
"type":"permission_error","code":"organization_suspended","message":"This organization is suspended."

=== TEST 5: the order: idempotency key, path, body, members
--- request eval
my $p = 'POST /v1/contacts/${contact.kim.kirimchat_id}/labels';
["POST /v1/contacts/ctc_1/labels\n{", "POST /v1/contacts/ctc_01hxyzabcdefghjkmnpqrstvwx/labels\n{", map { "$p\n$_" }
 '{', '', '[]', '{"x":"\ud800"}', '{"x":' . '[' x 32 . ']' x 32 . '}', '{} x', '{}', '{"label_id":null}', '{"label_id":42}', '{"label_id":"lbl_123"}', '{"label_id":"${label.VIP.kirimchat_id}\n"}']
--- more_headers eval
["Authorization: Bearer \${cred.kc_key}\nIdempotency-Key: " . 'x' x 256, ('Authorization: Bearer ${cred.kc_key}') x 12]
--- error_code eval
[(400) x 13]
--- response_body_like eval
sub field5 { qq("code":"$_[0]","message":"$_[1] $_[2].","param":"$_[2]","request_id") }
[field5('invalid_field_value', 'Invalid value for', 'Idempotency-Key'), field5('invalid_field_value', 'Invalid value for', 'id'),
 ('"type":"invalid_request_error","code":"invalid_request","message":"Request body must be valid JSON.","request_id"') x 6,
 field5('missing_required_field', 'Missing required field:', 'label_id'), (field5('invalid_field_value', 'Invalid value for', 'label_id')) x 4]

=== TEST 6: another media type is not read
--- request
POST /v1/contacts/${contact.kim.kirimchat_id}/labels
{"label_id":"${label.VIP.kirimchat_id}"}
--- more_headers
Authorization: Bearer ${cred.kc_key}
Content-Type: text/plain
--- error_code: 400
--- response_body_like
"message":"Request body must be valid JSON."

=== TEST 7: look-ups: the contact first, then the label, then their teams
--- request eval
my $l = '{"label_id":"${label.Globex Only.kirimchat_id}"}';
my $z = '{"label_id":"lbl_ZZZZZZZZZZZZZZZZZZZZZZZZZZ"}';
["POST /v1/contacts/\${contact.gus.kirimchat_id}/labels\n$l", "POST /v1/contacts/ctc_ZZZZZZZZZZZZZZZZZZZZZZZZZZ/labels\n$z",
 "POST /v1/contacts/\${contact.kim.kirimchat_id}/labels\n$l", "POST /v1/contacts/\${contact.kim.kirimchat_id}/labels\n$z",
 "POST /v1/contacts/\${contact.kit.kirimchat_id}/labels\n{\"label_id\":\"\${label.VIP.kirimchat_id}\"}",
 "DELETE /v1/contacts/\${contact.kit.kirimchat_id}/labels/\${label.VIP.kirimchat_id}", "DELETE /v1/contacts/\${contact.kim.kirimchat_id}/labels/lbl_1",
 "GET /v1/contacts/\${contact.kit.kirimchat_id}/labels"]
--- more_headers eval
[('Authorization: Bearer ${cred.kc_key}') x 8]
--- error_code eval
[404, 404, 404, 404, 400, 400, 400, 200]
--- response_body_like eval
['"type":"not_found","code":"resource_not_found","message":"No such contact: ${contact.gus.kirimchat_id}","request_id"', '"message":"No such contact: ctc_ZZZZZZZZZZZZZZZZZZZZZZZZZZ"',
 '"message":"No such label: ${label.Globex Only.kirimchat_id}"', '"message":"No such label: lbl_ZZZZZZZZZZZZZZZZZZZZZZZZZZ"',
 ('"code":"invalid_field_value","message":"The label and the contact must belong to the same team.","param":"label_id"') x 2, '"param":"label_id"', '"data":\[\]']

=== TEST 8: paths and methods that do not exist, whatever the credentials
--- request eval
["GET /v1/nothing?x=y", "PUT /v1/contacts/x/labels", "GET /v1/contacts/bulk_label", "POST /v1/contacts/x/labels/", "TRACE /v1/contacts/x/labels", "GET /v1/a%20b/\xc3\xa9", "HEAD /v1/none", "OPTIONS /v1/contacts/x/labels"]
--- error_code eval
[(404) x 8]
--- response_headers eval
[('! Allow') x 8]
--- response_body_like eval
[map { $_ eq '' ? '' : '"code":"resource_not_found","message":"Unrecognized request URL \(' . $_ . '\).","request_id"' }
 'GET /v1/nothing', 'PUT /v1/contacts/x/labels', 'GET /v1/contacts/bulk_label', 'POST /v1/contacts/x/labels/', 'TRACE /v1/contacts/x/labels', 'GET /v1/a%20b/%C3%A9', '', 'OPTIONS /v1/contacts/x/labels']

=== TEST 9: pages of a contact's labels
--- init
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) SELECT 1, 100 + i, 1, gen_random_uuid(), 'x' || i, 't' || i, 't' || i, '#fff', false FROM generate_series(1, 30) i; INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind) SELECT 1, 4, 100 + i, 'c' FROM generate_series(1, 30) i");
--- request eval
my $p = 'GET /v1/contacts/${contact.kim.kirimchat_id}/labels';
[$p, "$p?limit=30", "$p?limit=2&limit=9", "$p?limit=0", "$p?limit=101", "$p?limit=", "$p?limit=1x", "$p?cursor=", "$p?cursor=%21", "$p?cursor=YjE&limit=1"]
--- more_headers eval
[('Authorization: Bearer ${cred.kc_key}') x 10]
--- error_code eval
[200, 200, 200, (400) x 7]
--- response_body_like eval
['"t1".*"t25".*"has_more":true,"next_cursor":"[\w-]+"', '"t1".*"t30".*"has_more":false,"next_cursor":null', '"t1".*"t2".*\],"has_more":true',
 ('"code":"invalid_limit","message":"limit must be between 1 and 100.","param":"limit"') x 4, ('"code":"invalid_cursor","message":"Invalid cursor.","param":"cursor"') x 3]

=== TEST 10: an idempotency key replays the first answer, whatever has happened since
--- request eval
my $p = '/v1/contacts/${contact.kim.kirimchat_id}/labels';
["POST $p\n{\"label_id\":\"\${label.VIP.kirimchat_id}\",\"b\":[1,{\"y\":1,\"x\":2}]}", "DELETE $p/\${label.VIP.kirimchat_id}",
 "POST $p\n{ \"b\" : [1, {\"x\":2,\"y\":0,\"y\":1}], \"label_id\":\"\${label.VIP.kirimchat_id}\" }", "POST $p\n{\"label_id\":\"\${label.To Follow Up.kirimchat_id}\"}",
 "GET $p", "POST $p\n{\"label_id\":\"\${label.Priority.kirimchat_id}\"}", "POST $p\n{\"label_id\":\"\${label.Priority.kirimchat_id}\"}", "POST $p\n{}"]
--- more_headers eval
my $a = "Authorization: Bearer \${cred.kc_key}\nIdempotency-Key: ";
["${a}k 1", "${a}k 1", "${a}k 1", "${a}k 1", "${a}k 1", "${a}k2", "${a}k2", "${a}k3"]
--- error_code eval
[200, 200, 200, 422, 200, 400, 400, 400]
--- response_headers eval
['Idempotent-Replayed: false', '! Idempotent-Replayed', 'Idempotent-Replayed: true', '! Idempotent-Replayed', '! Idempotent-Replayed', 'Idempotent-Replayed: false', 'Idempotent-Replayed: true', '! Idempotent-Replayed']
--- response_body_like eval
['"attached":true', '"attached":false', '"attached":true', '"code":"idempotency_key_reuse","message":"This Idempotency-Key was already used with a different request."', '"data":\[\]',
 ('same team') x 2, 'Missing required field']
