# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# A gate on the way to PostgreSQL: it listens on a TCP port, forwards to the
# cluster's unix socket or TCP port, and misbehaves as the test tells it to.
# Each call returns when the gate has taken it in.

package Labels::Gate;

use strict;
use warnings;

use IO::Handle;
use IO::Socket::INET;
use Labels::Gate::Loop;
use POSIX ();
use Socket qw(AF_UNIX PF_UNSPEC SOCK_STREAM);


# new($path): a gate to the unix socket of this path or to this address and
# port, as pass() describes it.
sub new {
    my ($class, $path) = @_;
    my $listener = IO::Socket::INET->new(Listen => 128, ReuseAddr => 1,
                       LocalAddr => '127.0.0.1') or die "gate: $!\n";
    my $port = $listener->sockport;

    socketpair my $here, my $there, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "gate: $!\n";
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        close $here;
        $SIG{PIPE} = 'IGNORE';
        Labels::Gate::Loop->new($there, $listener, $path)->run;
        POSIX::_exit(0);
    }

    $here->autoflush(1);
    return bless { control => $here, pid => $pid, owner => $$, port => $port },
           $class;
}


sub tell {
    my ($self, @words) = @_;
    my $control = $self->{control};

    local $SIG{PIPE} = 'IGNORE';
    print {$control} "@words\n";
    my $reply = readline $control;
    die "the gate is gone\n" if !defined $reply;
    chomp $reply;
    die "gate: $reply\n" if $reply !~ s/^ok ?//;
    return $reply;
}


# The port, and what the module needs to come through the gate.
sub port { return $_[0]{port} }
sub conninfo {
    my ($self, $database) = @_;
    return "host=127.0.0.1 port=$self->{port} user=labels_module "
         . "dbname=$database";
}

# Ends all misbehaviour: everything is forwarded as it comes.  Connections that
# were accepted in silence stay silent.
sub pass { my ($self) = @_; return $self->tell('pass') }

# Forwards pieces of at most so many bytes, each after so many milliseconds.
sub chunk { my ($self, $bytes) = @_; return $self->tell('chunk', $bytes) }
sub delay { my ($self, $ms) = @_; return $self->tell('delay', $ms) }

# Stops forwarding 'to_server', 'to_client' or, by default, both.
sub stall { my ($self, $way) = @_; return $self->tell('stall', $way || 'both') }

# Forwards so many bytes more on that way, then resets their connection; once.
sub reset_after {
    my ($self, $bytes, $way) = @_;
    return $self->tell('reset_after', $bytes, $way);
}

# Resets all connections that there are.
sub cut { my ($self) = @_; return $self->tell('cut') }

# New connections: refused, or accepted and never answered.
sub refuse { my ($self) = @_; return $self->tell('refuse') }
sub silent { my ($self) = @_; return $self->tell('silent') }


# { open, accepted, to_server, to_client }: connections that are open and were
# ever accepted, and bytes forwarded.
sub count {
    my ($self) = @_;
    return { map { split /=/ } split ' ', $self->tell('count') };
}


# Ends the gate and its connections.
sub close {
    my ($self) = @_;
    return if !$self->{pid} || $self->{owner} != $$;

    local ($?, $!);
    CORE::close delete $self->{control};
    waitpid delete $self->{pid}, 0;
    return;
}


sub DESTROY {
    my ($self) = @_;
    $self->close;
    return;
}


1;
