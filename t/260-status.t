# Metrics and readiness: the exposition's syntax, what is counted for requests
# that are known, several workers, a reload, failures and a database that is
# away.

use strict;
use warnings;

use Labels;
use Labels::Cluster;
use Labels::Nginx;
use Test::More;
use Time::HiRes qw(sleep);

my $config = Labels::dialects()
           . 'location = /metrics { labels_status; }'
           . 'location = /ready { labels_ready; }';
my $key = 'Authorization: Bearer ' . demo('cred.lex_write');


sub add {
    my ($contact, $tag) = @_;
    return 'POST /functions/v1/api-gateway/v1/contacts/'
         . demo("contact.$contact.uuid") . qq(/tags\n{"tags":["$tag"]});
}


# { 'name{labels}' => value } of all samples.
sub metrics {
    my ($nginx) = @_;
    my $body = $nginx->request('GET /metrics')->{body};
    return { $body =~ /^([a-z][^ \n]*) ([\d.]+)$/mg };
}


# A sample of the fast lane of the suite's database.
sub lane {
    my ($metrics, $name, $more, $lane) = @_;
    $lane ||= 'fast';
    $more = $more ? ",$more" : '';
    return $metrics->{qq($name\{database="main",lane="$lane"$more\})};
}


# The metrics when a sample has a value: requests are counted when their answers
# are sent, by another worker perhaps.
sub metrics_when {
    my ($nginx, $sample, $value) = @_;
    my $metrics;
    $nginx->wait_for(sub {
        $metrics = metrics($nginx);
        return ($metrics->{$sample} // -1) == $value;
    });
    return $metrics;
}


# What is wrong with a text, by the rules of format 0.0.4.
sub mistakes {
    my ($text) = @_;
    my (@found, %type, %seen, $family, $last);
    my $label = qr/[a-z_]+="(?:[^"\\\n]|\\["\\n])*"/;

    push @found, 'no line feed at the end' if $text !~ /\n\z/;

    for (split /\n/, $text) {
        if (my ($what, $name, $rest) = /^# (HELP|TYPE) ([a-z_]+) (.+)$/) {
            $family = $name;
            push @found, "$name: $what twice" if $seen{"$what $name"}++;
            next if $what eq 'HELP';
            push @found, "type: $_" if $rest !~ /^(?:counter|gauge|histogram)$/;
            push @found, "name: $_" if ($rest eq 'counter') != ($name =~ /_total$/);
            $type{$name} = $rest;
            next;
        }

        if (!/^([a-z_]+)\{($label(?:,$label)*)\} (\d+(?:\.\d+)?)$/) {
            push @found, "not a sample: $_";
            next;
        }

        my ($name, $labels, $value) = ($1, $2, $3);
        push @found, "twice: $_" if $seen{"$name$labels"}++;

        my $base = $name;
        $base =~ s/_(bucket|sum|count)$// if ($type{$family} // '') eq 'histogram';
        push @found, "not of $family: $_" if $base ne $family || !$type{$family};

        if ($name =~ /_bucket$/) {
            my $first = $labels =~ /le="(?:0\.001|1)"$/;
            push @found, "falling: $_" if !$first && $value < $last;
            $last = $value;
        } elsif ($name =~ /_count$/) {
            push @found, "not the last bucket: $_" if $value != $last;
        }
    }
    return @found;
}


# known requests

{
    my $nginx = Labels::Nginx->new(workers => 4, config => $config);
    my $token = 'api_access_token: ' . demo('cred.cw_agent');

    is($nginx->request('GET /ready')->{status}, 200, 'ready');

    for my $i (1 .. 20) {
        $nginx->request(add('ada', "s$i"), $key);
        $nginx->request(add('ada', "s$i"), $key) if $i <= 3;
    }
    $nginx->request('GET /api/v1/accounts/1/contacts/2/labels', $token) for 1 .. 4;
    $nginx->request('GET /api/v1/accounts/1/contacts/99/labels', $token);
    $nginx->request('GET /api/v1/accounts/1/contacts/2/labels',
                    'api_access_token: nobody') for 1 .. 2;
    $nginx->request('GET /v1/nothing');

    my $answer = $nginx->request('GET /metrics');
    is($answer->{status}, 200, 'status');
    is($answer->{headers}{'content-type'}, 'text/plain; version=0.0.4', 'type');
    is(join("\n", mistakes($answer->{body})), '', 'syntax');

    is($nginx->request("POST /metrics\n{}")->{status}, 405, 'GET and HEAD only');
    is($nginx->request("POST /ready\n{}")->{status}, 405, 'as for readiness');

    my $m;
    my %expected = (
        'labels_requests_total{dialect="leadlex",kind="change",status="2xx"}' => 23,
        'labels_requests_total{dialect="chatwoot",kind="read",status="2xx"}' => 4,
        'labels_requests_total{dialect="chatwoot",kind="read",status="4xx"}' => 3,
        'labels_requests_total{dialect="kirimchat",kind="none",status="4xx"}' => 1,
        'labels_outcomes_total{dialect="leadlex",outcome="ok"}' => 20,
        'labels_outcomes_total{dialect="leadlex",outcome="unchanged"}' => 3,
        'labels_outcomes_total{dialect="chatwoot",outcome="ok"}' => 4,
        'labels_outcomes_total{dialect="chatwoot",outcome="target_not_found"}' => 1,
        'labels_outcomes_total{dialect="chatwoot",outcome="refused"}' => 2,
        'labels_outcomes_total{dialect="kirimchat",outcome="rejected"}' => 1,
        'labels_request_duration_seconds_count{dialect="leadlex"}' => 23,
        'labels_request_duration_seconds_count{dialect="chatwoot"}' => 7,
        'labels_request_duration_seconds_bucket{dialect="chatwoot",le="+Inf"}' => 7,
        'labels_database_up{database="main"}' => 1,
        'labels_database_backoff{database="main"}' => 0,
    );
    $m = metrics_when($nginx, $_, $expected{$_}) for sort keys %expected;
    is_deeply({ map { $_ => $m->{$_} } keys %expected }, \%expected,
              'what four workers counted');

    # 23 changes, 7 reads, and one question for readiness
    is(lane($m, 'labels_batch_operations_sum'), 31, 'operations of batches');
    cmp_ok(lane($m, 'labels_batch_operations_count'), '<=', 31, 'batches');
    is(lane($m, 'labels_batch_operations_count'),
       lane($m, 'labels_batch_duration_seconds_count'), 'all have come back');
    is(lane($m, 'labels_operations_queued'), 0, 'nothing waits');
    is(lane($m, 'labels_operations_in_flight'), 0, 'nothing is in flight');
    cmp_ok(lane($m, 'labels_connections', 'state="ready"'), '>=', 1, 'connected');
    is(lane($m, 'labels_connections', 'state="ready"'),
       lane($m, 'labels_connects_total'), 'by as many attempts');
    is(lane($m, 'labels_connections', 'state="ready"')
       + lane($m, 'labels_connections', 'state="closed"'), 8,
       'of two connections in each of four workers');

    # a reload keeps the counters, and the gauges are the new workers'

    my @old = $nginx->workers_now;
    $nginx->signal('HUP');
    $nginx->wait_for(sub {
        !grep { !Test::Nginx::Socket::Server::gone($_) } @old });

    $m = metrics($nginx);
    is_deeply({ map { $_ => $m->{$_} } keys %expected }, \%expected,
              'a reload forgets nothing');
    is(lane($m, 'labels_connections', 'state="ready"'), 0,
       'connections of old workers are not counted');
    is(lane($m, 'labels_connections', 'state="closed"'), 8, 'of new ones are');

    # nor are those of a worker that could not say goodbye

    my $unchanged = 'labels_outcomes_total{dialect="leadlex",outcome="unchanged"}';
    $nginx->request(add('ada', 'killed'), $key) for 1 .. 8;
    metrics_when($nginx, $unchanged, 10);
    kill KILL => $nginx->workers_now;
    ok(defined $nginx->wait_for(sub {
           my $body = $nginx->request('GET /metrics')->{body} or return;
           $m = { $body =~ /^([a-z][^ \n]*) ([\d.]+)$/mg };
           return lane($m, 'labels_connections', 'state="closed"') == 8;
       }), 'killed workers are not counted');
    is($m->{$unchanged}, 10,
       'what they did is');

    $nginx->signal('QUIT');
    $nginx->wait_for(sub { !$nginx->running });
    $nginx->check_log(qr/exited on signal 9/);
}

# an error of one operation, a lock, and an error at the commit

{
    my $nginx = Labels::Nginx->new(config => $config,
        database => 'connections 1; lock_timeout 200ms; '
                  . 'isolation_lock_timeout 300ms;');
    $nginx->request(add('ada', 'first'), $key);

    query(<<'END');
CREATE FUNCTION labels.trip() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM labels.label l WHERE l.account_id = NEW.account_id
               AND l.label_id = NEW.label_id AND l.title = TG_ARGV[0])
    THEN
        RAISE EXCEPTION 'tripped';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trip AFTER INSERT ON labels.attachment FOR EACH ROW
    EXECUTE FUNCTION labels.trip('trip');
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON labels.attachment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION labels.trip('late');
END

    is($nginx->request(add('ada', 'trip'), $key)->{status}, 500, 'an error');
    my $m = metrics($nginx);
    is(lane($m, 'labels_batch_failures_total', 'error="statement"'), 1, 'counted');
    is(lane($m, 'labels_reruns_total', 'reason="error"'), 1, 'run again');
    is(lane($m, 'labels_isolated_total'), 1, 'in isolation');
    is(lane($m, 'labels_batch_failures_total', 'error="statement"', 'isolation'),
       1, 'where it failed');

    is($nginx->request(add('ada', 'late'), $key)->{status}, 500,
       'an error at the commit');
    $m = metrics($nginx);
    is(lane($m, 'labels_batch_failures_total', 'error="commit"'), 1, 'counted');
    is(lane($m, 'labels_isolated_total'), 2, 'isolated');

    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        require POSIX;
        query("SELECT pg_advisory_lock(76003, labels.target_key(1, 'c', 1)), "
            . 'pg_sleep(1.5)');
        POSIX::_exit(0);
    }
    sleep 0.01 until query('SELECT count(*) FROM pg_locks l JOIN pg_database d '
        . 'ON d.oid = l.database WHERE d.datname = current_database() '
        . 'AND classid = 76003');
    is($nginx->request(add('ada', 'lock'), $key)->{status}, 503, 'a lock');
    my $busy = 'labels_outcomes_total{dialect="leadlex",outcome="busy"}';
    $m = metrics_when($nginx, $busy, 1);
    is($m->{$busy}, 1, 'counted');
    is(lane($m, 'labels_batch_failures_total', 'error="contention"'), 1, 'once');
    is(lane($m, 'labels_reruns_total', 'reason="contention"'), 2, 'run again');
    is(lane($m, 'labels_isolated_total'), 3, 'isolated');
    is(lane($m, 'labels_batch_failures_total', 'error="contention"', 'isolation'),
       1, 'where it met the lock again');
    waitpid $pid, 0;

    query('DROP TRIGGER trip ON labels.attachment; '
        . 'DROP TRIGGER late ON labels.attachment; DROP FUNCTION labels.trip()');
    $nginx->end;
}

# a database that goes away and comes back

{
    my $cluster = Labels::Cluster->new;
    $cluster->start;
    $cluster->database('labels');

    my $nginx = Labels::Nginx->new(conninfo => $cluster->conninfo('labels'),
                                   config => $config,
                                   database => 'connections 1; lock_timeout 5s;');
    my $answer = $nginx->request('GET /ready');
    is("$answer->{status} $answer->{body}", "200 ready\n", 'ready');

    $cluster->stop('fast');
    ok(defined $nginx->wait_for(sub {
           $nginx->request('GET /ready')->{status} == 503 }), 'not ready');
    is($nginx->request('GET /ready')->{body}, "unavailable\n", 'unavailable');
    is($nginx->request(add('ada', 'x'), $key)->{status}, 503, 'nor are requests');

    my $m = metrics($nginx);
    is($m->{'labels_database_up{database="main"}'}, 0, 'down');
    is($m->{'labels_database_backoff{database="main"}'}, 1, 'backing off');
    is(lane($m, 'labels_connections_lost_total'), 1, 'a connection was lost');
    cmp_ok(lane($m, 'labels_connect_failures_total'), '>=', 1, 'none was made');
    cmp_ok(lane($m, 'labels_unavailable_total', 'reason="down"'), '>=', 1,
           'requests were turned away');

    $cluster->start;
    ok(defined $nginx->wait_for(sub {
           $nginx->request('GET /ready')->{status} == 200 }), 'ready again');
    $m = metrics($nginx);
    is($m->{'labels_database_up{database="main"}'}, 1, 'up');
    is($m->{'labels_database_backoff{database="main"}'}, 0, 'no pauses');

    # a connection that is cut with a batch in flight
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        require POSIX;
        $cluster->query('labels', "SELECT pg_advisory_lock(76003, "
                      . "labels.target_key(1, 'c', 1)), pg_sleep(2)");
        POSIX::_exit(0);
    }
    sleep 0.01 until $cluster->query('labels',
        'SELECT count(*) FROM pg_locks WHERE classid = 76003');
    my $socket = $nginx->send(add('ada', 'cut'), $key);
    $nginx->wait_for(sub {
        lane(metrics($nginx), 'labels_connections_lost_total') > 1
        || $cluster->query('postgres', 'SELECT pg_terminate_backend(pid) FROM '
            . "pg_stat_activity WHERE usename = 'labels_module' AND "
            . "wait_event = 'advisory'") && 0 });
    is($nginx->answer($socket)->{status}, 200, 'a change that was cut off is made');
    waitpid $pid, 0;
    $m = metrics($nginx);
    cmp_ok(lane($m, 'labels_reruns_total', 'reason="connection"')
           + lane($m, 'labels_reruns_total', 'reason="ambiguous"'), '>=', 1,
           'again');
    $nginx->end;
}

# two databases, one with quotation marks in its name, added by a reload

{
    my $nginx = Labels::Nginx->new(config => $config);
    $nginx->request(add('lex', 'kept'), $key) for 1 .. 3;
    my $before = metrics($nginx);

    my $conf = $nginx->file('nginx.conf');
    $conf =~ s{(?=labels_database )}
              {labels_database 'a "b"' { conninfo "host=/nowhere dbname=x"; } }
        or die 'no database in nginx.conf';
    $conf =~ s/server \{/labels_use main; server {/;
    my @old = $nginx->workers_now;
    Test::Nginx::Socket::Server::spew("$nginx->{root}/nginx.conf", $conf);
    $nginx->signal('HUP');
    $nginx->wait_for(sub {
        !grep { !Test::Nginx::Socket::Server::gone($_) } @old });

    my $answer = $nginx->request('GET /metrics');
    is(join("\n", mistakes($answer->{body})), '', 'syntax');
    like($answer->{body}, qr/^labels_database_up\{database="a \\"b\\""\} 0$/m,
         'escaped');
    my $m = metrics($nginx);
    is(lane($m, 'labels_batch_operations_sum'),
       lane($before, 'labels_batch_operations_sum'), 'the first keeps its counters');
    $nginx->end;
}

done_testing();
