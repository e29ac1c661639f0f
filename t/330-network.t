# A bad network between nginx and PostgreSQL: single bytes, delays, cuts at
# every place of an answer.

use strict;
use warnings;

use Labels;
use Labels::Gate;
use Labels::Nginx;
use Test::More;

my $gate = Labels::Gate->new(cluster()->socket);
my $nginx = Labels::Nginx->new(conninfo => $gate->conninfo(database()),
                               database => 'connections 1; request_timeout 3s;');
my $key = 'Authorization: Bearer ' . demo('cred.lex_write');
my $path = '/functions/v1/api-gateway/v1/contacts/' . demo('contact.ada.uuid')
         . '/tags';


sub add {
    my ($tag) = @_;
    return $nginx->request(qq(POST $path\n{"tags":["$tag"]}), $key);
}


is(add('first')->{status}, 200, 'through the gate');

$gate->chunk(1);
is(add('slow')->{status}, 200, 'byte by byte');
my $many = join ',', map { '"' . 'x' x 200 . $_ . '"' } 1 .. 500;
$gate->chunk(997);
is($nginx->request(qq(POST $path\n{"tags":[$many]}), $key, 30)->{status}, 200,
   'and an answer larger than any buffer');
$gate->pass;
$gate->delay(100);
is(add('late')->{status}, 200, 'delayed');
$gate->pass;

# an account with a subscription, to see that nothing is recorded twice

reset_data();
query("INSERT INTO labels.subscription (account_id, dialect, url) "
    . "VALUES (1, 'leadlex', 'http://127.0.0.1/')");

my %status;
for my $bytes (map { $_ * 7 } 0 .. 40) {
    $gate->reset_after($bytes, 'to_client');
    my $answer = add("t$bytes");
    $status{ $answer->{status} // $answer->{error} }{"t$bytes"} = 1;
}
$gate->pass;

is(join(' ', grep { !/^(?:200|503)$/ } keys %status), '', 'reset somewhere: '
   . 'served, or told that it was not');
cmp_ok(scalar keys %{ $status{200} || {} }, '>', 20, 'mostly served');

my %there = map { $_ => 1 } split /\n/, query(
    "SELECT l.title FROM labels.attachment a JOIN labels.label l USING "
    . "(account_id, label_id) WHERE a.account_id = 1 AND a.target_id = 1");
is(join(' ', grep { !$there{$_} } sort keys %{ $status{200} }), '',
   'what was acknowledged is there');
is(query('SELECT count(*) - count(DISTINCT added) FROM labels.event'), 0,
   'and no change is recorded twice');

$gate->refuse;
$gate->cut;
is(add('never')->{status}, 503, 'no way to the database');
$gate->pass;
ok(defined $nginx->wait_for(sub { (add('again')->{status} // 0) == 200 }, 5),
   'and back');

$gate->silent;
$gate->stall('both');
my $answer = $nginx->request(qq(POST $path\n{"tags":["hang"]}), $key, 10);
is($answer->{status}, 503, 'a connection that hangs');
$gate->pass;
$gate->cut;

$nginx->end;

done_testing();
