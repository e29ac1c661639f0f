# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# What the process of a Labels::Gate does: it moves bytes between pairs of
# sockets, and obeys the lines of its control socket, until that is closed.

package Labels::Gate::Loop;

use strict;
use warnings;

use IO::Handle;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use List::Util qw(max min);
use Socket qw(IPPROTO_TCP SOL_SOCKET SO_LINGER TCP_NODELAY);
use Time::HiRes qw(time);

my %commands = map { $_ => 1 }
               qw(chunk count cut delay pass refuse reset_after silent stall);


# A connection is a pair of lanes; a lane is { from, to, bytes, due, ended }:
# a piece that was read waits in bytes until it is due.
sub new {
    my ($class, $control, $listener, $path) = @_;
    my $self = bless {
        control => $control, listener => $listener, path => $path,
        port => $listener->sockport, connections => {}, accepted => 0,
        forwarded => { to_server => 0, to_client => 0 },
    }, $class;

    $control->autoflush(1);
    $self->forget;
    return $self;
}


# Back to good behaviour.
sub forget {
    my ($self) = @_;
    $self->{chunk} = 65536;
    $self->{delay} = 0;
    $self->{silent} = 0;
    $self->{stalled} = {};
    $self->{budget} = {};
    return;
}


sub run {
    my ($self) = @_;

    while (1) {
        my ($readers, $writers, $timeout) = $self->interests;
        my ($can_read, $can_write) =
            IO::Select->select($readers, $writers, undef, $timeout);
        my %ready = map { fileno $_ => 1 } @{ $can_read || [] };
        my %writable = map { fileno $_ => 1 } @{ $can_write || [] };

        for my $connection (values %{ $self->{connections} }) {
            $self->move($connection, \%ready, \%writable);
        }

        $self->accept if $self->{listener}
                         && $ready{ fileno $self->{listener} };
        if ($ready{ fileno $self->{control} }) {
            $self->obey or return;
        }
    }
}


# What to wait for, and for how long.
sub interests {
    my ($self) = @_;
    my ($readers, $writers) = (IO::Select->new, IO::Select->new);
    my $now = time;
    my @due;

    $readers->add(grep { $_ } $self->{control}, $self->{listener});

    for my $connection (values %{ $self->{connections} }) {
        for my $way (keys %{ $connection->{lanes} }) {
            my $lane = $connection->{lanes}{$way};

            if (!length $lane->{bytes}) {
                $readers->add($lane->{from})
                    if !$lane->{ended} && !$self->{stalled}{$way};
            } elsif (!$self->{stalled}{$way}) {
                if ($lane->{due} > $now) {
                    push @due, $lane->{due} - $now;
                } else {
                    $writers->add($lane->{to});
                }
            }
        }
    }

    return ($readers, $writers, @due ? max(0.001, min(@due)) : undef);
}


sub accept {
    my ($self) = @_;
    my $client = $self->{listener}->accept or return;
    my $connection = { client => $client };

    $self->{accepted}++;
    setsockopt $client, IPPROTO_TCP, TCP_NODELAY, 1;

    if ($self->{silent}) {
        $connection->{lanes}{drain} = { from => $client, bytes => '' };
    } else {
        my $server = $self->{path} =~ m{^/}
                   ? IO::Socket::UNIX->new(Peer => $self->{path})
                   : IO::Socket::INET->new($self->{path});
        return if !$server;

        $_->blocking(0) for $client, $server;
        $connection->{server} = $server;
        $connection->{lanes} = {
            to_server => { from => $client, to => $server, bytes => '' },
            to_client => { from => $server, to => $client, bytes => '' },
        };
    }

    $self->{connections}{$connection} = $connection;
    return;
}


sub move {
    my ($self, $connection, $ready, $writable) = @_;
    my $lanes = $connection->{lanes};

    for my $way (sort keys %$lanes) {
        my $lane = $lanes->{$way};

        $self->take($lane, $way) if $ready->{ fileno $lane->{from} }
                                    && !$self->{stalled}{$way}
                                    && !length $lane->{bytes};

        next if !length $lane->{bytes} || !$writable->{ fileno $lane->{to} };
        $self->give($connection, $lane, $way) or return;
    }

    $self->drop($connection) if !grep { !$_->{ended} } values %$lanes;
    return;
}


# Reads the next piece of a lane.  Its end is passed on at once: nothing of the
# lane is left then.
sub take {
    my ($self, $lane, $way) = @_;
    my $got = sysread $lane->{from}, $lane->{bytes}, $self->{chunk};

    if (!$got) {
        return if !defined $got && $!{EAGAIN};
        $lane->{ended} = 1;
        shutdown $lane->{to}, 1 if $lane->{to};
    } elsif ($way eq 'drain') {
        $lane->{bytes} = '';
    } else {
        $lane->{due} = time + $self->{delay};
    }
    return;
}


# Writes what a lane may; returns 0 when that was the end of the connection.
sub give {
    my ($self, $connection, $lane, $way) = @_;
    return 1 if $lane->{due} > time || $self->{stalled}{$way};

    my $budget = $self->{budget}{$way};
    my $size = min(length $lane->{bytes}, $budget // ());

    if ($size > 0) {
        my $put = syswrite $lane->{to}, $lane->{bytes}, $size;
        if (!defined $put) {
            return 1 if $!{EAGAIN};
            $self->drop($connection);
            return 0;
        }
        substr($lane->{bytes}, 0, $put) = '';
        $self->{forwarded}{$way} += $put;
        $self->{budget}{$way} = $budget -= $put if defined $budget;
    }

    if (defined $budget && $budget == 0) {
        delete $self->{budget}{$way};
        $self->abort($connection);
        return 0;
    }
    return 1;
}


sub drop {
    my ($self, $connection) = @_;
    delete $self->{connections}{$connection};
    close $_ for grep { $_ } @$connection{qw(client server)};
    return;
}


# Closes a connection so that its client sees a reset.
sub abort {
    my ($self, $connection) = @_;
    setsockopt $connection->{client}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
    $self->drop($connection);
    return;
}


# Obeys one line; returns 0 when the control socket is closed.
sub obey {
    my ($self) = @_;
    my $line = readline $self->{control};
    return 0 if !defined $line;

    my ($command, @arguments) = split ' ', $line;
    my $reply = !$commands{$command} ? "unknown: $command"
              : eval { $self->$command(@arguments) } // $@ || 'ok';
    chomp $reply;
    print { $self->{control} } "$reply\n";
    return 1;
}


# The commands; one that has something to say returns "ok" and that.

sub pass {
    my ($self) = @_;
    $self->forget;
    $self->{listener} ||= IO::Socket::INET->new(Listen => 128, ReuseAddr => 1,
        LocalAddr => "127.0.0.1:$self->{port}") or die "listen: $!\n";
    return 'ok';
}


sub chunk { my ($self, $bytes) = @_; $self->{chunk} = $bytes; return 'ok' }
sub delay { my ($self, $ms) = @_; $self->{delay} = $ms / 1000; return 'ok' }
sub silent { my ($self) = @_; $self->{silent} = 1; return 'ok' }


sub stall {
    my ($self, $way) = @_;
    my @ways = $way eq 'both' ? qw(to_server to_client) : $way;
    $self->{stalled}{$_} = 1 for map { known($self, $_) } @ways;
    return 'ok';
}


sub reset_after {
    my ($self, $bytes, $way) = @_;
    $self->{budget}{ known($self, $way) } = $bytes;
    return 'ok';
}


sub known {
    my ($self, $way) = @_;
    die "no such way: $way\n" if !exists $self->{forwarded}{$way};
    return $way;
}


sub cut {
    my ($self) = @_;
    $self->abort($_) for values %{ $self->{connections} };
    return 'ok';
}


sub refuse {
    my ($self) = @_;
    close delete $self->{listener} if $self->{listener};
    return 'ok';
}


sub count {
    my ($self) = @_;
    return join ' ', 'ok', 'open=' . keys %{ $self->{connections} },
           "accepted=$self->{accepted}",
           map { "$_=$self->{forwarded}{$_}" } qw(to_server to_client);
}


1;
