# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# The servers that are compared. Each measurement has a fresh one.

package Bench::Server;

use strict;
use warnings;

use File::Copy qw(copy);
use IO::Socket::INET;
use Time::HiRes qw(sleep time);


# new(name => 'module' | 'lua' | 'ceiling' | 'node', port =>, cluster =>,
#     database =>, root =>, workers =>, connections => of each)
sub new {
    my ($class, %args) = @_;
    my $self = bless {%args}, $class;
    my $dir = "$args{cluster}{home}/$args{name}";

    mkdir $dir or -d $dir or die "$dir: $!\n";
    $self->{dir} = $dir;
    $self->start;
    return $self;
}


sub url {
    my ($self) = @_;
    return "http://127.0.0.1:$self->{port}";
}


sub answers {
    my ($self) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                 PeerPort => $self->{port}, Timeout => 1);
}


sub start {
    my ($self) = @_;

    die "port $self->{port} is taken, choose another one by PORT=\n"
        if $self->answers;

    # as the module has it for its sessions; Node's pool says so by itself
    local $ENV{PGOPTIONS} = '-c plan_cache_mode=force_generic_plan -c jit=off'
        if $self->{name} eq 'lua';

    my @command = $self->{name} eq 'node' ? $self->node : $self->nginx;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/out.log";
        open STDERR, '>&', \*STDOUT;
        exec @command or POSIX::_exit(127);
    }

    $self->{pid} = $pid;

    for (1 .. 200) {
        return if $self->answers;
        sleep 0.05;
    }

    system "tail -n5 $self->{dir}/*.log >&2";
    die "$self->{name} does not answer\n";
}


sub nginx {
    my ($self) = @_;
    my ($root, $dir) = @$self{qw(root dir)};
    my %value = (
        DIR => $dir, PORT => $self->{port}, ROOT => $root,
        WORKERS => $self->{workers}, CONNECTIONS => $self->{connections},
        CONNINFO => $self->{cluster}->conninfo($self->{database}),
        HOME => $self->{cluster}{home}, DATABASE => $self->{database},
        USER => $> == 0 ? 'user postgres;' : '',
    );

    open my $in, '<', "$root/bench/nginx/$self->{name}.conf.in"
        or die "$self->{name}: $!\n";
    open my $out, '>', "$dir/nginx.conf" or die "$dir: $!\n";
    print {$out} map { s/\@([A-Z]+)\@/$value{$1}/gr } <$in>;
    close $out;

    # where the workers' user may read it
    copy("$root/bench/nginx/attach.lua", $dir) if $self->{name} eq 'lua';

    return ('/usr/sbin/nginx', '-e', "$dir/error.log", '-p', "$dir/",
            '-c', "$dir/nginx.conf", '-g', 'daemon off;');
}


sub node {
    my ($self) = @_;

    %ENV = (%ENV, PORT => $self->{port}, PGHOST => $self->{cluster}{home},
            PGDATABASE => $self->{database}, PGUSER => 'labels_module',
            NODE_ENV => 'production');
    return ('node', "$self->{root}/bench/peer-node/main.js");
}


sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;

    kill $self->{name} eq 'node' ? 'TERM' : 'QUIT', $pid;
    waitpid $pid, 0;
    return;
}


sub DESTROY {
    my ($self) = @_;
    local $?;
    $self->stop;
    return;
}


1;
