# Bodies as HTTP brings them: in several buffers, chunked, in a file, announced
# and refused, pipelined, and too large.

use Labels;
use Test::Nginx::Socket 'no_plan';

our $path = '/functions/v1/api-gateway/v1/contacts/${contact.lex.uuid}/tags';
our $head = "Host: localhost\r\nAuthorization: Bearer \${cred.lex_write}\r\n";

# everything of more than a buffer goes to a file
our $small = Labels::dialects('client_body_buffer_size 1k; client_body_timeout 1s;');

suite();
run_tests();

__DATA__

=== TEST 1: chunked, in pieces
--- raw_request eval
["POST $::path HTTP/1.1\r\n${main::head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"tags\":[\r\n", "5\r\n\"a\",\"\r\n3\r\nb\"]\r\n", "1\r\n}\r\n0\r\n\r\n"]
--- raw_request_middle_delay: 0.05
--- response_body_like
"tags":\["existing-tag","a","b"\]

=== TEST 2: in a file, of known length
--- config eval: $::small
--- request eval
"POST $::path\n{\"x\":\"" . 'y' x 5000 . '","tags":["a"]}'
--- more_headers
Authorization: Bearer ${cred.lex_write}
--- response_body_like
"tags":\["existing-tag","a"\]

=== TEST 2b: and in chunks
--- config eval: $::small
--- raw_request eval
my $body = '{"x":"' . 'y' x 5000 . '","tags":["a"]}';
my $chunks = CORE::join '', map { sprintf "%x\r\n%s\r\n", length $_, $_ } $body =~ /(.{1,999})/gs;
["POST $::path HTTP/1.1\r\n${main::head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n"]
--- response_body_like
"tags":\["existing-tag","a"\]

=== TEST 3: only in a file
--- config eval
Labels::dialects('client_body_in_file_only clean;')
--- request eval
"POST $::path\n{\"tags\":[\"a\"]}"
--- more_headers
Authorization: Bearer ${cred.lex_write}
--- response_body_like
"tags":\["existing-tag","a"\]

=== TEST 4: HTTP/1.0
--- raw_request eval
["POST $::path HTTP/1.0\r\nAuthorization: Bearer \${cred.lex_write}\r\nContent-Length: 14\r\n\r\n{\"tags\":[\"a\"]}"]
--- response_body_like
"tags":\["existing-tag","a"\]

=== TEST 5: keep-alive and pipelining: answers in order, each seeing the former
--- pipelined_requests eval
[(map { "POST $::path\n{\"tags\":[\"t$_\"]}" } 1 .. 5), "GET $::path"]
--- more_headers
Authorization: Bearer ${cred.lex_write}
--- error_code eval
[(200) x 6]
--- response_body_like eval
['"t1"\]', '"t1","t2"\]', '"t2","t3"\]', '"t3","t4"\]', '"t4","t5"\]', '"existing-tag","t1","t2","t3","t4","t5"\]']

=== TEST 6: 100 Continue is sent where the body is wanted
--- raw_request eval
["POST $::path HTTP/1.1\r\n${main::head}Connection: close\r\nExpect: 100-continue\r\nContent-Length: 14\r\n\r\n", "{\"tags\":[\"a\"]}"]
--- raw_request_middle_delay: 0.2
--- response_body_like
"tags":\["existing-tag","a"\]

=== TEST 7: and not where the request is refused before
--- raw_request eval
["POST $::path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 14\r\n\r\n"]
--- error_code: 401
--- response_body_like
invalid_key

=== TEST 8: a body of 1 MiB is read, one byte more is refused, announced or chunked
--- request eval
my $max = 1024 * 1024;
["POST $::path\n{\"tags\":[\"a\"],\"x\":\"" . 'y' x ($max - 21) . '"}', "POST $::path\n{\"tags\":[\"b\"],\"x\":\"" . 'y' x ($max - 20) . '"}',
 "PUT /v2/labels/1/chats/12345\n" . 'y' x ($max + 1), "POST /v1/contacts/x/labels\n" . 'y' x ($max + 1),
 "POST /contacts/x/tags\n" . 'y' x ($max + 1), "POST /api/v1/accounts/1/contacts/1/labels\n" . 'y' x ($max + 1)]
--- more_headers eval
[('Authorization: Bearer ${cred.lex_write}') x 6]
--- error_code eval
[200, (413) x 5]
--- response_body_like eval
['"existing-tag","a"\]', '^\{"error":\{"code":"payload_too_large","message":"Request body too large"\}\}$', '"code":"payload_too_large","message":"Request body is too large"',
 '"type":"invalid_request_error","code":"request_too_large","message":"Request body is too large.","request_id":"req_', '^\{"statusCode":413,"message":"request entity too large","error":"Payload Too Large"\}$',
 '"description":"Request body is too large","errors":\[\{"field":"body","message":"Request body is too large","code":"body_too_large"\}\],"error":"Payload Too Large"']

=== TEST 9: chunks beyond the limit
--- config eval
Labels::dialects('labels_max_body 100;')
--- raw_request eval
["POST $::path HTTP/1.1\r\n${main::head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n" . 'y' x 200 . "\r\n0\r\n\r\n"]
--- error_code: 413
--- response_body_like
payload_too_large

=== TEST 10: nginx's own limit has the envelope too
--- config eval
Labels::dialects('client_max_body_size 10;')
--- request eval
["POST $::path\n{\"tags\":[\"a\"]}"]
--- more_headers
Authorization: Bearer ${cred.lex_write}
--- error_code: 413
--- response_headers
Content-Type: application/json
--- response_body chomp
{"error":{"code":"payload_too_large","message":"Request body too large"}}

=== TEST 11: a body that does not come
--- config eval: $::small
--- raw_request eval
["POST /v1/contacts/\${contact.kim.kirimchat_id}/labels HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \${cred.kc_key}\r\nContent-Length: 14\r\n\r\n{"]
--- error_code: 408
--- response_body_like
"code":"request_timeout","message":"The request was not received in time."

=== TEST 12: bodies of GET and DELETE are ignored where the contract says so
--- request eval
["GET /api/v1/accounts/1/contacts/1/labels\n{", "DELETE /v1/contacts/\${contact.kim.kirimchat_id}/labels/\${label.VIP.kirimchat_id}\n{"]
--- more_headers eval
['api_access_token: ${cred.cw_agent}', 'Authorization: Bearer ${cred.kc_key}']
--- error_code eval
[200, 200]

=== TEST 13: a deep and a wide document of the largest size are answered at once
--- request eval
["POST $::path\n" . '[' x 1000000, "POST $::path\n{" . CORE::join(',', map { qq("k$_":1) } 1 .. 80000) . ',"tags":[]}', "POST $::path\n{\"x\":[" . CORE::join(',', (0) x 500000) . '],"tags":[]}']
--- more_headers eval
[('Authorization: Bearer ${cred.lex_write}') x 3]
--- error_code eval
[400, 200, 200]
