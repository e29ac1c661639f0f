# Chatwoot: bulk_actions puts labels on and off many contacts or conversations,
# in one transaction, and says the first thing that is wrong with its body.

use Labels;
use Test::Nginx::Socket 'no_plan';

sub problem {
    my ($text, $field, $code, $title) = @_;
    return qq({"description":"$text","errors":[{"field":"$field","message":"$text","code":"$code"}],"error":")
         . ($title || $text) . '"}';
}

sub violation {
    my ($text, $field, $code) = @_;
    return qq({"message":"$text","attributes":["$field"],"description":"$text","errors":[{"field":"$field","message":"$text","code":"$code"}]});
}

my %said = (
    type => '{"success":false,' . substr(problem('Type must be Contact or Conversation', 'type', 'invalid'), 1),
    fields => violation('Fields is not supported', 'fields', 'unsupported'), snooze => violation('Snoozed until is not supported', 'snoozed_until', 'unsupported'),
    action => violation('Action name is not supported', 'action_name', 'unsupported'),
    ids => violation('Ids must be an array of integers', 'ids', 'invalid'), 'ids-many' => violation('Ids has too many items (maximum is 1000)', 'ids', 'too_many'),
    none => violation('Labels must hold add or remove', 'labels', 'required'), strings => violation('Labels must be an array of strings', 'labels', 'invalid'),
    text => violation('Labels must be valid UTF-8 text', 'labels', 'invalid_text'), long => violation('Label is too long (maximum is 255 characters)', 'labels', 'too_long'),
    many => violation('Labels has too many items (maximum is 1000)', 'labels', 'too_many'),
    blank => violation('Labels must contain at least one label that is not blank', 'labels', 'blank'),
    changes => violation('Ids and labels ask for too many changes (maximum is 100000)', 'labels', 'too_many'),
);

sub said { return map { $said{$_} || die "$_\n" } map { split } @_ }
sub bulk { return "POST /api/v1/accounts/1/bulk_actions\n{$_[0]}" }
sub numbers { return join ',', @_ }
sub strings { return join ',', map { qq("$_") } @_ }
sub list { return '{"payload":[' . join(',', map { qq("$_") } @_) . ']}' }

suite();
run_tests();

__DATA__

=== TEST 1: on and off several contacts, with an empty answer
--- request eval
my $p = '/api/v1/accounts/1/contacts';
[main::bulk('"type":"Contact","ids":[3,8,1],"labels":{"add":["vip","New, other "],"remove":["KEEP1","customer","unknown"]}'), "GET $p/1/labels", "GET $p/3/labels", "GET $p/8/labels",
 main::bulk('"type":"Contact","ids":[3,8,1],"labels":{"add":["vip","New, other "],"remove":["KEEP1","customer","unknown"]}'), "GET $p/1/labels", "GET $p/8/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 7]
--- error_code eval
[(200) x 7]
--- response_headers eval
my $e = "Content-Length: 0\nContent-Type: application/json\nCache-Control: no-cache\n! ETag";
[$e, ('') x 3, $e, '', '']
--- response_body eval
['', main::list(qw(VIP New other)), main::list(qw(VIP New other)), main::list(qw(keep2 VIP New other)), '', main::list(qw(VIP New other)), main::list(qw(keep2 VIP New other))]

=== TEST 2: and made no label of what was to be taken off
--- keep
--- init
Test::More::is(Labels::query("SELECT string_agg(title || ' ' || team_id || ' ' || listed, ', ' ORDER BY label_id) FROM labels.label WHERE account_id = 1 AND label_id > 8"), 'New 1 false, other 1 false', 'two unlisted labels');
--- request
GET /api/v1/accounts/1/labels
--- more_headers
api_access_token: ${cred.cw_agent}
--- response_body_like: "Priority".*"To Follow Up".*"VIP"

=== TEST 3: first off, then on, contacts and conversations alike, in each spelling of the type
--- request eval
my $p = '/api/v1/accounts/1';
[main::bulk('"type":"contact","ids":[8],"labels":{"add":["Keep1","x"],"remove":["keep1"]}'), "GET $p/contacts/8/labels", "GET $p/conversations/8/labels",
 main::bulk('"type":"Conversation","ids":[8,7],"labels":{"remove":["OPEN-CASE"],"add":["y"]}'), "GET $p/conversations/8/labels", "GET $p/conversations/7/labels", "GET $p/contacts/8/labels",
 main::bulk('"type":"conversation","ids":[8],"labels":{"remove":["y"],"add":null}'), "GET $p/conversations/8/labels", main::bulk('"type":"Contact","ids":[8],"labels":{"remove":["x"]}'), "GET $p/contacts/8/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 11]
--- error_code eval
[(200) x 11]
--- response_body eval
my $k = main::list(qw(keep2 keep1 x));
['', $k, main::list('open-case'), '', main::list('y'), main::list('y'), $k, '', main::list(), '', main::list(qw(keep2 keep1))]

=== TEST 4: what changes nothing, and ids that are passed over
--- request eval
my $l = '"labels":{"add":["n1"],"remove":["keep1"]}';
[(map { main::bulk(qq("type":"Contact","ids":$_,$l)) } '[]', '[0,-1,-0,999999,1001,99999999999999999999,-99999999999999999999,9223372036854775807,18446744073709551617]'),
 main::bulk('"type":"Contact","ids":[8],"labels":{"add":[]}'), main::bulk('"type":"Contact","ids":[8],"labels":{"remove":[],"add":[]}'), main::bulk('"type":"Contact","ids":[8],"labels":{"remove":["x"],"add":["Keep2"]}'),
 "GET /api/v1/accounts/1/contacts/8/labels", main::bulk(qq("type":"Contact","ids":[999,8,8,8,0],$l)), "GET /api/v1/accounts/1/contacts/8/labels",
 "POST /api/v1/accounts/1/bulk_actions/\n{\"type\":\"Conversation\",\"ids\":[7,7],\"labels\":{\"add\":[\"z\"]},\"fields\":null,\"snoozed_until\":null,\"action_name\":null,\"x\":1e999}", "GET /api/v1/accounts/1/conversations/7/labels",
 "POST /api/v1/accounts/2/bulk_actions.json?ids=1\n{\"type\":\"Conversation\",\"ids\":[7,8],\"labels\":{\"add\":[\"z\"]}}", "GET /api/v1/accounts/2/conversations/7/labels", "GET /api/v1/accounts/1/conversations/8/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 10, ('api_access_token: ${cred.cw_foreign}') x 2, 'api_access_token: ${cred.cw_agent}']
--- error_code eval
[(200) x 13]
--- response_body eval
[('') x 5, main::list(qw(keep1 keep2)), '', main::list(qw(keep2 n1)), '', main::list('z'), '', main::list('z'), main::list('open-case')]

=== TEST 5: labels mean what they mean elsewhere
--- request eval
my $p = '/api/v1/accounts/1/contacts/1/labels';
my @in = ('["support","billing"]', '["a","b","a"]', '["Zed","zed","ZED"]', '["  lead  ","two words","\ttab\n",""]', '["m,n"," o , p ","a,,b,"]', '["x","\"y,z\""]', "[\"\xc3\x89T\xc3\x89\",\"\xc3\xa9t\xc3\xa9\"]", '["\u00a0","\u00a0nb"]', '["to follow up","VIP"]');
[map { (main::bulk(qq("type":"Contact","ids":[1],"labels":{"add":$_})), "POST $p/add\n{\"labels\":[]}", "POST $p\n{\"labels\":[]}") } @in]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 27]
--- error_code eval
[(200) x 27]
--- response_body eval
[map { ('', "{\"payload\":$_}", main::list()) } '["support","billing"]', '["a","b"]', '["Zed"]', '["lead","two words","tab"]', '["m","n","o","p","a","b"]', '["x","\"y","z\""]', "[\"\xc3\x89T\xc3\x89\"]", "[\"\xc2\xa0nb\"]", '["To Follow Up","VIP"]']

=== TEST 6: the type comes first, then what is not served
--- request eval
my $l = '"ids":[8],"labels":{"add":["x"]}';
[(map { main::bulk($_) } '', $l, map { qq("type":$_,$l,"fields":{}) } 'null', '1', '"CONTACT"', '"Contact "', '"Contacts"', '"Contact\u0000"', "\"\xff\"", '["Contact"]', '""'),
 "POST /api/v1/accounts/1/bulk_actions\n[]", "POST /api/v1/accounts/1/bulk_actions",
 map { main::bulk(qq("type":"Contact",$_)) } '"action_name":"x","snoozed_until":1,"fields":{}', '"action_name":"x","snoozed_until":0', '"action_name":"delete"', qq($l,"fields":false), qq($l,"fields":{"status":"open"})]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 18]
--- error_code eval
[(422) x 18]
--- response_headers eval
[("Cache-Control: no-cache\n! ETag\nContent-Type: application/json; charset=utf-8") x 18]
--- response_body eval
[main::said(('type') x 13, 'fields snooze action fields fields')]

=== TEST 7: ids
--- request eval
[map { main::bulk(qq("type":"Contact",$_)) } '"labels":7', (map { qq("ids":$_,"labels":{"add":["x"]}) } 'null', '1', '"1"', '{}', '["1"]', '[1,null]', '[1.0]', '[1e0]', '[true]', '[[1]]', '[' . '1,' x 1000 . '"x"]',
 '[' . '1,' x 1000 . '1]'), '"ids":[' . '1,' x 1000 . '1],"labels":null']
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 14]
--- error_code eval
[(422) x 14]
--- response_body eval
[main::said(('ids') x 12, 'ids-many ids-many')]

=== TEST 8: labels
--- request eval
my $long = '"' . 'x' x 256 . '"';
my $many = main::strings(1 .. 600);
[map { main::bulk(qq("type":"Contact","ids":[8]$_)) } '', map { qq(,"labels":$_) } 'null', '[]', '"a"', '{}', '{"add":null,"remove":null}', '{"Add":["x"]}',
 '{"add":"x"}', '{"add":{}}', '{"add":["x"],"remove":[1]}', '{"add":["\u0000"],"remove":[null]}', '{"add":["x"],"remove":["\ud800"]}', "{\"add\":[\"\xff\"],\"remove\":[$long]}",
 "{\"add\":[\"\"],\"remove\":[$long]}", '{"add":["' . 'a,' x 1001 . "\",$long]}", '{"add":["' . 'a,' x 1001 . '"]}', "{\"add\":[$many],\"remove\":[$many]}", "{\"remove\":[\"\"],\"add\":[$many,$many]}",
 '{"add":[""],"remove":["x"]}', '{"add":["x"],"remove":[" , ","\u3000"]}']
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 20]
--- error_code eval
[(422) x 20]
--- response_body eval
[main::said(('none') x 7, ('strings') x 4, 'text text long long many many many blank blank')]

=== TEST 9: too many changes
--- keep
--- request eval
my $ids = main::numbers(1 .. 1000);
my $labels = main::strings(map { "b$_" } 1 .. 99);
[main::bulk(qq("type":"Conversation","ids":[$ids],"labels":{"add":[$labels],"remove":["y","z"]})), main::bulk(qq("type":"Conversation","ids":[$ids],"labels":{"add":[$labels,"b1,b2"]})), "GET /api/v1/accounts/1/conversations/8/labels",
 main::bulk(qq("type":"Conversation","ids":[$ids],"labels":{"add":[$labels],"remove":["open-case"]})), "GET /api/v1/accounts/1/conversations/8/labels", "GET /api/v1/accounts/1/contacts/8/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 6]
--- error_code eval
[422, 422, (200) x 4]
--- response_body eval
[main::said('changes changes'), main::list('open-case'), '', main::list(map { "b$_" } 1 .. 99), main::list(qw(keep1 keep2))]

=== TEST 10: bodies that are no JSON, or of another type
--- request eval
my $u = 'POST /api/v1/accounts/1/bulk_actions';
my $b = '"type":"Contact","ids":[8],"labels":{"add":["x"]}';
["$u\ntype=Contact", "$u\n{$b", "$u\n{$b,\"x\":\"\xff\"}", "$u\n{\"type\":\"\xff\",$b}", "$u\n{\"type\":\"Contact\",\"ids\":[\"\xff\"]}", "$u\n{$b,\"x\":" . '[' x 32 . ']' x 32 . '}', "$u\n{$b,\"x\":\"\\u0000\\ud800\"}", "GET /api/v1/accounts/1/contacts/8/labels"]
--- more_headers eval
my $t = 'api_access_token: ${cred.cw_agent}';
["$t\nContent-Type: application/x-www-form-urlencoded", ("$t\nContent-Type: APPLICATION/json") x 7]
--- error_code eval
[415, (400) x 5, 200, 200]
--- response_body eval
my $j = main::problem('Request body is not valid JSON', 'body', 'invalid_json', 'Bad Request');
[main::problem('Content-Type must be application/json', 'content-type', 'unsupported_media_type', 'Unsupported Media Type'), ($j) x 4,
 main::problem('Request body is nested too deeply (maximum is 32)', 'body', 'too_deep', 'Bad Request'), '', main::list(qw(keep1 keep2 x))]

=== TEST 11: who may: not bots, not members of other accounts
--- request eval
my $p = 'POST /api/v1/accounts';
["$p/1/bulk_actions\n{", "$p/1/bulk_actions\n{", "$p/1/bulk_actions\n{", "$p/2/bulk_actions\n{", "$p/999/bulk_actions\n{", "$p/9/bulk_actions\n{", "$p/2/bulk_actions\n{", "$p/1/bulk_actions\n{"]
--- more_headers eval
['X: y', 'api_access_token: nope', ('api_access_token: ${cred.cw_bot}') x 2, ('api_access_token: ${cred.cw_admin}') x 3, 'api_access_token: ${cred.cw_agent}']
--- error_code eval
[(401) x 4, 404, 401, 401, 400]
--- response_body_like eval
[map { qq("code":"$_") } qw(unauthorized invalid_token bot_not_authorized bot_not_authorized not_found account_suspended account_not_authorized invalid_json)]

=== TEST 12: methods and paths that are not served; conditions that do not count
--- request eval
my $p = '/api/v1/accounts/1/bulk_actions';
["GET $p", "HEAD $p", "PUT $p\n{}", "DELETE $p", "OPTIONS $p", "POST $p/1\n{}", "POST $p//\n{}", main::bulk('"type":"Contact","ids":[],"labels":{"add":[]}')]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 7, "api_access_token: \${cred.cw_agent}\nIf-None-Match: *\nIf-Match: \"x\"\nIf-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"]
--- error_code eval
[(404) x 7, 200]
--- response_headers eval
[('! Allow') x 7, 'Cache-Control: no-cache']
--- response_body eval
my $e = main::problem('The path or the method is not served', 'path', 'route_not_found', 'Not Found');
[$e, '', ($e) x 5, '']

=== TEST 13: labels that differ in case alone go together, one title is listed once; a new label is of the first contact's team
--- init
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) SELECT 1, n, 1, gen_random_uuid(), 's' || n, t, lower(t), '#000000', false FROM (VALUES (20, 'Dup'), (21, 'dup')) AS v (n, t)");
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) VALUES (1, 22, 2, gen_random_uuid(), 's22', 'dup', 'dup', '#000000', false)");
Labels::query("INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind) VALUES (1, 1, 20, 'c'), (1, 1, 21, 'c'), (1, 1, 22, 'c'), (1, 2, 22, 'c')");
Labels::query("INSERT INTO labels.subscription (account_id, dialect, url) VALUES (1, 'chatwoot', 'http://127.0.0.1:1/')");
--- request eval
my $p = '/api/v1/accounts/1/contacts';
["GET $p/1/labels", main::bulk('"type":"Contact","ids":[1,4],"labels":{"add":["DUP"]}'), "GET $p/1/labels", "GET $p/4/labels", main::bulk('"type":"Contact","ids":[1,2],"labels":{"remove":["dUp"]}'), "GET $p/1/labels", "GET $p/2/labels",
 main::bulk('"type":"Contact","ids":[999,5,8],"labels":{"add":["team"]}'), main::bulk('"type":"Contact","ids":[8],"labels":{"remove":["KEEP1"],"add":["keep1"]}'), main::bulk('"type":"Contact","ids":[8],"labels":{"add":["keep1"]}'), "GET $p/8/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 11]
--- error_code eval
[(200) x 11]
--- response_body eval
[main::list(qw(Dup dup)), '', main::list(qw(Dup dup)), main::list('Dup'), '', main::list(), main::list('existing-tag'), '', '', '', main::list(qw(keep2 team keep1))]

=== TEST 14: one event for each row whose set of labels is another
--- keep
--- init
Test::More::is(Labels::query("SELECT string_agg(target_kind || target_id, ' ' ORDER BY target_id) FROM labels.event"), 'c1 c2 c4 c5 c8', 'events');
Test::More::is(Labels::query("SELECT team_id FROM labels.label WHERE account_id = 1 AND title = 'team'"), 2, 'the team');
--- request
GET /api/v1/accounts/1/contacts/5/labels
--- more_headers
api_access_token: ${cred.cw_agent}
--- response_body chomp
{"payload":["team"]}

=== TEST 15: the most that may be asked for
--- init
Labels::query("INSERT INTO labels.contact (account_id, contact_id, team_id, uuid, short_id, name) SELECT 1, 100 + n, 1 + n % 2, gen_random_uuid(), 'm' || n, 'Many' FROM generate_series(1, 1000) n");
--- timeout: 60
--- request eval
my $ids = main::numbers(101 .. 1100);
my $labels = main::strings(map { "b$_" } 1 .. 100);
[main::bulk(qq("type":"Contact","ids":[$ids],"labels":{"add":[$labels]})), "GET /api/v1/accounts/1/contacts/101/labels", "GET /api/v1/accounts/1/contacts/1100/labels",
 main::bulk(qq("type":"Contact","ids":[$ids],"labels":{"remove":[$labels]})), "GET /api/v1/accounts/1/contacts/700/labels", main::bulk('"type":"Contact","ids":[1],"labels":{"add":["' . main::numbers(1 .. 1000) . '"]}'), "GET /api/v1/accounts/1/contacts/1/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 7]
--- error_code eval
[(200) x 7]
--- response_body eval
my $all = main::list(map { "b$_" } 1 .. 100);
['', $all, $all, '', main::list(), '', main::list(1 .. 1000)]
