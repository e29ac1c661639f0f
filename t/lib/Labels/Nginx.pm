# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# An nginx that a test starts, reloads and ends by hand, and clients that keep
# it busy meanwhile.

package Labels::Nginx;

use strict;
use warnings;

use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Labels ();
use Test::More ();
use Test::Nginx::Socket::Client qw(read_answer request_bytes);
use Test::Nginx::Socket::Server ();
use Time::HiRes qw(sleep time);


# new(conninfo => ..., database => directives, workers => n, config => ...,
#     http => text in place of the database, connections => of a worker):
#     started.
sub new {
    my ($class, %args) = @_;
    my $root = tempdir('labels-nginx-XXXXXX', TMPDIR => 1);
    my $port = Test::Nginx::Socket::Server::free_port();
    my $self = bless { root => $root, port => $port, owner => $$, %args }, $class;

    my $modules = join '', map { "load_module $_;\n" }
                  split ' ', $ENV{TEST_NGINX_LOAD_MODULES} || '';
    my $user = $> == 0 ? 'user root;' : '';
    my $http = $args{http}
            // Labels::labels_database($args{database}, $args{conninfo});
    my $dialects = $args{config} // Labels::dialects();
    my $workers = $args{workers} || 1;
    my $main = $args{main} // '';
    my $connections = $args{connections} || 1024;

    Test::Nginx::Socket::Server::spew("$root/nginx.conf", <<"END");
$modules$user
worker_processes $workers;
error_log $root/error.log info;
pid $root/nginx.pid;
$main
events { worker_connections $connections; }
http {
    access_log $root/access.log;
    keepalive_requests 1000000;
    client_body_temp_path $root/body;
    proxy_temp_path $root/proxy;
    fastcgi_temp_path $root/fastcgi;
    uwsgi_temp_path $root/uwsgi;
    scgi_temp_path $root/scgi;
    $http
    server { listen 127.0.0.1:$port; $dialects }
}
END

    my $binary = $ENV{TEST_NGINX_BINARY} || 'nginx';
    system("'$binary' -p $root/ -c $root/nginx.conf -e $root/error.log "
         . "< /dev/null > $root/start 2>&1") == 0
        or die "nginx did not start: " . $self->file('start');
    $self->wait_for(sub { $self->file('nginx.pid') =~ /\d/ });
    ($self->{pid}) = $self->file('nginx.pid') =~ /(\d+)/;
    $self->wait_for(sub { $self->workers_now >= $workers })
        if $main !~ /master_process off/;
    $self->wait_for(sub { IO::Socket::INET->new("127.0.0.1:$port") });

    return $self;
}


sub file { return Test::Nginx::Socket::Server::slurp("$_[0]{root}/$_[1]") }
sub port { return $_[0]{port} }


# The pids of the workers; in scalar context how many there are.
sub workers_now {
    my ($self) = @_;
    my @pids = Test::Nginx::Socket::Server::workers_of($self->{pid});
    return @pids;
}

sub signal { my ($self, $signal) = @_; return kill $signal => $self->{pid} }
sub running { return !Test::Nginx::Socket::Server::gone($_[0]{pid}) }


# What all workers together have open, and the memory that they have to
# themselves, in KiB.
sub descriptors {
    my ($self) = @_;
    return scalar map { glob "/proc/$_/fd/*" } $self->workers_now;
}


sub memory {
    my ($self) = @_;
    my $sum = 0;
    for my $pid ($self->workers_now) {
        my $status = Test::Nginx::Socket::Server::slurp("/proc/$pid/status");
        $sum += $1 if $status =~ /^RssAnon:\s*(\d+) kB/m;
    }
    return $sum;
}


# Waits until the condition holds; the seconds it took, or undef.
sub wait_for {
    my ($self, $condition, $seconds) = @_;
    my $start = time;
    my $until = $start + ($seconds || 10);
    while (1) {
        return time - $start if $condition->();
        return if time > $until;
        sleep 0.01;
    }
}


# One request on a connection of its own: { status, headers, body } or { error }.
sub request {
    my ($self, $text, $headers, $timeout) = @_;
    my $socket = $self->send($text, $headers)
        or return { error => "no connection: $!" };
    return $self->answer($socket, $timeout);
}


# The request alone; the socket to read its answer from.
sub send {
    my ($self, $text, $headers) = @_;
    my $socket = IO::Socket::INET->new("127.0.0.1:$self->{port}") or return;
    $socket->syswrite(request_bytes({ text => $text, headers => $headers },
                                    'close'));
    return $socket;
}


sub answer {
    my ($self, $socket, $timeout) = @_;
    my $buffer = '';
    return read_answer($socket, \$buffer, $timeout || 10, 'GET');
}


# load($clients, $work): processes that call $work->($self, $client, $i) again
# and again until load_end(); each call returns a line to keep.
sub load {
    my ($self, $clients, $work) = @_;
    $self->{stop_file} = "$self->{root}/stop";
    unlink $self->{stop_file};

    my $parent = $$;
    for my $client (1 .. $clients) {
        my $pid = fork // die "fork: $!\n";
        if ($pid) {
            push @{ $self->{clients} }, $pid;
            next;
        }

        open my $out, '>', "$self->{root}/load.$client" or die "load: $!\n";
        for (my $i = 1; !-e $self->{stop_file}; $i++) {
            last if getppid != $parent;
            print {$out} $work->($self, $client, $i), "\n";
        }
        close $out;
        require POSIX;
        POSIX::_exit(0);
    }
    return;
}


# Ends the load; all lines that were kept.
sub load_end {
    my ($self) = @_;
    Test::Nginx::Socket::Server::spew($self->{stop_file}, '');
    waitpid $_, 0 for @{ delete $self->{clients} };
    return map { split /\n/, $self->file($_ =~ s{.*/}{}r) }
           glob "$self->{root}/load.*";
}


# Ends nginx gracefully, or by the signal named, and fails the test on alerts.
sub end {
    my ($self, $signal) = @_;
    $self->signal($signal || 'QUIT');
    Test::More::ok(defined $self->wait_for(sub { !$self->running }, 20),
                   'nginx ends');
    $self->check_log;
    return;
}


sub check_log {
    my ($self, $allowed) = @_;
    my @alerts = grep { !$allowed || !/$allowed/ } $self->file('error.log')
        =~ /^.*(?:\[alert\]|\[emerg\]|Sanitizer|runtime error:).*$/mg;
    Test::More::is("@alerts", '', 'no alerts');
    return;
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local $?;
    kill KILL => $self->{pid} if $self->{pid} && $self->running;
    remove_tree($self->{root}) if !$ENV{TEST_NGINX_NO_CLEAN};
    return;
}


1;
