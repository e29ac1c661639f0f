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
