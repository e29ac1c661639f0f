# Two servers in one conninfo: the primary is killed, its standby promoted, and
# writes go on there without a touch of nginx.  Replication is synchronous, so
# that what was acknowledged by the one is known to the other.

use strict;
use warnings;

use Labels;
use Labels::Cluster;
use Labels::Ledger;
use Labels::Nginx;
use Test::More;
use Time::HiRes qw(sleep time);

my $primary = Labels::Cluster->new(tcp => 1);
$primary->start;
$primary->database('labels');

my $standby = Labels::Cluster->standby($primary);
$standby->start;
$primary->query('postgres',
                "ALTER SYSTEM SET synchronous_standby_names = '*'");
$primary->query('postgres', 'SELECT pg_reload_conf()');


# Waits for the one cluster to hold the other as its synchronous standby.
sub followed {
    my ($cluster) = @_;
    for (1 .. 2000) {
        return 1 if $cluster->query('postgres', 'SELECT count(*) FROM '
                  . "pg_stat_replication WHERE sync_state = 'sync'") == 1;
        sleep 0.01;
    }
    return 0;
}


ok(followed($primary), 'a synchronous standby');

my $alive = $primary;
my $nginx = Labels::Nginx->new(
    conninfo => 'host=127.0.0.1,127.0.0.1 port=' . $primary->port . ','
              . $standby->port . ' user=labels_module dbname=labels '
              . 'target_session_attrs=read-write',
    workers => 2);
my $ledger = Labels::Ledger->new($nginx, sub { $alive->query('labels', @_) });
my $probe = sub {
    return $nginx->request($ledger->tags('POST', $_[0], 'probe'), $ledger->key)
                 ->{status} // 0;
};

is($probe->(0), 200, 'the primary serves');
cmp_ok(scalar $primary->backends('labels'), '>', 0, 'it alone');
is(scalar $standby->backends('labels'), 0, 'the standby does not');

$ledger->start(4);
sleep 2;
$primary->crash;
sleep 0.5;
is($probe->(1), 503, 'no primary: 503');
is(scalar $standby->backends('labels'), 0, 'nobody stays at a standby');
$alive = $standby;
ok($standby->promote, 'the standby is promoted');

my $start = time;
my $took = $nginx->wait_for(sub { $probe->(2) == 200 }, 20);
ok(defined $took, 'writes go on');
note sprintf '%.2f s after the promotion', $took // time - $start;
sleep 2;

# a primary that takes no writes any more, with its connections as they were

sub read_only {
    my ($on) = @_;
    $standby->query('postgres',
                    "ALTER SYSTEM SET default_transaction_read_only = $on");
    return $standby->query('postgres', 'SELECT pg_reload_conf()');
}


read_only('on');
ok(defined $nginx->wait_for(sub { $probe->(3) == 503 }),
   'the primary takes no writes: 503');
sleep 0.5;
is($probe->(4), 503, 'and stays so');
read_only('off');
ok(defined $nginx->wait_for(sub { $probe->(5) == 200 }), 'until it does again');
like($nginx->file('error.log'), qr/SQLSTATE 25006/, 'which is logged');
sleep 0.5;

my $book = $ledger->end;
my %status = %{ $book->{status} };
cmp_ok($status{200}, '>', 200, 'changes were acknowledged');
is(join(' ', grep { !/^(?:200|503)$/ } sort keys %status), '',
   'all others were told that they were not') or diag explain \%status;
is("@{ [ grep { !/ probe$/ } @{ $book->{wrong} } ] }", '',
   'what the one acknowledged the other has');

$nginx->check_log;
$nginx->end;

done_testing();
