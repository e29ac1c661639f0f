# Every answer is one that docs/openapi allows: each operation with each of its
# statuses, through a validating proxy.  DIALECTS='wawp' drives only these.

use strict;
use warnings;

use Labels;
use Labels::Gate;
use Labels::Nginx;
use Labels::Node qw(packages);
use Labels::OpenAPI;
use Test::More;
use Time::HiRes ();

my $why = packages('t/openapi');
plan(skip_all => $why) if $why;

my $folder = 't/openapi/cases';
my @names = split ' ', $ENV{DIALECTS}
            || 'chatwoot leadlex highlevel kirimchat wawp';


# A server that lets one request a minute through.
sub limited {
    my ($rate) = @_;
    return Labels::Nginx->new(
        http => labels_database() . 'limit_req_status 429; limit_req_zone '
              . '$server_name zone=none:1m rate=1r/m;',
        config => 'server_name none; '
                . Labels::dialects("limit_req zone=none; $rate"));
}


# The servers: one that is well, and one for each thing that can go wrong.

my $broken = cluster()->database("labels_broken_$$");
cluster()->query($broken, 'ALTER TABLE labels.credential RENAME TO gone');
my $gate = Labels::Gate->new(cluster()->socket);

my %nginx = (
    well => Labels::Nginx->new,
    limited => limited('labels_rate 1r/m;'),
    undeclared => limited(''),
    slow => Labels::Nginx->new(config => 'client_body_timeout 100ms; '
                                       . Labels::dialects()),
    impatient => Labels::Nginx->new(
        database => 'request_timeout 300ms; isolation_lock_timeout 200ms;'),
    broken => Labels::Nginx->new(conninfo => cluster()->conninfo($broken)),
    away => Labels::Nginx->new(
        conninfo => 'host=/nonexistent user=labels_module dbname=none'),
    stalled => Labels::Nginx->new(
        conninfo => $gate->conninfo(database()),
        database => 'connections 1; queue 1; request_timeout 1s; '
                  . 'isolation_lock_timeout 500ms;'),
);

my $proxy = Labels::OpenAPI->new(map { $_ => $nginx{$_}->port } keys %nginx);
my $operation = '';


# A request whose status depends on the time too, until it has the first one.
sub drive_until {
    my ($server, $text, $headers, $status, $other) = @_;
    for (1 .. 20) {
        my $answer = $proxy->drive($server, $text, $headers, $status, $other);
        last if !$other || ($answer->{status} // $status) == $status;
    }
    return;
}


# What can happen to any request of an operation, where the document says that
# it can.
sub misfortunes {
    my ($text, $headers, $status) = @_;
    my $authorization = "Authorization: a\nAuthorization: b\n";
    my $other = $headers =~ s/^Authorization:.*\n?//mr;
    my ($line) = split /\n/, $text;

    $proxy->drive('well', $text, $authorization . $other, 400);
    $proxy->announce('well', $text, $headers, 1048577, 413);
    # the one request that is let through is another one

    for my $server (qw(limited undeclared)) {
        $nginx{$server}->request('GET /contacts/x', '');
        drive_until($server, $text, $headers, 429, $status);
    }

    $proxy->announce('slow', $text, $headers, 100, 408)
        if $proxy->has($operation, 408);
    $proxy->drive('broken', $text, $headers, 500)
        if $proxy->has($operation, 500);
    $proxy->drive('away', $text, $headers, 503)
        if $proxy->has($operation, 503);
    return;
}


# A change whose commit nobody heard of, and one more than the queue holds.
sub unknown {
    my ($headers, $text, $like, $status) = @_;
    drive_until('stalled', $text, $headers, $status || 200, 503);
    $gate->stall('to_client');
    my $answer = $proxy->drive('stalled', $text, $headers, 503);
    like($answer->{body} // '', qr/$like/, 'outcome unknown');

    my @waiting = map { $nginx{stalled}->send($text, $headers) } 1 .. 2;
    $proxy->drive('stalled', $text, $headers, 503);
    $nginx{stalled}->answer($_) for @waiting;
    $gate->pass;
    return;
}


# Holds a lock while the tests go on.
sub hold {
    my ($class, $key) = @_;
    open my $psql, '|-', 'psql', '-qXAt', '-o', '/dev/null', '-h',
        cluster()->{home}, '-U', 'postgres', database() or die "psql: $!\n";
    syswrite $psql, "SELECT pg_advisory_lock($class, $key);\n";
    Time::HiRes::sleep(0.01) until query(
        'SELECT count(*) FROM pg_locks l JOIN pg_database d '
        . 'ON d.oid = l.database WHERE d.datname = current_database() '
        . "AND classid = $class AND objsubid = 2");
    return $psql;
}


for my $name (@names) {
    my $dialect = do "./$folder/$name.pl" or die "$name: $@$!\n";

    for my $sample (@{ $dialect->{samples} }) {
        my ($text, $status) = @$sample;
        my $headers = $dialect->{headers};

        reset_data();
        my $answer = $proxy->drive('well', $text, $headers, $status);
        $operation = $answer->{operation} // '';
        misfortunes($text, $headers, $status);
    }

    my $held = $dialect->{held} ? hold(@{ $dialect->{held} }) : undef;

    for my $case (@{ $dialect->{cases} }) {
        my ($text, $headers, $status, %more) = @$case;
        reset_data() if $more{reset};
        query($more{query}) if $more{query};
        my $server = $more{server} || 'well';

        # a deadline that passes while the database is asked: unknown

        drive_until($server, $text, $headers, $status, $more{or});
        reset_data() if $more{query};
    }

    close $held if $held;
    unknown($dialect->{headers}, @{ $dialect->{unknown} });

    is(join("\n", $proxy->undriven($name)), '',
       "$name: all statuses of all operations, all schemas");
}

$_->end for values %nginx;

done_testing();

undef %nginx;
cluster()->query('postgres', "DROP DATABASE $broken WITH (FORCE)");
