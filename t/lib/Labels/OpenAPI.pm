# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# Requests through the validating proxy of t/openapi, each of them a test: the
# answer has the status expected and is one that the document allows.

package Labels::OpenAPI;

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use IO::Socket::INET;
use IPC::Open2 qw(open2);
use JSON::PP;
use Test::More ();
use Test::Nginx::Socket::Client qw(read_answer request_bytes);

my $root = abs_path(dirname(__FILE__) . '/../../..');


# new(NAME => port, ...): a proxy before each of these servers.
sub new {
    my ($class, %upstream) = @_;
    my @names = sort keys %upstream;

    my $pid = open2(my $out, my $in, 'node', "$root/t/openapi/proxy.js",
                    "$root/docs/openapi", @upstream{@names});
    my $said = decode_json(scalar(<$out>) // die "proxy.js did not start\n");

    my $self = bless { pid => $pid, in => $in, owner => $$, driven => {},
                       all => [ @{ $said->{operations} },
                                @{ $said->{schemas} } ] }, $class;
    @{ $self->{port} }{@names} = @{ $said->{ports} };

    for (@{ $said->{operations} }) {
        my ($operation, $status) = split / /;
        $self->{statuses}{$operation}{$status} = 1;
    }
    return $self;
}


# drive($server, $text, $headers, @statuses): one request; its answer.
sub drive {
    my ($self, $server, $text, $headers, @statuses) = @_;
    return $self->exchange($server, $text, \@statuses,
        request_bytes({ text => $text, headers => $headers }, 'close'));
}


# The same, with a body that is announced and not sent, or only in part.
sub announce {
    my ($self, $server, $text, $headers, $length, $status) = @_;
    my ($line) = split /\n/, $text;
    my $bytes = request_bytes({ text => $line, headers => "$headers\n"
        . "Content-Type: application/json\nContent-Length: $length" }, 'close');
    return $self->exchange($server, $text, [$status], "$bytes\{");
}


sub exchange {
    my ($self, $server, $text, $statuses, $bytes) = @_;
    my ($line) = split /\n/, $text;
    my ($method) = $line =~ /^(\w+)/;
    my $socket = IO::Socket::INET->new("127.0.0.1:$self->{port}{$server}")
        or die "no connection to the proxy: $!\n";
    local $SIG{PIPE} = 'IGNORE';
    my $buffer = '';

    syswrite $socket, $bytes;
    my $answer = read_answer($socket, \$buffer, 20, $method);
    my $headers = $answer->{headers} || {};
    my $driven = $headers->{'x-driven'} // 'nothing';

    $self->{driven}{$_}++ for $driven, split / /, $headers->{'x-met'} // '';
    ($answer->{operation}) = $driven =~ /^(.*) /;

    my @wanted = grep { defined && $_ == ($answer->{status} // 0) } @$statuses;
    Test::More::ok(@wanted && !$headers->{'x-violations'},
                   "$line: $statuses->[0]")
        or Test::More::diag(join "\n", substr($text, 0, 300),
               $answer->{head} // $answer->{error}, $answer->{body} // '');
    return $answer;
}


# Whether the document has this status for the operation.
sub has {
    my ($self, $operation, $status) = @_;
    return $self->{statuses}{$operation}{$status};
}


# What of a dialect was never answered, though its document has it: statuses of
# operations, and schemas.
sub undriven {
    my ($self, $dialect) = @_;
    return grep { /^$dialect\b/ && !$self->{driven}{$_} } @{ $self->{all} };
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local $?;
    close $self->{in};
    waitpid $self->{pid}, 0;
    return;
}


1;
