# What a failure looks like to a client, in each dialect: the database away, no
# answer in time, and a commit whose answer is lost.

use strict;
use warnings;

use Labels;
use Labels::Cluster;
use Labels::Gate;
use Labels::Nginx;
use Labels::Workload qw(each_dialect);
use Test::More;
use Time::HiRes qw(sleep time);

my $cluster = Labels::Cluster->new;
$cluster->start;
$cluster->database('labels');
my $gate = Labels::Gate->new($cluster->socket);
my $nginx = Labels::Nginx->new(conninfo => $gate->conninfo('labels'),
    database => 'connections 1; request_timeout 1s; retry_after 3s; '
              . 'isolation_lock_timeout 500ms;');

my %text = (
    unavailable => {
        chatwoot => 'The database is not reachable, try again',
        leadlex => 'Service temporarily unavailable',
        highlevel => 'Service temporarily unavailable',
        kirimchat => 'The service is temporarily unavailable. Retry later.',
        wawp => 'Service temporarily unavailable',
    },
    unknown => {
        chatwoot => 'The outcome of the change is unknown, send it again',
        leadlex => 'Outcome unknown, repeating the request is safe',
        highlevel => 'Service temporarily unavailable: outcome unknown, '
                   . 'repeating the request is safe',
        kirimchat => 'The outcome of this request is unknown. Repeat it.',
        wawp => 'Service temporarily unavailable',
    },
);
my %change = each_dialect('ada', 'outcome');
my %code = (
    unavailable => { leadlex => 'service_unavailable',
                     kirimchat => 'service_unavailable',
                     chatwoot => 'unavailable', wawp => 'wawp_upstream_error' },
    unknown => { leadlex => 'outcome_unknown', kirimchat => 'commit_unknown',
                 chatwoot => 'commit_unknown', wawp => 'wawp_upstream_error' },
);


sub refused {
    my ($dialect, $kind, $name, $answer) = @_;
    my $body = $answer->{body} // '';

    is($answer->{status}, 503, "$dialect: $name");
    is($answer->{headers}{'retry-after'}, 3, "$dialect: Retry-After");
    like($answer->{headers}{'content-type'}, qr{^application/json},
         "$dialect: JSON");
    like($body, qr/"\Q$text{$kind}{$dialect}\E"/, "$dialect: its message");
    like($body, qr/"\Q$code{$kind}{$dialect}\E"/, "$dialect: its code")
        if $code{$kind}{$dialect};
    note $body;
    return;
}


sub back {
    my ($name) = @_;
    $gate->pass;
    ok(defined $nginx->wait_for(sub {
           ($nginx->request(@{ $change{leadlex} })->{status} // 0) == 200 }),
       "$name: service resumes");
    return;
}


sub there {
    return $cluster->query('labels', 'SELECT count(*) FROM labels.attachment '
                                   . 'WHERE account_id = 1 AND target_id = 1');
}


# away

back('at the start');
$cluster->load('labels', 'demo');
$gate->refuse;
$gate->cut;
sleep 0.1;
refused($_, 'unavailable', 'the database is away',
        $nginx->request(@{ $change{$_} })) for sort keys %change;
is(there(), 0, 'nothing is done');
back('away');

# sent, and no answer in time: nobody knows

for my $dialect (sort keys %change) {
    $cluster->load('labels', 'demo');
    $nginx->wait_for(sub { $nginx->request(@{ $change{highlevel} })
                                 ->{status} == 201 });
    $cluster->load('labels', 'demo');
    $gate->stall('to_client');
    refused($dialect, 'unknown', 'no answer in time',
            $nginx->request(@{ $change{$dialect} }));
    is(there(), 1, 'though it is done');
    $gate->pass;
    $gate->cut;
}
back('no answer in time');

# the answer is lost: the change is run again

for my $dialect (sort keys %change) {
    $cluster->load('labels', 'demo');
    back($dialect);
    $cluster->load('labels', 'demo');

    $gate->reset_after(1, 'to_client');
    my $answer = $nginx->request(@{ $change{$dialect} });
    cmp_ok($answer->{status}, '<', 300,
           "$dialect: one lost answer is made up for by a second run");
    is(there(), 1, 'it is done');
}

# the answer is lost, and there is no second run

for my $dialect (sort keys %change) {
    $cluster->load('labels', 'demo');
    back($dialect);
    $cluster->load('labels', 'demo');

    $gate->reset_after(1, 'to_client');
    $gate->refuse;
    refused($dialect, 'unknown', 'the answer is lost, the database away',
            $nginx->request(@{ $change{$dialect} }));
    is(there(), 1, 'though it is done');
    $gate->pass;
}

# a request that was not sent before its time is over has not been made

{
    $cluster->load('labels', 'demo');
    back('not sent');
    $cluster->load('labels', 'demo');
    $gate->stall('both');
    my $first = $nginx->send(@{ $change{leadlex} });
    sleep 0.3;
    my %late = each_dialect('hal', 'late');
    my @sockets = map { $nginx->send(@{ $late{$_} }) } sort keys %late;
    refused($_, 'unavailable', 'not sent in time',
            $nginx->answer(shift @sockets)) for sort keys %late;
    is($nginx->answer($first)->{status}, 503, 'nor the one before it');
    is($cluster->query('labels', 'SELECT count(*) FROM labels.attachment '
        . 'WHERE account_id = 1 AND target_id = 3'), 1, 'nothing is done');
    $gate->pass;
    $gate->cut;
    back('not sent');
}

$nginx->end;

done_testing();
