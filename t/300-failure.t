# The database down at the start, crashing, restarting, and terminating its
# backends under load: what was acknowledged is there, nothing else was, and
# the service is back without a touch of nginx.

use strict;
use warnings;

use Labels;
use Labels::Cluster;
use Labels::Nginx;
use Test::More;
use Time::HiRes qw(sleep time);

my $cluster = Labels::Cluster->new(settings => ['fsync = on']);
$cluster->start;
$cluster->database('labels');
$cluster->stop('fast');

my $nginx = Labels::Nginx->new(conninfo => $cluster->conninfo('labels'),
                               workers => 2);
my $key = 'Authorization: Bearer ' . demo('cred.lex_write');
my $tags = '/functions/v1/api-gateway/v1/contacts/'
         . demo('contact.ada.uuid') . '/tags';


sub add {
    my ($tag) = @_;
    return $nginx->request(qq(POST $tags\n{"tags":["$tag"]}), $key);
}


sub back_within {
    my ($seconds, $name) = @_;
    my $took = $nginx->wait_for(sub { (add('back')->{status} // 0) == 200 }, 10);
    ok(defined $took && $took < $seconds, "$name: back within ${seconds}s");
    return;
}


my $answer = add('early');
is($answer->{status}, 503, 'down at the start');
is($answer->{headers}{'retry-after'}, 1, 'Retry-After');
is($answer->{body}, '{"error":{"code":"service_unavailable",'
                  . '"message":"Service temporarily unavailable"}}', 'envelope');

$cluster->start;
back_within(1.5, 'start');

# under load: tags that are all different, so that each can be looked for

$nginx->load(4, sub {
    my ($self, $client, $i) = @_;
    my $answer = $self->request(qq(POST $tags\n{"tags":["c$client-$i"]}), $key);
    sleep 0.02 if ($answer->{status} // 0) != 200;
    return join ' ', $answer->{status} // 'none', "c$client-$i",
           $answer->{error} // '';
});

for my $event (qw(terminate crash immediate fast smart terminate crash)) {
    sleep 0.5;

    if ($event eq 'terminate') {
        $cluster->query('postgres', 'SELECT pg_terminate_backend(pid) FROM '
                      . "pg_stat_activity WHERE usename = 'labels_module'");
    } elsif ($event eq 'crash') {
        $cluster->crash;
        sleep 0.2;
        $cluster->start;
    } elsif ($event eq 'smart') {
        $cluster->pg("pg_ctl -D $cluster->{home}/data -m smart -W -s stop");
        sleep 0.3;
        is(add('meanwhile')->{status}, 200, 'smart: it waits for its sessions');
        $cluster->restart('fast');
    } else {
        $cluster->stop($event);
        $cluster->start;
    }
    back_within(1.5, $event);
}

sleep 0.5;
my @lines = map { [ split ' ', $_, 3 ] } $nginx->load_end;
my %status;
$status{ $_->[0] }++ for @lines;

cmp_ok($status{200} || 0, '>', 100, 'requests were served') or diag explain \%status;
is(join(' ', grep { !/^(?:200|503)$/ } sort keys %status), '',
   'all others were told that the service is unavailable') or diag explain \%status;

my %there = map { $_ => 1 } split /\n/, $cluster->query('labels',
    "SELECT l.title FROM labels.attachment a JOIN labels.label l USING "
    . "(account_id, label_id) WHERE a.account_id = 1 AND a.target_id = 1");

is(join(' ', map { $_->[1] } grep { $_->[0] eq '200' && !$there{ $_->[1] } }
             @lines), '', 'what was acknowledged is there');

# backends: five connections per worker at most

cmp_ok($cluster->query('postgres', 'SELECT count(*) FROM pg_stat_activity WHERE '
                     . "usename = 'labels_module'"), '<=', 10, 'no backend is left over');

# a database without the schema

$cluster->query('labels', 'ALTER SCHEMA labels RENAME TO away');
$cluster->query('postgres', 'SELECT pg_terminate_backend(pid) FROM '
              . "pg_stat_activity WHERE usename = 'labels_module'");
sleep 0.1;
is(add('x')->{status}, 503, 'no schema');
like($nginx->file('error.log'), qr/schema "labels" does not exist/, 'is logged');
unlike($nginx->file('error.log'), qr/wbk_live/, 'no token in the log');
$cluster->query('labels', 'ALTER SCHEMA away RENAME TO labels');
back_within(1.5, 'schema');

# a server that accepts and says nothing

my $silent = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1');
my $mute = Labels::Nginx->new(
    conninfo => 'host=127.0.0.1 port=' . $silent->sockport
              . ' user=labels_module dbname=labels',
    database => 'connect_timeout 300ms;');
my $start = time;
is($mute->request(qq(POST $tags\n{"tags":[]}), $key)->{status}, 503,
   'a silent server');
cmp_ok(time - $start, '<', 2, 'in time');
$mute->end;

$nginx->end;

done_testing();
