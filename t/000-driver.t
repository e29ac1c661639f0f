# The driver itself, against plain nginx: what later suites rely on.

use Test::Nginx::Socket 'no_plan';

no_shuffle();
run_tests();

__DATA__

=== TEST 1: status and body
--- config
    location / { return 200 "hello\n"; }
    location /echo { return 200 "$request_method $http_x_one $content_length"; }
    location /none { return 404; }
--- request
GET /
--- response_body
hello

=== TEST 2: method, headers and length of a body
--- config
    location / { return 200 "hello\n"; }
    location /echo { return 200 "$request_method $http_x_one $content_length"; }
    location /none { return 404; }
--- request
POST /echo
{"a": 1}
--- more_headers
X-One: 1
--- response_body chomp
POST 1 8

=== TEST 3: several requests with a status each
--- config
    location / { return 200 "hello\n"; }
    location /echo { return 200 "$request_method $http_x_one $content_length"; }
    location /none { return 404; }
--- request eval
["GET /", "GET /none"]
--- error_code eval
[200, 404]

=== TEST 4: pipelined requests
--- config
    location / { return 200 "hello\n"; }
    location /echo { return 200 "$request_method $http_x_one $content_length"; }
    location /none { return 404; }
--- pipelined_requests eval
["GET /", "GET /echo", "GET /none"]
--- error_code eval
[200, 200, 404]
--- response_body_like eval
["hello", "GET", "404"]

=== TEST 5: response headers
--- config
    location / { add_header X-Two two; return 200; }
--- request
GET /
--- response_headers
X-Two: two
! X-Three
--- response_headers_like
Server: nginx/.*

=== TEST 6: raw requests in pieces
--- config
    location / { return 200 "hello\n"; }
--- raw_request eval
["GET / HTTP/1.0\r\n", "\r\n"]
--- response_body
hello

=== TEST 7: a configuration that must die
--- config
    no_such_directive;
--- must_die
--- error_log
unknown directive "no_such_directive"
