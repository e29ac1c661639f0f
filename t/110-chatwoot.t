# Chatwoot: lists of contacts and conversations are overwritten in the order
# sent, labels are matched ignoring case, and errors have their envelopes.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: overwrite and read back, with the headers of every answer
--- request eval
["POST /api/v1/accounts/1/contacts/\${contact.ada.chatwoot_id}/labels\n{\"labels\":[\"support\",\"billing\"]}",
 "GET /api/v1/accounts/01/contacts/0001/labels.json", "GET /api/v1/accounts/1/contacts/1/labels/",
 "POST /api/v1/accounts/1/contacts/1/labels\n{\"labels\":[\"billing\",\"support\"]}",
 "GET /api/v1/accounts/1/contacts/1/labels", "POST /api/v1/accounts/1/contacts/1/labels\n{\"labels\":[]}"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 6]
--- error_code eval
[(200) x 6]
--- response_headers eval
[("Content-Type: application/json; charset=utf-8\nCache-Control: max-age=0, private, must-revalidate") x 5,
 'ETag: W/"258153158e38e3291e3d48162225fcdb"']
--- response_body eval
[('{"payload":["support","billing"]}') x 3, ('{"payload":["billing","support"]}') x 2, '{"payload":[]}']

=== TEST 2: what a string of labels means
--- request eval
my @in = ('["support","billing"]', '["a","b","a"]', '["Zed","zed","ZED"]', '["  lead  ","two words","\ttab\n",""]',
 '["m,n"," o , p ","a,,b,"]', '["x","\"y,z\""]',
 "[\"\xe5\xad\xa6\xe4\xb8\xad\xe6\x96\x87\",\"\xc3\x89T\xc3\x89\",\"\xc3\xa9t\xc3\xa9\",\"\xf0\x9f\x94\xa5\"]",
 '["\u00a0","\u00a0nb"]', '["\u0130"," I"]', '["vip","to follow up"]');
[map { "POST /api/v1/accounts/1/contacts/1/labels\n{\"labels\":$_}" } @in]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 10]
--- error_code eval
[(200) x 10]
--- response_body eval
[map { "{\"payload\":$_}" } '["support","billing"]', '["a","b"]', '["Zed"]', '["lead","two words","tab"]',
 '["m","n","o","p","a","b"]', '["x","\"y","z\""]',
 "[\"\xe5\xad\xa6\xe4\xb8\xad\xe6\x96\x87\",\"\xc3\x89T\xc3\x89\",\"\xf0\x9f\x94\xa5\"]",
 "[\"\xc2\xa0nb\"]", "[\"\xc4\xb0\"]", '["VIP","To Follow Up"]']

=== TEST 3: add keeps places, remove ignores case
--- request eval
my $p = '/api/v1/accounts/1/contacts/8/labels';
["POST $p/add\n{\"labels\":[\"new\",\"Keep1\"]}", "POST $p/remove\n{\"labels\":[\"KEEP2\",\"unknown\"]}", "POST $p/add\n{\"labels\":[]}"]
--- more_headers eval
[('api_access_token: ${cred.cw_admin}') x 3]
--- error_code eval
[200, 200, 200]
--- response_body eval
['{"payload":["keep1","keep2","new"]}', '{"payload":["keep1","new"]}', '{"payload":["keep1","new"]}']

=== TEST 4: conversations are lists of their own, and open to agent bots
--- request eval
["POST /api/v1/accounts/1/conversations/8/labels\n{\"labels\":[\"b\",\"a\"]}", "GET /api/v1/accounts/1/conversations/8/labels",
 "GET /api/v1/accounts/1/contacts/8/labels", "GET /api/v1/accounts/2/conversations/7/labels", "GET /api/v1/accounts/1/contacts/8/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_bot}') x 2, 'api_access_token: ${cred.cw_agent}', ('api_access_token: ${cred.cw_bot}') x 2]
--- error_code eval
[200, 200, 200, 401, 401]
--- response_body eval
[('{"payload":["b","a"]}') x 2, '{"payload":["keep1","keep2"]}',
 '{"description":"Bot is not authorized to access this account","errors":[{"field":"account_id","message":"Bot is not authorized to access this account","code":"account_not_authorized"}],"error":"Bot is not authorized to access this account"}',
 '{"description":"Access to this endpoint is not authorized for bots","errors":[{"field":"api_access_token","message":"Access to this endpoint is not authorized for bots","code":"bot_not_authorized"}],"error":"Access to this endpoint is not authorized for bots"}']

=== TEST 5: the token in any spelling and place among the headers
--- request eval
[("GET /api/v1/accounts/1/contacts/1/labels") x 8]
--- more_headers eval
my ($t, $o) = ('${cred.cw_agent}', '${cred.cw_admin}');
["Api-Access-Token: $t", "API_ACCESS_TOKEN: $t", "api_access_token: $t\nHost: localhost", "Host: other\napi_access_token: $t",
 "api_access_token: $t\nApi-Access-Token: $t\nAuthorization: Bearer x", "api_access_token: $t\nApi-Access-Token: $o", "api_access_token: ", "Authorization: Bearer $t"]
--- error_code eval
[200, 200, 200, 200, 200, 401, 401, 401]
--- response_body_like eval
[('"payload":\[\]') x 5, '"code":"invalid_token"', ('"code":"unauthorized"') x 2]

=== TEST 6: the order of credentials: token, account, suspension, membership
--- request eval
["POST /api/v1/accounts/999/contacts/1/labels\n{", "POST /api/v1/accounts/999/contacts/1/labels\n{", "GET /api/v1/accounts/abc/contacts/1/labels",
 "GET /api/v1/accounts/99999999999999999999/contacts/1/labels", "POST /api/v1/accounts/9/contacts/1/labels\n{", "POST /api/v1/accounts/1/contacts/1/labels\n{",
 "GET /api/v1/accounts/1/contacts/1/labels"]
--- more_headers eval
["api_access_token: nope", ('api_access_token: ${cred.cw_admin}') x 4, 'api_access_token: ${cred.cw_foreign}', 'X: y']
--- error_code eval
[401, 404, 404, 404, 401, 401, 401]
--- response_body eval
sub error6 { my ($d, $f, $c) = @_; qq({"description":"$d","errors":[{"field":"$f","message":"$d","code":"$c"}],"error":"$d"}) }
[error6('Invalid Access Token', 'api_access_token', 'invalid_token'), (error6('Resource could not be found', 'account_id', 'not_found')) x 3,
 error6('Account is suspended', 'account_id', 'account_suspended'), error6('You are not authorized to access this account', 'account_id', 'account_not_authorized'),
 error6('You need to sign in or sign up before continuing.', 'api_access_token', 'unauthorized')]

=== TEST 7: bodies that are refused
--- request eval
my $p = 'POST /api/v1/accounts/1/contacts/8/labels';
["$p\nlabels=a", "$p\n{\"labels\":[\"a\"", "$p\n ", "$p\n{\"labels\":[],\"x\":" . '[' x 32 . ']' x 32 . '}', "$p\n{\"labels\":[\"a\"],\"x\":\"\xff\"}",
 "$p\n\xef\xbb\xbf{}",
 "$p\n{\"labels\":[\"\xff\"],\"labels\":[\"a\"]}"]
--- more_headers eval
["api_access_token: \${cred.cw_agent}\nContent-Type: application/x-www-form-urlencoded", ("api_access_token: \${cred.cw_agent}\nContent-Type: application/vnd.api+json; x=y") x 6]
--- error_code eval
[415, 400, 422, 400, 400, 400, 400]
--- response_body eval
sub error7 { my ($d, $c, $t, $f) = @_; $f ||= 'body'; qq({"description":"$d","errors":[{"field":"$f","message":"$d","code":"$c"}],"error":"$t"}) }
[error7('Content-Type must be application/json', 'unsupported_media_type', 'Unsupported Media Type', 'content-type'),
 error7('Request body is not valid JSON', 'invalid_json', 'Bad Request'),
 '{"message":"Labels must be present","attributes":["labels"],"description":"Labels must be present","errors":[{"field":"labels","message":"Labels must be present","code":"required"}]}',
 error7('Request body is nested too deeply (maximum is 32)', 'too_deep', 'Bad Request'),
 (error7('Request body is not valid JSON', 'invalid_json', 'Bad Request')) x 3]

=== TEST 8: labels that are refused
--- request eval
my $p = 'POST /api/v1/accounts/1/contacts/8/labels';
[map { "$p\n$_" } '{}', '[]', '{"labels":null}', '{"labels":"a,b"}', '{"labels":["a",1]}', '{"labels":["a\u0000"]}', "{\"labels\":[\"\xff\"]}", '{"labels":["\ud800"]}',
 '{"labels":["' . 'x' x 256 . '"]}', '{"labels":["' . 'a,' x 1001 . '"]}', '{"labels":["",","," , "]}']
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 11]
--- error_code eval
[(422) x 11]
--- response_headers eval
[("Cache-Control: no-cache\n! ETag") x 11]
--- response_body eval
sub invalid8 { my ($m, $c) = @_; qq({"message":"$m","attributes":["labels"],"description":"$m","errors":[{"field":"labels","message":"$m","code":"$c"}]}) }
[(invalid8('Labels must be present', 'required')) x 3, (invalid8('Labels must be an array of strings', 'invalid')) x 2, (invalid8('Labels must be valid UTF-8 text', 'invalid_text')) x 3,
 invalid8('Label is too long (maximum is 255 characters)', 'too_long'), invalid8('Labels has too many items (maximum is 1000)', 'too_many'),
 invalid8('Labels must contain at least one label that is not blank', 'blank')]

=== TEST 9: ids that do not exist come last, nothing above has changed anything
--- keep
--- request eval
["POST /api/v1/accounts/1/contacts/999999/labels\n{\"labels\":[\"a\"]}", "GET /api/v1/accounts/1/contacts/1abc/labels", "GET /api/v1/accounts/1/conversations/999/labels",
 "POST /api/v1/accounts/1/contacts/1001/labels\n{\"labels\":[]}", "GET /api/v1/accounts/1/contacts/8/labels"]
--- more_headers eval
[('api_access_token: ${cred.cw_agent}') x 5]
--- error_code eval
[404, 404, 404, 404, 200]
--- response_body eval
sub error9 { my ($f) = @_; qq({"description":"Resource could not be found","errors":[{"field":"$f","message":"Resource could not be found","code":"not_found"}],"error":"Resource could not be found"}) }
[error9('id'), error9('id'), error9('conversation_id'), error9('id'), '{"payload":["keep1","keep2"]}']

=== TEST 10: methods and paths that are not served, with or without a token
--- request eval
["PUT /api/v1/accounts/1/contacts/1/labels", "OPTIONS /api/v1/accounts/1/contacts/1/labels", "TRACE /api/v1/accounts/1/contacts/1/labels", "BREW /api/v1/accounts/1/contacts/1/labels",
 "GET /api/v1/accounts/1/contacts", "GET /api/v1/accounts/1/contacts/1/labels/add/x", "GET /api/v1/accounts/"]
--- error_code eval
[(404) x 7]
--- response_headers eval
[('! Allow') x 7]
--- response_body eval
[('{"description":"The path or the method is not served","errors":[{"field":"path","message":"The path or the method is not served","code":"route_not_found"}],"error":"Not Found"}') x 7]

=== TEST 11: conditional requests
--- request eval
["GET /api/v1/accounts/1/contacts/1/labels", "HEAD /api/v1/accounts/1/contacts/1/labels", "GET /api/v1/accounts/1/contacts/1/labels", "POST /api/v1/accounts/1/contacts/1/labels\n{\"labels\":[]}"]
--- more_headers eval
my $t = "api_access_token: \${cred.cw_agent}\n";
["${t}If-None-Match: \"x\", W/\"258153158e38e3291e3d48162225fcdb\"", "${t}If-None-Match: *", "${t}If-None-Match: W/\"258153158e38e3291e3d48162225fcdc\"",
 "${t}If-None-Match: *\nIf-Match: \"x\""]
--- error_code eval
[304, 304, 200, 200]
--- response_headers eval
['ETag: W/"258153158e38e3291e3d48162225fcdb"', '! Content-Type', 'Content-Length: 14', 'Content-Length: 14']

=== TEST 12: the request id is the client's, cleaned
--- request eval
[("GET /api/v1/accounts/1/contacts/1/labels") x 2]
--- more_headers eval
["api_access_token: \${cred.cw_agent}\nX-Request-Id: a/b c_d-1", "api_access_token: \${cred.cw_agent}\nX-Request-Id: //"]
--- error_code eval
[200, 200]
--- response_headers_like eval
['X-Request-Id: abc_d-1', 'X-Request-Id: [0-9a-f]{8}-[0-9a-f-]{27}']

=== TEST 13: a body of white space is not JSON
--- raw_request eval
"POST /api/v1/accounts/1/contacts/8/labels HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\napi_access_token: \${cred.cw_agent}\r\nContent-Length: 3\r\n\r\n \t\n"
--- error_code: 400
--- response_body_like: "code":"invalid_json"
