# The SQL functions, by pgTAP: every script of t/sql in a database of its own
# transaction.

use strict;
use warnings;

use Labels;
use Test::More;

query('CREATE EXTENSION IF NOT EXISTS pgtap');

for my $script (sort glob 't/sql/*.sql') {
    open my $psql, '-|', 'psql', '-qXAt', '-h', cluster()->{home}, '-U',
        'postgres', '-v', 'ON_ERROR_STOP=1', database(), '-f', $script
        or die "psql: $!\n";

    subtest $script => sub {
        my $planned;

        while (my $line = <$psql>) {
            if ($line =~ /^1\.\.(\d+)/) {
                $planned = $1;
            } elsif ($line =~ /^(not )?ok \d+(?: - )?(.*)/) {
                ok(!$1, $2);
            } elsif ($line =~ /^#/) {
                diag($line);
            }
        }

        ok(close $psql, 'the script ran to its end');
        is(Test::More->builder->current_test - 1, $planned, 'as planned');
    };
}

done_testing();
