# HighLevel: one change of the tags of many contacts, and every row of its
# errors, in their order.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: add, repeat, remove, all of them
--- request eval
my $c = '"contacts":["${contact.hal.highlevel_id}","${contact.keeper.highlevel_id}","${contact.kit.highlevel_id}"],"locationId":"${account.1.highlevel_location}"';
my $p = 'POST /contacts/bulk/tags/update';
["$p/add\n{$c,\"tags\":[\" Minim\",\"CUSTOMER\",\"minim\",\"  \",\"Vip\"]}", "$p/%61dd/\n{$c,\"tags\":[\"VIP\"],\"removeAllTags\":false}", "$p/remove?x=y\n{$c,\"tags\":[\"vip\",\"none\",\"KEEP1\",\"customer\"]}",
 "$p/remove\n{$c,\"tags\":[],\"removeAllTags\":false}", "$p/remove\n{$c,\"tags\":[\"x\"],\"removeAllTags\":true}", "$p/add\n{$c,\"tags\":[]}", "GET /contacts/\${contact.keeper.highlevel_id}", "GET /locations/\${account.1.highlevel_location}/tags"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: 2021-04-15\nContent-Type: text/plain\nIdempotency-Key: k\nlocationId: x") x 8]
--- error_code eval
[(201) x 6, 200, 200]
--- response_headers_like eval
[("Content-Type: application/json; charset=utf-8\nX-Request-Id: [0-9a-f-]{36}") x 8]
--- response_body_like eval
my $trace = '"traceId":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}"\}\z';
sub names { '\[' . CORE::join(',', map { qq("$_") } split / /, $_[0]) . '\]' }
sub item { qq(\\{"contactId":"$_[0]","message":"Tags updated","type":"success","oldTags":) . names($_[1]) . ',"tagsAdded":' . names($_[2]) . ',"tagsRemoved":' . names($_[3]) . '\}' }
my @id = map { Labels::demo("contact.$_.highlevel_id") } qw(hal keeper kit);
sub answer1 { my $n = 0; '\A\{"succeded":true,"succeeded":true,"errorCount":0,"responses":\[' . CORE::join(',', map { item($id[$n++], @$_) } @_) . '\],' . $trace }
[answer1(['customer', 'minim vip', ''], ['keep1 keep2', 'minim customer vip', ''], ['', 'minim customer vip', '']),
 answer1(['customer minim vip', '', ''], ['keep1 keep2 minim customer vip', '', ''], ['minim customer vip', '', '']),
 answer1(['customer minim vip', '', 'vip customer'], ['keep1 keep2 minim customer vip', '', 'vip keep1 customer'], ['minim customer vip', '', 'vip customer']),
 answer1(['minim', '', ''], ['keep2 minim', '', ''], ['minim', '', '']),
 answer1(['minim', '', 'minim'], ['keep2 minim', '', 'keep2 minim'], ['minim', '', 'minim']),
 answer1(['', '', ''], ['', '', ''], ['', '', '']), '"tags":\[\]', '"customer".*"keep1".*"minim".*"vip"']

=== TEST 2: contacts that are none, or another location's, in the order they are first named
--- request eval
my $w = '"locationId":"${account.1.highlevel_location}","tags":["vip"]';
my $p = 'POST /contacts/bulk/tags/update';
["$p/add\n{\"contacts\":[\"abcdef\",\"\${contact.gus.highlevel_id}\",\"\",\"\${contact.hal.highlevel_id}\",\"AAAAAAAAAAAAAAAAAAAA\",\"abcdef\",\"\${contact.hal.highlevel_id}\",\"\",\"a\\\"\\n\xc3\xa9\",\"\${contact.gus.highlevel_id}\"],$w}",
 "$p/remove\n{\"contacts\":[\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\",\"SX6wyHhbFdRXh302LLNR\"],$w,\"removeAllTags\":true}", "GET /contacts/\${contact.gus.highlevel_id}"]
--- more_headers eval
my $v = "\nVersion: v3";
["Authorization: Bearer \${cred.hl_write}$v", "Authorization: Bearer \${cred.hl_write}$v", "Authorization: Bearer \${cred.hl_foreign}$v"]
--- error_code eval
[201, 201, 200]
--- response_body_like eval
sub shape { qq(\\{"contactId":"$_[0]","message":"contact id is not a valid firebase id","type":"error"\\}) }
sub foreign { qq(\\{"contactId":"$_[0]","message":"contact does not belong to location","type":"error"\\}) }
['\A\{"succeded":true,"succeeded":true,"errorCount":5,"responses":\[' . CORE::join(',', shape('abcdef'), foreign('Pl4DUSzR8Mi7JTuwNz9D'), shape(''),
 '\{"contactId":"sx6wyHhbFdRXh302LLNR","message":"Tags updated","type":"success","oldTags":\["customer"\],"tagsAdded":\["vip"\],"tagsRemoved":\[\]\}', foreign('AAAAAAAAAAAAAAAAAAAA'), shape("a\\\\\"\\\\n\xc3\xa9")) . '\],"traceId"',
 '"errorCount":2,"responses":\[' . CORE::join(',', shape("(?:\xc3\xa9){10}"), foreign('SX6wyHhbFdRXh302LLNR')) . '\],"traceId"', '"tags":\["foreign-tag"\]']

=== TEST 3: labels of other dialects that read the same are one tag; of two teams as well
--- init
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) "
    . "VALUES (1, 101, 1, '018f7df5-1111-7000-8000-000000000801', 'bbbbbbbbbbbbbbbbbbbb', 'vip', 'vip', '#000000', false), "
    . "(1, 102, 2, '018f7df5-1111-7000-8000-000000000802', 'cccccccccccccccccccc', 'Vip', 'vip', '#000000', true); "
    . "INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind) "
    . "VALUES (1, 3, 102, 'c'), (1, 3, 1, 'c'), (1, 3, 101, 'c')");
--- request eval
my $c = '"contacts":["${contact.hal.highlevel_id}","${contact.kit.highlevel_id}","${contact.ada.highlevel_id}"],"locationId":"${account.1.highlevel_location}"';
my $p = 'POST /contacts/bulk/tags/update';
["$p/add\n{$c,\"tags\":[\"viP\",\"priority\"]}", (map { "GET /functions/v1/api-gateway/v1/contacts/\${contact.$_.uuid}/tags" } qw(hal kit ada)), "$p/remove\n{$c,\"tags\":[\"VIP\"]}", "GET /functions/v1/api-gateway/v1/contacts/\${contact.hal.uuid}/tags"]
--- more_headers eval
my ($h, $l) = ("Authorization: Bearer \${cred.hl_write}\nVersion: v3", 'Authorization: Bearer ${cred.lex_write}');
[$h, $l, $l, $l, $h, $l]
--- error_code eval
[201, 200, 200, 200, 201, 200]
--- response_body_like eval
['"oldTags":\["customer","vip"\],"tagsAdded":\["priority"\],"tagsRemoved":\[\]\},.*"oldTags":\[\],"tagsAdded":\["vip","priority"\].*"oldTags":\[\],"tagsAdded":\["vip","priority"\]',
 '"customer","Vip","VIP","vip","Priority"', '"Vip","Priority"', '"vip","Priority"', '("tagsRemoved":\["vip"\].*){3}', '"customer","Priority"']

=== TEST 4: what no label bears yet is made once; other dialects see it
--- request eval
["POST /contacts/bulk/tags/update/add\n{\"contacts\":[\"\${contact.kit.highlevel_id}\",\"\${contact.hal.highlevel_id}\",\"\${contact.ada.highlevel_id}\"],\"tags\":[\"New \xc3\x89\",\"\xc4\xb0\"],\"locationId\":\"\${account.1.highlevel_location}\"}",
 "GET /contacts/\${contact.ada.highlevel_id}", "GET /api/v1/accounts/1/contacts/1/labels", "GET /locations/\${account.1.highlevel_location}/tags"]
--- more_headers eval
my $h = "Authorization: Bearer \${cred.hl_write}\nVersion: v3";
[$h, $h, 'api_access_token: ${cred.cw_agent}', $h]
--- error_code eval
[201, 200, 200, 200]
--- response_body_like eval
["(\"tagsAdded\":\\[\"new \xc3\xa9\",\"i\"\\].*){3}", "\"tags\":\\[\"new \xc3\xa9\",\"i\"\\]", "\"i\",\"new \xc3\xa9\"|\"new \xc3\xa9\",\"i\"", "\\A(?:(?!\"new \xc3\xa9\").)*\"new \xc3\xa9\"(?:(?!\"new \xc3\xa9\").)*\\z"]

=== TEST 5: Version, then token, then class, then scope, then type, then body
--- request eval
my $p = 'POST /contacts/bulk/tags/update';
["$p/add\n{", "$p/none\n{", "$p/none\n{", "$p/none\n{", "$p/none\n{", (map { "$p/$_\n{" } 'none', 'ADD', 'add%20', 'Remove', '%00x' =~ s/00/01/r), "$p/remove\n{", "$p/add\n{\"x\":1,\"locationId\":\"y\"}",
 "$p/add\n{\"contacts\":[\"x\"],\"tags\":[],\"locationId\":\"\${account.2.highlevel_location}\"}", "$p/remove\n{\"contacts\":[\"x\"],\"tags\":[],\"locationId\":\"no such \xc3\xa9\"}"]
--- more_headers eval
my ($a, $v) = ('Authorization: Bearer ', "\nVersion: v3");
['X: y', "${a}nobody\nVersion: 2021-07-27", "${a}nobody$v", "${a}\${cred.hl_agency}$v", "${a}\${cred.hl_read}$v", ("${a}\${cred.hl_write}$v") x 9]
--- error_code eval
[(401) x 5, (422) x 5, 400, 422, 403, 403]
--- response_body_like eval
sub error5 { qq(\\A\\{"statusCode":$_[0],"message":$_[1],"error":"$_[2]"\\}\\z) }
[(map { error5(401, qq("$_"), 'Unauthorized') } 'version header was not found\.', 'version header is invalid', 'Invalid token: access token is invalid',
  'This authClass type is not allowed to access this scope\. Please reach out to the Platform team to get it added\.', 'The token is not authorized for this scope\.'),
 (error5(422, '\["type must be a valid enum value"\]', 'Unprocessable Entity')) x 5, error5(400, '"Request body must be a valid JSON object"', 'Bad Request'), error5(422, '\["property x should not exist",.*\]', 'Unprocessable Entity'),
 (error5(403, '"The token does not have access to this location\."', 'Forbidden')) x 2]

=== TEST 6: bodies that are refused
--- request eval
my $p = 'POST /contacts/bulk/tags/update/add';
[map { "$p\n$_" } '[]', '{"tags":[],"contacts":[],"tags":[]}', '{"removeAllTags":TRUE}', '{"contacts":' . '[' x 32 . ']' x 32 . '}', '{"contacts":["\u0000"]}', "{\"locationId\":\"\xff\"}", '{"tags":["\ud83c"]}', '{"tags":["\ud83c"]']
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 8]
--- error_code eval
[(400) x 4, (422) x 4]
--- response_body eval
[('{"statusCode":400,"message":"Request body must be a valid JSON object","error":"Bad Request"}') x 4,
 ('{"statusCode":422,"message":["request body must be valid UTF-8 text without null characters"],"error":"Unprocessable Entity"}') x 4]

=== TEST 7: all that is wrong with the members is said at once
--- request eval
my ($a, $r) = map { "POST /contacts/bulk/tags/update/$_\n" } qw(add remove);
my $ok = '"contacts":["x"],"tags":[],"locationId":"x"';
[$a, "$r\{\"removeAllTags\":true}", "$a\{\"contacts\":{},\"tags\":null,\"locationId\":null,\"removeAllTags\":null}", "$a\{\"removeAllTags\":true,\"z\":1,\"locationId\":\"\",\"tags\":[1,\"" . 'x' x 256 . '","' . 'x' x 257 . "\"],\"contacts\":[],\"a\\\"\":2}",
 "$a\{\"contacts\":[" . CORE::join(',', 1, map { qq("$_") } 1 .. 500) . '],"tags":[' . CORE::join(',', ('" "') x 101) . '],"locationId":[],"removeAllTags":1}',
 "$r\{$ok,\"removeAllTags\":\"true\"}", "$a\{$ok,\"removeAllTags\":true}", "$r\{$ok,\"locationID\":\"x\"}", "$a\{\"contacts\":[\"x\",{\"a\":[]}],\"tags\":[],\"locationId\":true}"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 9]
--- error_code eval
[(422) x 9]
--- response_body eval
sub error7 { '{"statusCode":422,"message":[' . CORE::join(',', map { qq("$_") } @_) . '],"error":"Unprocessable Entity"}' }
my @strings = map { 'each value in ' . $_ . ' must be a string' } 'contacts', 'tags';
my @none = ($strings[0], 'contacts must be an array', $strings[1], 'tags must be an array', 'locationId should not be empty', 'locationId must be a string');
[error7(@none), error7(@none), error7(@none, 'removeAllTags must be a boolean value'),
 error7('property z should not exist', 'property a\" should not exist', 'contacts should not be empty', $strings[1], 'each value in tags must be shorter than or equal to 255 characters', 'locationId should not be empty', 'removeAllTags is only allowed when type is remove'),
 error7($strings[0], 'contacts must contain no more than 500 elements', 'tags must contain no more than 100 elements', 'locationId must be a string', 'removeAllTags must be a boolean value'),
 error7('removeAllTags must be a boolean value'), error7('removeAllTags is only allowed when type is remove'), error7('property locationID should not exist'), error7($strings[0], 'locationId must be a string')]

=== TEST 8: the most that one request takes
--- init
Labels::query("INSERT INTO labels.contact (account_id, contact_id, team_id, uuid, short_id, name) SELECT 1, 5000 + n, 1, gen_random_uuid(), 'bulk' || to_char(n, 'FM0000000000000000'), 'n' FROM generate_series(1, 500) n");
--- request eval
my $c = CORE::join(',', map { sprintf '"bulk%016d"', $_ } 1 .. 500);
my $t = CORE::join(',', map { qq("\xc3\x89$_") } 100 .. 199);
["POST /contacts/bulk/tags/update/add\n{\"contacts\":[$c],\"tags\":[$t],\"locationId\":\"\${account.1.highlevel_location}\"}", "GET /contacts/bulk0000000000000500",
 "POST /contacts/bulk/tags/update/remove\n{\"contacts\":[$c],\"tags\":[],\"locationId\":\"\${account.1.highlevel_location}\",\"removeAllTags\":true}", "GET /contacts/bulk0000000000000500"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 4]
--- timeout: 60
--- error_code eval
[201, 200, 201, 200]
--- response_body_like eval
['\A.{0,60}"errorCount":0,"responses":\[\{"contactId":"bulk0000000000000001".*"contactId":"bulk0000000000000500"', "\"tags\":\\[\"\xc3\xa9100\",\"\xc3\xa9101\",.*\"\xc3\xa9199\"\\]\\}", '"errorCount":0', '"tags":\[\]']

=== TEST 9: methods and words beside it
--- request eval
["GET /contacts/bulk/tags/update/add", "PUT /contacts/bulk/tags/update/add", "DELETE /contacts/bulk/tags/update/remove", "POST /contacts/bulk/tags/update", "POST /contacts/bulk/tags/update/add/x", "POST /contacts/Bulk/tags/update/add", "POST /contacts/bulk/tags/update//", "HEAD /contacts/bulk/tags/update/add"]
--- error_code eval
[(404) x 8]
--- response_body eval
[(map { qq({"statusCode":404,"message":"Cannot $_","error":"Not Found"}) } 'GET /contacts/bulk/tags/update/add', 'PUT /contacts/bulk/tags/update/add', 'DELETE /contacts/bulk/tags/update/remove', 'POST /contacts/bulk/tags/update', 'POST /contacts/bulk/tags/update/add/x', 'POST /contacts/Bulk/tags/update/add', 'POST /contacts/bulk/tags/update//'), '']

=== TEST 10: a contact by the name of the route
--- request eval
["GET /contacts/bulk", "POST /contacts/bulk/tags\n{\"tags\":[]}", "DELETE /contacts/%62ulk/tags/\n{\"tags\":[]}"]
--- more_headers eval
[("Authorization: Bearer \${cred.hl_write}\nVersion: v3") x 3]
--- error_code eval
[400, 400, 400]
--- response_body eval
[map { qq({"statusCode":400,"message":"Contact not found for id:$_","error":"Bad Request"}) } 'bulk', 'bulk', '%62ulk']
