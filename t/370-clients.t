# Clients that vanish at every stage, slow ones, and ten thousand that are
# connected and do nothing: others are served, and nothing is left over.

use strict;
use warnings;

use Labels;
use Labels::Client qw(rush vanish);
use Labels::Cluster;
use Labels::Ledger;
use Labels::Nginx;
use Test::More;
use Test::Nginx::Socket::Client qw(request_bytes);
use Time::HiRes qw(sleep time);

my $cluster = Labels::Cluster->new;
$cluster->start;
$cluster->database('labels');
my $conninfo = $cluster->conninfo('labels');
my $key = 'Authorization: Bearer ' . demo('cred.lex_write');
my $path = '/functions/v1/api-gateway/v1/contacts/' . demo('contact.ada.uuid')
         . '/tags';


my $short = $path =~ s/[^\/]+(?=\/tags)/demo('contact.hal.uuid')/er;


sub ask { return $cluster->query('labels', @_) }


# What the workers have open without their connections to PostgreSQL, each of
# which is two descriptors.
sub others {
    my ($nginx) = @_;
    return $nginx->descriptors - 2 * $cluster->backends('labels');
}


# The same of a server that has served and is idle.
sub at_rest {
    my ($nginx) = @_;
    my ($same, $last) = (0, 0);

    $nginx->request("GET $short", $key);
    for (1 .. 200) {
        my $now = others($nginx);
        $same = $now == $last ? $same + 1 : 0;
        $last = $now;
        return $now if $same == 5;
        sleep 0.02;
    }
    die "the server does not come to rest\n";
}


sub bytes {
    my ($text) = @_;
    return request_bytes({ text => $text, headers => $key }, 'keep-alive');
}


# an answer of a megabyte to run away from

my $nginx = Labels::Nginx->new(conninfo => $conninfo);
my $before = at_rest($nginx);
for my $piece (0 .. 3) {
    my $tags = join ',', map { sprintf '"%03d%s"', $_, "\xf0\x9f\x94\xa5" x 252 }
               $piece * 250 .. $piece * 250 + 249;
    is($nginx->request(qq(POST $path\n{"tags":[$tags]}), $key)->{status}, 200,
       'long labels');
}

my $ledger = Labels::Ledger->new($nginx, \&ask);
my %stage = (
    'after connecting' => '',
    'in the headers' => substr(bytes("GET $path"), 0, 60),
    'before the body' => bytes(qq(POST $path\n{"tags":["gone"]}))
                         =~ s/\r\n\r\n.*/\r\n\r\n/sr,
    'in the body' => bytes(qq(POST $path\n{"tags":["gone"]})) =~ s/.{5}\z//sr,
    'after the request' => bytes($ledger->tags('POST', 1, 'stays')),
    'with a second request' => bytes($ledger->tags('POST', 2, 'stays'))
                             . bytes("GET $path"),
    'in the answer' => bytes("GET $path"),
);

$ledger->start(2);
for my $name (sort keys %stage) {
    my $read = $name eq 'in the answer' ? 5000 : 0;
    for my $way (qw(reset close half_close)) {
        vanish($nginx->port, $stage{$name}, $way, $read) for 1 .. 20;
    }
    ok(defined $nginx->wait_for(sub {
           ($nginx->request($ledger->tags('POST', 3, 'stays'), $ledger->key)
                  ->{status} // 0) == 200 }), "clients leave $name");
}
my $book = $ledger->end;
is(join(' ', keys %{ $book->{status} }), '200', 'all others are served')
    or diag explain $book->{status};
is(join(' ', grep { !/ stays$/ } @{ $book->{wrong} }), '', 'as they are told');
ok(defined $nginx->wait_for(sub { ask('SELECT count(*) FROM labels.attachment '
    . 'a JOIN labels.label l USING (account_id, label_id) '
    . "WHERE title = 'stays'") == 3 }),
   'what a client has sent is done although it has left');
is(ask("SELECT count(*) FROM labels.label WHERE title = 'gone'"), 0,
   'what it has not sent is not');
ok(defined $nginx->wait_for(sub { others($nginx) == $before }, 20),
   'no descriptor is left over')
    or diag others($nginx) . " now, $before before";
cmp_ok(scalar(() = $cluster->backends('labels')), '<=', 3, 'nor a backend');

# slow clients, byte by byte, beside a load

my @slow = map { {
    client => Labels::Client->new($nginx->port),
    bytes => bytes(qq(POST $path\n{"tags":["slow$_"]})),
} } 1 .. 20;
$nginx->load(2, sub {
    my ($self, $client, $i) = @_;
    my $begun = time;
    my $answer = $self->request($ledger->tags('POST', $i % 100, "l$client"),
                                $ledger->key);
    return join ' ', $answer->{status} // $answer->{error}, time - $begun;
});
while (grep { length $_->{bytes} } @slow) {
    for my $slow (grep { length $_->{bytes} } @slow) {
        $slow->{client}->write(substr $slow->{bytes}, 0, 1, '');
    }
    sleep 0.005;
}
is(join(' ', map { $_->{client}->read->{status} // 'none' } @slow),
   join(' ', (200) x @slow), 'slow clients are served');
$_->{client}->close for @slow;
my %seen;
my @load = map { [ split ' ' ] } $nginx->load_end;
$seen{ $_->[0] }++ for @load;
is(join(' ', keys %seen), '200', 'and the others beside them');
my ($slowest) = sort { $b <=> $a } map { $_->[1] } @load;
cmp_ok($slowest, '<', 2, 'without waiting for them');

# clients that read slowly

my @readers = map { Labels::Client->new($nginx->port) } 1 .. 10;
$_->write(bytes("GET $path")) for @readers;
sleep 0.3;
is($nginx->request($ledger->tags('POST', 4, 'beside'), $ledger->key)->{status},
   200, 'nobody waits for clients that do not read');
is(join(' ', map { length $_->read->{body} } @readers),
   join(' ', (length $nginx->request("GET $path", $key)->{body}) x @readers),
   'who find their answers whole');
$_->close for @readers;
ok(defined $nginx->wait_for(sub { others($nginx) == $before }, 20),
   'no descriptor is left over');
$nginx->end;

# connected and idle

my ($soft, $hard) = Test::Nginx::Socket::Server::slurp('/proc/self/limits')
                  =~ /^Max open files\s+(\d+)\s+(\S+)/m;
my $wanted = 10_000;
my $idle = $wanted;
$idle = $hard - 2000 if $hard =~ /\d/ && $hard - 2000 < $wanted;
note "the limit of open files, $hard, allows $idle idle connections"
    if $idle < $wanted;

$nginx = Labels::Nginx->new(
    connections => $idle + 1000, main => 'worker_rlimit_nofile '
        . ($idle + 1500) . ';',
    http => labels_database('', $conninfo) . 'keepalive_timeout 300s;');
$before = at_rest($nginx);


# Processes that open connections, make a request on each, and keep them until
# they are told to go; so many each that no limit is met.  They use ports below
# those that the system gives to others.
sub idlers {
    my ($n) = @_;
    my $port = 20_000;
    my $each = $soft > 1100 ? 1000 : $soft - 100;
    my @idlers;
    while ($n > 0) {
        my $mine = $n < $each ? $n : $each;
        $n -= $mine;
        my $from = $port;
        $port += $mine + 50;
        pipe my $report, my $reported or die "pipe: $!\n";
        pipe my $wait, my $go or die "pipe: $!\n";
        my $pid = fork // die "fork: $!\n";
        if (!$pid) {
            close $_ for $go, $report, map { $_->{go} } @idlers;
            my ($served, @clients) = (0);
            while (@clients < $mine && $from < $port) {
                my $client = eval {
                    Labels::Client->new($nginx->port, from => $from++);
                } or next;
                push @clients, $client;
                my $answer = $client->request("GET $short", $key);
                $served++ if ($answer->{status} // 0) == 200;
            }
            syswrite $reported, "$served\n";
            readline $wait;
            require POSIX;
            POSIX::_exit(0);
        }
        push @idlers, { pid => $pid, report => $report, go => $go };
    }
    return @idlers;
}


my @idlers = idlers($idle);
my $served = 0;
$served += readline $_->{report} for @idlers;
is($served, $idle, "$idle connections are served, and stay");
cmp_ok(others($nginx), '>=', $before + $idle, 'indeed');

my $count = rush(
    port => $nginx->port, connections => 40, requests => 3000, timeout => 30,
    request => sub {
        my ($i) = @_;
        return ($ledger->tags('POST', $i % 200, 'r' . int $i / 200),
                $ledger->key);
    });
is_deeply($count->{status}, { 200 => 3000 }, 'a load beside them')
    or diag explain $count;
cmp_ok($count->{slowest}, '<', 2, 'is served soon');

close $_->{go} for @idlers;
waitpid $_->{pid}, 0 for @idlers;
ok(defined $nginx->wait_for(sub { others($nginx) == $before }, 20),
   'nothing is left of them')
    or diag others($nginx) . " now, $before before";
$nginx->end;

done_testing();
