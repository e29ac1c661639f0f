# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# A private PostgreSQL cluster of a test, and databases in it.

package Labels::Cluster;

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use Test::Nginx::Socket::Server ();
use Time::HiRes qw(sleep);

my $root = abs_path(dirname(__FILE__) . '/../../..');


# new(settings => [...], tcp => 1): an empty cluster, not started; with tcp it
# listens on a port of 127.0.0.1 as well.
# standby($primary, settings => [...]): one that follows another, not started.
# at($home): one that somebody else has made and started.
sub new {
    my ($class, %args) = @_;
    my $self = $class->home(%args);
    my $home = $self->{home};

    $self->pg("initdb -D $home/data -U postgres -A trust -E UTF8 "
            . "--locale=C.UTF-8 -N > $home/initdb.log 2>&1") == 0
        or die "initdb failed, see $home/initdb.log\n";

    $self->configure('max_locks_per_transaction = 256', 'fsync = off',
                     @{ $args{settings} || [] });
    return $self;
}


sub standby {
    my ($class, $primary, %args) = @_;
    my $self = $class->home(tcp => $primary->{tcp});
    my $home = $self->{home};

    $self->pg("pg_basebackup -h $primary->{home} -p $primary->{port} "
            . "-U postgres -D $home/data -R -X stream -c fast "
            . "> $home/initdb.log 2>&1") == 0
        or die "pg_basebackup failed, see $home/initdb.log\n";

    $self->configure(@{ $args{settings} || [] });
    return $self;
}


sub home {
    my ($class, %args) = @_;
    my $home = tempdir('labels-XXXXXX', TMPDIR => 1);
    my $port = $args{tcp} ? Test::Nginx::Socket::Server::free_port() : 5432;
    my $self = bless { home => $home, own => $$, port => $port,
                       tcp => $args{tcp} }, $class;

    $self->give($home);
    return $self;
}


sub at {
    my ($class, $home) = @_;
    return bless { home => $home, own => 0, port => 5432 }, $class;
}


# The last line of a setting in postgresql.conf is the one that counts.
sub configure {
    my ($self, @settings) = @_;
    my $home = $self->{home};
    my $listen = $self->{tcp} ? '127.0.0.1' : '';

    open my $out, '>>', "$home/data/postgresql.conf" or die "$home: $!\n";
    print {$out} "$_\n" for "listen_addresses = '$listen'",
        "port = $self->{port}", "unix_socket_directories = '$home'", @settings;
    close $out;
    return;
}


# Files that the server has to own.
sub give {
    my ($self, @files) = @_;
    return if $> != 0;
    my ($uid, $gid) = (getpwnam 'postgres')[2, 3];
    return chown $uid, $gid, @files;
}


# Puts a program under a user that PostgreSQL and PgBouncer accept.
sub as {
    return '' if $> != 0;
    return 'setpriv --reuid=postgres --regid=postgres --init-groups ';
}


# Runs a server program as that user; its exit status.
sub pg {
    my ($self, $command) = @_;
    my ($bin) = sort { $b cmp $a } glob '/usr/lib/postgresql/*/bin';
    return system 'cd / && ' . as() . "$bin/$command";
}


sub start {
    my ($self) = @_;
    my $home = $self->{home};
    return $self->pg("pg_ctl -D $home/data -l $home/log -w -s start") == 0;
}


# stop('fast' | 'immediate' | 'smart')
sub stop {
    my ($self, $mode) = @_;
    $mode ||= 'immediate';
    return $self->pg("pg_ctl -D $self->{home}/data -m $mode -w -s stop "
                   . '> /dev/null 2>&1') == 0;
}


sub postmaster {
    my ($self) = @_;
    open my $in, '<', "$self->{home}/data/postmaster.pid" or return;
    return 0 + <$in>;
}


# Makes a standby the primary; returns when it takes writes.
sub promote {
    my ($self) = @_;
    return $self->pg("pg_ctl -D $self->{home}/data -w -s promote") == 0;
}


# restart('fast' | 'immediate' | 'smart')
sub restart {
    my ($self, $mode) = @_;
    return $self->stop($mode || 'fast') && $self->start;
}


# The pids of the module's backends in a database; other suites may have some
# in databases of theirs.
sub backends {
    my ($self, $database) = @_;
    return split /\n/, $self->query('postgres', 'SELECT pid FROM '
                  . "pg_stat_activity WHERE usename = 'labels_module' "
                  . "AND datname = '$database' ORDER BY pid");
}


# SIGKILL to the postmaster and its children, as a crash of the machine would
# have it; returns when all of them are gone.
sub crash {
    my ($self) = @_;
    my $pid = $self->postmaster or return;
    my @all = ($pid, Test::Nginx::Socket::Server::workers_of($pid));

    kill KILL => @all;
    for (@all) {
        sleep 0.01 until Test::Nginx::Socket::Server::gone($_);
    }
    # nobody may have reaped them yet: the new postmaster would believe in them
    unlink "$self->{home}/data/postmaster.pid", glob "$self->{home}/.s.PGSQL.*";
    return;
}


# A database of its own, from the template or installed anew; its name.
sub database {
    my ($self, $name) = @_;
    my $template = $self->query('postgres', "SELECT 1 FROM pg_database "
                                          . "WHERE datname = 'labels_template'");

    $self->query('postgres', "CREATE DATABASE $name"
                           . ($template ? ' TEMPLATE labels_template' : ''));
    $self->load($name, $_) for $template ? () : qw(install demo);
    return $name;
}


sub load {
    my ($self, $database, $script) = @_;
    system('psql', '-qX', '-h', $self->{home}, '-p', $self->{port}, '-U', 'postgres',
           $database, '-f', "$root/sql/$script.sql") == 0 or die "$script.sql failed\n";
    return;
}


# One statement's result as psql prints it, without the last newline.
sub query {
    my ($self, $database, $sql) = @_;
    open my $psql, '-|', 'psql', '-qXAt', '-h', $self->{home},
        '-p', $self->{port}, '-U', 'postgres', $database, '-c', $sql or die "psql: $!\n";
    local $/;
    my $out = <$psql> // '';
    close $psql or die "psql failed: $sql\n";
    $out =~ s{\n\z}{};
    return $out;
}


sub port { return $_[0]{port} }


# The unix socket that the cluster listens on.
sub socket {
    my ($self) = @_;
    return "$self->{home}/.s.PGSQL.$self->{port}";
}


sub conninfo {
    my ($self, $database) = @_;
    return "host=$self->{home} port=$self->{port} user=labels_module "
         . "dbname=$database";
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{own} != $$;
    local $?;
    $self->stop if $self->postmaster;
    remove_tree($self->{home});
    return;
}


1;
