# TLS to PostgreSQL: the certificate and the name in it are verified, nothing
# is ever sent in the clear, and answers of any size arrive, whatever the
# network does to them.

use strict;
use warnings;

use File::Temp qw(tempdir);
use Labels;
use Labels::Client qw(rush);
use Labels::Cluster;
use Labels::Gate;
use Labels::Nginx;
use Test::More;
use Time::HiRes qw(sleep time);

my $key = 'Authorization: Bearer ' . demo('cred.lex_write');
my $path = '/functions/v1/api-gateway/v1/contacts/' . demo('contact.ada.uuid')
         . '/tags';
my $dir = tempdir('labels-tls-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir;


sub openssl {
    my ($command) = @_;
    return system("cd $dir && openssl $command > openssl.log 2>&1") == 0
        || die 'openssl failed: '
             . Test::Nginx::Socket::Server::slurp("$dir/openssl.log");
}


sub authority {
    my ($name) = @_;
    return openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
                 . "-nodes -days 2 -subj /CN=$name -keyout $name.key "
                 . "-out $name.crt");
}


authority('ca');
authority('stranger');
openssl('req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes '
      . '-subj /CN=db.test -keyout server.key -out server.csr');
Test::Nginx::Socket::Server::spew("$dir/names", "subjectAltName=DNS:db.test\n");
openssl('x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial '
      . '-days 2 -extfile names -out server.crt');

my $cluster = Labels::Cluster->new(tcp => 1, settings => [
    'ssl = on', "ssl_cert_file = '$dir/server.crt'",
    "ssl_key_file = '$dir/server.key'",
]);
$cluster->give("$dir/server.key");
chmod 0600, "$dir/server.key";
$cluster->start;
$cluster->database('labels');


# A conninfo for a host of this name at that port, trusting that authority.
sub verified {
    my ($port, $host, $ca) = @_;
    return "host=$host hostaddr=127.0.0.1 port=$port user=labels_module "
         . "dbname=labels sslmode=verify-full sslrootcert=$dir/$ca.crt";
}


sub add {
    my ($nginx, @tags) = @_;
    my $list = join ',', map { qq("$_") } @tags;
    return $nginx->request(qq(POST $path\n{"tags":[$list]}), $key, 30);
}


# what is not to be trusted

for (['another authority', $cluster->port, 'db.test', 'stranger',
      qr/certificate verify failed/],
     ['another name', $cluster->port, 'other.test', 'ca',
      qr/does not match host name/])
{
    my ($name, $port, $host, $ca, $reason) = @$_;
    my $nginx = Labels::Nginx->new(conninfo => verified($port, $host, $ca));
    is(add($nginx, 'never')->{status}, 503, "$name: refused");
    like($nginx->file('error.log'), $reason, 'and the reason is logged');
    is(() = $cluster->backends('labels'), 0, 'nobody has logged in');
    $nginx->end;
}

{
    # a server on a unix socket answers that it has no TLS
    my $gate = Labels::Gate->new($cluster->socket);
    my $nginx = Labels::Nginx->new(
        conninfo => verified($gate->port, 'db.test', 'ca'));
    is(add($nginx, 'never')->{status}, 503, 'a server without TLS: refused');
    $nginx->end;
    my $count = $gate->count;
    is($count->{to_server}, 8 * $count->{accepted},
       'it was asked for TLS, and told nothing else');
}

is($cluster->query('labels', 'SELECT count(*) FROM labels.label '
                           . "WHERE title = 'never'"), 0, 'nothing was done');

# a load in batches

my $nginx = Labels::Nginx->new(
    conninfo => verified($cluster->port, 'db.test', 'ca'), workers => 2);
my $count = rush(
    port => $nginx->port, connections => 40, requests => 2000, timeout => 30,
    request => sub {
        my ($i) = @_;
        my $contact = demo('contact.' . (qw(ada lex hal kim))[ $i % 4 ] . '.uuid');
        return ("POST " . $path =~ s/[^\/]+(?=\/tags)/$contact/r
              . qq(\n{"tags":["t) . $i % 200 . '"]}', $key);
    });
is_deeply($count->{status}, { 200 => 2000 }, 'a load over TLS')
    or diag explain $count;
is_deeply($count->{failures}, {}, 'without failures');
is($cluster->query('postgres', 'SELECT count(*) FILTER (WHERE NOT s.ssl) FROM '
     . 'pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE '
     . "a.usename = 'labels_module'"), 0, 'on encrypted connections alone');
cmp_ok($cluster->query('labels', 'SELECT count(*) FROM labels.attachment a '
     . "JOIN labels.label l USING (account_id, label_id) WHERE title ~ '^t'"),
       '==', 200, 'and all are there');

# an answer larger than any buffer: 1,000 labels of 255 four-byte characters

$cluster->query('labels', 'DELETE FROM labels.attachment');
my @long = map { sprintf '%03d%s', $_, "\xf0\x9f\x94\xa5" x 252 } 0 .. 999;
for my $piece (0 .. 3) {
    is(add($nginx, @long[ $piece * 250 .. $piece * 250 + 249 ])->{status}, 200,
       "long labels, part $piece");
}


sub read_long {
    my ($nginx, $name, $timeout) = @_;
    my $answer = $nginx->request("GET $path", $key, $timeout || 30);
    is($answer->{status}, 200, "$name: served");
    cmp_ok(length($answer->{body} // ''), '>', 1_000_000, 'a megabyte');
    is(join(' ', $answer->{body} =~ /"(\d{3})(?:\xf0\x9f\x94\xa5){252}"/g),
       join(' ', map { sprintf '%03d', $_ } 0 .. 999), 'every byte of it');
    return;
}


read_long($nginx, 'over TLS');
$nginx->end;

$nginx = Labels::Nginx->new(conninfo => $cluster->conninfo('labels'));
read_long($nginx, 'plain, by the unix socket');
$nginx->end;

# the same through a bad network

my %way = (
    'TLS' => sub { verified($_[0]->port, 'db.test', 'ca') },
    'plain' => sub { $_[0]->conninfo('labels') },
);

for my $name (sort keys %way) {
    my $gate = Labels::Gate->new('127.0.0.1:' . $cluster->port);
    my $nginx = Labels::Nginx->new(
        conninfo => $way{$name}->($gate), database => 'connections 1; '
            . 'request_timeout 30s; connect_timeout 20s;');
    my $short = $path =~ s/[^\/]+(?=\/tags)/demo('contact.hal.uuid')/er;

    $gate->chunk(1);
    is($nginx->request(qq(POST $short\n{"tags":["$name"]}), $key, 30)->{status},
       200, "$name: the connection too comes byte by byte");
    $gate->chunk(1009);
    read_long($nginx, "$name, in small pieces", 40);
    $gate->pass;

    $gate->delay(500);
    my $start = time;
    is($nginx->request(qq(POST $short\n{"tags":["late"]}), $key, 30)->{status},
       200, "$name: stalled for half a second each way");
    cmp_ok(time - $start, '>', 0.9, 'indeed');
    $gate->pass;

    # a large answer that stops on its way again and again
    $gate->stall('to_client');
    my $before = $gate->count->{to_client};
    my $socket = $nginx->send("GET $path", $key);
    sleep 0.5;
    is($gate->count->{to_client}, $before, 'nothing comes through');
    $gate->pass;
    $gate->chunk(4096);
    sleep 0.02;
    for (1 .. 3) {
        $gate->stall('to_client');
        sleep 0.5;
        $gate->pass;
        $gate->chunk(4096);
        sleep 0.01;
    }
    $gate->pass;
    my $answer = $nginx->answer($socket, 40);
    is($answer->{status}, 200, "$name: an answer with stalls");
    cmp_ok(length($answer->{body} // ''), '>', 1_000_000, 'is whole');

    $gate->cut;
    ok(defined $nginx->wait_for(sub {
           ($nginx->request("GET $short", $key)->{status} // 0) == 200 }),
       "$name: after a cut there is a new connection");
    $nginx->end;
}

done_testing();
