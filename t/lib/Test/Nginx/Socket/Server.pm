# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# The nginx of a suite: its configuration, start, reload and end.  It is kept
# from block to block while the configuration stays the same.

package Test::Nginx::Socket::Server;

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use File::Spec;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);


sub new {
    my ($class) = @_;
    my $port = $ENV{TEST_NGINX_PORT} || 1984;
    my $root = File::Spec->rel2abs($ENV{TEST_NGINX_SERVROOT} || 't/servroot');

    if ($ENV{TEST_NGINX_RANDOMIZE}) {
        $port = free_port();
        $root .= "_$port";
    }

    return bless {
        port => $port, root => $root, owner => $$,
        binary => $ENV{TEST_NGINX_BINARY} || 'nginx',
        workers => 1, connections => 1024, env => [], log_level => 'info',
        last_words => '',
        master => ($ENV{TEST_NGINX_MASTER_PROCESS} || '') eq 'on'
                  || $ENV{TEST_NGINX_USE_HUP} ? 1 : 0,
    }, $class;
}


sub free_port {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "no free port: $!\n";
    return $socket->sockport;
}


# $TEST_NGINX_SERVER_PORT and its like, and environment variables of that form.
sub expand {
    my ($self, $text) = @_;
    my %own = (
        SERVER_PORT => $self->{port}, SERVROOT => $self->{root},
        SERVER_ROOT => $self->{root}, HTML_DIR => "$self->{root}/html",
    );
    $text =~ s{\$(?:TEST_NGINX_(\w+)|\{TEST_NGINX_(\w+)\})}
              {my $n = $1 // $2; $own{$n} // $ENV{"TEST_NGINX_$n"} // ''}ge;
    return $text;
}


sub configuration {
    my ($self, $block) = @_;
    my $root = $self->{root};
    my $level = $block->log_level || $self->{log_level};
    my $modules = join '', map { "load_module $_;\n" }
                  split ' ', $ENV{TEST_NGINX_LOAD_MODULES} || '';
    my $event = $ENV{TEST_NGINX_EVENT_TYPE}
              ? "use $ENV{TEST_NGINX_EVENT_TYPE};" : '';
    my $user = $> == 0 ? 'user root;' : '';
    my $master = $self->{master} || $self->{workers} > 1 ? 'on' : 'off';
    my $env = join '', map { "env $_;\n" } @{ $self->{env} };
    my %text = map { $_ => $self->expand($block->$_ // '') }
               qw(main_config http_config config post_main_config);
    s/\s+\z// for $level;

    return <<"END";
$modules$user
worker_processes $self->{workers};
daemon on;
master_process $master;
error_log $root/logs/error.log $level;
pid $root/logs/nginx.pid;
$env$text{main_config}
events {
    worker_connections $self->{connections};
    $event
}
http {
    access_log $root/logs/access.log;
    default_type text/plain;
    client_body_temp_path $root/body;
    proxy_temp_path $root/proxy;
    fastcgi_temp_path $root/fastcgi;
    uwsgi_temp_path $root/uwsgi;
    scgi_temp_path $root/scgi;
$text{http_config}
    server {
        listen $self->{port};
        server_name localhost;
        client_max_body_size 30M;
$text{config}
    }
}
$text{post_main_config}
END
}


sub write_files {
    my ($self, $block, $text) = @_;
    make_path("$self->{root}/$_") for qw(conf logs html);
    spew("$self->{root}/conf/nginx.conf", $text);
    $self->write_user_files($block);
    return;
}


# ">>> name" and a file's text, below html/.
sub write_user_files {
    my ($self, $block) = @_;
    my @files = split /^>>> (\S+)[^\n]*\n/m, $block->user_files // '';

    shift @files;
    while (my ($name, $content) = splice @files, 0, 2) {
        my $file = "$self->{root}/html/$name";
        make_path(dirname($file));
        spew($file, $content);
    }
    return;
}


sub spew {
    my ($file, $text) = @_;
    open my $out, '>:raw', $file or die "$file: $!\n";
    print {$out} $text;
    close $out or die "$file: $!\n";
    return;
}


sub slurp {
    my ($file, $from) = @_;
    open my $in, '<:raw', $file or return '';
    seek $in, $from || 0, 0;
    local $/;
    return <$in> // '';
}


# Sees that nginx runs with the block's configuration; returns the place in the
# error log from which on lines are the block's, or undef.
sub ensure {
    my ($self, $block) = @_;
    my $text = $self->configuration($block);

    if (!$self->{running} || $self->{running} ne $text) {
        if ($self->{running} && $ENV{TEST_NGINX_USE_HUP}) {
            $self->write_files($block, $text);
            $self->reload;
        } else {
            $self->stop;
            remove_tree($self->{root});
            $self->write_files($block, $text);
            return if !$self->start;
        }
        $self->{running} = $text;
        return $self->{log_start} // 0;
    }

    $self->write_user_files($block);
    return -s "$self->{root}/logs/error.log" || 0;
}


sub command {
    my ($self) = @_;
    my @command = ($self->{binary}, '-p', "$self->{root}/", '-c',
                   "$self->{root}/conf/nginx.conf",
                   '-e', "$self->{root}/logs/error.log");
    unshift @command, qw(valgrind -q --error-exitcode=1 --trace-children=yes)
        if $ENV{TEST_NGINX_USE_VALGRIND};
    return join ' ', map { "'$_'" } @command;
}


sub start {
    my ($self) = @_;
    my $output = "$self->{root}/logs/start";

    $self->{log_start} = 0;
    return 0 if system($self->command . " < /dev/null > $output 2>&1") != 0;

    my $until = time + 10;
    while (time < $until) {
        my $pid = slurp("$self->{root}/logs/nginx.pid");
        if ($pid =~ /^(\d+)/) {
            $self->{pid} = $1;
            return 1 if IO::Socket::INET->new("127.0.0.1:$self->{port}");
        }
        sleep 0.01;
    }
    return 0;
}


sub start_error {
    my ($self) = @_;
    return slurp("$self->{root}/logs/start")
         . slurp("$self->{root}/logs/error.log");
}


# For blocks that must die: whether nginx refused to start, and what it said.
sub start_and_die {
    my ($self, $block) = @_;

    $self->stop;
    remove_tree($self->{root});
    $self->write_files($block, $self->configuration($block));

    my $started = $self->start;
    my $said = $self->start_error;
    $self->stop;
    $self->last_words;    # checked as the block's log
    return (!$started, $said);
}


sub workers_of {
    my ($pid) = @_;
    return sort split ' ', slurp("/proc/$pid/task/$pid/children");
}


# SIGHUP, until the new workers alone accept connections: the old ones go on
# with that for a tenth of a second.
sub reload {
    my ($self) = @_;
    my %old = map { $_ => 1 } workers_of($self->{pid});

    $self->{log_start} = -s "$self->{root}/logs/error.log" || 0;
    kill HUP => $self->{pid};

    for (1 .. 500) {
        my @now = grep { !$old{$_} } workers_of($self->{pid});
        last if @now >= $self->{workers} && !grep { !leaving($_) } keys %old;
        sleep 0.01;
    }
    return;
}


# Whether a worker has ended, or accepts no connections any more.
sub leaving {
    my ($pid) = @_;
    return gone($pid) || slurp("/proc/$pid/cmdline") =~ /is shutting down/;
}


# The error log from that place on.  What has been read here is not among the
# last words.
sub log_since {
    my ($self, $from) = @_;
    my $log = slurp("$self->{root}/logs/error.log", $from);
    $self->{read} = $from + length $log;
    return $log;
}


# What nginx wrote to its log when it ended; once.
sub last_words {
    my ($self) = @_;
    my $words = $self->{last_words};
    $self->{last_words} = '';
    return $words;
}


# Whether the process has ended, reaped or not.
sub gone {
    my ($pid) = @_;
    return !kill(0 => $pid) || slurp("/proc/$pid/stat") =~ /\) Z /;
}


sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid};
    delete $self->{running};
    return if $self->{owner} != $$;

    $self->end($pid) if $pid;
    remove_tree($self->{root})
        if $ENV{TEST_NGINX_RANDOMIZE} && !$ENV{TEST_NGINX_NO_CLEAN};
    return;
}


sub end {
    my ($self, $pid) = @_;

    kill TERM => $pid;
    for (1 .. 1000) {
        last if gone($pid);
        sleep 0.01;
    }
    kill KILL => $pid if !gone($pid);

    $self->{last_words} .= slurp("$self->{root}/logs/error.log",
                                 delete $self->{read} || 0);
    return;
}


1;
