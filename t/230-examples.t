# The example configurations are accepted by nginx.

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;
use Test::Nginx::Socket::Server ();

for my $file (glob 'examples/*.conf') {
    my $dir = tempdir(CLEANUP => 1);
    my $text = Test::Nginx::Socket::Server::slurp($file);

    $text =~ s{modules/ngx_http_labels_module\.so}{$ENV{TEST_NGINX_LOAD_MODULES}};
    $text =~ s{/var/log/nginx}{$dir}g;
    my $paths = join ' ', map { "${_}_temp_path $dir/$_;" }
                qw(client_body proxy fastcgi uwsgi scgi);
    $text =~ s/^http \{/http { $paths access_log $dir\/log;/m;
    Test::Nginx::Socket::Server::spew("$dir/nginx.conf",
                                      "pid $dir/pid;\n$text");

    my $said = `'$ENV{TEST_NGINX_BINARY}' -t -p $dir/ -e $dir/error.log \\
                -c $dir/nginx.conf 2>&1`;
    like($said, qr/test is successful/, $file) or diag($said);
}

done_testing();
