# Reload under load, a worker's end with open requests, clients that vanish,
# one process and several.

use strict;
use warnings;

use IO::Socket;
use Labels;
use Labels::Holder;
use Labels::Nginx;
use Socket qw(SOL_SOCKET SO_LINGER);
use Test::More;
use Time::HiRes qw(sleep time);

my $key = 'Authorization: Bearer ' . demo('cred.kc_key');
my $path = '/v1/contacts/' . demo('contact.kim.kirimchat_id') . '/labels';
my $attach = "POST $path\n" . '{"label_id":"' . demo('label.VIP.kirimchat_id') . '"}';


# Holds the lock of the contact until it is released.
sub hold { return Labels::Holder->contact(cluster(), database(), 4) }


for my $workers (1, 4) {
    my $nginx = Labels::Nginx->new(workers => $workers);

    $nginx->load(4, sub {
        my ($self) = @_;
        my $answer = $self->request($attach, $key);
        return $answer->{status} // $answer->{error};
    });

    for (1 .. 10) {
        sleep 0.2;
        $nginx->signal('HUP');
    }
    sleep 0.3;

    my %seen;
    $seen{$_}++ for $nginx->load_end;
    is(join(' ', keys %seen), '200', "$workers workers: reloads lose no request")
        or diag explain \%seen;
    cmp_ok($seen{200} || 0, '>', 50, 'of many');

    ok(defined $nginx->wait_for(sub { $nginx->workers_now == $workers }, 15),
       'old workers are gone');
    $nginx->end;
}

# quit and reload with a request that the database holds up

for my $signal (qw(QUIT HUP)) {
    my $nginx = Labels::Nginx->new;
    my $old = ($nginx->workers_now)[0];
    my $holder = hold();
    my $socket = $nginx->send($attach, $key);
    sleep 0.2;
    $nginx->signal($signal);
    sleep 0.3;
    $holder->release;
    is($nginx->answer($socket)->{status}, 200, "$signal: an open request is served");
    close $socket;    # nginx lingers until then
    ok(defined $nginx->wait_for(
           sub { Test::Nginx::Socket::Server::gone($old) }, 5),
       "$signal: and its worker ends");
    $nginx->end;
}

# clients that vanish

{
    reset_data();
    my $nginx = Labels::Nginx->new;
    my $holder = hold();
    my $socket = $nginx->send($attach, $key);
    my $read = $nginx->send("GET $path", $key);
    my $half = $nginx->send("POST $path\n{\"lab", "$key\nContent-Length: 100");
    sleep 0.2;
    setsockopt $_, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0) for $socket, $half;
    close $_ for $socket, $read, $half;
    sleep 0.2;
    $holder->release;

    ok(defined $nginx->wait_for(sub {
           query("SELECT count(*) FROM labels.attachment WHERE target_id = 4") }),
       'a change is made although its client has left');
    like($nginx->file('access.log'), qr/" 499 /, 'which is logged as 499');
    is($nginx->request("GET $path", $key)->{status}, 200, 'service goes on');
    $nginx->end;
}

# time is up

{
    my $nginx = Labels::Nginx->new(main => 'worker_shutdown_timeout 300ms;');
    my $holder = hold();
    my $socket = $nginx->send($attach, $key);
    sleep 0.2;
    $nginx->signal('QUIT');
    ok(defined $nginx->wait_for(sub { !$nginx->running }, 5),
       'worker_shutdown_timeout is obeyed');
    $nginx->check_log;
}

# a worker that is killed

{
    my $nginx = Labels::Nginx->new(workers => 1);
    is($nginx->request($attach, $key)->{status}, 200, 'before');
    kill KILL => ($nginx->workers_now)[0];
    my $took = $nginx->wait_for(sub {
        ($nginx->request($attach, $key)->{status} // 0) == 200 });
    ok(defined $took, 'another worker serves');
    $nginx->signal('QUIT');
    $nginx->wait_for(sub { !$nginx->running });
    $nginx->check_log(qr/exited on signal 9/);
}

# without a master

{
    my $nginx = Labels::Nginx->new(main => 'master_process off;');
    is($nginx->request($attach, $key)->{status}, 200, 'one process');
    $nginx->end('TERM');
}

# tokens stay out of the logs, also in the request line of "combined"

{
    my $nginx = Labels::Nginx->new;
    my $token = demo('cred.wa_token');
    my $holder = hold();
    my $query = "instance_id=A1B2C3D4E5F6&access_token=$token";
    my $socket = $nginx->send(
        "PUT /v2/labels/1/chats/201000000004\@c.us?$query", '');
    sleep 0.1;
    close $socket;
    $nginx->request("GET /v2/none?$query", '');
    ok(defined $nginx->wait_for(sub {
           $nginx->file('error.log') =~ /prematurely closed/ }),
       'a client that leaves is logged');
    $holder->release;
    $nginx->end;
    like($nginx->file('access.log'), qr{"GET /v2/none" 404}, 'and requests');
    unlike($nginx->file('error.log') . $nginx->file('access.log'), qr/$token/,
           'without tokens');
}

# connections are renewed

{
    my $nginx = Labels::Nginx->new(database => 'max_lifetime 100ms; connections 1;');
    my %status;
    for (1 .. 20) {
        $status{ $nginx->request($attach, $key)->{status} }++;
        sleep 0.02;
    }
    is_deeply(\%status, { 200 => 20 }, 'a short life of connections is not seen');
    $nginx->end;
}

done_testing();
