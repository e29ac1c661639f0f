# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# What processes have used of the processor, from /proc.

package Bench::Usage;

use strict;
use warnings;

use POSIX ();

my $tick = POSIX::sysconf(POSIX::_SC_CLK_TCK());


# The fields of /proc/PID/stat from the third on: the second, the name, may
# hold blanks.
sub fields {
    my ($pid) = @_;
    open my $in, '<', "/proc/$pid/stat" or return;
    my $line = <$in> // return;
    return split ' ', $line =~ s/.*\) //r;
}


# Seconds of a process, of all processes below it that live, and of those that
# have ended and were waited for.
sub seconds {
    my ($root) = @_;
    my (%stat, %children);

    for my $dir (glob '/proc/[0-9]*') {
        my $pid = substr $dir, 6;
        my @fields = fields($pid) or next;
        $stat{$pid} = \@fields;
        push @{ $children{ $fields[1] } }, $pid;
    }

    my $ticks = 0;
    my @todo = ($root);

    while (defined(my $pid = shift @todo)) {
        my $stat = $stat{$pid} or next;
        $ticks += $stat->[$_] for 11 .. 14;
        push @todo, @{ $children{$pid} || [] };
    }

    return $ticks / $tick;
}


1;
