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

our @EXPORT_OK = qw(end_answer exchange read_answer request_bytes take_answer);


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


# Reads one answer; what follows it stays in the buffer.
sub read_answer {
    my ($socket, $buffer, $timeout, $method) = @_;
    my $until = time + $timeout;

    while (1) {
        my $answer = take_answer($buffer, $method);
        return $answer if $answer;

        my $left = $until - time;
        return { error => 'time-out' }
            if $left <= 0 || !IO::Select->new($socket)->can_read($left);

        my $n = $socket->sysread($$buffer, 65536, length $$buffer);
        return { error => "reset: $!" } if !defined $n;
        return end_answer($buffer, $method) if $n == 0;
    }
}


# Takes a whole answer off the buffer: { status, head, headers, body }; undef
# as long as bytes are missing.  An answer without a length is whole at the end
# of the connection.
sub take_answer {
    my ($buffer, $method, $ended) = @_;
    my ($head, $status);

    pos($$buffer) = 0;
    do {
        return if $$buffer !~ m{\G(HTTP/\S+ (\d+).*?\r\n\r\n)}gcs;
        ($head, $status) = ($1, $2);
    } while ($status =~ /^1/);

    my $start = pos $$buffer;
    my $headers = headers_of($head);
    my ($body, $size) = ('', 0);

    if (($method // '') ne 'HEAD' && $status != 204 && $status != 304) {
        ($body, $size) = body_of(substr($$buffer, $start), $headers, $ended);
        return if !defined $body;
    }

    substr($$buffer, 0, $start + $size) = '';
    return { status => $status, head => $head, headers => $headers,
             body => $body };
}


# The answer of a connection that has come to its end.
sub end_answer {
    my ($buffer, $method) = @_;
    my $answer = take_answer($buffer, $method, 1);

    return $answer if $answer;
    return { error => 'no answer' } if !length $$buffer;
    return { error => 'the body was cut off' } if $$buffer =~ /\r\n\r\n/;
    return { error => "cut off: $$buffer" };
}


sub headers_of {
    my ($head) = @_;
    my %headers;

    while ($head =~ /^([^:\r\n]+):[ \t]*(.*?)\r$/mg) {
        my ($key, $value) = (lc $1, $2);
        $headers{$key} = exists $headers{$key} ? "$headers{$key}, $value"
                       : $value;
    }
    return \%headers;
}


# The body and how many bytes it takes; nothing when it is not whole.
sub body_of {
    my ($bytes, $headers, $ended) = @_;

    if (defined(my $length = $headers->{'content-length'})) {
        return if length $bytes < $length;
        return (substr($bytes, 0, $length), $length);
    }

    if (($headers->{'transfer-encoding'} // '') eq 'chunked') {
        my $body = '';
        while ($bytes =~ /\G([0-9a-fA-F]+)[^\r]*\r\n/g) {
            my ($start, $size) = (pos $bytes, hex $1);
            return if length $bytes < $start + $size + 2;
            $body .= substr $bytes, $start, $size;
            pos($bytes) = $start + $size + 2;
            return ($body, pos $bytes) if $size == 0;
        }
        return;
    }

    return $ended ? ($bytes, length $bytes) : ();
}


1;
