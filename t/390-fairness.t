# Fairness between credentials: a crowd of one neither keeps another's requests
# waiting behind it nor takes the places of the queue from it.

use strict;
use warnings;

use IO::Select;
use Labels;
use Labels::Client qw(rush);
use Labels::Nginx;
use Test::More;
use Time::HiRes qw(sleep time);

my $crowd = 'Authorization: Bearer ' . demo('cred.lex_write');
my $other = 'Authorization: Bearer ' . demo('cred.lex_foreign');


sub tags {
    my ($contact, $tag) = @_;
    return 'POST /functions/v1/api-gateway/v1/contacts/'
         . demo("contact.$contact.uuid") . qq(/tags\n{"tags":["$tag"]});
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


# So many requests of the crowd, sent and taken in.
sub crowd {
    my ($nginx, $n) = @_;
    my @sockets = map { my $socket = $nginx->send(tags('ada', "f$_"), $crowd);
                        sleep 0.01; $socket } 1 .. $n;
    return @sockets;
}


sub started {
    my (%args) = @_;
    my $nginx = Labels::Nginx->new(%args);
    is($nginx->request(tags('gus', 'first'), $other)->{status}, 200, 'started');
    return $nginx;
}


sub metric {
    my ($nginx, $sample) = @_;
    return $nginx->request('GET /metrics')->{body} =~ /^\Q$sample\E (\d+)$/m
         ? $1 : undef;
}


sub statuses {
    my ($nginx, @sockets) = @_;
    my %count;
    $count{ $nginx->answer($_)->{status} }++ for @sockets;
    return \%count;
}


# with two connections, a crowd that waits for a lock has one of them

{
    my $nginx = started(database => 'connections 2; batch 1; lock_timeout 5s;');
    my $holder = hold_ada(1.5);
    my @sockets = crowd($nginx, 10);

    my @status = map { $nginx->request(tags('gus', "v$_"), $other)->{status} } 1 .. 5;
    is("@status", '200 200 200 200 200', 'another account is served');
    is(scalar(IO::Select->new(@sockets)->can_read(0)), undef,
       'while the crowd waits');
    is_deeply(statuses($nginx, @sockets), { 200 => 10 }, 'and is served later');
    waitpid $holder, 0;
    $nginx->end;
}

# with one connection, requests take turns

{
    reset_data();
    my $nginx = started(database => 'connections 1; batch 1; lock_timeout 5s;');
    my $holder = hold_ada(1);
    my @sockets = crowd($nginx, 20);
    my $socket = $nginx->send(tags('gus', 'turn'), $other);

    is($nginx->answer($socket)->{status}, 200, 'another account is served');
    is_deeply(statuses($nginx, @sockets), { 200 => 20 }, 'so is the crowd');

    # what was sent already, and one more
    cmp_ok(query("SELECT count(*) FROM labels.label WHERE title LIKE 'f%' AND "
               . "account_id = 1 AND created_at < (SELECT created_at FROM "
               . "labels.label WHERE title = 'turn')"), '<=', 2, 'in turn');
    waitpid $holder, 0;
    $nginx->end;
}

# a crowd fills half of the queue

{
    reset_data();
    my $nginx = started(
        database => 'connections 1; batch 1; lock_timeout 5s; queue 10;',
        config => Labels::dialects() . 'location = /metrics { labels_status; }');
    my $holder = hold_ada(1);
    my @sockets = crowd($nginx, 12);
    my @others = map { $nginx->send(tags('gus', "o$_"), $other) } 1 .. 2;

    is_deeply(statuses($nginx, @others), { 200 => 2 },
              'another account has a place');
    is_deeply(statuses($nginx, @sockets), { 200 => 6, 503 => 6 },
              'when the crowd has none left');
    is(metric($nginx, 'labels_unavailable_total{database="main",lane="fast",'
                    . 'reason="credential"}'), 6, 'which is counted');
    is(metric($nginx, 'labels_unavailable_total{database="main",lane="fast",'
                    . 'reason="queue"}'), 0, 'as what it is');
    waitpid $holder, 0;
    $nginx->end;
}

# a flood

{
    reset_data();
    my $nginx = started(workers => 2);
    my @contacts = qw(ada lex hal kim kit wa group keeper);

    $nginx->load(1, sub {
        my $count = rush(port => $nginx->port, connections => 100, seconds => 1,
                         request => sub { my ($i) = @_;
                             return (tags($contacts[ $i % 8 ], 't' . $i % 50),
                                     $crowd) });
        return join ' ', $count->{answered}, $count->{seconds},
               map { "$_=$count->{status}{$_}" } keys %{ $count->{status} };
    });

    my (%status, @took);
    for (my $end = time + 3; time < $end;) {
        my $start = time;
        $status{ $nginx->request(tags('gus', 'v' . @took % 50), $other)
                       ->{status} // 'none' }++;
        push @took, time - $start;
    }

    my ($answered, $seconds) = (0, 0);
    for ($nginx->load_end) {
        my ($n, $s) = split ' ';
        $answered += $n;
        $seconds += $s;
    }

    my $median = (sort { $a <=> $b } @took)[ @took / 2 ];
    my $mean = 100 * $seconds / $answered;
    note(sprintf '%d of the crowd in %.1f ms, %d in %.1f ms', $answered,
         1000 * $mean, scalar @took, 1000 * $median);

    is(join(' ', keys %status), '200', 'every request of the other is served');
    cmp_ok($median, '<', $mean, 'sooner than those of the crowd');
    $nginx->end;
}

done_testing();
