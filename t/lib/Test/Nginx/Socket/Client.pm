# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# Requests as suites write them, and the answers, byte for byte.

package Test::Nginx::Socket::Client;

use strict;
use warnings;

use Exporter qw(import);
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(exchange read_answer request_bytes);


# exchange($port, \@requests, $timeout, $block): an answer for each request:
# { status, head, headers, body } or { error }.
sub exchange {
    my ($port, $requests, $timeout, $block) = @_;

    if (@$requests && $requests->[0]{pipelined}) {
        return pipelined($port, $requests, $timeout);
    }

    return map { one($port, $_, $timeout, $block) } @$requests;
}


sub one {
    my ($port, $request, $timeout, $block) = @_;
    my $socket = IO::Socket::INET->new("127.0.0.1:$port")
        or return { error => "no connection: $!" };

    if ($request->{raw}) {
        my $delay = $block->raw_request_middle_delay || $block->delay || 0;
        for my $packet (@{ $request->{raw} }) {
            $socket->syswrite($packet);
            sleep $delay if $delay;
        }
    } else {
        $socket->syswrite(request_bytes($request, 'close'));
    }

    if (defined $block->abort) {
        sleep $timeout;
        return {};
    }

    my $buffer = '';
    my ($method) = ($request->{text} // $request->{raw}[0]) =~ /^\s*(\w+)/;
    return read_answer($socket, \$buffer, $timeout, $method);
}


sub pipelined {
    my ($port, $requests, $timeout) = @_;
    my $socket = IO::Socket::INET->new("127.0.0.1:$port")
        or return { error => "no connection: $!" };

    $socket->syswrite(join '', map {
        request_bytes($_, $_->{pipelined} ? 'keep-alive' : 'close')
    } @$requests);

    my $buffer = '';
    return map {
        my ($method) = $_->{text} =~ /^\s*(\w+)/;
        read_answer($socket, \$buffer, $timeout, $method)
    } @$requests;
}


# "METHOD /path\nbody" with the block's headers as bytes to send.
sub request_bytes {
    my ($request, $connection) = @_;
    my ($line, $body) = split /\n/, $request->{text} =~ s/^\s+//r, 2;
    my $headers = $request->{headers} // '';

    $body = '' if !defined $body;
    $body =~ s/^\s+|\s+\z//g;
    $line .= ' HTTP/1.1' if $line !~ m{ HTTP/\d\.\d\s*$};
    $headers =~ s/\r?\n(?=.)/\r\n/g;
    $headers =~ s/\s+\z//;
    $headers .= "\r\n" if length $headers;
    $headers = "Host: localhost\r\n$headers" if $headers !~ /^Host:/mi;
    $headers .= "Connection: $connection\r\n" if $headers !~ /^Connection:/mi;
    $headers .= 'Content-Length: ' . length($body) . "\r\n"
        if length $body && $headers !~ /^(?:Content-Length|Transfer-Encoding):/mi;

    return "$line\r\n$headers\r\n$body";
}


sub more {
    my ($socket, $buffer, $until) = @_;
    my $left = $until - time;
    return -1 if $left <= 0 || !IO::Select->new($socket)->can_read($left);
    return $socket->sysread($$buffer, 65536, length $$buffer) // 0;
}


# Reads one answer; what follows it stays in the buffer.
sub read_answer {
    my ($socket, $buffer, $timeout, $method) = @_;
    my $until = time + $timeout;
    my $head;

    while (1) {
        if ($$buffer =~ s/\A(HTTP.*?\r\n\r\n)//s) {
            $head = $1;
            last if $head !~ m{^HTTP/\S+ 1\d\d };
            next;
        }
        my $n = more($socket, $buffer, $until);
        return { error => 'time-out' } if $n < 0;
        return { error => length $$buffer ? "cut off: $$buffer" : 'no answer' }
            if $n == 0;
    }

    my ($status) = $head =~ m{^HTTP/\S+ (\d+)};
    my %headers;
    while ($head =~ /^([^:\r\n]+):\s*(.*?)\r$/mg) {
        my ($key, $value) = (lc $1, $2);
        $headers{$key} = exists $headers{$key} ? "$headers{$key}, $value" : $value;
    }

    my $body = '';
    if (($method // '') ne 'HEAD' && $status != 204 && $status != 304) {
        $body = read_body($socket, $buffer, $until, \%headers);
    }

    return { error => 'the body was cut off' } if !defined $body;
    return { status => $status, head => $head, headers => \%headers,
             body => $body };
}


sub read_body {
    my ($socket, $buffer, $until, $headers) = @_;

    if (defined(my $length = $headers->{'content-length'})) {
        while (length $$buffer < $length) {
            return if more($socket, $buffer, $until) <= 0;
        }
        return substr $$buffer, 0, $length, '';
    }

    if (($headers->{'transfer-encoding'} // '') eq 'chunked') {
        my $body = '';
        while (1) {
            if ($$buffer =~ /\A([0-9a-fA-F]+)[^\r]*\r\n/
                && length $$buffer >= $+[0] + hex($1) + 2)
            {
                my ($start, $size) = ($+[0], hex $1);
                $body .= substr $$buffer, $start, $size;
                substr($$buffer, 0, $start + $size + 2) = '';
                return $body if $size == 0;
                next;
            }
            return if more($socket, $buffer, $until) <= 0;
        }
    }

    1 while more($socket, $buffer, $until) > 0;
    my $body = $$buffer;
    $$buffer = '';
    return $body;
}


1;
