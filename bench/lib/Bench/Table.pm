# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# The medians of the rounds, the table and the ratios.

package Bench::Table;

use strict;
use warnings;

my @columns = (
    [ 'req/s' => 'rate', '%.0f' ], [ 'p50 ms' => 'p50', '%.2f' ],
    [ 'p99 ms' => 'p99', '%.2f' ], [ 'server CPU' => 'server', '%.1f' ],
    [ 'PostgreSQL CPU' => 'database', '%.1f' ],
    [ 'flushes/req' => 'flushes', '%.3f' ],
);


# new(names of the rows, in order)
sub new {
    my ($class, @names) = @_;
    return bless { names => \@names, runs => {} }, $class;
}


sub add {
    my ($self, $name, $run) = @_;
    push @{ $self->{runs}{$name} }, $run;
    return $run;
}


# The median of a figure; undef when it was not measured.
sub median {
    my ($self, $name, $figure) = @_;
    my @all = sort { $a <=> $b } grep { defined } map { $_->{$figure} }
              @{ $self->{runs}{$name} || [] };
    return if !@all;
    return ($all[ $#all / 2 ] + $all[ @all / 2 ]) / 2;
}


sub cell {
    my ($self, $name, $figure, $format) = @_;
    my $value = $self->median($name, $figure);
    return '-' if !defined $value;

    # per 1,000 requests in milliseconds
    $value *= 1e3 if $figure eq 'server' || $figure eq 'database';
    return sprintf $format, $value;
}


sub lines {
    my ($self) = @_;
    my @rows = ([ 'workload and contestant', map { $_->[0] } @columns ]);

    for my $name (grep { $self->{runs}{$_} } @{ $self->{names} }) {
        push @rows, [ $name, map { $self->cell($name, @$_[1, 2]) } @columns ];
    }

    my @width;
    for my $row (@rows) {
        for my $i (0 .. $#$row) {
            $width[$i] = length $row->[$i]
                if length $row->[$i] > ($width[$i] || 0);
        }
    }

    my $format = join '  ', map { "%${_}s" } -shift @width, @width;
    return map { sprintf "$format\n", @$_ } @rows;
}


sub quotient {
    my ($self, $figure, $over, $under) = @_;
    my ($a, $b) = map { $self->median($_, $figure) } $over, $under;
    return 'none' if !defined $a || !$b;
    return sprintf '%.2f', $a / $b;
}


sub ratios {
    my ($self) = @_;
    my @ratios = map { my ($name, @what) = @$_;
                       "$name=" . $self->quotient(@what) } (
        [ 'w1_pgbench', 'rate', 'w1 module', 'w1 pgbench' ],
        [ 'w1_node', 'rate', 'w1 module', 'w1 node' ],
        [ 'w2_pgbench', 'rate', 'w2 module', 'w2 pgbench' ],
        [ 'w3_node', 'rate', 'w3 module', 'w3 node' ],
        [ 'w4_node', 'rate', 'w4 module', 'w4 node' ],
        [ 'c1_pgbench', 'p50', 'w1 module c1', 'w1 pgbench c1' ],
    );
    my $cpu = $self->median('w1 module', 'server');

    return 'ratios ' . join(' ', @ratios) . ' nginx_us='
           . (defined $cpu ? sprintf '%.1f', $cpu * 1e3 : 'none');
}


1;
