# Workers that come and go under load: killed, reloaded, told to quit with
# requests in flight, out of time, and without a master.

use strict;
use warnings;

use Labels;
use Labels::Cluster;
use Labels::Holder;
use Labels::Ledger;
use Labels::Nginx;
use Test::More;
use Time::HiRes qw(sleep time);

my $seconds = $ENV{SECONDS} || 6;
my $cluster = Labels::Cluster->new;
$cluster->start;
$cluster->database('labels');
my $conninfo = $cluster->conninfo('labels');
my $key = 'Authorization: Bearer ' . demo('cred.lex_write');
my $path = '/functions/v1/api-gateway/v1/contacts/' . demo('contact.ada.uuid')
         . '/tags';


sub ask { return $cluster->query('labels', @_) }
sub hold { return Labels::Holder->contact($cluster, 'labels', 1) }
sub backends { return scalar(() = $cluster->backends('labels')) }


sub nginx {
    $cluster->load('labels', 'demo');
    return Labels::Nginx->new(conninfo => $conninfo, @_);
}


# Requests for a contact that is locked, when the database has one of them.
sub in_flight {
    my ($nginx, $n) = @_;
    my @sockets = map { $nginx->send(qq(POST $path\n{"tags":["f$_"]}), $key) }
                  1 .. $n;
    $nginx->wait_for(sub { ask("SELECT count(*) FROM pg_locks WHERE locktype "
                             . "= 'advisory' AND NOT granted") });
    return @sockets;
}


sub statuses {
    my ($nginx, @sockets) = @_;
    my %seen;
    $seen{ $_->{status} // 'none' }++ for map { $nginx->answer($_) } @sockets;
    return \%seen;
}


# kept-alive connections, and a reload every 200 ms

for my $workers (1, 4) {
    my $nginx = nginx(workers => $workers);
    my $ledger = Labels::Ledger->new($nginx, \&ask);
    my $idle = Labels::Client->new($nginx->port);
    $idle->request("GET $path", $key);

    $ledger->start(4);
    my $until = time + $seconds;
    while (time < $until) {
        sleep 0.2;
        $nginx->signal('HUP');
    }
    sleep 0.3;

    my $book = $ledger->end;
    is(join(' ', keys %{ $book->{status} }), '200',
       "$workers workers: a reload every 200 ms loses no request")
        or diag explain $book->{status}, grep { !/^200/ } @{ $book->{lines} };
    is("@{ $book->{wrong} }", '', 'and no change');
    ok(defined $nginx->wait_for(sub { $nginx->workers_now == $workers }, 15),
       'no old worker is left');
    ok($idle->closed, 'nor an old connection');
    ok(defined $nginx->wait_for(sub { backends() <= 5 * $workers }),
       'nor a backend');
    $nginx->end;
    ok(defined $nginx->wait_for(sub { backends() == 0 }), 'none after quit');
}

# workers that are killed

{
    my $nginx = nginx(workers => 2);
    my $ledger = Labels::Ledger->new($nginx, \&ask);
    $ledger->start(4);
    for (1 .. 4) {
        sleep 0.7;
        my @workers = $nginx->workers_now;
        kill KILL => $workers[ $_ % @workers ];
        $nginx->wait_for(sub { $nginx->workers_now == 2 });
    }
    sleep 0.5;
    my $book = $ledger->end;
    cmp_ok($book->{changes}, '>', 100, 'killed workers: the others serve');
    is(join(' ', grep { !/^(?:200|none)$/ } keys %{ $book->{status} }), '',
       'whose requests were lost got no answer')
        or diag explain $book->{status};
    is("@{ $book->{wrong} }", '', 'what was acknowledged is there');
    ok(defined $nginx->wait_for(sub { backends() <= 10 }),
       'no backend of a killed worker is left');
    $nginx->signal('QUIT');
    ok(defined $nginx->wait_for(sub { !$nginx->running }), 'nginx ends');
    $nginx->check_log(qr/exited on signal 9/);
}

# quit and reload with many requests in flight

for my $workers (1, 4) {
    for my $signal (qw(QUIT HUP)) {
        my $nginx = nginx(workers => $workers);
        my @old = $nginx->workers_now;
        my $holder = hold();
        my @sockets = in_flight($nginx, 20);
        $nginx->signal($signal);
        sleep 0.3;
        $holder->release;
        is_deeply(statuses($nginx, @sockets), { 200 => 20 },
                  "$signal, $workers workers: open requests are served");
        close $_ for @sockets;
        ok(defined $nginx->wait_for(sub {
               !grep { !Test::Nginx::Socket::Server::gone($_) } @old }),
           'and their workers end');
        $nginx->end if $signal eq 'HUP';
    }
}

# time is up: what waits is given up, and nobody is told that it was done

for my $signal (qw(QUIT HUP)) {
    my $nginx = nginx(main => 'worker_shutdown_timeout 300ms;');
    my ($old) = $nginx->workers_now;
    my $holder = hold();
    my @sockets = in_flight($nginx, 5);
    $nginx->signal($signal);
    ok(defined $nginx->wait_for(sub {
           Test::Nginx::Socket::Server::gone($old) }, 15),
       "$signal: worker_shutdown_timeout ends the worker");
    my $seen = statuses($nginx, @sockets);
    is($seen->{200}, undef, 'nothing is acknowledged') or diag explain $seen;
    is($nginx->request($path =~ s/^/GET /r, $key)->{status}, 200,
       'the new worker serves') if $signal eq 'HUP';
    $holder->release;
    $signal eq 'HUP' ? $nginx->end : $nginx->check_log;
    ok(defined $nginx->wait_for(sub { backends() == 0 }), 'no backend is left');
}

# without a master

{
    my $nginx = nginx(main => 'master_process off;');
    my $ledger = Labels::Ledger->new($nginx, \&ask);
    $ledger->start(3);
    sleep 1;
    $cluster->query('postgres', 'SELECT pg_terminate_backend(pid) FROM '
                  . "pg_stat_activity WHERE usename = 'labels_module'");
    sleep 1;
    my $book = $ledger->end;
    is(join(' ', grep { !/^(?:200|503)$/ } keys %{ $book->{status} }), '',
       'one process: a load, and terminated backends')
        or diag explain $book->{status};
    is("@{ $book->{wrong} }", '', 'what was acknowledged is there');

    my $holder = hold();
    my @sockets = in_flight($nginx, 10);
    $nginx->signal('QUIT');
    my $seen = statuses($nginx, @sockets);
    is($seen->{200}, undef, 'nginx without a master ends at once: nobody is '
       . 'told that a change was made') or diag explain $seen;
    $holder->release;
    ok(defined $nginx->wait_for(sub { !$nginx->running }), 'it ends');
    $nginx->check_log;
    ok(defined $nginx->wait_for(sub { backends() == 0 }), 'no backend is left');
}

done_testing();
