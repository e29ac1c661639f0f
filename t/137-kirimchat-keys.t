# KirimChat's idempotency keys, step by step: byte for byte the first answer,
# for a day; a key that is under way; parallel requests under one key.

use strict;
use warnings;

use Labels;
use Labels::Client qw(rush);
use Labels::Holder;
use Labels::Nginx;
use Test::More;

my $nginx = Labels::Nginx->new(
    conninfo => cluster()->conninfo(database()), workers => 2,
    database => 'request_timeout 1s; isolation_lock_timeout 500ms;');
my $patient = Labels::Nginx->new(conninfo => cluster()->conninfo(database()));

my $token = 'Authorization: Bearer ' . demo('cred.kc_key');
my ($kim, $kit, $gus) = map { demo("contact.$_.kirimchat_id") } qw(kim kit gus);
my ($vip, $globex) = map { demo("label.$_.kirimchat_id") } 'VIP', 'Globex Only';
my ($sales) = demo('team.sales');


sub ask {
    my ($key, $request, $server) = @_;
    return ($server || $nginx)->request($request,
                                        "$token\nIdempotency-Key: $key");
}


sub create { return "POST /v1/labels\n{\"team_id\":\"$sales\",\"name\":\"$_[0]\"}" }
sub replayed { return $_[0]{headers}{'idempotent-replayed'} }


sub same {
    my ($one, $two, $name) = @_;
    is(replayed($one), 'false', "$name: first");
    is(replayed($two), 'true', "$name: replayed");
    is($two->{status}, $one->{status}, "$name: status");
    is($two->{body}, $one->{body}, "$name: body");
    is($two->{headers}{'x-request-id'}, $one->{headers}{'x-request-id'},
       "$name: request id");
    like($one->{body}, qr/"request_id":"\Q$one->{headers}{'x-request-id'}\E"/,
         "$name: the request id is in the body");
    return;
}


# every answer that is stored, after the state has changed

my $bulk = "\"contact_ids\":[\"$kim\",\"$kit\",\"$gus\"],\"operation\":\"attach\"";
my %request = (
    create => [201, create('Made')],
    'no team' => [400, "POST /v1/labels\n{\"name\":\"Made\"}"],
    'unknown team' => [400, "POST /v1/labels\n{\"name\":\"Made\",\"team_id\":\"new\"}"],
    'taken name' => [400, create('VIP')],
    bulk => [200, "POST /v1/contacts/bulk_label\n{$bulk,\"label_id\":\"$vip\"}"],
    'bulk of no label' => [404, "POST /v1/contacts/bulk_label\n{$bulk,\"label_id\":\"$globex\"}"],
    'no number' => [404, "POST /v1/106540352242933/contacts/bulk_label\n{$bulk,\"label_id\":\"$vip\"}"],
    attach => [200, "POST /v1/contacts/$kim/labels\n{\"label_id\":\"$vip\"}"],
    'no contact' => [404, "POST /v1/contacts/$gus/labels\n{\"label_id\":\"$vip\"}"],
    'no label' => [404, "POST /v1/contacts/$kim/labels\n{\"label_id\":\"$globex\"}"],
    'another team' => [400, "POST /v1/contacts/$kit/labels\n{\"label_id\":\"$vip\"}"],
);
my %first = map { $_ => ask($_, $request{$_}[1]) } sort keys %request;

query("DELETE FROM labels.attachment WHERE account_id = 1;
       DELETE FROM labels.label WHERE account_id = 1;
       UPDATE labels.account_reference SET account_id = 1
        WHERE reference = '106540352242933';");

for my $name (sort keys %request) {
    is($first{$name}{status}, $request{$name}[0], "$name: $request{$name}[0]");
    same($first{$name}, ask($name, $request{$name}[1]), $name);
}

is(query('SELECT count(*) FROM labels.label WHERE account_id = 1'), 0,
   'nothing was done again');
reset_data();

# a key is the organisation's, not the credential's

query("INSERT INTO labels.credential (digest, dialect, account_id, kind)
       SELECT sha256('kdv_live_bbbbbbbbbbbbbbbbbbbbbbbb'), dialect, account_id, kind
         FROM labels.credential WHERE dialect = 'kirimchat' AND account_id = 1
        LIMIT 1");
my $one = ask('shared', create('Shared'));
my $two = $nginx->request(create('Shared'), 'Authorization: Bearer kdv_live_'
                          . 'b' x 24 . "\nIdempotency-Key: shared");
same($one, $two, 'another key of the organisation');

# for a day

query("UPDATE labels.idempotency_key
          SET created_at = now() - interval '23 hours 59 minutes'");
is(replayed(ask('shared', create('Shared'))), 'true', 'nearly a day old');
query("UPDATE labels.idempotency_key
          SET created_at = now() - interval '24 hours'");
my $late = ask('shared', create('Later'));
is($late->{status}, 201, 'a day old: another request');
is(replayed($late), 'false', 'is the first one');
is(replayed(ask('shared', create('Later'))), 'true', 'and holds the key again');
is(ask('shared', create('Shared'))->{status}, 422, 'against the old one');

# under way

sub hold {
    return Labels::Holder->new(cluster(), database(), 'SELECT '
        . "pg_advisory_xact_lock(76001, labels.key_hash(1, '$_[0]')) AS hold");
}

my $held = hold('held');
my $busy = ask('held', create('Held'));
is($busy->{status}, 409, 'under way until the deadline');
like($busy->{body}, qr/\A\{"error":\{"type":"conflict","code":"idempotency_in_progress","message":"A request with this Idempotency-Key is still in progress\.","request_id":"req_\w{26}"\}\}\z/,
     'its envelope');
is(replayed($busy), undef, 'no Idempotent-Replayed');
is($nginx->request(create('Free'), $token)->{status}, 201, 'others go on');

my $socket = $patient->send(create('Held'), "$token\nIdempotency-Key: held");
is(ask('other', create('Other'), $patient)->{status}, 201,
   'while one waits for a key');
$held->release;
my $waited = $patient->answer($socket);
is($waited->{status}, 201, 'the key is free again: the request is carried out');
is(replayed($waited), 'false', 'for the first time: a 409 is not stored');

# parallel requests under one key: one is carried out, all say the same

my (%id, %replayed);
my $done = rush(port => $patient->port, connections => 8, requests => 40,
    request => sub { return (create('Parallel'), "$token\nIdempotency-Key: p") },
    answer => sub {
        my ($i, $answer) = @_;
        $id{ $answer->{body} }++;
        $replayed{ replayed($answer) }++;
    });
is_deeply($done->{status}, { 201 => 40 }, 'all are answered');
is(keys %id, 1, 'with the same bytes');
is($replayed{false}, 1, 'one of them was the first');

# parallel requests for one name, without a key: one label

$done = rush(port => $patient->port, connections => 8, requests => 16,
             request => sub { return (create('Once'), $token) });
is_deeply($done->{status}, { 201 => 1, 400 => 15 }, 'one label of a name');

$nginx->end;
$patient->end;
done_testing();
