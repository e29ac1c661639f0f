# PgBouncer between nginx and PostgreSQL: session pooling as it is, transaction
# pooling with "prepare off".

use strict;
use warnings;

use Labels;
use Labels::Client qw(rush);
use Labels::Cluster;
use Labels::Ledger;
use Labels::Nginx;
use Labels::Pooler;
use Test::More;
use Time::HiRes qw(sleep);

my $cluster = Labels::Cluster->new;
$cluster->start;

# beyond three backends the pools of PgBouncer make somebody wait: transaction
# pooling has to live with fewer of them than there are connections

my @modes = (
    [ 'session', 20, '' ],
    [ 'transaction', 3, 'prepare off;' ],
    [ 'session', 20, 'prepare off;' ],
);

for (@modes) {
    my ($mode, $size, $directives) = @$_;
    my $name = $directives ? "$mode, prepare off" : $mode;
    my $database = join '_', 'labels', $name =~ /(\w+)/g;
    $cluster->database($database);

    my $pooler = Labels::Pooler->new($cluster, mode => $mode, size => $size);
    my $nginx = Labels::Nginx->new(conninfo => $pooler->conninfo($database),
                                   database => $directives, workers => 2);
    my $ledger = Labels::Ledger->new($nginx,
                                     sub { $cluster->query($database, @_) });

    # many at a time: batches

    my $count = rush(
        port => $nginx->port, connections => 40, requests => 1500,
        timeout => 30, request => sub {
            my ($i) = @_;
            return ($ledger->tags('POST', $i % 50, 'b' . int $i / 50),
                    $ledger->key);
        });
    is_deeply($count->{status}, { 200 => 1500 }, "$name: a load in batches")
        or diag explain $count;
    is_deeply($count->{failures}, {}, 'without failures');
    is($cluster->query($database, 'SELECT count(*) FROM labels.attachment '
                     . 'WHERE target_id >= 5000'), 1500, 'all are there');
    is($cluster->query($database, 'SELECT count(*) FROM labels.label WHERE '
                     . "title ~ '^b'"), 31, 'no label twice');
    unlike($nginx->file('error.log'), qr/SQLSTATE|connection lost/,
           'and no error on the way');
    cmp_ok(scalar $cluster->backends($database), '<=', $size, 'a pool it is');

    # a lock that stays: the limits of a lane hold behind the pooler too

    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        require POSIX;
        $cluster->query($database, 'SELECT pg_advisory_lock(76003, '
            . "labels.target_key(1, 'c', 1)), pg_sleep(3)");
        POSIX::_exit(0);
    }
    $nginx->wait_for(sub { $cluster->query('postgres', 'SELECT count(*) FROM '
        . 'pg_locks l JOIN pg_database d ON d.oid = l.database WHERE '
        . "d.datname = '$database' AND classid = 76003") });
    my $ada = '/functions/v1/api-gateway/v1/contacts/'
            . demo('contact.ada.uuid') . '/tags';
    is($nginx->request(qq(POST $ada\n{"tags":["x"]}), $ledger->key)->{status},
       503, 'a locked contact is given up');
    waitpid $pid, 0;

    $nginx->end;
}

# the pooler and the server behind it go away under load

my $database = $cluster->database('labels_loss');
my $pooler = Labels::Pooler->new($cluster, mode => 'transaction', size => 4);
my $nginx = Labels::Nginx->new(conninfo => $pooler->conninfo($database),
                               database => 'prepare off;', workers => 2);
my $ledger = Labels::Ledger->new($nginx, sub { $cluster->query($database, @_) });

$ledger->start(4);
for my $event (qw(terminate restart)) {
    sleep 1;
    $cluster->query('postgres', 'SELECT pg_terminate_backend(pid) FROM '
                  . "pg_stat_activity WHERE usename = 'labels_module'")
        if $event eq 'terminate';
    $cluster->restart('immediate') if $event eq 'restart';
    ok(defined $nginx->wait_for(sub {
           ($nginx->request($ledger->tags('POST', 1, 'back'), $ledger->key)
                  ->{status} // 0) == 200 }, 30), "$event: and back");
}
sleep 0.5;

my $book = $ledger->end;
my %status = %{ $book->{status} };
cmp_ok($status{200}, '>', 100, 'changes were acknowledged');
is(join(' ', grep { !/^(?:200|503)$/ } sort keys %status), '',
   'all others were told that they were not') or diag explain \%status;
is("@{ [ grep { !/ back$/ } @{ $book->{wrong} } ] }", '',
   'what was acknowledged is there');
$nginx->end;

done_testing();
