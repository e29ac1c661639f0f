# Wawp: labels are linked to chats by number; parameters come from the path,
# the query, the body and headers, and have to agree.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: link by either verb, prefix and place of the credentials; read, unlink
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["PUT /v2/labels/2/chats/\${contact.wa.chat_id}\n{\"instance_id\":\"\${account.1.wawp_instance}\",\"access_token\":\"\${cred.wa_token}\",\"id\":2,\"chatId\":\"201234567890\"}",
 "POST /wp-json/awp/v1/labels/1/chats/201234567890%40C.US/?$q", "POST /v2/labels/{id}/chats/%7BchatId%7D?labelId=1&chatId=%2B20+123-456(7890)&$q",
 "GET /v2/labels/chats/201234567890:12\@s.whatsapp.net?$q", "DELETE /v2/labels/2/chats/201234567890\@c.us?$q", "DELETE /v2/labels/2/chats/201234567890\@c.us?$q",
 "GET /v2/labels/chats/201234567890?$q"]
--- more_headers eval
['X: y', 'X: y', 'X: y', "Authorization: Bearer \${cred.wa_token}\nX-Instance-ID: \${account.1.wawp_instance}", ("access-token: other") x 3]
--- error_code eval
[(200) x 7]
--- response_headers eval
[("Content-Type: application/json; charset=utf-8\nCache-Control: no-store") x 7]
--- response_body eval
my $ok = '{"success":true,"message":"Operation completed successfully"}';
my $vip = '{"id":"1","name":"VIP","color":1,"colorHex":"#64c4ff"}';
[($ok) x 3, "[$vip," . '{"id":"2","name":"Priority","color":13,"colorHex":"#f74848"}]', ($ok) x 2, "[$vip]"]

=== TEST 2: chats need not exist: linking makes them, all else leaves them alone
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["GET /v2/labels/chats/999999\@g.us?$q", "DELETE /v2/labels/1/chats/999999\@g.us?$q", "PUT /v2/labels/chats/999999\@g.us?$q\n{\"labels\":[]}", "PUT /v2/labels/999/chats/999999\@g.us?$q",
 "PUT /v2/labels/1/chats/999999-12345\@g.us?$q", "PUT /v2/labels/1/chats/7:1\@lid?$q", "GET /v2/labels/chats/7\@lid?$q", "GET /v2/labels/chats/999999-12345\@g.us?$q"]
--- error_code eval
[200, 200, 200, 404, (200) x 4]
--- response_body_like eval
['^\[\]$', ('success":true') x 2, '^\{"success":false,"code":"label_not_found","message":"Label not found"\}$', ('success":true') x 2, ('"VIP"') x 2]

=== TEST 3: one chat was made for each of the two that were linked
--- keep
--- init
my $n = Labels::query("SELECT count(*), min(team_id), max(contact_id) FROM labels.contact WHERE account_id = 1 AND contact_id > 8");
Test::More::is($n, '2|1|10', 'contacts of the first team');
--- request
GET /v2/none
--- error_code: 404
--- response_body chomp
{"success":false,"code":"not_found","message":"Not Found"}

=== TEST 4: replace
--- request eval
my $p = '/v2/labels/chats/${contact.keeper.chat_id}?instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["PUT $p\n{\"labels\":[{\"id\":\"2\",\"x\":1},3,\"2\"]}", "GET $p", "PUT $p\n{\"labels\":[\"1\",\"999\"]}", "GET $p", "PUT $p\n{\"labels\":[]}", "GET $p"]
--- error_code eval
[200, 200, 404, 200, 200, 200]
--- response_body_like eval
['true', '^\[\{"id":"2".*\{"id":"3"', 'label_not_found', '^\[\{"id":"2".*\{"id":"3"', 'true', '^\[\]$']

=== TEST 5: what is attached elsewhere is seen here, and the other way round
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["POST /contacts/\${contact.wa.highlevel_id}/tags\n{\"tags\":[\"New One\",\"vip\"]}", "GET /v2/labels/chats/\${contact.wa.chat_id}?$q", "PUT /v2/labels/3/chats/\${contact.wa.chat_id}?$q",
 "GET /api/v1/accounts/1/contacts/6/labels", "GET /v1/contacts/\${contact.wa.kirimchat_id}/labels"]
--- more_headers eval
["Authorization: Bearer \${cred.hl_write}\nVersion: v3", 'X: y', 'X: y', 'api_access_token: ${cred.cw_agent}', 'Authorization: Bearer ${cred.kc_key}']
--- error_code eval
[201, 200, 200, 200, 200]
--- response_body_like eval
['"new one","vip"', '"VIP".*"name":"new one","color":4,"colorHex":"#99b6c1"', 'true', '\{"payload":\["new one","VIP","To Follow Up"\]\}', '"new one".*"color":"gray".*"VIP".*"To Follow Up","color":"amber"']

=== TEST 6: token, then instance, then body
--- request eval
my ($t, $i) = ('access_token=${cred.wa_token}', 'instance_id=${account.1.wawp_instance}');
["PUT /v2/labels/1/chats/x?$i\n{", "PUT /v2/labels/1/chats/x?$i&access_token=\n{\"access_token\":1.5}", "PUT /v2/labels/1/chats/x?$i&access_token=bad\n{", "PUT /v2/labels/1/chats/x?$t\n{",
 "PUT /v2/labels/1/chats/x?$t&instance_id=\${account.2.wawp_instance}\n{", "PUT /v2/labels/1/chats/x?$t&instance_id=a%ff\n{", "PUT /v2/labels/1/chats/x?$t&$i\n{", "PUT /v2/labels/1/chats/x?$t&$i\n[]"]
--- error_code eval
[401, 401, 401, 400, 404, 404, 400, 400]
--- response_body eval
sub error6 { qq({"success":false,"code":"$_[0]","message":"$_[1]"}) }
[(error6('missing_token', 'Missing access_token')) x 2, error6('invalid_token', 'Invalid or Missing Access Token'), error6('missing_params', 'Missing Required Parameter(s): instance_id'),
 (error6('invalid_session', 'Instance not found')) x 2, (error6('invalid_param', 'Invalid Parameter Format: body')) x 2]

=== TEST 7: a suspended account comes before its instance
--- init
Labels::query("UPDATE labels.account SET status = 'suspended' WHERE account_id = 2");
--- request eval
["GET /v2/labels/chats/12345?access_token=\${cred.wa_foreign}&instance_id=\${account.2.wawp_instance}", "GET /v2/labels/chats/12345?access_token=\${cred.wa_foreign}&instance_id=nope",
 "GET /v2/labels/chats/12345?access_token=\${cred.wa_foreign}"]
--- error_code eval
[403, 403, 403]
--- response_body eval
[('{"success":false,"code":"forbidden","message":"Account suspended"}') x 3]

=== TEST 8: what is missing, malformed, or in conflict
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
my $c = '/chats/${contact.wa.chat_id}';
["PUT /v2/labels/{labelId}/chats/{chatId}?$q&id=", "PUT /v2/labels/chats/{chatId}?$q\n{\"labels\":null,\"chatId\":\"\"}", "PUT /v2/labels/abc/chats/x?$q", "PUT /v2/labels/01$c?$q", "PUT /v2/labels/1234567890$c?$q",
 "PUT /v2/labels/{id}$c?$q\n{\"id\":1.0}", "PUT /v2/labels/1/chats/foo\@bar?$q", "PUT /v2/labels/1/chats/1234\@c.us?$q", "PUT /v2/labels/1/chats/123456:1234\@s.whatsapp.net?$q", "PUT /v2/labels/1/chats/status\@broadcast?$q",
 "PUT /v2/labels/1/chats/12a45?$q", "PUT /v2/labels$c?$q\n{\"labels\":{}}", "PUT /v2/labels$c?$q\n{\"labels\":[{}]}", "PUT /v2/labels$c?$q\n{\"labels\":[true]}",
 "PUT /v2/labels/1$c?$q&id=2", "PUT /v2/labels/1$c?$q\n{\"labelId\":\"x\"}", "PUT /v2/labels/1$c?$q&chatId=12345"]
--- error_code eval
[(400) x 17]
--- response_body eval
sub error8 { qq({"success":false,"code":"$_[0]","message":"$_[1]"}) }
[(map { error8('missing_params', "Missing Required Parameter(s): $_") } 'id, chatId', 'chatId, labels'),
 (map { error8('invalid_param', "Invalid Parameter Format: $_") } ('id') x 4, ('chatId') x 5, ('labels') x 3),
 (map { error8('conflicting_params', "Conflicting values for parameter: $_") } 'id', 'id', 'chatId')]

=== TEST 9: a body of another type contributes nothing
--- request
PUT /v2/labels/1/chats/12345
{"instance_id":"${account.1.wawp_instance}","access_token":"${cred.wa_token}"}
--- more_headers
Content-Type: text/plain
--- error_code: 401
--- response_body_like
missing_token

=== TEST 10: methods and words of other paths
--- request eval
["GET /v2/labels/1/chats/12345", "POST /v2/labels/chats/12345", "PUT /v2/labels/all/chats/12345", "GET /v2/labels/chats", "TRACE /v2/labels/1/chats/12345", "OPTIONS /wp-json/awp/v1/labels/1/chats/12345/"]
--- error_code eval
[405, 405, 404, 404, 405, 405]
--- response_headers eval
['Allow: PUT, POST, DELETE', 'Allow: GET, HEAD, PUT', '! Allow', '! Allow', 'Allow: PUT, POST, DELETE', 'Allow: PUT, POST, DELETE']
--- response_body eval
my $m = '{"success":false,"code":"method_not_allowed","message":"Method Not Allowed"}';
my $n = '{"success":false,"code":"not_found","message":"Not Found"}';
[$m, $m, $n, $n, $m, $m]
