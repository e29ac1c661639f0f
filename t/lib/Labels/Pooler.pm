# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# A PgBouncer of a test, in front of a cluster.

package Labels::Pooler;

use strict;
use warnings;

use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Labels::Cluster;
use Test::Nginx::Socket::Server ();
use Time::HiRes qw(sleep);


# new($cluster, mode => 'session' | 'transaction', size => n): started.
sub new {
    my ($class, $cluster, %args) = @_;
    my $home = tempdir('labels-pooler-XXXXXX', TMPDIR => 1);
    my $port = Test::Nginx::Socket::Server::free_port();
    my $self = bless { home => $home, port => $port, own => $$ }, $class;

    Test::Nginx::Socket::Server::spew("$home/users", qq("labels_module" ""\n));
    Test::Nginx::Socket::Server::spew("$home/pgbouncer.ini", <<"END");
[databases]
* = host=$cluster->{home} port=$cluster->{port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = trust
auth_file = $home/users
server_login_retry = 1
pool_mode = $args{mode}
default_pool_size = $args{size}
logfile = $home/log
pidfile = $home/pid
END
    $cluster->give($home, "$home/users", "$home/pgbouncer.ini");

    system('cd / && ' . Labels::Cluster::as() . '/usr/sbin/pgbouncer -d -q '
           . "$home/pgbouncer.ini < /dev/null > $home/start 2>&1") == 0
        or die 'pgbouncer did not start: ' . $self->file('start');
    for (1 .. 500) {
        last if IO::Socket::INET->new("127.0.0.1:$port");
        sleep 0.02;
    }
    return $self;
}


sub file { return Test::Nginx::Socket::Server::slurp("$_[0]{home}/$_[1]") }


sub conninfo {
    my ($self, $database) = @_;
    return "host=127.0.0.1 port=$self->{port} user=labels_module "
         . "dbname=$database";
}


# Ends it at once, as a crash would.
sub stop {
    my ($self) = @_;
    my ($pid) = $self->file('pid') =~ /(\d+)/ or return;
    kill KILL => $pid;
    for (1 .. 500) {
        last if Test::Nginx::Socket::Server::gone($pid);
        sleep 0.01;
    }
    unlink "$self->{home}/pid";
    return;
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{own} != $$;
    local $?;
    $self->stop;
    remove_tree($self->{home});
    return;
}


1;
