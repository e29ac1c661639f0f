# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# Puts load on a contestant and measures. A measurement is a hash:
#     rate  requests a second            p50, p99  milliseconds
#     server, database  seconds of processor per 1,000 requests
#     flushes  WAL flushes per request, the warm-up included

package Bench::Load;

use strict;
use warnings;

use Bench::Usage;
use File::Temp qw(tempdir);
use POSIX ();
use Time::HiRes qw(sleep time);

# not counted: pages' first images after the checkpoint, plans, compilation
my $warm = 1.5;


# new(cluster =>, database =>, seconds =>, root =>)
sub new {
    my ($class, %args) = @_;
    return bless { %args, seed => time % 1_000_000 }, $class;
}


# All flushes so far. Backends tell the statistics at their end at the latest:
# the contestant's are waited for.
sub flushes {
    my ($self) = @_;
    my $cluster = $self->{cluster};

    sleep 0.02 while $cluster->backends($self->{database});

    return $cluster->query('postgres', 'SELECT wal_sync FROM pg_stat_wal');
}


sub database_seconds {
    my ($self) = @_;
    return Bench::Usage::seconds($self->{cluster}->postmaster);
}


# One run of wrk, to its end: the figures of its last line.
sub wrk {
    my ($self, $server, $workload, $connections, $seconds, $rate) = @_;
    my $threads = $connections > 1 ? 2 : 1;
    my @command = ('wrk', "-t$threads", "-c$connections", "-d${seconds}s",
                   '--timeout', '10s',
                   '-s', "$self->{root}/bench/wrk/load.lua", $server->url,
                   '--', $workload, ++$self->{seed},
                   $rate ? $rate / $threads : ());

    open my $in, '-|', @command or die "wrk: $!\n";
    my $out = do { local $/; <$in> };
    close $in or die "wrk failed:\n$out";

    my %run = $out =~ /(\w+)=(\d+)/g or die "wrk said:\n$out";
    die "$server->{name}, $workload: $run{failed} requests failed\n"
        if $run{failed};
    return \%run;
}


# The warm-up and the run; the server is stopped afterwards. `flushes`: all of
# those before the server started; `beside`: called when the run begins,
# returns what is called at its end.
sub http {
    my ($self, $server, %what) = @_;
    my ($workload, $connections, $rate)
        = @what{qw(workload connections rate)};
    my $warm_up = $self->wrk($server, $workload, $connections,
                             POSIX::ceil($warm), $rate);

    my $end = $what{beside} ? $what{beside}->() : sub {};
    my @before = (Bench::Usage::seconds($server->{pid}),
                  $self->database_seconds);
    my $run = eval { $self->wrk($server, $workload, $connections,
                                $self->{seconds}, $rate) };
    my $error = $@;
    my @after = (Bench::Usage::seconds($server->{pid}),
                 $self->database_seconds);

    $end->();
    die $error if $error;

    $server->stop;

    return {
        rate => $run->{requests} / $run->{us} * 1e6,
        p50 => $run->{p50} / 1e3, p99 => $run->{p99} / 1e3,
        server => ($after[0] - $before[0]) / $run->{requests} * 1e3,
        database => ($after[1] - $before[1]) / $run->{requests} * 1e3,
        flushes => ($self->flushes - $what{flushes})
                   / ($run->{requests} + $warm_up->{requests}),
    };
}


# pgbench with a client per connection; its log tells the transactions of the
# run from those of the warm-up.
sub pgbench {
    my ($self, %what) = @_;
    my ($workload, $clients) = @what{qw(workload connections)};
    my $dir = tempdir(CLEANUP => 1);
    my $whole = POSIX::ceil($warm + $self->{seconds} + 0.5);
    my $flushes = $self->flushes;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        $ENV{PGOPTIONS} = '-c plan_cache_mode=force_generic_plan -c jit=off';
        open STDOUT, '>', "$dir/out";
        open STDERR, '>&', \*STDOUT;
        exec 'pgbench', qw(-n -M prepared), "-c$clients",
            $clients > 1 ? '-j2' : '-j1', "-T$whole", '-l',
            "--log-prefix=$dir/log", '--random-seed=' . ++$self->{seed},
            '-h', $self->{cluster}{home}, '-U', 'labels_module',
            '-f', "$self->{root}/bench/pgbench/$workload.sql",
            $self->{database} or POSIX::_exit(127);
    }

    sleep $warm;
    my ($begin, $before) = (time, $self->database_seconds);
    sleep $self->{seconds};
    my ($end, $after) = (time, $self->database_seconds);
    waitpid $pid, 0;

    if ($? != 0) {
        system 'cat', "$dir/out";
        die "pgbench failed\n";
    }

    my (@latencies, $all);

    for my $log (glob "$dir/log*") {
        open my $in, '<', $log or die "$log: $!\n";

        # client, transaction, microseconds, script, second, microsecond
        while (<$in>) {
            my @f = split ' ';
            my $at = $f[4] + $f[5] / 1e6;
            $all++;
            push @latencies, $f[2] if $at >= $begin && $at < $end;
        }
    }

    @latencies = sort { $a <=> $b } @latencies;

    return {
        rate => @latencies / ($end - $begin),
        p50 => $latencies[ @latencies * 0.5 ] / 1e3,
        p99 => $latencies[ @latencies * 0.99 ] / 1e3,
        database => ($after - $before) / @latencies * 1e3,
        flushes => ($self->flushes - $flushes) / $all,
    };
}


1;
