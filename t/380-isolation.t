# One request never hurts another: locks from outside, many workers on few
# contacts, errors inside a batch and at its commit, a full queue.

use strict;
use warnings;

use Labels;
use Labels::Client qw(rush);
use Labels::Cluster;
use Labels::Holder;
use Labels::Ledger;
use Labels::Nginx;
use Labels::Workload qw(each_dialect);
use Test::More;
use Time::HiRes qw(sleep time);

my $seconds = $ENV{SECONDS} || 5;
my $cluster = Labels::Cluster->new;
$cluster->start;
my $conninfo = $cluster->conninfo($cluster->database('labels'));
my $key = 'Authorization: Bearer ' . demo('cred.lex_write');


sub ask { return $cluster->query('labels', @_) }
sub hold { return Labels::Holder->contact($cluster, 'labels', @_) }


sub add {
    my ($contact, $tag) = @_;
    my $uuid = demo("contact.$contact.uuid");
    return ("POST /functions/v1/api-gateway/v1/contacts/$uuid/tags\n"
          . qq({"tags":["$tag"]}), $key);
}


# The envelope of each dialect for 500, and for 503 of a full queue, without
# what differs from request to request.
my %envelope = (
    500 => {
        chatwoot => qr/"Internal Server Error".*"code":"internal_error"/,
        leadlex => qr/^\{"error":\{"code":"internal_error","message":"Internal server error"\}\}$/,
        highlevel => qr/"statusCode":500,"message":"Internal server error"/,
        kirimchat => qr/"code":"internal_error","message":"An unexpected error occurred\."/,
        wawp => qr/internal_error.*Unexpected Failure/,
    },
    503 => {
        chatwoot => qr/"Too many requests are waiting, try again","code":"overloaded"/,
        leadlex => qr/^\{"error":\{"code":"service_unavailable","message":"Service temporarily unavailable"\}\}$/,
        highlevel => qr/"statusCode":503,"message":"Service temporarily unavailable"/,
        kirimchat => qr/"code":"service_unavailable","message":"The service is temporarily unavailable\. Retry later\."/,
        wawp => qr/wawp_upstream_error.*Service temporarily unavailable/,
    },
);

# a lock from outside delays only those who touch what is locked

my $nginx = Labels::Nginx->new(conninfo => $conninfo, workers => 2,
    database => 'isolation_lock_timeout 9s; request_timeout 10s;');

my %lock = (
    'the lock of a contact' => sub { hold(2) },
    'a row of a contact' => sub {
        Labels::Holder->new($cluster, 'labels', 'SELECT 1 AS hold FROM '
            . 'labels.attachment WHERE account_id = 1 AND target_id = 2 '
            . 'FOR UPDATE') },
);

for my $name (sort keys %lock) {
    $cluster->load('labels', 'demo');
    my $others = Labels::Ledger->new($nginx, \&ask, contacts => 40);
    my $holder = $lock{$name}->();
    my $start = time;
    my %touching = each_dialect('lex', 'existing-tag');
    $touching{overwrite} = [
        "POST /api/v1/accounts/1/contacts/2/labels\n" . '{"labels":["over"]}',
        'api_access_token: ' . demo('cred.cw_agent') ];
    # what adds a label beside a locked row touches none
    %touching = map { $_ => $touching{$_} } 'overwrite' if $name =~ /row/;

    my @sockets = map { $nginx->send(@{ $touching{$_} }) } sort keys %touching;
    my $count = rush(
        port => $nginx->port, connections => 16, requests => 1000,
        request => sub {
            my ($i) = @_;
            return ($others->tags('POST', $i % 40, 'n' . $i % 100), $key);
        });
    my $took = time - $start;

    is_deeply($count->{status}, { 200 => 1000 },
              "$name is held: everybody else is served")
        or diag explain $count;
    cmp_ok($count->{slowest}, '<', 1.5, 'soon') or diag explain $count;

    my $early = IO::Select->new(@sockets)->can_read(0);
    is($early // 0, 0, 'while those who touch it wait');
    sleep 2 - $took if $took < 2;
    $holder->release;
    is(join(' ', grep { !/^20[01]$/ } map { $nginx->answer($_)->{status} }
                      @sockets), '', 'and are served afterwards');
}
$nginx->end;

# all workloads on few contacts: no deadlock

$cluster->load('labels', 'demo');
$nginx = Labels::Nginx->new(conninfo => $conninfo, workers => 4);
srand 20;
my $workload = Labels::Workload->new(\&ask, contacts => 20);
my (%odd, %seen);
my $count = rush(
    port => $nginx->port, connections => 48, seconds => $seconds,
    request => sub { return $workload->request(@_) },
    answer => sub {
        my ($i, $answer) = @_;
        my $status = $answer->{status} // $answer->{error};
        $seen{$status}++;
        $odd{"$status " . ($answer->{body} // '')}++ if $status !~ /^(?:20[0-4]|404|422)$/;
    });
is_deeply(\%odd, {}, "$count->{answered} requests of all kinds on 20 contacts");
is_deeply($count->{failures}, {}, 'all are answered');
cmp_ok($seen{200}, '>', $count->{answered} / 2, 'mostly with success')
    or diag explain \%seen;
note explain \%seen;
$nginx->end;
sleep 1.1;    # what backends have counted is told once a second
is(ask('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'),
   0, 'without a deadlock');
unlike(Test::Nginx::Socket::Server::slurp("$cluster->{home}/log"),
       qr/deadlock detected/, 'nor is one in the log');
is(ask('SELECT count(*) FROM labels.attachment a LEFT JOIN labels.label l '
     . 'USING (account_id, label_id) WHERE l.label_id IS NULL'), 0,
   'no attachment without its label');

# errors inside a batch, and at its commit

ask(<<'END');
CREATE FUNCTION labels.test_raise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE 'poison of the %', TG_ARGV[0];
END $$;
CREATE TRIGGER test_at_once BEFORE INSERT ON labels.label FOR EACH ROW
    WHEN (NEW.title = 'poison') EXECUTE FUNCTION labels.test_raise('statement');
CREATE CONSTRAINT TRIGGER test_deferred AFTER INSERT ON labels.attachment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.target_id = 7)
    EXECUTE FUNCTION labels.test_raise('commit');
END

# one connection, kept busy, so that what comes meanwhile is one batch
$nginx = Labels::Nginx->new(conninfo => $conninfo,
    database => 'connections 1; lock_timeout 5s;');


sub one_batch {
    my (@requests) = @_;
    my $holder = hold(8);
    my $first = $nginx->send(add('keeper', 'first'));
    $nginx->wait_for(sub { ask("SELECT count(*) FROM pg_locks WHERE locktype "
                             . "= 'advisory' AND NOT granted") });
    my @sockets = map { my $socket = $nginx->send(@$_); sleep 0.005; $socket }
                  @requests;
    sleep 0.2;
    $holder->release;
    is($nginx->answer($first)->{status}, 200, 'the way is free');
    return map { $nginx->answer($_) } @sockets;
}


my @contacts = qw(ada lex hal kim kit wa);
for my $case (['an error in a statement', [ add('ada', 'poison') ],
               'poison of the statement'],
              ['an error at the commit', [ add('group', 'late') ],
               'poison of the commit'])
{
    my ($name, $poison, $message) = @$case;
    my $tag = $name =~ s/\W/-/gr;
    my @requests = map { [ add($contacts[ $_ % @contacts ], "$tag$_") ] } 0 .. 19;
    my @answers = one_batch(@requests[ 0 .. 9 ], $poison, @requests[ 10 .. 19 ]);
    my ($culprit) = splice @answers, 10, 1;

    is($culprit->{status}, 500, "$name: its own request fails");
    like($culprit->{body}, $envelope{500}{leadlex}, 'in the envelope');
    is(join(' ', map { $_->{status} // $_->{error} } @answers),
       join(' ', (200) x 20), 'its neighbours do not');
    is(ask("SELECT count(*) FROM labels.label l JOIN labels.attachment a USING "
         . "(account_id, label_id) WHERE title LIKE '$tag%'"), 20,
       'what they did is there');
    my ($size) = $nginx->file('error.log')
               =~ /a batch of (\d+) operations failed: $message/;
    cmp_ok($size // 0, '>', 10, 'they had been one batch');
    like($nginx->file('error.log'), qr/a batch of 1 operations failed: $message/,
         'the culprit failed alone as well');
}
is(ask("SELECT count(*) FROM labels.label WHERE title IN ('poison', 'late')"),
   0, 'the culprits have done nothing');

my %poison = each_dialect('group', 'late');
my @names = sort keys %poison;
my @answers = one_batch(map { $poison{$_} } @names);
for my $name (@names) {
    my $answer = shift @answers;
    is($answer->{status}, 500, "$name: 500");
    like($answer->{body}, $envelope{500}{$name}, "$name: in its envelope");
}
$nginx->end;

# a full queue

ask('SET client_min_messages = warning; '
  . 'DROP FUNCTION labels.test_raise CASCADE');
$cluster->load('labels', 'demo');
$nginx = Labels::Nginx->new(conninfo => $conninfo, database => 'queue 4; '
    . 'connections 1; lock_timeout 9s; retry_after 7s;');
is($nginx->request(add('ada', 'warm'))->{status}, 200, 'a connection is there');

my $holder = hold(1);
my @waiting = $nginx->send(add('ada', 'q0'));
$nginx->wait_for(sub { ask("SELECT count(*) FROM pg_locks WHERE locktype "
                         . "= 'advisory' AND NOT granted") });
# a credential alone may not fill it
my %fill = each_dialect('lex', 'q');
for my $name (qw(chatwoot highlevel kirimchat leadlex)) {
    push @waiting, $nginx->send(@{ $fill{$name} });
    sleep 0.05;
}
my %full = each_dialect('hal', 'q');
for my $name (sort keys %full) {
    my $answer = $nginx->request(@{ $full{$name} });
    is($answer->{status}, 503, "$name: the queue is full");
    is($answer->{headers}{'retry-after'}, 7, "$name: Retry-After");
    like($answer->{body}, $envelope{503}{$name}, "$name: in its envelope");
}
ok(!IO::Select->new(@waiting)->can_read(0), 'at once: the others still wait');
$holder->release;
is(join(' ', grep { !/^20[01]$/ } map { $nginx->answer($_)->{status} }
                  @waiting), '', 'and are served');
$nginx->end;

done_testing();
