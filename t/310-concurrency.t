# Requests that meet: parallel adds all survive, one locked target delays only
# its own requests, and a full queue answers at once.

use strict;
use warnings;

use Labels;
use Labels::Nginx;
use Test::More;
use Time::HiRes qw(sleep time);

my $key = 'Authorization: Bearer ' . demo('cred.lex_write');


sub tags {
    my ($contact) = @_;
    return '/functions/v1/api-gateway/v1/contacts/'
         . demo("contact.$contact.uuid") . '/tags';
}


# Holds the lock of Ada's labels for so many seconds, from now on.
sub hold_ada {
    my ($seconds) = @_;
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        require POSIX;
        query("SELECT pg_advisory_lock(76003, labels.target_key(1, 'c', 1)), "
            . "pg_sleep($seconds)");
        POSIX::_exit(0);
    }
    Time::HiRes::sleep(0.01) until query(
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
        . "WHERE d.datname = current_database() AND classid = 76003");
    return $pid;
}


my $nginx = Labels::Nginx->new(workers => 2);

my @sockets = map {
    $nginx->send('POST ' . tags('hal') . qq(\n{"tags":["p$_"]}), $key)
} 1 .. 50;
my @status = map { $nginx->answer($_)->{status} } @sockets;

is("@status", join(' ', (200) x 50), '50 parallel adds are acknowledged');
my ($list) = $nginx->request('GET ' . tags('hal'), $key)->{body} =~ /\[(.*)\]/;
is(scalar(() = $list =~ /"p\d+"/g), 50, 'and all survive');

# the same new label from many sides is one label

@sockets = map {
    $nginx->send('POST ' . tags($_) . qq(\n{"tags":["brand new"]}), $key)
} (qw(ada lex hal kim)) x 10;
$nginx->answer($_) for @sockets;
is(query("SELECT count(*) FROM labels.label WHERE title = 'brand new'"), 1,
   'a new label is made once');

# overwrites against adds: one of the serial orders

my $token = 'api_access_token: ' . demo('cred.cw_agent');
for my $round (1 .. 20) {
    my $over = $nginx->send(qq(POST /api/v1/accounts/1/contacts/2/labels\n)
                          . qq({"labels":["o$round"]}), $token);
    my $add = $nginx->send('POST ' . tags('lex') . qq(\n{"tags":["a$round"]}), $key);
    $nginx->answer($_) for $over, $add;
    my ($after) = $nginx->request('GET ' . tags('lex'), $key)->{body} =~ /\[(.*)\]/;
    like($after, qr/^"o$round"(?:,"a$round")?$/, "overwrite against add $round");
}

# one target is locked from outside for a second

reset_data();
my $holder = hold_ada(1);
my $start = time;
@sockets = map { $nginx->send('POST ' . tags('ada') . qq(\n{"tags":["w$_"]}), $key) }
           1 .. 3;
my $slowest = 0;
for my $i (1 .. 40) {
    my $begun = time;
    is($nginx->request('POST ' . tags('kim') . qq(\n{"tags":["k$i"]}), $key)
             ->{status}, 200, "a neighbour is served $i") if $i % 10 == 0;
    $nginx->request('POST ' . tags('lex') . qq(\n{"tags":["k$i"]}), $key)
        if $i % 10;
    $slowest = time - $begun if time - $begun > $slowest;
}
cmp_ok($slowest, '<', 0.5, 'and not delayed');
is(join(' ', map { $nginx->answer($_)->{status} } @sockets), '200 200 200',
   'those who met the lock are served when it is gone');
cmp_ok(time - $start, '>', 0.7, 'not before');
waitpid $holder, 0;

# longer than the isolation lane waits

$holder = hold_ada(3);
my $answer = $nginx->request('POST ' . tags('ada') . qq(\n{"tags":["late"]}), $key);
is($answer->{status}, 503, 'a lock that stays');
is($answer->{headers}{'retry-after'}, 1, 'come again');
waitpid $holder, 0;
is(query("SELECT count(*) FROM labels.label WHERE title = 'late'"), 0,
   'nothing has been done');
$nginx->end;

# a full queue

$nginx = Labels::Nginx->new(database => 'queue 10; connections 1; batch 1; '
                                      . 'lock_timeout 1s;');
$nginx->request('GET ' . tags('lex'), $key);
$holder = hold_ada(0.8);
@sockets = map { my $s = $nginx->send('POST ' . tags('ada')
                                    . qq(\n{"tags":["q$_"]}), $key);
                 sleep 0.01; $s } 1 .. 12;
my %count;
$count{ $nginx->answer($_)->{status} }++ for @sockets;
is_deeply(\%count, { 200 => 6, 503 => 6 }, 'beyond half the bound: 503 at once');
waitpid $holder, 0;
$nginx->end;

done_testing();
