# Errors that nginx raises itself are in the dialect's envelope.

use Labels;
use Test::Nginx::Socket 'no_plan';

our $limited = Labels::labels_database()
             . "limit_req_zone \$labels_credential zone=c:1m rate=1r/m;\n"
             . "limit_req_zone \$labels_credential zone=d:1m rate=1r/m;\n"
             . "limit_req_zone \$labels_credential zone=e:1m rate=1r/m;\n"
             . "limit_req_status 429;\n";

suite();
run_tests();

__DATA__

=== TEST 1: limit_req by the credential, with the declared rate in the headers
--- http_config eval: $::limited
--- config eval
Labels::dialects('limit_req zone=c; labels_rate 1r/m;')
--- request eval
my $l = '/functions/v1/api-gateway/v1/contacts/${contact.lex.uuid}/tags';
["GET $l", "GET $l", "GET $l", "GET /v1/contacts/\${contact.kim.kirimchat_id}/labels", "GET /v1/contacts/\${contact.kim.kirimchat_id}/labels",
 "GET /contacts/\${contact.hal.highlevel_id}", "GET /contacts/\${contact.hal.highlevel_id}", "GET /api/v1/accounts/1/contacts/1/labels", "GET /api/v1/accounts/1/contacts/1/labels",
 "GET /v2/labels/chats/12345?access_token=\${cred.wa_token}&instance_id=A1B2C3D4E5F6", "GET /v2/labels/chats/12345?access_token=\${cred.wa_token}&instance_id=A1B2C3D4E5F6"]
--- more_headers eval
my ($k, $h, $c) = ('Authorization: Bearer ${cred.kc_key}', "Authorization: Bearer \${cred.hl_write}\nVersion: v3", 'api_access_token: ${cred.cw_agent}');
['Authorization: Bearer ${cred.lex_write}', 'Authorization: Bearer ${cred.lex_write}', 'Authorization: Bearer ${cred.lex_read}', $k, $k, $h, $h, $c, $c, 'X: y', 'X: y']
--- error_code eval
[200, 429, 200, (200, 429) x 4]
--- response_headers eval
["X-RateLimit-Limit: 1\n! X-RateLimit-Remaining\n! Retry-After", "X-RateLimit-Limit: 1\nX-RateLimit-Remaining: 0\nRetry-After: 60\nContent-Type: application/json", '! Retry-After',
 "X-RateLimit-Limit: 1\n! X-RateLimit-Remaining", "X-RateLimit-Limit: 1\nX-RateLimit-Remaining: 0\nRetry-After: 60",
 "x-ratelimit-max: 1\nx-ratelimit-interval-milliseconds: 60000\n! x-ratelimit-remaining", "x-ratelimit-max: 1\nx-ratelimit-remaining: 0\nRetry-After: 60",
 '! X-RateLimit-Limit', "Retry-After: 60\n! X-RateLimit-Limit", '! Retry-After', 'Retry-After: 60']
--- response_body_like eval
['tags', '^\{"error":\{"code":"rate_limited","message":"Rate limit exceeded"\}\}$', 'tags', 'data', '"type":"rate_limit_error","code":"rate_limit_exceeded","message":"Rate limit exceeded. Retry after 60 seconds.","request_id":"req_',
 'contact', '^\{"statusCode":429,"message":"Too many requests, please try again later.","error":"Too Many Requests"\}$',
 'payload', '^\{"description":"Retry later","errors":\[\{"field":"request","message":"Retry later","code":"rate_limited"\}\],"error":"Retry later"\}$',
 '^\[', '^\{"success":false,"code":"rate_limited","message":"Too Many Requests"\}$']

=== TEST 2: rates by class and interval; without a declared rate a 429 still says when
--- http_config eval: $::limited
--- config eval
Labels::dialects('labels_rate write=60r/m read=100r/10s;') . 'location /v1/limited/ { labels kirimchat; limit_req zone=d; }'
--- request eval
["GET /v1/contacts/\${contact.kim.kirimchat_id}/labels", "DELETE /v1/contacts/x/labels/y", "GET /v1/limited/x", "GET /v1/limited/x"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[200, 400, 404, 429]
--- response_headers eval
['X-RateLimit-Limit: 600', 'X-RateLimit-Limit: 60', '! X-RateLimit-Limit', "X-RateLimit-Remaining: 0\nRetry-After: 1"]

=== TEST 3: statuses of other modules
--- config eval
Labels::dialects('if ($arg_s) { return 503; } deny 127.0.0.1;')
--- request eval
["GET /v1/x", "GET /v1/x?s=1", "GET /contacts/x", "GET /contacts/x?s=1", "GET /functions/v1/api-gateway/x", "GET /functions/v1/api-gateway/x?s=1", "GET /v2/x", "GET /v2/x?s=1", "GET /api/v1/accounts/1/x?s=1"]
--- error_code eval
[403, 503, 403, 503, 403, 503, 403, 503, 503]
--- response_headers eval
["! Retry-After", ("Retry-After: 1", "! Retry-After") x 3, ("Retry-After: 1") x 2]
--- response_body_like eval
['"code":"invalid_request","message":"Malformed request."', '"code":"service_unavailable"', '^\{"statusCode":403,"message":"Forbidden","error":"Forbidden"\}$', '"Service temporarily unavailable"',
 '^\{"error":\{"code":"bad_request","message":"Forbidden"\}\}$', 'service_unavailable', '"code":"bad_request","message":"Bad Request"', 'wawp_upstream_error', '"code":"overloaded"']

=== TEST 4: requests that fail before a location is found
--- raw_request eval
["GET /v1/contacts/x/labels HTTP/1.1\r\n\r\n"]
--- error_code: 400
--- response_body_like
"code":"invalid_request","message":"Malformed request.","request_id":"req_

=== TEST 5: other paths keep nginx's pages
--- request eval
["GET /none", "TRACE /"]
--- error_code eval
[404, 405]
--- response_body_like eval
['<html>', '<html>']

=== TEST 6: labels_error behind error_page
--- http_config eval: $::limited
--- config eval
"error_page 403 429 \@labels_error; location \@labels_error { labels_error; } location /x { deny all; error_page 403 \@wawp; } location \@wawp { labels_error wawp; }"
. Labels::dialects('limit_req zone=e;')
--- request eval
[("GET /v1/contacts/\${contact.kim.kirimchat_id}/labels") x 2, "GET /x"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[200, 429, 403]
--- response_headers eval
['! Retry-After', "Retry-After: 1\nContent-Type: application/json", 'Content-Type: application/json; charset=utf-8']
--- response_body_like eval
['data', '"code":"rate_limit_exceeded"', '^\{"success":false,"code":"bad_request","message":"Bad Request"\}$']

=== TEST 7: subrequests are refused
--- config eval
'location /sub { mirror /v1/x; empty_gif; }' . Labels::dialects()
--- request
GET /sub
--- wait: 0.1
--- error_log
labels locations serve no subrequests

=== TEST 8: the variables, in the order of the phases
--- config eval
Labels::dialects('add_header X-Log "$labels_dialect|$labels_operation|$labels_outcome|$labels_account|$labels_credential|$labels_batch|$labels_database_time" always; add_header X-Id $labels_request_id always;')
. 'location /plain { return 200 "[$labels_dialect$labels_batch$labels_credential]"; }'
--- request eval
["POST /api/v1/accounts/1/contacts/1/labels\n{\"labels\":[\"a\"]}", "POST /api/v1/accounts/1/contacts/1/labels\n{\"labels\":[\"a\"]}", "GET /api/v1/accounts/1/contacts/99/labels", "GET /api/v1/accounts/1/contacts/1/labels", "GET /v1/none", "GET /plain"]
--- more_headers eval
my $t = 'api_access_token: ${cred.cw_agent}';
["$t\nX-Request-Id: abc", $t, $t, 'api_access_token: nope', $t, $t]
--- error_code eval
[200, 200, 404, 401, 404, 200]
--- response_headers_like eval
require Digest::SHA;
my ($d, $n) = map { Digest::SHA::sha256_hex($_) } Labels::demo('cred.cw_agent'), 'nope';
["X-Log: chatwoot\\|contact.overwrite\\|ok\\|1\\|$d\\|1\\|\\d+\\.\\d{3}\nX-Id: abc", "X-Log: chatwoot\\|contact.overwrite\\|unchanged\\|1\\|$d\\|1\\|\\d+\\.\\d{3}",
 "X-Log: chatwoot\\|contact.read\\|target_not_found\\|1\\|$d\\|1\\|.*", "X-Log: chatwoot\\|contact.read\\|refused\\|1\\|$n\\|1\\|.*", "X-Log: kirimchat\\|\\|rejected\\|\\|\\|\\|\nX-Id: req_.{26}", '']
--- response_body_like eval
['a', 'a', '.', '.', '.', '^\[\]$']

=== TEST 9: paths that nginx cannot decode
--- request eval
["GET /contacts/a%00", "GET /v1/contacts/%zz/labels", "POST /v2/../../x", "GET /none%00"]
--- error_code eval
[(400) x 4]
--- response_body_like eval
['^\{"statusCode":400,"message":"Bad Request","error":"Bad Request"\}$', '"code":"invalid_request","message":"Malformed request."', '"success":false,"code":"', '<html>']
