# Wawp: the catalogue of labels by every alias, with its palette, its cap and
# the chats of a label; where parameters travel, and which place wins.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: a placeholder stands for its own parameter only
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["GET /v2/labels/{id}?$q&id=1", "GET /v2/labels/%7BlabelId%7D?$q&labelId=1", "GET /v2/labels/{id}?$q", "GET /v2/labels/chats/{chatId}?$q&chatId=12345", "GET /v2/labels/{labelId}/chats?$q",
 "GET /v2/labels/{chatId}?$q&id=1", "GET /v2/labels/{x}/chats?$q&id=1", "GET /v2/labels/chats/{id}?$q&chatId=12345", "PUT /v2/labels/1/chats/{labelId}?$q&chatId=12345", "PUT /v2/labels/{}/chats/12345?$q&id=1"]
--- error_code eval
[200, 200, 400, 200, (400) x 6]
--- response_body eval
my $vip = '{"id":"1","name":"VIP","color":1,"colorHex":"#64c4ff"}';
sub error1 { qq({"success":false,"code":"$_[0]","message":"$_[1]"}) }
my $none = error1('missing_params', 'Missing Required Parameter(s): id');
[$vip, $vip, $none, '[]', $none, map { error1('invalid_param', "Invalid Parameter Format: $_") } qw(id id chatId chatId id)]

=== TEST 2: a blank name is none on create, wherever it is, and malformed on update
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["POST /v2/labels?$q&name=%20\n{\"name\":\"One\"}", "POST /v2/labels?$q&name=Two\n{\"name\":\" \\t\"}", "POST /v2/labels?$q&name=+\n{\"name\":\"\"}", "POST /v2/labels?$q\n{\"name\":\"\",\"color\":\"x\"}",
 "PUT /v2/labels/1?$q&name=%20\n{\"name\":\"One\"}", "PUT /v2/labels/1?$q&name=VIP\n{\"name\":\"\"}", "PUT /v2/labels/1?$q&name=\n{\"name\":\"Three\"}"]
--- error_code eval
[201, 201, 400, 400, 400, 400, 200]
--- response_body eval
sub error2 { qq({"success":false,"code":"$_[0]","message":"$_[1]"}) }
['{"id":"9","name":"One","color":0,"colorHex":"#ff9485"}', '{"id":"10","name":"Two","color":0,"colorHex":"#ff9485"}', (error2('missing_params', 'Missing Required Parameter(s): name')) x 2,
 error2('invalid_param', 'Invalid Parameter Format: name'), error2('conflicting_params', 'Conflicting values for parameter: name'), '{"id":"1","name":"Three","color":1,"colorHex":"#64c4ff"}']

=== TEST 3: the list, by id, and its total; below both prefixes
--- init
Labels::query('DELETE FROM labels.label WHERE account_id = 1 AND label_id > 4');
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["GET /v2/labels?$q", "GET /v2/labels/all/?$q", "GET /wp-json/awp/v1/labels/?$q&x=y", "GET /wp-json/awp/v1/labels/%61ll?$q&limit=&offset=", "HEAD /v2/labels?$q", "GET /v2/labels?$q&limit=1&offset=1", "GET /v2/labels?$q&limit=2&limit=x",
 "GET /v2/labels?$q&offset=999999999", "GET /v2/labels?$q&limit=0000000000000000000000000000001&offset=000000003"]
--- response_headers eval
[("Content-Type: application/json; charset=utf-8\nCache-Control: no-store\nX-Total-Count: 4\n! X-RateLimit-Limit") x 9]
--- response_body eval
my @l = ('{"id":"1","name":"VIP","color":1,"colorHex":"#64c4ff"}', '{"id":"2","name":"Priority","color":13,"colorHex":"#f74848"}', '{"id":"3","name":"To Follow Up","color":2,"colorHex":"#ffd429"}', '{"id":"4","name":"existing-tag","color":4,"colorHex":"#99b6c1"}');
my $all = '[' . CORE::join(',', @l) . ']';
[($all) x 4, '', "[$l[1]]", "[$l[0],$l[1]]", '[]', "[$l[3]]"]

=== TEST 4: limit, then offset
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
[map({ "GET /v2/labels?$q&$_" } qw(limit=0 limit=1001 limit=-1 limit=%2B1 limit=1.0 limit=99999999999999999999 offset=-1 offset=x offset=1234567890 offset=0000000000 offset=x&limit=0)), "GET /v2/labels/999/chats?$q&limit=0", "GET /v2/labels/999/chats?$q&offset=x", "GET /v2/labels/x/chats?$q&limit=0",
 "GET /v2/labels/1/chats?$q&id=2&limit=0", "GET /v2/labels/1?$q&limit=0", "GET /v2/labels/chats/12345?$q&limit=0"]
--- error_code eval
[(400) x 15, 200, 200]
--- response_headers eval
[('! X-Total-Count') x 17]
--- response_body_like eval
[(map { '^\{"success":false,"code":"invalid_param","message":"Invalid Parameter Format: ' . $_ . '"\}$' } ('limit') x 6, ('offset') x 4, qw(limit limit offset id limit)), '^\{"id":"1"', '^\[\]$']

=== TEST 5: create by the body or the query, below every alias; ids only rise
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["POST /v2/labels?$q\n{\"name\":\" \\tA\\u000b \",\"colorHex\":\"#FF9DFF\",\"color\":null}", "POST /v2/labels/create?$q&name=a+%2Bb&color=19", "DELETE /v2/labels/10?$q", "POST /wp-json/awp/v1/labels/?$q\n{\"name\":\"C\",\"color\":\"0\",\"x\":{},\"name\":\"D\"}",
 "POST /wp-json/awp/v1/labels/create/?$q&color=13\n{\"name\":\"\xc3\xa9" . 'x' x 99 . "\",\"color\":\"13\"}", "POST /v2/labels?$q&colorHex=%2364C4FF&name=E+\n{\"colorHex\":\"#64c4ff\",\"name\":\" E\"}", "POST /v2/labels?$q\n{\"name\":\"\xc2\xa0\"}", "POST /v2/labels?$q&name=%zz&name="]
--- error_code eval
[201, 201, 200, (201) x 5]
--- response_headers eval
[("Content-Type: application/json; charset=utf-8\nCache-Control: no-store\n! Location") x 8]
--- response_body eval
my $l = sub { qq({"id":"$_[0]","name":"$_[1]","color":$_[2],"colorHex":"$_[3]"}) };
[$l->(9, 'A', 6, '#ff9dff'), $l->(10, 'a +b', 19, '#9368cf'), '{"success":true,"message":"Operation completed successfully"}', $l->(11, 'D', 0, '#ff9485'), $l->(12, "\xc3\xa9" . 'x' x 99, 13, '#f74848'), $l->(13, 'E', 1, '#64c4ff'), $l->(14, "\xc2\xa0", 0, '#ff9485'), $l->(15, '%zz', 0, '#ff9485')]

=== TEST 6: create: required, then formats in their order, then conflicts, then colours, then the name
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
my $p = "POST /v2/labels?$q";
["$p", "$p\n{\"name\":null,\"color\":\"x\"}", "$p\n{\"Name\":\"x\"}", (map { "$p\n{\"name\":$_,\"color\":99}" } '5', 'true', '[]', '"a\u0000"', '"' . 'x' x 101 . '"'), "$p&name=%ff&color=99", "$p&name=a%00b",
 (map { "$p\n{\"name\":\"N\",\"color\":$_,\"colorHex\":5}" } '20', '-1', '-0', '1.0', '1e1', '5.5', 'true', '[]', '""', '"05"', '" 5"', '"+5"', '"99999999999999999999"'), (map { "$p\n{\"name\":\"N\",\"colorHex\":$_}" } '5', 'true', '{}'), "$p&name=M&color=1\n{\"name\":\"N\",\"color\":20}",
 "$p&color=1&colorHex=x\n{\"name\":\"VIP\",\"color\":2}", "$p&colorHex=%2364c4ff\n{\"name\":\"VIP\",\"colorHex\":\"#64c4fe\"}", "$p&name=N\n{\"name\":5}", "$p\n{\"name\":\"VIP\",\"color\":1,\"colorHex\":\"#64c4ff\"}",
 (map { "$p\n{\"name\":\"VIP\",\"colorHex\":\"$_\"}" } '', '64c4ff', '#64c4fe', '#64c4ff ', '#fff'), "$p\n{\"name\":\"VIP\"}"]
--- error_code eval
[(400) x 30, (422) x 7]
--- response_body_like eval
my $e = sub { "^\\{\"success\":false,\"code\":\"$_[0]\",\"message\":\"$_[1]\"\\}\$" };
[($e->('missing_params', 'Missing Required Parameter\(s\): name')) x 3, map({ $e->('invalid_param', "Invalid Parameter Format: $_") } ('name') x 7, ('color') x 13, ('colorHex') x 3),
 map({ $e->('conflicting_params', "Conflicting values for parameter: $_") } qw(name color colorHex name)), $e->('invalid_color', "Use either 'color' or 'colorHex'"),
 ($e->('invalid_color', "Invalid 'colorHex'. Possible values: #ff9485, #64c4ff, #ffd429, #dfaef0, #99b6c1, #55ccb3, #ff9dff, #d3a91d, #6d7cce, #d7e752, #00d0e2, #ffc5c7, #93ceac, #f74848, #00a0f2, #83e422, #ffaf04, #b5ebff, #9ba6ff, #9368cf")) x 5,
 $e->('label_exists', "Label with 'VIP' already exists, id: 1")]

=== TEST 7: update: what is sent, by every alias and place
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["PUT /v2/labels/1?$q", "PUT /v2/labels/1?$q\n{\"name\":null,\"color\":null}", "PUT /v2/labels/1/update?$q\n{\"name\":\" VIP \",\"color\":0}", "PUT /wp-json/awp/v1/labels/{labelId}/update/?$q&color=%36\n{\"labelId\":1}", "PUT /wp-json/awp/v1/labels/%7Bid%7D/?$q&id=1&name=New&colorHex=%23D3A91D", "GET /v2/labels/1?$q", "HEAD /v2/labels/1?$q"]
--- error_code eval
[(200) x 7]
--- response_headers eval
[("Content-Type: application/json; charset=utf-8\nCache-Control: no-store\n! X-Total-Count") x 7]
--- response_body eval
my $vip = '{"id":"1","name":"VIP","color":1,"colorHex":"#64c4ff"}';
my $new = '{"id":"1","name":"New","color":7,"colorHex":"#d3a91d"}';
[$vip, $vip, '{"id":"1","name":"VIP","color":0,"colorHex":"#ff9485"}', '{"id":"1","name":"VIP","color":6,"colorHex":"#ff9dff"}', $new, $new, '']

=== TEST 8: update: formats, conflicts and colours before the label, the label before the name
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["PUT /v2/labels/{id}?$q\n{\"name\":5}", "PUT /v2/labels/0?$q\n{\"name\":5}", "PUT /v2/labels/999?$q\n{\"name\":5,\"color\":99}", "PUT /v2/labels/999?$q\n{\"color\":99,\"colorHex\":5}", "PUT /v2/labels/999?$q&id=1\n{\"color\":1,\"colorHex\":\"\"}", "PUT /v2/labels/999?$q\n{\"color\":1,\"colorHex\":\"\"}",
 "PUT /v2/labels/999?$q&colorHex=x", "PUT /v2/labels/999?$q&name=VIP", "PUT /v2/labels/101?$q&name=VIP", "PUT /v2/labels/1?$q\n{\"name\":\"Priority\"}", "PUT /v2/labels/1?$q&name=vip", "PUT /v2/labels/1?$q&name=VIP\n{\"color\":\"4\"}"]
--- error_code eval
[(400) x 5, 422, 422, 404, 404, 422, 200, 200]
--- response_body_like eval
['Missing Required Parameter\(s\): id"', 'Format: id"', 'Format: name"', 'Format: color"', 'Conflicting values for parameter: id"', 'Use either', 'Invalid .colorHex', '"label_not_found"', '"label_not_found"', "Label with 'Priority' already exists, id: 2", '"name":"vip"', '"name":"VIP","color":4']

=== TEST 9: names that exist: byte for byte, across teams, the lowest id, the name escaped
--- init
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) VALUES (1, 22, 1, gen_random_uuid(), 's22', 'Twice \"\\', 'twice \"\\', '#fff', true), (1, 21, 2, gen_random_uuid(), 's21', 'Twice \"\\', 'twice \"\\', '#fff', true)");
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["POST /v2/labels?$q\n{\"name\":\" Twice \\\"\\\\ \"}", "PUT /v2/labels/21?$q\n{\"name\":\"Twice \\\"\\\\\"}", "PUT /v2/labels/1?$q\n{\"name\":\"Twice \\\"\\\\\"}", "POST /v2/labels?$q&name=priority", "POST /v2/labels?$q&name=Globex+Only"]
--- error_code eval
[422, 200, 422, 201, 201]
--- response_body_like eval
my $e = '^\{"success":false,"code":"label_exists","message":"Label with \'Twice \\\\"\\\\\\\\\' already exists, id: 21"\}$';
[$e, '"id":"21"', $e, '"priority"', '"Globex Only"']

=== TEST 10: delete, by its aliases; it is final
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["PUT /v2/labels/1/chats/\${contact.wa.chat_id}?$q", "DELETE /v2/labels/1/delete?$q", "DELETE /v2/labels/1?$q", "GET /v2/labels/1?$q", "PUT /v2/labels/1?$q&name=x", "GET /v2/labels/1/chats?$q", "GET /v2/labels/chats/\${contact.wa.chat_id}?$q", "POST /v2/labels?$q&name=VIP",
 "DELETE /wp-json/awp/v1/labels/{id}/delete/?$q\n{\"id\":\"9\"}", "DELETE /wp-json/awp/v1/labels/%7BlabelId%7D?$q&labelId=9", "DELETE /v2/labels/101?$q", "DELETE /v2/labels/abc?$q", "DELETE /v2/labels/{id}?$q", "POST /v2/labels?$q&name=VIP"]
--- error_code eval
[200, 200, (404) x 4, 200, 201, 200, 404, 404, 400, 400, 201]
--- response_body_like eval
my $ok = '^\{"success":true,"message":"Operation completed successfully"\}$';
my $none = '^\{"success":false,"code":"label_not_found","message":"Label not found"\}$';
[$ok, $ok, ($none) x 4, '^\[\]$', '"id":"9"', $ok, $none, $none, 'Format: id"', 'Missing Required Parameter\(s\): id"', '"id":"10"']

=== TEST 11: chats of a label in order of linking, whoever linked them; those without a chat id are left out
--- init
Labels::query("INSERT INTO labels.contact (account_id, contact_id, team_id, uuid, short_id, name) VALUES (1, 50, 1, gen_random_uuid(), 'nochat', 'No Chat'); INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind) VALUES (1, 50, 1, 'c'), (1, 7, 1, 'v'), (1, 7, 1, 'c')");
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["PUT /v2/labels/1/chats/\${contact.wa.chat_id}?$q", "POST /v1/contacts/\${contact.ada.kirimchat_id}/labels\n{\"label_id\":\"\${label.VIP.kirimchat_id}\"}", "POST /v2/labels/1/chats/99999?$q", "GET /v2/labels/1/chats?$q", "GET /wp-json/awp/v1/labels/{id}/chats/?$q&id=1&limit=2&offset=1", "HEAD /v2/labels/1/chats?$q", "GET /v2/labels/1/chats?$q&offset=4",
 "GET /v2/labels/2/chats?$q", "GET /v2/labels/999/chats?$q", "GET /v2/labels/101/chats?$q"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(200) x 8, 404, 404]
--- response_headers eval
[('! X-Total-Count') x 3, ("X-Total-Count: 4\nCache-Control: no-store") x 4, 'X-Total-Count: 0', ('! X-Total-Count') x 2]
--- response_body_like eval
my @c = map { '\{"id":"' . $_->[0] . '","name":' . $_->[1] . '\}' } ['120363025246125486@g.us', '"Project room"'], ['201234567890@c.us', '"Wa User"'], ['201000000001@c.us', '"Ada Admin"'], ['99999@c.us', 'null'];
['true', 'true', 'true', '^\[' . CORE::join(',', @c) . '\]$', "^\\[$c[1],$c[2]\\]\$", '^$', '^\[\]$', '^\[\]$', ('label_not_found') x 2]

=== TEST 12: methods of each path, below both prefixes, whatever the credentials
--- request eval
[map { my $m = $_; map { ("$m->[0] /v2$_", "$m->[0] /wp-json/awp/v1$_/") } $m->[1] } ['DELETE', '/labels'], ['POST', '/labels/all'], ['GET', '/labels/create'], ['POST', '/labels/5'], ['PATCH', '/labels/{id}'], ['GET', '/labels/5/update'], ['PUT', '/labels/5/delete'], ['DELETE', '/labels/chats/5'], ['DELETE', '/labels/chats/update'],
 ['PUT', '/labels/5/chats'], ['GET', '/labels/5/chats/5'], ['TRACE', '/labels'], ['OPTIONS', '/labels/all'], ['PUT', '/labels/cre%61te']]
--- error_code eval
[(405) x 28]
--- response_headers eval
[map { ("Allow: $_\nCache-Control: no-store\nContent-Type: application/json; charset=utf-8") x 2 } 'GET, HEAD, POST', 'GET, HEAD', 'POST', ('GET, HEAD, PUT, DELETE') x 2, 'PUT', 'DELETE', ('GET, HEAD, PUT') x 2, 'GET, HEAD', 'PUT, POST, DELETE', 'GET, HEAD, POST', 'GET, HEAD', 'POST']
--- response_body eval
[('{"success":false,"code":"method_not_allowed","message":"Method Not Allowed"}') x 28]

=== TEST 13: HEAD where there is no GET; words that are no ids, and other unknown paths
--- request eval
["HEAD /v2/labels/create", "HEAD /v2/labels/1/chats/12345", map { "GET $_" } qw(/v2/ /v2/labels// /v2/labels/chats /v2/labels/chats/ /v2/labels/all/chats /v2/labels/create/chats /v2/labels/chats/1/update /v2/labels/all/update /v2/labels/chats/chats/1 /v2/labels/1/chats/2/3 /v2/labels/1/x /v2/labels/1/ALL /v2/Labels /v2/labels.json /v2/labels/1// /wp-json/awp/v1/ /wp-json/awp/v1/label /v2//labels)]
--- error_code eval
[405, 405, (404) x 18]
--- response_headers eval
['Allow: POST', 'Allow: PUT, POST, DELETE', ("! Allow\nCache-Control: no-store") x 18]
--- response_body eval
['', '', ('{"success":false,"code":"not_found","message":"Not Found"}') x 18]

=== TEST 14: the label's id: path, query id, query labelId, body id, body labelId; all agree with the first
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["GET /v2/labels/1?$q&id=1&labelId=1\n{\"id\":1,\"labelId\":\"1\"}", "GET /v2/labels/{id}?$q&id=2\n{\"labelId\":2}", "GET /v2/labels/{id}?$q&id=&labelId=3\n{\"id\":\"\",\"labelId\":null}", "GET /v2/labels/{id}?$q\n{\"id\":1}", "GET /v2/labels/{id}?$q\n{\"id\":9,\"labelId\":\"3\",\"id\":3}",
 "GET /v2/labels/{id}?$q&id=1&id=2", "GET /v2/labels/%31?$q&id=%31", "GET /v2/labels/1?$q&labelId=2", "GET /v2/labels/1?$q\n{\"id\":\"01\"}", "GET /v2/labels/1?$q\n{\"labelId\":1.0}", "GET /v2/labels/1?$q\n{\"id\":[]}", "GET /v2/labels/{id}?$q&labelId=3\n{\"id\":2}", "GET /v2/labels/01?$q&id=1", "GET /v2/labels/{id}?$q\n{\"id\":1.0,\"labelId\":1}", "GET /v2/labels/{id}?$q\n{\"id\":true}", "GET /v2/labels/+1?$q", "GET /v2/labels/1%2F?$q", "GET /v2/labels/999999999?$q"]
--- error_code eval
[(200) x 7, (400) x 10, 404]
--- response_body_like eval
['"VIP"', '"Priority"', '"To Follow Up"', '"VIP"', '"To Follow Up"', '"VIP"', '"VIP"', ('Conflicting values for parameter: id"') x 5, ('Invalid Parameter Format: id"') x 5, 'label_not_found']

=== TEST 15: chat ids, in the path, the query and the body; what they become
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
[map({ "PUT /v2/labels/1/chats/$_?$q" } '201234567890%40c%2Eus', '201234567890@C.Us', '201234567890@S.WhatsApp.NET', '201234567890:123@s.whatsapp.net', '+20%201234-567890', '(20)1234567890', '12345-67890@G.us', '123456789012345678901234@g.us', '1:999@lid', '1@LID', '12345'),
 "PUT /v2/labels/1/chats/{chatId}?$q&chatId=%2B20+1234\n{\"chatId\":\"201234\@s.whatsapp.net\"}", "PUT /v2/labels/1/chats/{chatId}?$q\n{\"chatId\":201234}", "PUT /v2/labels/1/chats/201234567890?$q&chatId=201234567890:7\@s.whatsapp.net\n{\"chatId\":201234567890}",
 "PUT /v2/labels/1/chats/201234567890?$q&chatId=201234567890\@lid", "PUT /v2/labels/1/chats/12345?$q\n{\"chatId\":\"x\"}", "PUT /v2/labels/1/chats/12345?$q\n{\"chatId\":1.5}", "GET /v2/labels/1/chats?$q"]
--- error_code eval
[(200) x 14, (400) x 3, 200]
--- response_body_like eval
[('true') x 14, ('Conflicting values for parameter: chatId') x 3, '^\[\{"id":"201234567890@c.us","name":"Wa User"\},\{"id":"12345-67890@g.us","name":null\},\{"id":"123456789012345678901234@g.us","name":null\},\{"id":"1@lid","name":null\},\{"id":"12345@c.us","name":null\},\{"id":"201234@c.us","name":null\}\]$']

=== TEST 16: what is no chat id
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
[map { "GET /v2/labels/chats/$_?$q" } qw(1234 123456789012345678901 1234@c.us 123456789012345678901@c.us 123456:1@c.us 123456:@s.whatsapp.net 123456:1234@s.whatsapp.net 12345-1234@g.us 12345-@g.us 12345-1234567890123@g.us 1234567890123456789012345@g.us
 @lid a@lid 1:@lid 1:1234@lid 1@lid@lid 123456789012345678901@lid @c.us 12345@newsletter status@broadcast 12345@c.us%0a 12345%0a 12345.6 %EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95 text +-() all)]
--- error_code eval
[(400) x 27]
--- response_body eval
[('{"success":false,"code":"invalid_param","message":"Invalid Parameter Format: chatId"}') x 27]

=== TEST 17: the token: query, body, Authorization, access-token; the instance: query, body, X-Instance-ID; the first counts
--- request eval
my ($t, $i) = ('${cred.wa_token}', '${account.1.wawp_instance}');
["GET /v2/labels/1", "GET /v2/labels/1", "GET /v2/labels/1", "GET /v2/labels/1\n{\"access_token\":\"$t\",\"instance_id\":\"$i\"}", "GET /v2/labels/1?access_token=&instance_id=\n{\"access_token\":\"\",\"instance_id\":[]}", "GET /v2/labels/1?access_token=$t&access_token=bad&instance_id=$i\n{\"access_token\":\"bad\",\"instance_id\":\"bad\"}",
 "GET /v2/labels/1?access_token=bad&access_token=$t&instance_id=$i", "GET /v2/labels/1", "GET /v2/labels/1\n{\"access_token\":42}", "GET /v2/labels/1\n{\"access_token\":{}}", "GET /v2/labels/1", "GET /v2/labels/1", "GET /v2/labels/1?instance_id=\${account.2.wawp_instance}", "GET /v2/labels/1?instance_id=a1b2c3d4e5f6", "GET /v2/labels/1?instance_id=DORMANT00009", "GET /v2/labels/1?instance_id=%20$i", "GET /v2/labels/1\n{\"instance_id\":7}"]
--- more_headers eval
my ($t, $i) = ('${cred.wa_token}', 'X-Instance-ID: ${account.1.wawp_instance}');
["access-token: $t\n$i", "Authorization: BEARER  $t\n$i", "Authorization: Basic x\naccess-token: $t\n$i", "Authorization: Bearer bad\naccess-token: bad\nX-Instance-ID: bad", "Authorization: Bearer $t\naccess-token: bad\n$i", "Authorization: Bearer bad\nX-Instance-ID: bad",
 "access-token: $t\n$i", "Authorization: Bearer bad\naccess-token: $t\n$i", "access-token: $t\n$i", "$i", "Authorization: Basic $t\n$i", "Authorization: $t\n$i", ("access-token: $t\n$i") x 5]
--- error_code eval
[(200) x 6, (401) x 6, (404) x 5]
--- response_body_like eval
[('"VIP"') x 6, ('"code":"invalid_token","message":"Invalid or Missing Access Token"') x 3, ('"code":"missing_token","message":"Missing access_token"') x 3, ('"code":"invalid_session","message":"Instance not found"') x 5]

=== TEST 18: bodies of every method are read as JSON, or not at all
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
my $deep = sub { '{"x":' . '[' x $_[0] . ']' x $_[0] . '}' };
[map({ "GET /v2/labels/1?$q\n$_" } '{', '[]', "\xef\xbb\xbf{}", '{"x":"\udc00"}', "{\"x\":\"\xff\"}", '{} x', $deep->(32)), "GET /v2/labels/1?$q\n" . $deep->(31), "DELETE /v2/labels/999?$q\n{", "HEAD /v2/labels/1?$q\n{", "GET /v2/labels/1?$q\n{", "PUT /v2/labels/1?$q\n{\"id\":2}", "PUT /v2/labels/1?$q\nname=x&id=2", "PUT /v2/labels/1?$q\nname=x"]
--- more_headers eval
['X: y', 'Content-Type: application/json', 'Content-Type: Application/JSON ; charset=x', ('X: y') x 7, "Content-Type: text/plain", 'Content-Type: application/jsonp', 'Content-Type: application/x-www-form-urlencoded', 'Content-Type: application/json']
--- error_code eval
[(400) x 7, 200, 400, 400, 200, 200, 200, 400]
--- response_body_like eval
my $e = '^\{"success":false,"code":"invalid_param","message":"Invalid Parameter Format: body"\}$';
[($e) x 7, '"VIP"', $e, '^$', ('"VIP"') x 3, $e]

=== TEST 19: token, instance, body, required, formats, conflicts, colours, label, name
--- request eval
my ($t, $i) = ('access_token=${cred.wa_token}', 'instance_id=${account.1.wawp_instance}');
["PUT /v2/labels/{id}?instance_id=x&limit=0\n{", "PUT /v2/labels/{id}?access_token=x\n{", "PUT /v2/labels/{id}?$t\n{", "PUT /v2/labels/{id}?$t&instance_id=x\n{", "PUT /v2/labels/{id}?$t&$i\n{", "PUT /v2/labels/chats/{chatId}?$t&$i\n{\"labels\":null}", "PUT /v2/labels/{id}/chats/{chatId}?$t&$i&labelId=", "PUT /v2/labels/chats/x?$t&$i\n{\"labels\":5}", "PUT /v2/labels/chats/12345?$t&$i&chatId=23456\n{\"labels\":[5,\"x\"]}",
 "PUT /v2/labels/chats/12345?$t&$i&chatId=23456\n{\"labels\":[999]}", "PUT /v2/labels/chats/12345?$t&$i\n{\"labels\":[1,999]}", "PUT /v2/labels/chats/12345?$t&$i\n{\"labels\":[" . CORE::join(',', (1) x 1001) . "]}", "PUT /v2/labels/chats/12345?$t&$i\n{\"labels\":[" . CORE::join(',', (1) x 1000) . "]}", "PUT /v2/labels/chats/12345?$t&$i&labels=1"]
--- error_code eval
[401, 401, 400, 404, (400) x 6, 404, 400, 200, 400]
--- response_body_like eval
['missing_token', 'invalid_token', 'Missing Required Parameter\(s\): instance_id"', 'invalid_session', 'Format: body"', 'Parameter\(s\): chatId, labels"', 'Parameter\(s\): id, chatId"', 'Format: chatId"', 'Format: labels"', 'parameter: chatId"', 'label_not_found', 'Format: labels"', 'true', 'Parameter\(s\): labels"']

=== TEST 20: every colour of the palette by index and by hex
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
my @hex = qw(ff9485 64c4ff ffd429 dfaef0 99b6c1 55ccb3 ff9dff d3a91d 6d7cce d7e752 00d0e2 ffc5c7 93ceac f74848 00a0f2 83e422 ffaf04 b5ebff 9ba6ff 9368cf);
[map { ("PUT /v2/labels/1?$q&color=$_", "PUT /v2/labels/2?$q\n{\"colorHex\":\"#$hex[$_]\"}") } 0 .. 19]
--- response_body eval
my @hex = qw(ff9485 64c4ff ffd429 dfaef0 99b6c1 55ccb3 ff9dff d3a91d 6d7cce d7e752 00d0e2 ffc5c7 93ceac f74848 00a0f2 83e422 ffaf04 b5ebff 9ba6ff 9368cf);
[map { my $c = "\"color\":$_,\"colorHex\":\"#$hex[$_]\"}"; ("{\"id\":\"1\",\"name\":\"VIP\",$c", "{\"id\":\"2\",\"name\":\"Priority\",$c") } 0 .. 19]

=== TEST 20b: colours from elsewhere read as the nearest entry
--- init
Labels::query("DELETE FROM labels.label WHERE account_id = 1; INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) SELECT 1, n, 1, gen_random_uuid(), 'c' || n, 'c' || n, 'c' || n, c, true FROM unnest(ARRAY['#F00', '#000000', '#ffffff', '#00A0f3', 'blue', '#12345', '', '#00a0fg']) WITH ORDINALITY AS x (c, n)");
--- request
GET /v2/labels?instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}
--- response_body_like eval
'^\[' . CORE::join(',', map { '\{"id":"\d","name":"c\d","color":' . $_->[0] . ',"colorHex":"#' . $_->[1] . '"\}' } [13, 'f74848'], [8, '6d7cce'], [17, 'b5ebff'], [14, '00a0f2'], ([4, '99b6c1']) x 4) . '\]$'

=== TEST 21: the cap: twenty of this dialect's own, before the name; a deleted one makes room
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["POST /v1/labels\n{\"name\":\"theirs\",\"team_id\":\"\${team.sales}\"}", map({ "POST /v2/labels?$q&name=n$_" } 1 .. 20), "POST /v2/labels?$q&name=VIP", "POST /v2/labels?$q&name=x&colorHex=x", "PUT /v2/labels/10?$q&name=renamed", "DELETE /v2/labels/9?$q", "POST /v2/labels?$q&name=21", "DELETE /v2/labels/10?$q", "POST /v2/labels?$q&name=21", "POST /v2/labels?$q&name=22"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[(201) x 21, 422, 422, 200, 200, 422, 200, 201, 422]
--- response_body_like eval
my $e = '^\{"success":false,"code":"label_limit","message":"Maximum 20 labels allowed"\}$';
[('.') x 21, $e, 'invalid_color', 'renamed', 'true', $e, 'true', '"30"', $e]

=== TEST 22: another cap
--- config eval: Labels::dialects('labels_cap 1;')
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["POST /v2/labels?$q&name=1", "POST /wp-json/awp/v1/labels/create?$q&name=2", "POST /v2/labels?instance_id=\${account.2.wawp_instance}&access_token=\${cred.wa_foreign}&name=2"]
--- error_code eval
[201, 422, 201]
--- response_body_like eval
['"1"', '"message":"Maximum 1 labels allowed"', '"2"']

=== TEST 23: no cap
--- config eval: Labels::dialects('labels_cap 0;')
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
[map { "POST /v2/labels?$q&name=n$_" } 1 .. 22]
--- error_code eval
[(201) x 22]

=== TEST 24: one catalogue: a label made here is listed elsewhere, in the first team
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["POST /v2/labels?$q&name=Shared&color=13", "GET /api/v1/accounts/1/labels", "GET /v1/labels?limit=1", "POST /v1/labels\n{\"name\":\"Shared\",\"team_id\":\"\${team.support}\",\"color\":\"teal\"}", "POST /v2/labels?$q&name=Shared", "GET /v2/labels/10?$q", "PUT /v2/labels/10/chats/\${contact.ada.chat_id}?$q"]
--- more_headers eval
['X: y', 'api_access_token: ${cred.cw_admin}', ('Authorization: Bearer ${cred.kc_key}') x 5]
--- error_code eval
[201, 200, 200, 201, 422, 200, 200]
--- response_body_like eval
['"9"', '"title":"Shared"[^{}]*"color":"#f74848"|"color":"#f74848"[^{}]*"title":"Shared"', '"name":"Shared","color":"red","team_id":"${team.sales}"', 'Shared', "Label with 'Shared' already exists, id: 9", '^\{"id":"10","name":"Shared","color":10,"colorHex":"#00d0e2"\}$', 'true']

=== TEST 25: a suspended account
--- init
Labels::query("UPDATE labels.account SET status = 'suspended' WHERE account_id = 1");
--- request eval
my $t = 'access_token=${cred.wa_token}';
["POST /v2/labels?$t\n{", "DELETE /v2/labels/x?$t&instance_id=x", "GET /v2/labels?$t&instance_id=\${account.1.wawp_instance}"]
--- error_code eval
[(403) x 3]
--- response_headers eval
[("Cache-Control: no-store\n! X-Total-Count") x 3]
--- response_body eval
[('{"success":false,"code":"forbidden","message":"Account suspended"}') x 3]

=== TEST 26: a replace keeps the place of what stays and appends the rest in its order, whoever linked it
--- request eval
my $q = 'instance_id=${account.1.wawp_instance}&access_token=${cred.wa_token}';
["PUT /v2/labels/chats/201000000008?$q\n{\"labels\":[3,\"7\",{\"id\":2},7]}", "GET /v1/contacts/\${contact.keeper.kirimchat_id}/labels", "GET /v2/labels/chats/201000000008?$q", "GET /api/v1/accounts/1/conversations/8/labels", "DELETE /v2/labels/999/chats/44444?$q"]
--- more_headers eval
['X: y', 'Authorization: Bearer ${cred.kc_key}', 'X: y', 'api_access_token: ${cred.cw_agent}', 'X: y']
--- error_code eval
[(200) x 4, 404]
--- response_body_like eval
['true', '"keep2".*"To Follow Up".*"Priority"', '^\[\{"id":"2".*"id":"3".*"id":"7"[^{}]*\}\]$', '"open-case"', 'label_not_found']
