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

=== TEST 8: files, in folders as well
--- config
    location / { root $TEST_NGINX_HTML_DIR; }
--- user_files
>>> a.txt
one
>>> b/c.txt
two
--- request eval
["GET /a.txt", "GET /b/c.txt"]
--- response_body eval
["one\n", "two\n"]

=== TEST 9: other files, the same configuration
--- config
    location / { root $TEST_NGINX_HTML_DIR; }
--- user_files
>>> a.txt
three
--- request
GET /a.txt
--- response_body
three

=== TEST 10: a server behind nginx
--- config
    location / { proxy_pass http://unix:$TEST_NGINX_HTML_DIR/sink.sock:/; }
--- tcp_listen: $TEST_NGINX_HTML_DIR/sink.sock
--- tcp_reply eval
"HTTP/1.0 200 OK\r\n\r\nfrom behind\n"
--- tcp_query eval
qr/\APOST \/x HTTP.*\r\n\r\nbody\z/s
--- request
POST /x
body
--- response_body
from behind

=== TEST 11: every hit of the log, and only this block's
--- config
    location / { root $TEST_NGINX_HTML_DIR; }
--- request eval
["GET /none-1", "GET /none-2"]
--- error_code eval
[404, 404]
--- grep_error_log eval: qr/none-\d/
--- grep_error_log_out
none-1
none-1
none-2
none-2
--- no_error_log
none-3

=== TEST 12: the log starts anew
--- config
    location / { root $TEST_NGINX_HTML_DIR; }
--- request
GET /none-3
--- error_code: 404
--- error_log eval
[qr/none-3.*failed/, 'none-3']
--- no_error_log
none-1
none-2

=== TEST 13: a block that does not apply
--- config
    location / { return 200 "hello\n"; }
--- skip_eval: 2: 1 == 1
--- request
GET /
--- error_code: 500

=== TEST 14: what surrounds http
--- main_config
    worker_rlimit_nofile 1024;
--- http_config
    map $uri $mapped { default "map of $uri\n"; }
--- config
    location / { return 200 $mapped; }
--- post_main_config
    timer_resolution 100ms;
--- request
GET /a
--- response_body
map of /a

=== TEST 15: a client that does not wait
--- config
    location / { limit_rate 1; return 200 "hello\n"; }
--- request
GET /
--- timeout: 0.1
--- abort
