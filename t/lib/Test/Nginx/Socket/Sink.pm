# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# The TCP server of a block's tcp_listen section: it answers each connection
# with tcp_reply, and keeps what it was sent for tcp_query.

package Test::Nginx::Socket::Sink;

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(sleep time);


# new($address, $file, $reply): listens on a port of 127.0.0.1, or on the unix
# socket of this path, from now on; the file gets what arrives.
sub new {
    my ($class, $address, $file, $reply) = @_;
    my $listener;

    if ($address =~ m{^/}) {
        unlink $address;
        $listener = IO::Socket::UNIX->new(Listen => 64, Local => $address);
    } else {
        $listener = IO::Socket::INET->new(Listen => 64, ReuseAddr => 1,
                        LocalAddr => "127.0.0.1:$address");
    }
    die "tcp_listen $address: $!\n" if !$listener;

    unlink $file;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        $SIG{PIPE} = 'IGNORE';
        $SIG{TERM} = 'DEFAULT';
        serve($listener, $file, $reply);
        POSIX::_exit(0);
    }

    return bless { pid => $pid, file => $file, owner => $$ }, $class;
}


sub serve {
    my ($listener, $file, $reply) = @_;

    while (my $socket = $listener->accept) {
        open my $out, '>>:raw', $file or return;
        $out->autoflush(1);
        my $query = '';

        while (!whole($query) && IO::Select->new($socket)->can_read(5)) {
            my $got = sysread $socket, my $bytes, 65536;
            last if !$got;
            $query .= $bytes;
            print {$out} $bytes;
        }

        syswrite $socket, $reply if defined $reply;
        close $socket;
    }
    return;
}


# Whether a query has come to its end: an HTTP request with its body, or any
# line of another protocol.
sub whole {
    my ($query) = @_;

    return $query =~ /\n\z/ if $query !~ m{\A[A-Z]+ \S+ HTTP/}
                               && $query !~ /\A[A-Z]*\z/;
    return 0 if $query !~ /\r\n\r\n/;

    my $end = $+[0];
    return $query =~ /\r\n0\r\n\r\n\z/ if $query =~ /^Transfer-Encoding:/mi;
    my ($length) = $query =~ /^Content-Length:\s*(\d+)/mi;
    return length $query >= $end + ($length // 0);
}


# What it was sent, as soon as the condition holds for that, or the seconds
# are over.
sub received {
    my ($self, $seconds, $condition) = @_;
    my $until = time + $seconds;

    while (1) {
        my $query = '';
        if (open my $in, '<:raw', $self->{file}) {
            local $/;
            $query = <$in> // '';
        }
        return $query if $condition->($query) || time > $until;
        sleep 0.01;
    }
}


# Ends it.
sub stop {
    my ($self) = @_;
    my $pid = $self->{pid};
    return if !$pid || $self->{owner} != $$;

    local $?;
    kill TERM => $pid;
    waitpid $pid, 0;
    delete $self->{pid};
    return;
}


sub DESTROY {
    my ($self) = @_;
    $self->stop;
    return;
}


1;
