# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# An HTTP client for tests that go step by step: a kept-alive connection whose
# every byte the test decides, and a rush of requests on many connections.

package Labels::Client;

use strict;
use warnings;

use Exporter qw(import);
use IO::Select;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);
use Test::Nginx::Socket::Client qw(read_answer request_bytes);
use Time::HiRes qw(time);

our @EXPORT_OK = qw(rush vanish);


# new($port, timeout => seconds, from => local port): connected.
sub new {
    my ($class, $port, %args) = @_;
    my $self = bless { port => $port, timeout => $args{timeout} || 10,
                       from => $args{from} }, $class;
    return $self->connect;
}


# A new connection in place of the present one.
sub connect {
    my ($self) = @_;
    $self->{buffer} = '';
    $self->{socket} = IO::Socket::INET->new(
        PeerAddr => "127.0.0.1:$self->{port}",
        $self->{from} ? (LocalAddr => "127.0.0.1:$self->{from}",
                         ReuseAddr => 1) : ())
        or die "no connection to port $self->{port}: $!\n";
    return $self;
}


# One request and its answer, { status, head, headers, body } or { error }; the
# connection stays open.
sub request {
    my ($self, $text, $headers) = @_;
    my ($method) = $text =~ /^\s*(\w+)/;

    $self->write(request_bytes({ text => $text, headers => $headers },
                               'keep-alive'));
    return $self->read($method);
}


# Sends bytes as they are.
sub write {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    return syswrite $self->{socket}, $bytes;
}


# Reads the next answer; to HEAD, say so: it has no body.
sub read {
    my ($self, $method) = @_;
    return read_answer($self->{socket}, \$self->{buffer}, $self->{timeout},
                       $method || 'GET');
}


# Whether the server closes the connection, and sends nothing before, within
# the time-out or so many seconds.
sub closed {
    my ($self, $seconds) = @_;
    return 0 if length $self->{buffer};
    return 0 if !IO::Select->new($self->{socket})
                           ->can_read($seconds // $self->{timeout});
    return !sysread $self->{socket}, $self->{buffer}, 65536;
}


# Ends what is sent, the connection, or the connection by a reset.
sub half_close { my ($self) = @_; return shutdown $self->{socket}, 1 }
sub close { my ($self) = @_; return CORE::close $self->{socket} }
sub reset {
    my ($self) = @_;
    setsockopt $self->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
    return $self->close;
}


# A client that sends these bytes, reads so many of the answer if any are asked
# for, and leaves by reset, close or half_close.
sub vanish {
    my ($port, $bytes, $way, $read) = @_;
    my $client = __PACKAGE__->new($port);

    $client->write($bytes) if length $bytes;
    while ($read && $read > length $client->{buffer}) {
        sysread $client->{socket}, $client->{buffer}, 1000,
            length $client->{buffer} or last;
    }
    return $client->$way;
}


# rush(port => ..., connections => n, requests => n or seconds => n,
#      request => sub { my ($i) = @_; return ($text, $headers) },
#      answer => sub { my ($i, $answer) = @_ }, timeout => seconds):
# requests 1, 2, ... on so many kept-alive connections at a time.  Returns
# { sent, answered, status => { 200 => n }, failures => { why => n }, again,
# seconds, slowest }.  The server may close an idle connection at any time, so
# a request that meets this is sent again on a new one, and counted in again.
sub rush {
    my (%args) = @_;
    my $self = bless {
        timeout => 10, connections => 1, %args, open => {}, next => 0,
        count => { sent => 0, answered => 0, status => {}, failures => {},
                   again => 0, slowest => 0 },
    }, __PACKAGE__ . '::Rush';

    die "rush needs requests or seconds\n"
        if !defined $args{requests} && !defined $args{seconds};
    return $self->run;
}


package Labels::Client::Rush;

use Test::Nginx::Socket::Client qw(end_answer request_bytes take_answer);
use Time::HiRes qw(time);


sub run {
    my ($self) = @_;
    my $start = time;
    local $SIG{PIPE} = 'IGNORE';

    $self->{until} = $start + $self->{seconds} if defined $self->{seconds};
    $self->start for 1 .. $self->{connections};

    while (my @open = values %{ $self->{open} }) {
        my $select = IO::Select->new(map { $_->{socket} } @open);
        for my $socket ($select->can_read(0.1)) {
            $self->receive($self->{open}{ fileno $socket });
        }
        for my $exchange (values %{ $self->{open} }) {
            $self->fail($exchange, 'time-out')
                if time - $exchange->{start} > $self->{timeout};
        }
    }

    $self->{count}{seconds} = time - $start;
    return $self->{count};
}


# The next request, on the connection given or a new one.
sub start {
    my ($self, $socket) = @_;
    return if defined $self->{until} && time >= $self->{until};
    return if defined $self->{requests} && $self->{next} >= $self->{requests};

    my $i = ++$self->{next};
    my ($text, $headers) = $self->{request}->($i);
    my ($method) = $text =~ /^\s*(\w+)/;

    $self->{count}{sent}++;
    $self->send({
        i => $i, method => $method, socket => $socket, start => time,
        bytes => request_bytes({ text => $text, headers => $headers },
                               'keep-alive'),
    });
    return;
}


sub send {
    my ($self, $exchange) = @_;

    $exchange->{kept} = defined $exchange->{socket};
    $exchange->{buffer} = '';
    $exchange->{socket} ||= IO::Socket::INET->new("127.0.0.1:$self->{port}");

    if (!$exchange->{socket}) {
        $self->{count}{failures}{"no connection: $!"}++;
        select undef, undef, undef, 0.01;
        return $self->start;
    }

    # a connection that is gone shows when its answer is read
    syswrite $exchange->{socket}, $exchange->{bytes};
    $self->{open}{ fileno $exchange->{socket} } = $exchange;
    return;
}


sub receive {
    my ($self, $exchange) = @_;
    my ($socket, $buffer) = ($exchange->{socket}, \$exchange->{buffer});
    my $got = sysread $socket, $$buffer, 65536, length $$buffer;

    if ($got) {
        my $answer = take_answer($buffer, $exchange->{method});
        $self->finish($exchange, $answer) if $answer;
    } elsif ($exchange->{kept} && !length $$buffer) {
        delete $self->{open}{ fileno $socket };
        delete $exchange->{socket};
        $self->{count}{again}++;
        $self->send($exchange);
    } elsif (defined $got) {
        my $answer = end_answer($buffer, $exchange->{method});
        $answer->{error} ? $self->fail($exchange, $answer->{error})
                         : $self->finish($exchange, $answer, 1);
    } else {
        $self->fail($exchange, "reset: $!");
    }
    return;
}


sub finish {
    my ($self, $exchange, $answer, $ended) = @_;
    my $count = $self->{count};
    my $took = time - $exchange->{start};

    $count->{answered}++;
    $count->{status}{ $answer->{status} }++;
    $count->{slowest} = $took if $took > $count->{slowest};
    $self->{answer}->($exchange->{i}, $answer) if $self->{answer};

    my $last = $ended || ($answer->{headers}{connection} // '') eq 'close';
    delete $self->{open}{ fileno $exchange->{socket} };
    return $self->start($last ? undef : $exchange->{socket});
}


sub fail {
    my ($self, $exchange, $why) = @_;
    $self->{count}{failures}{$why}++;
    $self->{answer}->($exchange->{i}, { error => $why }) if $self->{answer};
    delete $self->{open}{ fileno $exchange->{socket} };
    return $self->start;
}


1;
