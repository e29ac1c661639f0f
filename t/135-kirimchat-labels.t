# KirimChat: the catalogue of labels, its pages, its palette of names, and the
# order of every check.

use Labels;
use MIME::Base64 qw(encode_base64url);
use Test::Nginx::Socket 'no_plan';


# the cursor behind a label that was made so many microseconds before TEST 4's
sub cursor {
    my ($label, $before) = @_;
    return encode_base64url('l' . (1_700_000_000_000_000 - $before)
                            . substr Labels::demo("label.$label.kirimchat_id"), 4);
}


suite();
run_tests();

__DATA__

=== TEST 1: bodies of GET and DELETE are ignored, but no body may be too large
--- config eval: Labels::dialects('client_max_body_size 1m;')
--- request eval
my $l = '/v1/labels/${label.Priority.kirimchat_id}';
my $large = "100001\r\n" . 'x' x 1_048_577;
["GET $l\n{", "GET $l\n$large", "GET /v1/contacts/\${contact.kim.kirimchat_id}/labels\n$large", "DELETE $l\n$large", "PATCH $l\n$large", "DELETE $l\n{"]
--- more_headers eval
my $a = 'Authorization: Bearer ${cred.kc_key}';
[$a, ("$a\nTransfer-Encoding: chunked") x 4, $a]
--- error_code eval
[200, (413) x 4, 200]
--- response_body_like eval
['"Priority"', ('\A\{"error":\{"type":"invalid_request_error","code":"request_too_large","message":"Request body is too large.","request_id":"req_\w{26}"\}\}\z') x 4, '"deleted":true']

=== TEST 2: the list: newest first, every label of the account, of one team
--- request eval
my $p = '/v1/labels';
["GET $p", "HEAD $p", "GET $p?team_id=\${team.support}&x=y", "GET $p?limit=1&limit=x&team_id=\${team.support}&team_id=", "GET $p?limit=%31", "GET $p?limit=0000000000000000000000100"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
X-Request-Id: mine
Idempotency-Key:
--- error_code eval
[(200) x 6]
--- response_headers eval
[("Content-Type: application/json\n! Idempotent-Replayed\n! X-RateLimit-Limit") x 6]
--- response_headers_like eval
[('X-Request-Id: req_[0-9A-HJKMNP-TV-Z]{26}') x 6]
--- response_body_like eval
my $t = '"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"';
my $id = ',"request_id":"req_[0-9A-HJKMNP-TV-Z]{26}"\}\z';
my $end = qq(,"created_at":$t,"updated_at":$t\\});
my $p = "\\{\"id\":\"\${label.Priority.kirimchat_id}\",\"object\":\"label\",\"name\":\"Priority\",\"color\":\"red\",\"team_id\":\"\${team.support}\"$end";
my $v = "\\{\"id\":\"\${label.VIP.kirimchat_id}\",\"object\":\"label\",\"name\":\"VIP\",\"color\":\"sky\",\"team_id\":\"\${team.sales}\"$end";
my $one = "\\A\\{\"data\":\\[$p\\],\"has_more\":false,\"next_cursor\":null$id";
["\\A\\{\"data\":\\[.*\"open-case\".*\"keep2\".*\"existing-tag\",\"color\":\"gray\".*\"To Follow Up\",\"color\":\"amber\".*,$p,$v\\],\"has_more\":false,\"next_cursor\":null$id",
 '\A\z', $one, $one, '\A\{"data":\[\{[^{}]*"open-case"[^{}]*\}\],"has_more":true,"next_cursor":"[\w-]+"' . $id, '"open-case".*"VIP"']

=== TEST 3: limit, then cursor, then team_id; paths without a label's id
--- request eval
[(map { "GET /v1/labels?$_" } 'limit=0', 'limit=101', 'limit=', 'limit=+5', 'limit=1x', 'limit=99999999999999999999', 'limit=0&cursor=&team_id=', 'cursor=&team_id=', 'cursor=%21', 'cursor=YWJj', 'cursor=bA', 'cursor=YTE',
 'team_id=', 'team_id=' . 'x' x 65, 'team_id=nope', 'team_id=H7dPq0sXw3Rm', 'team_id=%ff'), 'GET /v1/contacts/${contact.kim.kirimchat_id}/labels?limit=0', 'GET /v1/contacts/ctc_1/labels?limit=0']
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(400) x 19]
--- response_body_like eval
sub error3 { '\A\{"error":\{"type":"invalid_request_error","code":"' . $_[0] . '","message":"' . $_[1] . '","param":"' . $_[2] . '","request_id":"req_\w{26}"\}\}\z' }
my $limit = error3('invalid_limit', 'limit must be between 1 and 100\.', 'limit');
[($limit) x 7, (error3('invalid_cursor', 'Invalid cursor\.', 'cursor')) x 5, (error3('invalid_field_value', 'Invalid value for team_id\.', 'team_id')) x 5, $limit, error3('invalid_field_value', 'Invalid value for id\.', 'id')]

=== TEST 4: pages follow the cursor, though the label at which it points is gone; elsewhere it is a position
--- init
Labels::query("UPDATE labels.label SET created_at = 'epoch'::timestamptz + (1700000000000000 - label_id / 2) * interval '1 us' WHERE account_id = 1");
Labels::query("DELETE FROM labels.label WHERE account_id = 1 AND label_id > 5");
--- request eval
my ($c, $d) = (main::cursor('VIP', 0), main::cursor('Priority', 1));
["GET /v1/labels?limit=1", "GET /v1/labels?limit=2&cursor=$c", "DELETE /v1/labels/\${label.Priority.kirimchat_id}", "GET /v1/labels?limit=5&cursor=$d", "GET /v1/labels?limit=5&cursor=$d", "GET /v1/labels?limit=2", "GET /v1/labels?limit=4",
 "GET /v1/labels?cursor=" . substr($c, 0, -1), "GET /v1/contacts/\${contact.kim.kirimchat_id}/labels?cursor=$c"]
--- more_headers eval
[('Authorization: Bearer ${cred.kc_key}') x 4, 'Authorization: Bearer ${cred.kc_foreign}', ('Authorization: Bearer ${cred.kc_key}') x 4]
--- error_code eval
[(200) x 7, 400, 400]
--- response_body_like eval
my ($c, $d) = (main::cursor('VIP', 0), main::cursor('Priority', 1));
sub page4 { '\A\{"data":\[' . CORE::join(',', map { '\{[^{}]*"name":"' . $_ . '"[^{}]*\}' } @_) . '\],"has_more":' }
[page4('VIP') . "true,\"next_cursor\":\"$c\"", page4('To Follow Up', 'Priority') . "true,\"next_cursor\":\"$d\"", 'deleted',
 '"customer".*"has_more":false,"next_cursor":null', '\A\{"data":\[\],"has_more":false,"next_cursor":null', page4('VIP', 'To Follow Up') . 'true', '"has_more":false', 'invalid_cursor', 'invalid_cursor']

=== TEST 4b: pages of a contact's labels in order of attachment, though the link at which the cursor points is gone
--- init
Labels::query("DELETE FROM labels.attachment WHERE account_id = 1; INSERT INTO labels.attachment (account_id, target_id, position, label_id, target_kind) VALUES (1, 4, 9003, 1, 'c'), (1, 4, 9001, 3, 'c'), (1, 4, 9002, 2, 'c'), (1, 4, 9000, 4, 'v')");
--- request eval
my $p = '/${account.1.kirimchat_phone_number_id}/contacts/${contact.kim.kirimchat_id}/labels';
my $c = MIME::Base64::encode_base64url('a9001');
["GET /v1$p?limit=1", "GET /v1$p?limit=1&cursor=$c", "DELETE /v1$p/\${label.To Follow Up.kirimchat_id}", "GET /v1$p?limit=2&cursor=$c", "GET /v1/contacts/\${contact.ada.kirimchat_id}/labels?cursor=$c", "GET /v1/labels?cursor=$c", "HEAD /v1$p", "GET /v1/106540352242933/contacts/ctc_ZZZZZZZZZZZZZZZZZZZZZZZZZZ/labels", "GET /v1/106540352242933/contacts/ctc_ZZZZZZZZZZZZZZZZZZZZZZZZZZ/labels?limit=0", "GET /v1$p?cursor=" . MIME::Base64::encode_base64url('a99999999999999999999')]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(200) x 5, 400, 200, 404, 400, 400]
--- response_body_like eval
my $page = sub { '\A\{"data":\[' . CORE::join(',', map { '\{[^{}]*"name":"' . $_ . '"[^{}]*\}' } @_) . '\],"has_more":' };
[$page->('To Follow Up') . 'true,"next_cursor":"' . MIME::Base64::encode_base64url('a9001') . '","request_id"', $page->('Priority') . 'true', 'attached":false', $page->('Priority', 'VIP') . 'false,"next_cursor":null', $page->() . 'false', 'invalid_cursor', '\A\z', 'No such phone number: 106540352242933', 'invalid_limit', 'invalid_cursor']

=== TEST 5: one label; ids
--- request eval
my $v = '${label.VIP.kirimchat_id}';
["GET /v1/labels/$v", "HEAD /v1/labels/$v", "GET /v1/labels/%6C" . 'bl_01HXYZABCDEFGHJKMNPQRSTVWX', (map { "GET /v1/labels/$_" } '${label.Globex Only.kirimchat_id}', 'lbl_8ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'lbl_ZZZZZZZZZZZZZZZZZZZZZZZZZZ',
 'lbl_01hxyzabcdefghjkmnpqrstvwx', 'LBL_01HXYZABCDEFGHJKMNPQRSTVWX', 'lbl_01HXYZABCDEFGHJKMNPQRSTVWU', 'lbl_01HXYZABCDEFGHJKMNPQRSTVW', "$v%0a", '${contact.kim.kirimchat_id}', '1', '018f7df5-2d8d-73e1-194e-95b5f19d6f9d')]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[200, 200, 200, (404) x 3, (400) x 8]
--- response_body_like eval
my $v = '\A\{"data":\{"id":"${label.VIP.kirimchat_id}","object":"label","name":"VIP","color":"sky","team_id":"${team.sales}","created_at":"[^"]+Z","updated_at":"[^"]+Z"\},"request_id":"req_\w{26}"\}\z';
[$v, '\A\z', $v, (map { '"type":"not_found","code":"resource_not_found","message":"No such label: ' . $_ . '","request_id"' } '${label.Globex Only.kirimchat_id}', 'lbl_8ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'lbl_ZZZZZZZZZZZZZZZZZZZZZZZZZZ'),
 ('"code":"invalid_field_value","message":"Invalid value for id.","param":"id","request_id"') x 8]

=== TEST 6: create: the body, then its members in their order, then look-ups
--- request eval
my $n = '"name":"N"';
my $s = '"team_id":"${team.sales}"';
[map { "POST /v1/labels\n$_" } '', '[]', '{"name":"\ud800"}', "{$n}x", "{\"team_id\":null,$n}", "{\"team_id\":\"\",$n}", '{"team_id":5}', '{"team_id":"' . 'x' x 65 . '"}',
 '{"color":"black"}', '{"team_id":"nope","name":""}', "{$s,\"name\":null}", "{$s,\"name\":5}", "{$s,\"name\":\" \\t\\n\"}", "{$s,\"name\":\"a\\u0000\"}", "{$s,\"name\":\"" . 'x' x 51 . '"}',
 "{\"team_id\":\"nope\",$n,\"color\":\"Sky\"}", "{$n,\"color\":null}", "{$n,\"color\":4}", "{$n,\"color\":\"\"}", "{\"team_id\":\"nope\",$n}", "{\"team_id\":\"H7dPq0sXw3Rm\",$n}", "{$n}", '{"name":"VIP"}', "{$s,\"name\":\"VIP\"}", "{$s,\"name\":\" VIP\\t\"}"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(400) x 25]
--- response_body_like eval
sub error6 { '\A\{"error":\{"type":"invalid_request_error","code":"' . $_[0] . '","message":"' . $_[1] . '","param":"' . $_[2] . '","request_id":"req_\w{26}"\}\}\z' }
sub invalid6 { error6('invalid_field_value', "Invalid value for $_[0]\\.", $_[0]) }
my $team = error6('missing_required_field', 'team_id is required for organizations with more than one team\.', 'team_id');
my $taken = error6('invalid_field_value', 'A label with this name already exists in this team\.', 'name');
[('"code":"invalid_request","message":"Request body must be valid JSON.","request_id"') x 4, (invalid6('team_id')) x 4, error6('missing_required_field', 'Missing required field: name\.', 'name'), (invalid6('name')) x 6,
 (invalid6('color')) x 4, (invalid6('team_id')) x 2, ($team) x 2, ($taken) x 2]

=== TEST 7: create: names are trimmed, compared byte for byte, and unique in their team
--- request eval
my $s = '"team_id":"${team.sales}"';
["POST /v1/labels\n{$s,\"name\":\"vip\"}", "POST /v1/labels\n{$s,\"x\":[],\"name\":\"X\",\"name\":\" \\u000b\xc3\xa9" . 'x' x 49 . "\\f\\r\\n\",\"color\":\"pink\"}", "POST /v1/labels\n{\"team_id\":\"\${team.support}\",\"name\":\"VIP\",\"color\":\"emerald\"}",
 "POST /v1/labels\n{$s,\"name\":\"\\\"/\\\\\\u0001\\u001f\\b\\t\xc2\xa0\"}", "POST /v1/labels\n{\"name\":\"VIP\"}", "POST /v1/labels\n{\"name\":\"VIP\"}", "GET /v1/labels?limit=4"]
--- more_headers eval
[("Content-Type: Application/JSON;charset=x\nAuthorization: Bearer \${cred.kc_key}") x 4, ('Authorization: Bearer ${cred.kc_foreign}') x 2, 'Authorization: Bearer ${cred.kc_key}']
--- error_code eval
[(201) x 5, 400, 200]
--- response_headers eval
[("Content-Type: application/json\n! Location\n! Idempotent-Replayed") x 5, '! Location', '! Location']
--- response_body_like eval
sub made7 { '\A\{"data":\{"id":"lbl_[0-7][0-9A-HJKMNP-TV-Z]{25}","object":"label","name":"' . $_[0] . '","color":"' . $_[1] . '","team_id":"' . $_[2] . '","created_at":"([^"]+Z)","updated_at":"\1"\},"request_id":"req_\w{26}"\}\z' }
[made7('vip', 'gray', '${team.sales}'), made7("\xc3\xa9" . 'x' x 49, 'pink', '${team.sales}'), made7('VIP', 'emerald', '${team.support}'),
 made7('\\\\"/\\\\\\\\\\\\u0001\\\\u001f\\\\b\\\\t' . "\xc2\xa0", 'gray', '${team.sales}'), made7('VIP', 'gray', 'H7dPq0sXw3Rm'), 'already exists', '\A\{"data":\[\{[^{}]*u0001[^{}]*\},\{[^{}]*"VIP"[^{}]*\},\{[^{}]*xxx[^{}]*\},\{[^{}]*"vip"']

=== TEST 8: the names of colours are entries of the chat palette
--- request eval
my $p = '/v1/labels/${label.Globex Only.kirimchat_id}';
my $q = '/v2/labels/101?instance_id=${account.2.wawp_instance}&access_token=${cred.wa_foreign}';
[map { ("PATCH $p\n{\"color\":\"$_\"}", "GET $q") } qw(red orange amber yellow lime green emerald teal sky blue violet pink gray)]
--- more_headers
Authorization: Bearer ${cred.kc_foreign}
--- response_body_like eval
my @colors = qw(red 13 f74848 orange 16 ffaf04 amber 2 ffd429 yellow 9 d7e752 lime 15 83e422 green 12 93ceac emerald 5 55ccb3 teal 10 00d0e2 sky 1 64c4ff blue 14 00a0f2 violet 19 9368cf pink 6 ff9dff gray 4 99b6c1);
my @likes;
while (my ($name, $index, $hex) = splice @colors, 0, 3) { push @likes, "\"color\":\"$name\"", "\"color\":$index,\"colorHex\":\"#$hex\"" }
\@likes

=== TEST 9: colours from elsewhere read as the nearest entry, and setting that name changes nothing
--- init
my $i = 200;
Labels::query('DELETE FROM labels.label WHERE account_id = 1');
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed, created_at, updated_at) SELECT 1, 200 + n, 1, ('018f7df5-1111-7000-8000-0000000002' || lpad(to_hex(n), 2, '0'))::uuid, 'c' || n, 'c' || n, 'c' || n, c, true, '2026-01-01'::timestamptz - n * interval '1 s', '2026-01-01' FROM unnest(ARRAY['"
    . CORE::join("','", grep { /./ } split / /, '#ff9485 #64c4ff #ffd429 #dfaef0 #99b6c1 #55ccb3 #ff9dff #d3a91d #6d7cce #d7e752 #00d0e2 #ffc5c7 #93ceac #f74848 #00a0f2 #83e422 #ffaf04 #b5ebff #9ba6ff #9368cf #F00 #000 #fff blue #12345 #00A0F3 #00a0fg') . "']) WITH ORDINALITY AS x (c, n)");
--- request eval
my $l = 'PATCH /v1/labels/lbl_01HXYZA48HE00800000000008';
["GET /v1/labels?limit=100", "PATCH /v1/labels/lbl_01HXYZA48HE0080000000000G1\n{\"color\":\"orange\"}", "PATCH /v1/labels/lbl_01HXYZA48HE0080000000000GR\n{\"color\":\"gray\"}", "PATCH /v1/labels/lbl_01HXYZA48HE0080000000000GR\n{\"color\":\"red\"}", "GET /v1/labels?limit=1"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(200) x 5]
--- response_body_like eval
['\A\{"data":\[' . CORE::join(',', map { '\{[^{}]*"color":"' . $_ . '"[^{}]*\}' } qw(orange sky amber violet gray emerald pink amber blue yellow teal pink green red blue lime orange sky violet violet red blue sky gray gray blue gray)) . '\]',
 '"color":"orange".*"updated_at":"2026-01-01T00:00:00.000Z"', '"color":"gray".*"updated_at":"2026-01-01T00:00:00.000Z"', '"color":"red".*"updated_at":"(?!2026-01-01T)', '"color":"orange"']

=== TEST 10: what was set by the name that is shown stays the colour that it was
--- keep
--- init
Test::More::is(Labels::query("SELECT string_agg(color, ',' ORDER BY label_id) FROM labels.label WHERE account_id = 1 AND label_id IN (201, 224)"), '#ff9485,#f74848', 'one kept, one set');
--- request
GET /v1/labels/lbl_1
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code: 400
--- response_body_like
"param":"id"

=== TEST 11: update: only what is sent, updated_at only with a change, the team never
--- init
Labels::query("UPDATE labels.label SET created_at = '2026-01-01', updated_at = '2026-01-02' WHERE account_id = 1");
--- request eval
my $p = 'PATCH /v1/labels/${label.VIP.kirimchat_id}';
["$p\n{}", "$p\n{\"name\":\" VIP \",\"color\":\"sky\",\"team_id\":\"\${team.support}\"}", "$p\n{\"name\":\"To Follow Up\"}", "$p\n{\"name\":\"Priority\"}", "$p\n{\"color\":\"teal\",\"team_id\":7}", "GET /v1/labels/\${label.VIP.kirimchat_id}", "GET /api/v1/accounts/1/labels/1"]
--- more_headers eval
["Authorization: Bearer \${cred.kc_key}\nIdempotency-Key: " . 'x' x 256, ('Authorization: Bearer ${cred.kc_key}') x 5, 'api_access_token: ${cred.cw_admin}']
--- error_code eval
[200, 200, 400, 200, 200, 200, 200]
--- response_headers eval
[('! Idempotent-Replayed') x 7]
--- response_body_like eval
sub label11 { '\A\{"data":\{"id":"${label.VIP.kirimchat_id}","object":"label","name":"' . $_[0] . '","color":"' . $_[1] . '","team_id":"${team.sales}","created_at":"2026-01-01T00:00:00.000Z","updated_at":"' . $_[2] . '"\},"request_id":"req_\w{26}"\}\z' }
[(label11('VIP', 'sky', '2026-01-02T00:00:00.000Z')) x 2, '"message":"A label with this name already exists in this team.","param":"name"',
 label11('Priority', 'sky', '(?!2026-01-0)[^"]+Z'), (label11('Priority', 'teal', '(?!2026-01-0)[^"]+Z')) x 2, '"title":"Priority"']

=== TEST 12: update: id, body, members, then the label, then the name
--- request eval
my $p = 'PATCH /v1/labels/${label.VIP.kirimchat_id}';
my $g = 'PATCH /v1/labels/${label.Globex Only.kirimchat_id}';
["PATCH /v1/labels/x\n{", "$g\n{", "$g\n", "$p\n[]", "$g\n{\"name\":5,\"color\":5}", "$g\n{\"name\":\"\"}", "$p\n{\"name\":null}", "$g\n{\"color\":null}", "$g\n{\"color\":\"GRAY\"}", "$g\n{\"name\":\"VIP\"}", "PATCH /v1/labels/lbl_ZZZZZZZZZZZZZZZZZZZZZZZZZZ\n{}"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(400) x 9, 404, 404]
--- response_body_like eval
['"param":"id"', ('Request body must be valid JSON') x 3, ('"message":"Invalid value for name.","param":"name"') x 3, ('"message":"Invalid value for color.","param":"color"') x 2,
 '"message":"No such label: ${label.Globex Only.kirimchat_id}","request_id"', '"message":"No such label: lbl_ZZZZZZZZZZZZZZZZZZZZZZZZZZ","request_id"']

=== TEST 13: delete is final, and takes the links along
--- request eval
my $v = '${label.VIP.kirimchat_id}';
my $c = '/v1/contacts/${contact.kim.kirimchat_id}/labels';
["POST $c\n{\"label_id\":\"$v\"}", "POST /api/v1/accounts/1/conversations/7/labels\n{\"labels\":[\"vip\"]}", "DELETE /v1/labels/$v", "DELETE /v1/labels/$v", "GET /v1/labels/$v", "GET $c", "POST $c\n{\"label_id\":\"$v\"}",
 "DELETE /v1/labels/\${label.Globex Only.kirimchat_id}", "DELETE /v1/labels/x", "GET /api/v1/accounts/1/conversations/7/labels"]
--- more_headers eval
my $a = 'Authorization: Bearer ${cred.kc_key}';
[$a, 'api_access_token: ${cred.cw_admin}', ($a) x 7, 'api_access_token: ${cred.cw_admin}']
--- error_code eval
[200, 200, 200, 404, 404, 200, 404, 404, 400, 200]
--- response_body_like eval
my $none = '"message":"No such label: ${label.VIP.kirimchat_id}","request_id"';
['true', 'VIP', '\A\{"data":\{"id":"${label.VIP.kirimchat_id}","object":"label","deleted":true\},"request_id":"req_\w{26}"\}\z', $none, $none, '"data":\[\]', $none, 'No such label', '"param":"id"', '\{"payload":\[\]\}']

=== TEST 14: no link is left behind, and the contacts stay
--- keep
--- init
Test::More::is(Labels::query('SELECT (SELECT count(*) FROM labels.attachment WHERE account_id = 1 AND label_id = 1), (SELECT count(*) FROM labels.contact WHERE account_id = 1)'), '0|8', 'links and contacts');
--- request eval
["PUT /v1/labels/x", "POST /v1/labels/x", "DELETE /v1/labels", "PATCH /v1/labels", "GET /v1/labels/", "GET /v1/labels/x/y", "OPTIONS /v1/labels", "GET /v1//labels", "GET /v1/Labels"]
--- error_code eval
[(404) x 9]
--- response_headers eval
[('! Allow') x 9]
--- response_body_like eval
[map { '"type":"not_found","code":"resource_not_found","message":"Unrecognized request URL \(' . $_ . '\)\.","request_id"' } 'PUT /v1/labels/x', 'POST /v1/labels/x', 'DELETE /v1/labels', 'PATCH /v1/labels', 'GET /v1/labels/', 'GET /v1/labels/x/y', 'OPTIONS /v1/labels', 'GET /v1//labels', 'GET /v1/Labels']

=== TEST 15: credentials come before everything that is wrong with a request
--- request eval
["GET /v1/labels?limit=0", "GET /v1/labels?limit=0", "POST /v1/labels\n{", "PATCH /v1/labels/x\n{", "DELETE /v1/labels/x", "GET /v1/labels?access_token=\${cred.kc_key}"]
--- more_headers eval
['X: y', map { "Authorization: $_" } 'Bearer kdv_live_AAAAAAAAAAAAAAAAAAAAAAAA', "Bearer \${cred.kc_revoked}\nIdempotency-Key:", 'Bearer ${cred.kc_expired}', 'Bearer ${cred.wa_token}', 'Basic ${cred.kc_key}']
--- error_code eval
[(401) x 6]
--- response_body_like eval
[map { "\"code\":\"${_}_api_key\"" } qw(missing invalid revoked expired invalid missing)]
