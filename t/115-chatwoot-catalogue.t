# Chatwoot: the catalogue of an account's labels, what is said against a body,
# and what becomes of attachments when a label is made, renamed or deleted.

use Digest::SHA;
use Labels;
use Test::Nginx::Socket 'no_plan';

# The two envelopes of errors: E of one problem, V of [message, field, code].
sub problem {
    my ($text, $field, $code, $title) = @_;
    return qq({"description":"$text","errors":[{"field":"$field","message":"$text","code":"$code"}],"error":")
         . ($title || $text) . '"}';
}

sub violations {
    my %once;
    my $text = join ', ', map { $_->[0] } @_;
    my $fields = join ',', map { qq("$_->[1]") } grep { !$once{ $_->[1] }++ } @_;
    my $errors = join ',', map { qq({"field":"$_->[1]","message":"$_->[0]","code":"$_->[2]"}) } @_;
    return qq({"message":"$text","attributes":[$fields],"description":"$text","errors":[$errors]});
}

sub label {
    my ($id, $title, $color, $description, $show) = @_;
    return qq({"id":$id,"title":"$title","description":") . ($description // '') . '","color":"'
         . ($color // '#1f93ff') . '","show_on_sidebar":' . ($show || 'false') . '}';
}

sub demo_labels {
    return label(2, 'Priority', '#f74848'), label(3, 'To Follow Up', '#ffd429'), label(1, 'VIP', '#64c4ff');
}

sub payload { return '{"payload":[' . join(',', @_) . ']}' }
sub etag { return 'ETag: W/"' . substr(Digest::SHA::sha256_hex($_[0]), 0, 32) . '"' }
sub not_found { return problem('Resource could not be found', $_[0] || 'id', 'not_found') }

my %said = (
    blank => ['Title must not be blank', 'title', 'blank'], invalid => ['Title is invalid', 'title', 'invalid'],
    long => ['Title is too long (maximum is 255 characters)', 'title', 'too_long'], taken => ['Title has already been taken', 'title', 'taken'],
    text => ['Title must be valid UTF-8 text', 'title', 'invalid_text'],
    'description-long' => ['Description is too long (maximum is 20000 characters)', 'description', 'too_long'],
    'description-invalid' => ['Description is invalid', 'description', 'invalid'],
    'description-text' => ['Description must be valid UTF-8 text', 'description', 'invalid_text'],
    'color-long' => ['Color is too long (maximum is 255 characters)', 'color', 'too_long'], 'color-invalid' => ['Color is invalid', 'color', 'invalid'],
    'color-text' => ['Color must be valid UTF-8 text', 'color', 'invalid_text'],
    show => ['Show on sidebar is invalid', 'show_on_sidebar', 'invalid'],
);

sub said { return violations(map { $said{$_} || die "$_\n" } map { split } @_) }

suite();
run_tests();

__DATA__

=== TEST 1: the list, for agents too, by lower-cased title; unlisted labels are not in it
--- request eval
["GET /api/v1/accounts/1/labels", "GET /api/v1/accounts/1/labels/", "GET /api/v1/accounts/1/labels.json", "GET /api/v1/accounts/01/labels?page=2",
 "HEAD /api/v1/accounts/1/labels", "GET /api/v1/accounts/2/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 5, 'api_access_token: ${cred.cw_foreign}']
--- error_code eval
[(200) x 6]
--- response_headers eval
my $b = main::payload(main::demo_labels());
[("Content-Type: application/json; charset=utf-8\nCache-Control: max-age=0, private, must-revalidate\nContent-Length: " . length($b) . "\n" . main::etag($b)) x 5, '']
--- response_body eval
[(main::payload(main::demo_labels())) x 4, '', main::payload(main::label(101, 'Globex Only', '#99b6c1'))]

=== TEST 2: an empty catalogue
--- init
Labels::query("UPDATE labels.label SET listed = false WHERE account_id = 2");
--- request
GET /api/v1/accounts/2/labels
--- more_headers
api_access_token: ${cred.cw_foreign}
--- response_headers
ETag: W/"258153158e38e3291e3d48162225fcdb"
--- response_body chomp
{"payload":[]}

=== TEST 3: one label, by digits alone, of the account and the catalogue alone
--- request eval
my $p = '/api/v1/accounts/1/labels';
["GET $p/1", "GET $p/0001", "GET $p/1/", "GET $p/1.json", "HEAD $p/1",
 map { "GET $p/$_" } 4, 101, 999, 0, 'abc', '1abc', '1.5', '-1', '+1', '%201', '2147483648', '4294967297', '9223372036854775807', '9223372036854775808', '18446744073709551617', '99999999999999999999']
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 21]
--- error_code eval
[(200) x 5, (404) x 16]
--- response_headers eval
[(main::etag(main::label(1, 'VIP', '#64c4ff'))) x 5, ("Cache-Control: no-cache\n! ETag\nContent-Type: application/json; charset=utf-8") x 16]
--- response_body eval
[(main::label(1, 'VIP', '#64c4ff')) x 4, '', (main::not_found()) x 16]

=== TEST 4: create, bare and wrapped, with every member and with defaults
--- request eval
my $p = 'POST /api/v1/accounts/1/labels';
["$p\n{\"title\":\"Support\"}", "$p/\n{\"label\":{\"title\":\"b\",\"description\":\"d\",\"color\":\"red, or so\",\"show_on_sidebar\":true},\"title\":\"ignored\"}",
 "$p.json\n{\"title\":\"c\",\"description\":null,\"color\":\"\",\"show_on_sidebar\":null}", "$p?title=q\n{\"title\":\"x\",\"title\":\"d\",\"id\":77,\"n\":1e999}",
 "$p\n{\"title\":\"e\",\"description\":\"\\u003ca\\/b> \\\" \\\\ \\b\\f\\n\\r\\t\\u0001\\u007f\\u00e9\\ud83d\\udd25&\"}",
 "$p\n{\"title\":\"SUPPORT\"}", "$p\n{\"title\":\"vip\"}", "GET /api/v1/accounts/1/labels", "GET /api/v1/accounts/1/labels/10"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 9]
--- error_code eval
[(200) x 5, 422, 422, 200, 200]
--- response_headers eval
my $u = 'Cache-Control: max-age=0, private, must-revalidate';
[main::etag(main::label(9, 'support')) . "\n$u\nContent-Type: application/json; charset=utf-8\n! Location", ($u) x 4, ("Cache-Control: no-cache\n! ETag") x 2, $u, $u]
--- response_body eval
my @l = (main::label(9, 'support'), main::label(10, 'b', 'red, or so', 'd', 'true'), main::label(11, 'c', ''), main::label(12, 'd'),
 main::label(13, 'e', undef, "<a/b> \\\" \\\\ \\b\\f\\n\\r\\t\\u0001\x7f\xc3\xa9\xf0\x9f\x94\xa5&"));
my @d = main::demo_labels();
[@l, (main::said('taken')) x 2, main::payload(@l[1 .. 4], $d[0], $l[0], @d[1, 2]), $l[1]]

=== TEST 5: titles that are taken, lower-cased, whatever script they have
--- request eval
[map { "POST /api/v1/accounts/1/labels\n{\"title\":\"$_\"}" } 'A', '0-_9', "\xc3\x89T\xc3\x89", "e\xcc\x81", "\xf0\x9f\x94\xa5", "\xe0\xb8\xa5\xe0\xb8\xb9\xe0\xb8\x81\xe0\xb8\x84\xe0\xb9\x89\xe0\xb8\xb2", "\xc2\xa1",
 "x\xe2\x80\x8b", "x\xef\xbb\xbf", "\xf4\x8f\xbf\xbf", '\u212a', '\u0130x', "\xe2\x80\x8bz", 'x' x 255, "\xf0\x9f\x94\xa5" x 255]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 15]
--- error_code eval
[(200) x 15]
--- response_body eval
my $i = 9;
[map { main::label($i++, $_) } 'a', '0-_9', "\xc3\xa9t\xc3\xa9", "e\xcc\x81", "\xf0\x9f\x94\xa5", "\xe0\xb8\xa5\xe0\xb8\xb9\xe0\xb8\x81\xe0\xb8\x84\xe0\xb9\x89\xe0\xb8\xb2", "\xc2\xa1",
 "x\xe2\x80\x8b", "x\xef\xbb\xbf", "\xf4\x8f\xbf\xbf", 'k', 'ix', "\xe2\x80\x8bz", 'x' x 255, "\xf0\x9f\x94\xa5" x 255]

=== TEST 6: titles that are refused
--- request eval
[map { "POST /api/v1/accounts/1/labels\n{\"title\":$_}" } (map { qq("$_") } 'a b', ' a', 'a ', 'a\n', 'a,b', '_a', '-a', 'a.b', 'a/b', 'a@b', 'a\u0001', 'a\u007f', 'a\u0085', 'a\u00a0', 'a\u1680',
 'a\u2000', 'a\u200a', 'a\u2028', 'a\u2029', 'a\u202f', 'a\u205f', 'a\u3000'), 123, 'true', '[]', '{}', '["a"]']
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 27]
--- error_code eval
[(422) x 27]
--- response_body eval
[(main::said('invalid')) x 27]

=== TEST 7: a blank title; absent is none of a PATCH's concern
--- request eval
my ($p, $u) = ('POST /api/v1/accounts/1/labels', 'PATCH /api/v1/accounts/1/labels/1');
["$p\n{\"color\":\"x\"}", "$p\n{\"label\":{\"x\":1}}", (map { ("$p\n{\"title\":$_}", "$u\n{\"title\":$_}") } 'null', '""', '" \t\n"', '"\u00a0\u3000"'), "$u\n{\"label\":{\"x\":1}}"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 11]
--- error_code eval
[(422) x 10, 200]
--- response_body eval
[(main::said('blank invalid')) x 10, main::label(1, 'VIP', '#64c4ff')]

=== TEST 8: everything that is wrong is said at once, in the order of the rows
--- request eval
my $p = 'POST /api/v1/accounts/1/labels';
my ($t, $d, $c) = ('x' x 256, 'd' x 20001, "\xc3\xa9" x 256);
["$p\n{\"title\":\"$t\"}", "$p\n{\"title\":\" $t\"}", "$p\n{\"title\":\"a\",\"description\":\"$d\"}", "$p\n{\"title\":\"a\",\"color\":\"$c\"}",
 "$p\n{\"show_on_sidebar\":\"yes\",\"color\":\"$c\",\"description\":\"$d\",\"title\":\"$t\"}", "$p\n{\"title\":\"\",\"color\":\"$c\"}", "$p\n{\"title\":\"" . ' ' x 256 . '"}',
 (map { "$p\n{\"title\":\"a\",$_}" } '"description":1', '"description":[]', '"color":null', '"color":1', '"show_on_sidebar":"true"', '"show_on_sidebar":1', '"show_on_sidebar":{}'),
 "$p\n{\"title\":1,\"description\":false,\"color\":{},\"show_on_sidebar\":0}", "$p\n{\"title\":\"vip\",\"color\":null}", "$p\n{\"title\":\"\",\"show_on_sidebar\":0}"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 17]
--- error_code eval
[(422) x 17]
--- response_headers eval
[("Cache-Control: no-cache\n! ETag\nContent-Type: application/json; charset=utf-8") x 17]
--- response_body eval
[map { main::said($_) } 'long', 'long invalid', 'description-long', 'color-long', 'long description-long color-long show', 'color-long blank invalid', 'long blank invalid',
 ('description-invalid') x 2, ('color-invalid') x 2, ('show') x 3, 'invalid description-invalid color-invalid show', 'color-invalid', 'blank invalid show']

=== TEST 9: the longest that is taken
--- request eval
my ($t, $d, $c) = ("\xc3\x89" x 255, "\xf0\x9f\x94\xa5" x 20000, "\xc3\xa9" x 255);
["POST /api/v1/accounts/1/labels\n{\"title\":\"$t\",\"description\":\"$d\",\"color\":\"$c\"}"]
--- more_headers
api_access_token: ${cred.cw_admin}
--- error_code: 200
--- response_body eval
main::label(9, "\xc3\xa9" x 255, "\xc3\xa9" x 255, "\xf0\x9f\x94\xa5" x 20000)

=== TEST 10: text that is none is said of the member that is read, and that alone
--- request eval
my $p = 'POST /api/v1/accounts/1/labels';
["$p\n{\"title\":\"a\\u0000\"}", "$p\n{\"title\":\"" . "\xff" x 300 . '"}', "$p\n{\"title\":\"\\ud800\"}", "$p\n{\"title\":\"\xed\xa0\x80\"}", "$p\n{\"title\":\"\xc0\xaf\"}", "$p\n{\"title\":\"\xf4\x90\x80\x80\"}",
 "$p\n{\"title\":\"a\",\"description\":\"\\udc00\"}", "$p\n{\"title\":\"a\",\"color\":\"\xff\"}", "$p\n{\"show_on_sidebar\":1,\"color\":\"\xff\",\"description\":\"\xff\",\"title\":\"\xff\"}",
 "$p\n{\"label\":{\"title\":\"a\\u0000 b\",\"color\":null}}", "$p\n{\"label\":{\"title\":\"a\",\"description\":[\"\\u0000\"]}}"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 11]
--- error_code eval
[(422) x 11]
--- response_body eval
[map { main::said($_) } ('text') x 6, 'description-text', 'color-text', 'text description-text color-text show', 'text color-invalid', 'description-invalid']

=== TEST 11: bodies without a label
--- request eval
my @b = ('', '{}', '[]', '"title"', 'null', '7', '{"x":1}', '{"label":null,"title":"a"}', '{"label":{},"title":"a"}', '{"label":"a","title":"a"}', '{"label":[],"title":"a"}', '{"label":{"title":"a"},"label":1}');
[map { ("POST /api/v1/accounts/1/labels\n$_", "PUT /api/v1/accounts/1/labels/999\n$_") } @b]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 24]
--- error_code eval
[(422) x 24]
--- response_body eval
[(main::problem('param is missing or the value is empty: label', 'label', 'missing')) x 24]

=== TEST 12: bodies that are no JSON, or of another type
--- request eval
my $u = '/api/v1/accounts/1/labels';
my $t = '"title":"a"';
["POST $u\ntitle=a", "PATCH $u/1\n{\"color\":\"x\"}", "POST $u\n{$t", "POST $u\n{$t}}", "POST $u\n\xef\xbb\xbf{$t}", "POST $u\n{'title':'a'}", "POST $u\n{$t}//", "POST $u\n{$t,\"x\":NaN}", "POST $u\n{\"title\":\"a\tb\"}",
 "POST $u\n{$t,\"x\":\"\xff\"}", "POST $u\n{\"title\":\"\xff\",$t}", "POST $u\n{\"title\":\"\xff\",\"label\":{$t}}", "PUT $u/999\n{", "POST $u\n{$t,\"x\":" . '[' x 32 . ']' x 32 . '}',
 "POST $u\n{$t,\"x\":" . '[' x 31 . ']' x 31 . '}', "POST $u\n{\"title\":\"b\",\"x\":\"\\u0000\\ud800\",\"\\udc00\":1}"]
--- more_headers eval
my $t = 'api_access_token: ${cred.cw_admin}';
["$t\nContent-Type: application/x-www-form-urlencoded", "$t\nContent-Type: text/plain", ("$t\nContent-Type: text/X-JSON; charset=latin1") x 14]
--- error_code eval
[415, 415, (400) x 12, 200, 200]
--- response_body eval
my $j = main::problem('Request body is not valid JSON', 'body', 'invalid_json', 'Bad Request');
[(main::problem('Content-Type must be application/json', 'content-type', 'unsupported_media_type', 'Unsupported Media Type')) x 2, ($j) x 11,
 main::problem('Request body is nested too deeply (maximum is 32)', 'body', 'too_deep', 'Bad Request'), main::label(9, 'a'), main::label(10, 'b')]

=== TEST 13: an update keeps what it does not name
--- request eval
my $p = '/api/v1/accounts/1/labels/3';
["PATCH $p\n{\"color\":\"blue\"}", "PUT $p/\n{\"label\":{\"description\":\"d\",\"show_on_sidebar\":true},\"color\":\"ignored\"}", "PATCH $p.json\n{\"show_on_sidebar\":null}", "PATCH $p\n{\"description\":null,\"show_on_sidebar\":true}",
 "PATCH $p\n{\"color\":\"\"}", "PATCH $p\n{\"title\":\"To Follow Up\"}", "PATCH $p\n{\"title\":\"Later\"}", "PATCH $p\n{\"title\":\"LATER\"}", "GET $p"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 9]
--- error_code eval
[(200) x 5, 422, 200, 200, 200]
--- response_headers eval
[main::etag(main::label(3, 'To Follow Up', 'blue')), ('Cache-Control: max-age=0, private, must-revalidate') x 4, 'Cache-Control: no-cache', (main::etag(main::label(3, 'later', '', '', 'true'))) x 3]
--- response_body eval
[main::label(3, 'To Follow Up', 'blue'), main::label(3, 'To Follow Up', 'blue', 'd', 'true'), main::label(3, 'To Follow Up', 'blue', 'd'), main::label(3, 'To Follow Up', 'blue', '', 'true'),
 main::label(3, 'To Follow Up', '', '', 'true'), main::said('invalid'), (main::label(3, 'later', '', '', 'true')) x 3]

=== TEST 14: the body, then the label, then whether the title is free
--- request eval
my $p = '/api/v1/accounts/1/labels';
["PATCH $p/999\n{\"title\":\"a b\"}", "PATCH $p/999\n{\"title\":\"vip\"}", "PATCH $p/4\n{\"title\":\"vip\"}", "PUT $p/1abc\n{\"color\":\"x\"}", "PATCH $p/101\n{\"color\":\"x\"}", "PATCH $p/2\n{\"title\":\"ViP\"}", "PATCH $p/2\n{\"title\":\"ViP\",\"color\":1}",
 "PATCH $p/1\n{\"title\":\"VIP\"}", "GET $p"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 9]
--- error_code eval
[422, (404) x 4, 422, 422, 200, 200]
--- response_body eval
my @d = main::demo_labels();
[main::said('invalid'), (main::not_found()) x 4, main::said('taken'), main::said('color-invalid'), main::label(1, 'vip', '#64c4ff'), main::payload(@d[0, 1], main::label(1, 'vip', '#64c4ff'))]

=== TEST 15: a label that was made by being attached enters the catalogue with all that holds it
--- request eval
my $p = '/api/v1/accounts/1';
["POST $p/contacts/1/labels\n{\"labels\":[\"x\",\"New-Label\",\"y\"]}", "POST $p/conversations/7/labels\n{\"labels\":[\"new-label\"]}", "POST $p/labels\n{\"title\":\"NEW-label\",\"color\":\"c\"}", "GET $p/contacts/1/labels", "GET $p/conversations/7/labels",
 "GET $p/labels/10", "POST $p/labels\n{\"title\":\"new-label\"}", "POST $p/contacts/1/labels/add\n{\"labels\":[\"New-Label\"]}"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 8]
--- error_code eval
[(200) x 6, 422, 200]
--- response_body eval
my $l = '{"payload":["x","new-label","y"]}';
['{"payload":["x","New-Label","y"]}', '{"payload":["New-Label"]}', main::label(10, 'new-label', 'c'), $l, '{"payload":["new-label"]}', main::label(10, 'new-label', 'c'), main::said('taken'), $l]

=== TEST 16: of several unlisted ones the one spelled so is taken, else the oldest
--- init
Labels::query("INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title, folded, color, listed) SELECT 1, n, 1 + n % 2, gen_random_uuid(), 's' || n, t, lower(t), '#000000', false FROM (VALUES (20, 'Dup'), (21, 'dup'), (22, 'DUP'), (23, 'TWO'), (24, 'Two')) AS v (n, t)");
--- request eval
my $p = 'POST /api/v1/accounts/1/labels';
["$p\n{\"title\":\"DUP\"}", "$p\n{\"title\":\"Two\"}", "$p\n{\"title\":\"dup\"}"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 3]
--- error_code eval
[200, 200, 422]
--- response_body eval
[main::label(21, 'dup'), main::label(23, 'two'), main::said('taken')]

=== TEST 17: renamed everywhere at the same place, in other dialects too
--- request eval
my $p = '/api/v1/accounts/1';
["POST $p/contacts/3/labels\n{\"labels\":[\"x\",\"VIP\",\"customer\"]}", "POST $p/conversations/7/labels\n{\"labels\":[\"vip\",\"x\"]}", "PATCH $p/labels/1\n{\"title\":\"Star\"}", "GET $p/contacts/3/labels", "GET $p/conversations/7/labels",
 "GET /functions/v1/api-gateway/v1/contacts/\${contact.hal.uuid}/tags", "GET /v1/contacts/\${contact.hal.kirimchat_id}/labels", "POST $p/contacts/1/labels\n{\"labels\":[\"vip\",\"STAR\"]}", "GET $p/labels/1"]
--- more_headers eval
my $t = 'api_access_token: ${cred.cw_admin}';
[($t) x 5, 'Authorization: Bearer ${cred.lex_write}', 'Authorization: Bearer ${cred.kc_key}', $t, $t]
--- error_code eval
[(200) x 9]
--- response_body_like eval
['"x","VIP","customer"', '"VIP","x"', '^\{"id":1,"title":"star"', '^\{"payload":\["x","star","customer"\]\}$', '^\{"payload":\["star","x"\]\}$', '"x","star","customer"', '"name":"x".*"name":"star".*"name":"customer"', '^\{"payload":\["vip","star"\]\}$', '"star"']

=== TEST 18: unlisted labels of the new title become the renamed label
--- request eval
my $p = '/api/v1/accounts/1';
["POST $p/contacts/1/labels\n{\"labels\":[\"a\",\"Keep1\",\"VIP\",\"b\"]}", "POST $p/contacts/3/labels\n{\"labels\":[\"VIP\",\"keep1\"]}", "PATCH $p/labels/1\n{\"title\":\"KEEP1\"}", "GET $p/contacts/1/labels", "GET $p/contacts/3/labels",
 "GET $p/contacts/8/labels", "POST $p/contacts/4/labels\n{\"labels\":[\"Keep1\",\"vip\"]}", "GET $p/labels/1"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 8]
--- error_code eval
[(200) x 8]
--- response_body eval
['{"payload":["a","keep1","VIP","b"]}', '{"payload":["VIP","keep1"]}', main::label(1, 'keep1', '#64c4ff'), '{"payload":["a","keep1","b"]}', '{"payload":["keep1"]}', '{"payload":["keep1","keep2"]}', '{"payload":["keep1","vip"]}',
 main::label(1, 'keep1', '#64c4ff')]

=== TEST 19: and cease to exist
--- keep
--- init
Test::More::is(Labels::query("SELECT count(*), sum(label_id) FROM labels.label WHERE account_id = 1 AND folded = 'keep1'"), '1|1', 'one label of the title');
Test::More::is(Labels::query("SELECT count(*) FROM labels.attachment a WHERE NOT EXISTS (SELECT FROM labels.label l WHERE (l.account_id, l.label_id) = (a.account_id, a.label_id))"), 0, 'no attachment without a label');
--- request
GET /api/v1/accounts/1/labels/6
--- more_headers
api_access_token: ${cred.cw_admin}
--- error_code: 404

=== TEST 20: deleted everywhere, with an empty answer; what is made later is unattached
--- request eval
my $p = '/api/v1/accounts/1';
["POST $p/contacts/3/labels\n{\"labels\":[\"x\",\"VIP\",\"y\"]}", "POST $p/conversations/7/labels\n{\"labels\":[\"vip\"]}", "DELETE $p/labels/1\n{", "DELETE $p/labels/1", "GET $p/labels/1", "GET $p/contacts/3/labels", "GET $p/conversations/7/labels",
 "GET /functions/v1/api-gateway/v1/contacts/\${contact.hal.uuid}/tags", "POST $p/labels\n{\"title\":\"VIP\"}", "GET $p/contacts/3/labels", "DELETE $p/labels/11.json", "DELETE $p/labels/2/"]
--- more_headers eval
my $t = 'api_access_token: ${cred.cw_admin}';
[$t, $t, "$t\nContent-Type: text/plain", ($t) x 4, 'Authorization: Bearer ${cred.lex_write}', ($t) x 4]
--- error_code eval
[(200) x 3, 404, 404, (200) x 7]
--- response_headers eval
my $e = "Content-Length: 0\nContent-Type: application/json\nCache-Control: no-cache\n! ETag";
['', '', $e, ('') x 7, $e, $e]
--- response_headers_like eval
[('X-Request-Id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}') x 7, '', ('X-Request-Id: [0-9a-f-]{36}') x 4]
--- response_body eval
['{"payload":["x","VIP","y"]}', '{"payload":["VIP"]}', '', main::not_found(), main::not_found(), '{"payload":["x","y"]}', '{"payload":[]}',
 '{"data":{"contact_id":"${contact.hal.uuid}","tags":["x","y"]}}', main::label(11, 'vip'), '{"payload":["x","y"]}', '', '']

=== TEST 21: what has no id here is not deleted
--- request eval
[(map { "DELETE /api/v1/accounts/1/labels/$_" } 4, 101, 999, 'abc', '-1', '99999999999999999999'), "GET /api/v1/accounts/1/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 7]
--- error_code eval
[(404) x 6, 200]
--- response_body eval
[(main::not_found()) x 6, main::payload(main::demo_labels())]

=== TEST 22: agents see the list and no more, before their bodies and ids are looked at
--- request eval
my $p = '/api/v1/accounts/1/labels';
["GET $p", "GET $p/1", "GET $p/999", "POST $p\n{", "POST $p\n{\"title\":\"a\"}", "PATCH $p/1\n{}", "PUT $p/999\nx", "DELETE $p/1"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 8]
--- error_code eval
[200, (401) x 7]
--- response_headers eval
[('! WWW-Authenticate') x 8]
--- response_body eval
[main::payload(main::demo_labels()), (main::problem('You are not authorized to do this action', 'api_access_token', 'action_not_authorized')) x 7]

=== TEST 23: bots see nothing of it, whatever the account is
--- request eval
my $p = '/api/v1/accounts/1/labels';
["GET $p", "GET $p/1", "POST $p\n{", "PATCH $p/1\n{\"color\":\"x\"}", "DELETE $p/1", "GET /api/v1/accounts/2/labels", "GET /api/v1/accounts/999/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_bot}') x 7]
--- error_code eval
[(401) x 7]
--- response_body eval
[(main::problem('Access to this endpoint is not authorized for bots', 'api_access_token', 'bot_not_authorized')) x 7]

=== TEST 24: token, account, suspension, membership, role, body
--- request eval
my $p = '/api/v1/accounts';
["POST $p/1/labels\n{", "POST $p/999/labels\n{", "POST $p/999/labels\n{", "GET $p/1x/labels", "POST $p/9/labels\n{", "POST $p/1/labels\n{", "POST $p/2/labels\n{", "POST $p/1/labels\n{", "DELETE $p/2/labels/101", "GET $p/1/labels/1"]
--- more_headers eval
my ($a, $f, $g) = map { 'api_access_token: ${cred.cw_' . $_ . '}' } 'admin', 'foreign', 'agent';
['X: y', 'api_access_token: nope', $a, $a, $a, $f, $g, $a, $a, $f]
--- error_code eval
[401, 401, 404, 404, 401, 401, 401, 400, 401, 401]
--- response_body_like eval
my @c = qw(unauthorized invalid_token not_found not_found account_suspended account_not_authorized account_not_authorized invalid_json account_not_authorized account_not_authorized);
[map { qq("code":"$_") } @c]

=== TEST 25: methods and paths that are not served
--- request eval
my $p = '/api/v1/accounts/1';
["PUT $p/labels", "PATCH $p/labels", "DELETE $p/labels", "POST $p/labels/1", "OPTIONS $p/labels/1", "BREW $p/labels/1", "GET $p/labels/1/x", "GET $p/labels//", "GET $p/labels.json/", "GET $p/labels/1/.json", "GET $p/labels.json.json", "GET $p/label", "GET $p/Labels", "GET $p//labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}', 'X: y') x 7]
--- error_code eval
[(404) x 14]
--- response_headers eval
[("! Allow\nCache-Control: no-cache") x 14]
--- response_body eval
[(main::problem('The path or the method is not served', 'path', 'route_not_found', 'Not Found')) x 14]

=== TEST 26: conditions count for GET and HEAD
--- request eval
my $p = '/api/v1/accounts/1/labels';
["GET $p/1", "HEAD $p", "GET $p/1", "GET $p/999", "POST $p\n{\"title\":\"a\"}", "PATCH $p/1\n{\"color\":\"#64c4ff\"}", "DELETE $p/2", "GET $p/1"]
--- more_headers eval
my $t = 'api_access_token: ${cred.cw_admin}';
my $e = main::etag(main::label(1, 'VIP', '#64c4ff')) =~ s/ETag: //r;
["$t\nIf-None-Match: \"a\", $e", "$t\nIf-None-Match: *", "$t\nIf-None-Match: \"a\"\nIf-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", "$t\nIf-None-Match: *",
 (map { "$t\nIf-None-Match: $_\nIf-Match: \"x\"\nIf-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\nIf-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT" } '*', $e, '*'), "$t\nRange: bytes=0-3"]
--- error_code eval
[304, 304, 200, 404, 200, 200, 200, 200]
--- response_headers eval
my $u = 'Cache-Control: max-age=0, private, must-revalidate';
[main::etag(main::label(1, 'VIP', '#64c4ff')) . "\n$u\n! Content-Type", main::etag(main::payload(main::demo_labels())) . "\n$u\n! Content-Type", $u, "Cache-Control: no-cache\n! ETag", $u, $u, "Cache-Control: no-cache\n! ETag", $u]
--- response_body eval
['', '', main::label(1, 'VIP', '#64c4ff'), main::not_found(), main::label(9, 'a'), main::label(1, 'VIP', '#64c4ff'), '', main::label(1, 'VIP', '#64c4ff')]

=== TEST 27: accounts share nothing
--- request eval
["POST /api/v1/accounts/2/labels\n{\"title\":\"vip\"}", "GET /api/v1/accounts/2/labels/1", "DELETE /api/v1/accounts/2/labels/103", "GET /api/v1/accounts/1/labels/1"]
--- more_headers eval
[('api_access_token: ${cred.cw_foreign}') x 3, 'api_access_token: ${cred.cw_admin}']
--- error_code eval
[200, 404, 200, 200]
--- response_body eval
[main::label(103, 'vip'), main::not_found(), '', main::label(1, 'VIP', '#64c4ff')]

=== TEST 28: made in the account's first team; no event comes of the catalogue
--- init
Labels::query("INSERT INTO labels.subscription (account_id, dialect, url) VALUES (1, 'chatwoot', 'http://127.0.0.1:1/')");
--- request eval
my $p = '/api/v1/accounts/1/labels';
["POST $p\n{\"title\":\"Customer\"}", "POST $p\n{\"title\":\"a\"}", "PATCH $p/5\n{\"title\":\"keep1\"}", "DELETE $p/5"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 4]
--- error_code eval
[(200) x 4]

=== TEST 29: as the database has it
--- keep
--- init
Test::More::is(Labels::query("SELECT team_id, listed FROM labels.label WHERE account_id = 1 AND title = 'a'"), '1|t', 'the first team');
Test::More::is(Labels::query("SELECT count(*) FROM labels.event"), 0, 'no events');
--- request
GET /api/v1/accounts/1/contacts/8/labels
--- more_headers
api_access_token: ${cred.cw_agent}
--- response_body chomp
{"payload":["keep2"]}

=== TEST 30: the role is that in the account of the path
--- init
Labels::query("INSERT INTO labels.membership (account_id, digest, scopes) SELECT 2, sha256(t::bytea), s FROM (VALUES ('" . Labels::demo('cred.cw_admin') . "', '{agent}'::text[]), ('" . Labels::demo('cred.cw_agent') . "', '{administrator,agent}')) AS v (t, s)");
--- request eval
my ($p, $q) = ('/api/v1/accounts/1/labels', '/api/v1/accounts/2/labels');
["GET $q", "GET $q/101", "POST $q\n{\"title\":\"a\"}", "POST $p\n{\"title\":\"a\"}", "GET $q", "GET $q/101", "POST $q\n{\"title\":\"a\"}", "POST $p\n{\"title\":\"b\"}", "POST /api/v1/accounts/2/bulk_actions\n{\"type\":\"Contact\",\"ids\":[1001],\"labels\":{\"add\":[\"A\"]}}",
 "GET /api/v1/accounts/2/contacts/1001/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 4, ('api_access_token: ${cred.cw_agent}') x 4, ('api_access_token: ${cred.cw_admin}') x 2]
--- error_code eval
[200, 401, 401, 200, 200, 200, 200, 401, 200, 200]
--- response_body_like eval
['Globex Only', ('"code":"action_not_authorized"') x 2, '"title":"a"', 'Globex Only', 'Globex Only', '"id":103,"title":"a"', '"code":"action_not_authorized"', '^$', '^\{"payload":\["foreign-tag","a"\]\}$']

=== TEST 31: tokens that have run out or were taken back, and those of other dialects
--- init
Labels::query("UPDATE labels.credential SET expires_at = now() - interval '1 minute' WHERE digest = sha256('" . Labels::demo('cred.cw_agent') . "'::bytea)");
Labels::query("UPDATE labels.credential SET revoked_at = now() - interval '1 minute' WHERE digest = sha256('" . Labels::demo('cred.cw_foreign') . "'::bytea)");
--- request eval
["GET /api/v1/accounts/1/labels", "GET /api/v1/accounts/2/labels", map { "GET /api/v1/accounts/1/labels" } 1 .. 4]
--- more_headers eval
[(map { "api_access_token: $_" } '${cred.cw_agent}', '${cred.cw_foreign}', '${cred.kc_key}', '${cred.wa_token}', 'x' x 3000), "api_access_token: \${cred.cw_admin}\nApi-Access-Token: "]
--- error_code eval
[(401) x 6]
--- response_body eval
[(main::problem('Invalid Access Token', 'api_access_token', 'invalid_token')) x 6]
