# A few seconds of what tools/soak does for ten minutes.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

my $soak = abs_path(dirname(__FILE__) . '/../tools/soak');
my $said = do {
    local $ENV{MINUTES} = $ENV{SOAK_MINUTES} || 0.3;
    `$soak 2>&1`;
};
is($?, 0, 'soak') or diag $said;
like($said, qr/^soak: ok after/m, 'its closing line') or diag $said;
note $said;

done_testing();
