# The helpers of the suites: the gate to the database and the client, against
# plain PostgreSQL and plain nginx.

use strict;
use warnings;

use IO::Socket::INET;
use Labels;
use Labels::Client qw(rush);
use Labels::Gate;
use Labels::Nginx;
use Test::More;
use Time::HiRes qw(sleep time);

local $ENV{PGCONNECT_TIMEOUT} = 2;

my $gate = Labels::Gate->new(cluster()->socket);


# What psql prints for a statement that comes through the gate; the error when
# there is one.
sub through {
    my ($sql) = @_;
    my $port = $gate->port;
    my $said = `psql -qXAt -h 127.0.0.1 -p $port -U postgres postgres \\
                -c "$sql" 2>&1`;
    chomp $said;
    return $said;
}


sub took {
    my ($work) = @_;
    my $start = time;
    $work->();
    return time - $start;
}


is(through('SELECT 1'), 1, 'the gate is open');
cmp_ok($gate->count->{to_client}, '>', 100, 'and counts what passes');

my $before = $gate->count->{accepted};
$gate->chunk(1);
is(through("SELECT repeat('x', 1000)"), 'x' x 1000, 'byte by byte');
is($gate->count->{accepted}, $before + 1, 'one connection');
$gate->pass;

$gate->delay(30);
cmp_ok(took(sub { is(through('SELECT 2'), 2, 'delayed') }), '>', 0.12,
       'each piece');
$gate->pass;

# a reset in the middle of a result, and none after that

my $whole = $gate->count->{to_client};
through("SELECT repeat('x', 1000)");
$whole = $gate->count->{to_client} - $whole;
$before = $gate->count->{to_client};
$gate->reset_after($whole - 500, 'to_client');
like(through("SELECT repeat('x', 1000)"),
     qr/reset by peer|server closed the connection/, 'a reset on the way back');
is($gate->count->{to_client} - $before, $whole - 500, 'to the byte');
is(through('SELECT 3'), 3, 'only once');

$gate->reset_after(10, 'to_server');
like(through('SELECT 1'), qr/reset|server closed/, 'a reset on the way there');

# connections

$gate->refuse;
like(through('SELECT 1'), qr/Connection refused/, 'refused');
$gate->pass;
is(through('SELECT 4'), 4, 'and taken again on the same port');

$gate->silent;
cmp_ok(took(sub { like(through('SELECT 1'), qr/timeout expired/, 'silence') }),
       '>', 1, 'for as long as the client waits');
$gate->pass;

my $raw = IO::Socket::INET->new('127.0.0.1:' . $gate->port);
sleep 0.01 while $gate->count->{open} == 0;
$gate->cut;
is(sysread($raw, my $bytes, 1), undef, 'a cut is a reset');
is($gate->count->{open}, 0, 'of all connections');

$raw = IO::Socket::INET->new('127.0.0.1:' . $gate->port);
$gate->stall('to_client');
syswrite $raw, pack 'N N', 8, 80877103;    # may I use SSL?
ok(!IO::Select->new($raw)->can_read(0.2), 'the answer is held up');
$gate->pass;
is(sysread($raw, $bytes, 1), 1, 'and comes when the stall is over');
close $raw;

is(eval { $gate->stall('sideways'); 1 }, undef, 'an unknown way is an error');
$gate->close;

# the cluster

is(query('SELECT count(*) FROM labels.account'), 3, 'the demo data are there');
my @backends = cluster()->backends(database());
is("@backends", '', 'no backend of the module');

{
    open my $shown, '>&', \*STDERR or die "stderr: $!\n";
    open STDERR, '>', '/dev/null' or die "stderr: $!\n";
    my $lives = eval { query('SELECT no_such_column'); 1 };
    open STDERR, '>&', $shown or die "stderr: $!\n";
    is($lives, undef, 'a statement that fails is not overlooked');
}

# the client

my $nginx = Labels::Nginx->new(http => '', workers => 2, config => <<'END');
    location / { return 200 "$request_method $connection_requests"; }
    location /none { return 404; }
    location /slow { limit_rate 10; return 200 "0123456789012345"; }
    location /last { keepalive_timeout 0; return 200 "last"; }
END

my $client = Labels::Client->new($nginx->port, timeout => 0.5);
is($client->request('GET /')->{body}, 'GET 1', 'a request');
is($client->request("POST /\nbody")->{body}, 'POST 2', 'on a kept connection');
is($client->request('HEAD /')->{body}, '', 'HEAD has no body');
is($client->request('GET /last')->{body}, 'last', 'a last one');
ok($client->closed, 'the server closes');
is($client->request('GET /')->{error} ? 1 : 0, 1, 'which is an error then');

$client->connect->write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"
                      . "GET /none HTTP/1.1\r\n");
is($client->read->{status}, 200, 'bytes as they are');
ok(!$client->closed(0.05), 'still open');
$client->write("Host: a\r\n\r\n");
is($client->read->{status}, 404, 'a request in two pieces');
is($client->connect->request('GET /slow')->{error}, 'time-out', 'a time-out');
$client->reset;

my %bodies;
my $count = rush(
    port => $nginx->port, connections => 5, requests => 100,
    request => sub { return 'GET ' . ($_[0] % 10 ? '/' : '/none') },
    answer => sub { $bodies{ $_[0] } = $_[1]{body} },
);
is_deeply($count->{status}, { 200 => 90, 404 => 10 }, 'a rush');
is(scalar(keys %bodies), 100, 'each answer once');
is_deeply($count->{failures}, {}, 'no failure');

$count = rush(port => $nginx->port, connections => 3, requests => 9,
              request => sub { return 'GET /last' });
is_deeply($count->{status}, { 200 => 9 },
          'on connections that the server ends');

$count = rush(port => $nginx->port, connections => 2, requests => 2,
              timeout => 0.3, request => sub { return 'GET /slow' });
is_deeply($count->{failures}, { 'time-out' => 2 },
          'failures have their reasons');

my $pid = fork // die "fork: $!\n";
if (!$pid) {
    sleep 0.2;
    $nginx->signal('HUP');
    require POSIX;
    POSIX::_exit(0);
}
$count = rush(port => $nginx->port, connections => 4, seconds => 0.6,
              request => sub { return 'GET /' });
waitpid $pid, 0;
is_deeply($count->{failures}, {}, 'a reload fails no request');
is_deeply([ keys %{ $count->{status} } ], [200], 'all are served');

$nginx->end;

$nginx = Labels::Nginx->new(http => '', config => 'location / { return 200; }');
$count = rush(port => $nginx->port, connections => 2, seconds => 0.3,
              request => sub { $nginx->signal('TERM') if $_[0] == 20;
                               return 'GET /' });
cmp_ok(scalar(keys %{ $count->{failures} }), '>', 0, 'no server: failures');
$nginx->wait_for(sub { !$nginx->running });

done_testing();
