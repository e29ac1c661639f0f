# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# What a result depends on.

package Bench::Facts;

use strict;
use warnings;

use POSIX ();


sub first {
    my ($pattern, $command) = @_;
    my $out = qx{$command 2>&1};
    return $out =~ $pattern ? $1 : '?';
}


# The load average, to be asked for before there is any of ours: with others on
# the cores, whoever has more processes gets more of them.
sub load {
    return first(qr/^(\S+)/, 'cat /proc/loadavg');
}


sub lines {
    my ($root, $cluster, $seconds, $rounds, $load) = @_;
    my @uname = POSIX::uname();
    my $changes = qx{git -C '$root' status --porcelain -uno};

    my @facts = (
        [ 'date', POSIX::strftime('%Y-%m-%d %H:%M UTC', gmtime) ],
        [ 'commit', first(qr/(\w+)/, "git -C '$root' rev-parse --short HEAD")
                    . ($changes ? ' and changes' : '') ],
        [ 'processor', first(qr/model name\s*:\s*(.*)/, 'cat /proc/cpuinfo')
                       . ', ' . first(qr/(\d+)/, 'nproc') . ' cores' ],
        [ 'memory', int(first(qr/MemTotal:\s*(\d+)/, 'cat /proc/meminfo')
                        / 1024) . ' MiB' ],
        [ 'kernel', "$uname[0] $uname[2]" ],
        [ 'nginx', first(qr{nginx/(\S+)}, '/usr/sbin/nginx -v') ],
        [ 'PostgreSQL', $cluster->query('postgres', 'SHOW server_version') ],
        [ 'Node', first(qr/(\S+)/, 'node --version') ],
        [ 'wrk', first(qr/wrk (\S+)/, 'wrk -v') ],
        [ 'run', "$rounds rounds of $seconds s, medians" ],
        [ 'load', "$load before the run" ],
    );

    return map { sprintf "%-12s%s\n", @$_ } @facts;
}


1;
