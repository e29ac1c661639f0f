# The driver finds what is wrong: of each block below, which is a suite of its
# own on plain nginx, the test that the block's name says fails, and no other.

use strict;
use warnings;

use File::Temp;
use Test::More;

my $suite = File::Temp->new(SUFFIX => '.t');
print {$suite} <<'END', <DATA>;
use Test::Nginx::Socket 'no_plan';

# the same configuration wherever a block has none
add_block_preprocessor(sub {
    my ($block) = @_;
    $block->set_value('config', <<'CONFIG') if !defined $block->config;
location / { return 200 "hello\n"; }
location /h { add_header X-A 1; return 200 "h"; }
location /f { root /nonexistent; }
location /slow { limit_rate 1; return 200 "0123456789"; }
location /sink { proxy_pass http://unix:$TEST_NGINX_HTML_DIR/s.sock:/; }
CONFIG
    $block->set_value('request', "GET /\n")
        if !grep { defined $block->$_ }
                 qw(request raw_request pipelined_requests);
});

no_shuffle();
run_tests();

__DATA__

END
close $suite;

my @command = ($^X, (map { "-I$_" } grep { !ref } @INC), $suite->filename);
local $ENV{TEST_NGINX_RANDOMIZE} = 1;
delete local $ENV{TEST_NGINX_LOAD_MODULES};

my $said = qx{@{[ join ' ', map { "'$_'" } @command ]} 2>/dev/null};
my @failed = map { s/ - request \d+//r } $said =~ /^not ok \d+ - (.*)/mg;

open my $blocks, '<', $suite->filename or die "suite: $!\n";
my @wanted = map { /^=== (.* - (.*))/ ? "$1 - $2" : () } <$blocks>;

is_deeply(\@failed, \@wanted, 'each block fails as its name says')
    or diag($said);

done_testing();

__DATA__
=== status - status
--- error_code: 404

=== like - status
--- error_code_like: ^4

=== body - response_body
--- response_body
hello!

=== newline - response_body
--- response_body chomp
hello

=== missing - response_body_like
--- response_body_like: world

=== there - response_body_unlike
--- response_body_unlike: hel

=== value - X-A
--- request
GET /h
--- response_headers
X-A: 2

=== header - X-A
--- response_headers
X-A: 1

=== pattern - X-A
--- request
GET /h
--- response_headers_like
X-A: [a-z]

=== unwanted - no X-A
--- request
GET /h
--- response_headers
! X-A

=== raw - raw_response_headers_like
--- raw_response_headers_like: X-A

=== raw - raw_response_headers_unlike
--- request
GET /h
--- raw_response_headers_unlike: X-A

=== second - status
--- request eval
["GET /", "GET /"]
--- error_code eval
[200, 201]

=== second - response_body
--- request eval
["GET /", "GET /"]
--- response_body eval
["hello\n", "other"]

=== pipelined - response_body
--- pipelined_requests eval
["GET /", "GET /h"]
--- response_body eval
["hello\n", "other"]

=== log - error_log has nothing like this
--- error_log
nothing like this

=== log - error_log has no [error]
--- request
GET /f
--- error_code: 404
--- no_error_log
[error]

=== one hit - grep_error_log
--- request
GET /f
--- error_code: 404
--- grep_error_log eval: qr/open\(\)/
--- grep_error_log_out

=== alert - no alerts
--- config
    location / { root /nonexistent; }
--- request
GET /[alert]
--- error_code: 404

=== slow - time-out
--- request
GET /slow
--- timeout: 0.2

=== half - time-out
--- raw_request eval
"GET / HTT"
--- timeout: 0.2

=== sink - tcp_query
--- tcp_listen: $TEST_NGINX_HTML_DIR/s.sock
--- tcp_reply eval
"HTTP/1.0 200 OK\r\n\r\nbody"
--- tcp_query eval
qr/POST/
--- request
GET /sink
--- timeout: 0.2

=== alive - nginx refuses to start
--- must_die

=== dead - says another message
--- config
    no_such_directive;
--- must_die
--- error_log
another message

=== dead - nginx did not start
--- config
    no_such_directive;
