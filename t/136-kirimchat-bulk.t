# KirimChat: one label on or off many contacts, and idempotency keys: what is
# stored, what is replayed, and how long.

use Labels;
use Labels::Holder;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: members in their order, each first for presence; the count before the items
--- request eval
my ($c, $l) = ('"contact_ids":["${contact.kim.kirimchat_id}"]', '"label_id":"${label.VIP.kirimchat_id}"');
my $n = sub { CORE::join ',', ("\"$_[1]\"") x $_[0] };
[map { "POST /v1/contacts/bulk_label\n$_" } '', '{}', "{$l,\"operation\":\"attach\"}", '{"contact_ids":null}', '{"contact_ids":{}}', '{"contact_ids":"x"}', '{"contact_ids":[]}', '{"contact_ids":[' . $n->(1001, 'x') . ']}',
 '{"contact_ids":[5]}', '{"contact_ids":["${contact.kim.kirimchat_id}","${contact.kim.kirimchat_id}\n",null]}', '{"contact_ids":["${label.VIP.kirimchat_id}"]}', "{$c}", "{$c,\"label_id\":null}", "{$c,\"label_id\":\"x\"}",
 "{$c,$l}", "{$c,$l,\"operation\":null}", "{$c,$l,\"operation\":\"Attach\"}", "{$c,$l,\"operation\":\"add\"}", "{$c,$l,\"operation\":\"attach\\u0000\"}", '{"contact_ids":[' . $n->(1000, '${contact.kim.kirimchat_id}') . ']}']
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(400) x 20]
--- response_body_like eval
sub error1 { '\A\{"error":\{"type":"invalid_request_error","code":"' . $_[0] . '","message":"' . "$_[1]$_[2]" . '\.","param":"' . $_[2] . '","request_id":"req_\w{26}"\}\}\z' }
sub invalid1 { error1('invalid_field_value', 'Invalid value for ', $_[0]) }
sub missing1 { error1('missing_required_field', 'Missing required field: ', $_[0]) }
['Request body must be valid JSON', (missing1('contact_ids')) x 2, (invalid1('contact_ids')) x 5, invalid1('contact_ids.0'), invalid1('contact_ids.1'), invalid1('contact_ids.0'),
 missing1('label_id'), (invalid1('label_id')) x 2, missing1('operation'), (invalid1('operation')) x 4, missing1('label_id')]

=== TEST 2: the label before every contact; the number of the path before the label
--- request eval
my $b = '"operation":"attach","contact_ids":["${contact.gus.kirimchat_id}","ctc_ZZZZZZZZZZZZZZZZZZZZZZZZZZ"]';
my ($g, $z) = ("{$b,\"label_id\":\"\${label.Globex Only.kirimchat_id}\"}", "{$b,\"label_id\":\"lbl_ZZZZZZZZZZZZZZZZZZZZZZZZZZ\"}");
["POST /v1/contacts/bulk_label\n$g", "POST /v1/contacts/bulk_label\n$z", "POST /v1/106540352242922/contacts/bulk_label\n$g", "POST /v1/106540352242933/contacts/bulk_label\n$g", "POST /v1/999999/contacts/bulk_label\n$z",
 "POST /v1/12345/contacts/bulk_label\n{", "POST /v1/123456789012345678901/contacts/bulk_label\n{", "POST /v1/10654035224292a/contacts/bulk_label\n{", "POST /v1/106540352242922/contacts/bulk_label\n{"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(404) x 5, (400) x 4]
--- response_body_like eval
sub none2 { '\A\{"error":\{"type":"not_found","code":"resource_not_found","message":"No such ' . "$_[0]" . '","request_id":"req_\w{26}"\}\}\z' }
[none2('label: ${label.Globex Only.kirimchat_id}'), none2('label: lbl_ZZZZZZZZZZZZZZZZZZZZZZZZZZ'), none2('label: ${label.Globex Only.kirimchat_id}'), none2('phone number: 106540352242933'), none2('phone number: 999999'),
 ('"message":"Invalid value for phone_number_id.","param":"phone_number_id"') x 3, 'Request body must be valid JSON']

=== TEST 3: the counts add up to the distinct ids, and say the same for what is done already
--- init
Labels::query("INSERT INTO labels.subscription (account_id, dialect, url) VALUES (1, 'kirimchat', 'http://127.0.0.1:1/')");
--- request eval
my $b = CORE::join ',', map { "\"$_\"" } map({ "\${contact.$_.kirimchat_id}" } qw(kim ada kim kit gus kim)), ('ctc_ZZZZZZZZZZZZZZZZZZZZZZZZZZ') x 2, 'ctc_0ZZZZZZZZZZZZZZZZZZZZZZZZZ';
$b = "\"contact_ids\":[$b],\"label_id\":\"\${label.VIP.kirimchat_id}\"";
my $p = 'POST /v1/contacts/bulk_label';
["$p\n{$b,\"operation\":\"attach\"}", "GET /v1/contacts/\${contact.ada.kirimchat_id}/labels", "GET /v1/contacts/\${contact.kit.kirimchat_id}/labels", "$p\n{\"operation\":\"detach\",$b,\"operation\":\"attach\",\"x\":1}", "GET /v2/labels/1/chats?instance_id=\${account.1.wawp_instance}&access_token=\${cred.wa_token}",
 "POST /v1/106540352242922/contacts/bulk_label\n{$b,\"operation\":\"detach\"}", "$p\n{$b,\"operation\":\"detach\"}", "GET /v1/contacts/\${contact.ada.kirimchat_id}/labels"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(200) x 8]
--- response_headers eval
[('! Idempotent-Replayed') x 8]
--- response_body_like eval
my $n = '\A\{"data":\{"applied":2,"skipped_cross_org":3,"skipped_team_mismatch":1\},"request_id":"req_\w{26}"\}\z';
[$n, '"VIP"', '"data":\[\]', $n, '201000000004.*201000000001', $n, $n, '"data":\[\]']

=== TEST 4: an event for each contact that changed, none for the others
--- keep
--- init
Test::More::is(Labels::query("SELECT string_agg(target_id || cardinality(added)::text || cardinality(removed), ' ' ORDER BY event_id) FROM labels.event WHERE account_id = 1"), '410 110 401 101', 'events');
--- request
GET /v1/contacts/bulk_label
--- error_code: 404
--- response_body_like
Unrecognized request URL \(GET /v1/contacts/bulk_label\)

=== TEST 5: bulk_label is a word after POST only
--- request eval
["DELETE /v1/contacts/bulk_label", "POST /v1/contacts/bulk_label/", "PATCH /v1/12/contacts/bulk_label", "POST /v1/contacts/bulk_label/labels\n{", "GET /v1/contacts/bulk_label/labels", "DELETE /v1/contacts/bulk_label/labels/x", "POST /v1/x/contacts/bulk_label/labels\n{", "POST /v1/contacts/bulk%5Flabel\n{}"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[404, 404, 404, (400) x 5]
--- response_body_like eval
[('Unrecognized request URL') x 3, ('"param":"id"') x 3, '"param":"phone_number_id"', 'Missing required field: contact_ids']

=== TEST 6: a thousand contacts, all or nothing
--- init
Labels::query("INSERT INTO labels.contact (account_id, contact_id, team_id, uuid, short_id) SELECT 1, 1000 + i, 1, ('018f7df5-0000-7000-8000-00000001' || lpad(to_hex(i), 4, '0'))::uuid, 'b' || i FROM generate_series(0, 999) i");
--- request eval
my $ids = CORE::join ',', map { '"ctc_01HXYZA000E00800000000' . CORE::join('', map { substr '0123456789ABCDEFGHJKMNPQRSTVWXYZ', $_, 1 } map { ($_ >> 15 & 31, $_ >> 10 & 31, $_ >> 5 & 31, $_ & 31) } 65536 + $_) . '"' } 0 .. 999;
my $b = "\"contact_ids\":[$ids],\"operation\":\"attach\",\"label_id\":";
["POST /v1/contacts/bulk_label\n{$b\"\${label.Globex Only.kirimchat_id}\"}", "POST /v1/contacts/bulk_label\n{$b\"\${label.VIP.kirimchat_id}\"}"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[404, 200]
--- response_body_like eval
['No such label', '"applied":1000,"skipped_cross_org":0,"skipped_team_mismatch":0']

=== TEST 7: keys: their syntax comes after the credentials and before all else
--- request eval
my $p = "POST /v1/x/contacts/bulk_label\n{";
[($p) x 7, "POST /v1/labels\n{", "POST /v1/contacts/x/labels\n{", "GET /v1/labels?limit=0", "PATCH /v1/labels/x\n{", "DELETE /v1/labels/x"]
--- more_headers eval
my $a = "Authorization: Bearer \${cred.kc_key}\nIdempotency-Key:";
["Idempotency-Key: " . 'x' x 256, $a, "$a " . 'x' x 256, "$a a\tb", "$a \xc3\xa9", "$a a\x7f", "$a " . 'x' x 255, "$a \xff", "$a \xff", "$a \xff", "$a \xff", "$a \xff"]
--- error_code eval
[401, (400) x 11]
--- response_headers eval
[('! Idempotent-Replayed') x 12]
--- response_body_like eval
my $e = '"type":"invalid_request_error","code":"invalid_field_value","message":"Invalid value for Idempotency-Key.","param":"Idempotency-Key","request_id"';
['missing_api_key', ($e) x 5, '"param":"phone_number_id"', $e, $e, '"param":"limit"', '"param":"id"', '"param":"id"']

=== TEST 8: a created label is answered again as it was, whatever has become of it
--- request eval
my $b = '"team_id":"${team.sales}","name":"New"';
my $l = 'POST /v1/labels';
["$l\n{$b,\"x\":{\"b\":1.0,\"a\":[]}}", "$l\n{ \"x\" : {\"a\":[],\"b\":2,\"b\":1.0}, \"n\\u0061me\":\"New\", \"team_id\":\"\${team.sales}\" }", "$l\n{$b,\"x\":{\"b\":1,\"a\":[]}}", "POST /v1/%6C" . "abels?q=1\n{$b,\"x\":{\"b\":1.0,\"a\":[]}}",
 "PATCH /v1/labels/\${label.Globex Only.kirimchat_id}\n{}", "$l\n{$b}", "$l\n{\"name\":\"New\"}", "$l\n{\"name\":\"New\"}"]
--- more_headers eval
my $k = "Authorization: Bearer \${cred.kc_key}\nIdempotency-Key: ~ a!";
[($k) x 5, 'Authorization: Bearer ${cred.kc_key}', map { "Authorization: Bearer \${cred.kc_foreign}\nIdempotency-Key: $_" } '~ a!', '~ A!']
--- error_code eval
[201, 201, 422, 201, 404, 400, 201, 400]
--- response_headers eval
['Idempotent-Replayed: false', 'Idempotent-Replayed: true', '! Idempotent-Replayed', 'Idempotent-Replayed: true', '! Idempotent-Replayed', '! Idempotent-Replayed', ('Idempotent-Replayed: false') x 2]
--- response_body_like eval
['"name":"New"', '"name":"New"', '"code":"idempotency_key_reuse","message":"This Idempotency-Key was already used with a different request.","request_id"', '"name":"New"', 'No such label', 'already exists', '"name":"New"', 'already exists']

=== TEST 9: every answer of a look-up is stored, none of the checks before it
--- request eval
my ($kim, $vip) = ('"contact_ids":["${contact.kim.kirimchat_id}"]', '"label_id":"${label.VIP.kirimchat_id}"');
my $b = "POST /v1/contacts/bulk_label\n{$kim,\"operation\":\"attach\",";
my @p = ("POST /v1/labels\n{\"name\":\"T1\"}", "POST /v1/labels\n{\"name\":\"T2\",\"team_id\":\"nope\"}", "POST /v1/labels\n{\"name\":\"VIP\",\"team_id\":\"\${team.sales}\"}",
         "$b\"label_id\":\"\${label.Globex Only.kirimchat_id}\"}", "POST /v1/999999/contacts/bulk_label\n{$kim,\"operation\":\"attach\",$vip}", "$b$vip}",
         "POST /v1/contacts/\${contact.gus.kirimchat_id}/labels\n{$vip}", "POST /v1/contacts/\${contact.kim.kirimchat_id}/labels\n{\"label_id\":\"\${label.Globex Only.kirimchat_id}\"}", "POST /v1/contacts/\${contact.kit.kirimchat_id}/labels\n{$vip}");
[(map { ($_, $_) } @p), "POST /v1/labels\n{}", "POST /v1/labels\n{\"name\":\"After\",\"team_id\":\"\${team.sales}\"}", "POST /v1/labels\n{}"]
--- more_headers eval
[map { "Authorization: Bearer \${cred.kc_key}\nIdempotency-Key: $_" } (map { ($_, $_) } 1 .. 9), ('ten') x 3]
--- error_code eval
[(map { ($_, $_) } 400, 400, 400, 404, 404, 200, 404, 404, 400), 400, 201, 400]
--- response_headers eval
[("Idempotent-Replayed: false", 'Idempotent-Replayed: true') x 9, '! Idempotent-Replayed', 'Idempotent-Replayed: false', '! Idempotent-Replayed']
--- response_body_like eval
[(map { ($_, $_) } 'team_id is required', 'Invalid value for team_id', 'already exists', 'No such label: ', 'No such phone number: 999999', '"applied":1', 'No such contact: ', 'No such label: ', 'same team'), 'Missing', 'After', 'Missing']
