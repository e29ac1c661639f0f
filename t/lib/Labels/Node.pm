# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# Packages of npm, and scripts that run on them.

package Labels::Node;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use Fcntl qw(LOCK_EX);
use File::Basename qw(dirname);
use Test::More ();

our @EXPORT_OK = qw(packages script);

my $root = abs_path(dirname(__FILE__) . '/../../..');


# packages($folder): installs what its package-lock.json names.  Returns
# nothing, or why the packages cannot be had on this machine.
sub packages {
    my ($folder) = @_;
    my $dir = "$root/$folder";
    my $installed = "$dir/node_modules/.package-lock.json";

    for my $program (qw(node npm)) {
        return "no $program"
            if !grep { -x "$_/$program" } split /:/, $ENV{PATH};
    }

    # suites that run at the same time share a folder

    open my $lock, '<', "$dir/package-lock.json" or die "$folder: $!\n";
    flock $lock, LOCK_EX or die "$folder: $!\n";

    return if -e $installed && -M $installed <= -M "$dir/package-lock.json";

    my $said = `cd '$dir' && npm ci --ignore-scripts --no-audit --no-fund \\
                --fetch-retries=1 --fetch-timeout=20000 2>&1`;
    return if $? == 0;

    # what is wrong with the files is no matter of the network

    my ($why) = $said =~ /\bcode\ (E[45]\d\d|ENOTFOUND|EAI_AGAIN|ECONN\w+
                          |ENETUNREACH|EHOSTUNREACH|E\w*TIMEDOUT
                          |ERR_SOCKET_TIMEOUT|FETCH_ERROR)\b/x;
    die $said if !$why;

    return "npm cannot install: code $why";
}


# script($file, @arguments): runs it; each line "ok - name" or "not ok - name"
# is a test of the suite, "# text" a remark on the one before.
sub script {
    my ($file, @arguments) = @_;
    local $ENV{NO_PROXY} = local $ENV{no_proxy} = '127.0.0.1';

    open my $node, '-|', 'node', "$root/$file", @arguments
        or die "node: $!\n";

    my $count = 0;
    while (my $line = <$node>) {
        if ($line =~ /^(not )?ok - (.*)/) {
            Test::More::ok(!$1, $2);
            $count++;
        } else {
            Test::More::diag($line =~ s/^# //r);
        }
    }
    close $node;
    Test::More::ok($? == 0 && $count, "$file ran to its end");
    return;
}


1;
