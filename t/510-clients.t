# Clients from npm, unmodified but for the address of the server.

use strict;
use warnings;

use JSON::PP;
use Labels;
use Labels::Nginx;
use Labels::Node qw(packages script);
use Test::More;

my $why = packages('t/clients');
plan(skip_all => $why) if $why;


sub demo_values {
    my (%name) = @_;
    return JSON::PP->new->canonical->encode({
        map { $_ => ref $name{$_} ? [ map { demo($_) } @{ $name{$_} } ]
                                  : demo($name{$_}) } keys %name
    });
}


my $nginx = Labels::Nginx->new;
my $full = Labels::Nginx->new(
    http => labels_database() . 'limit_req_status 429; '
          . 'limit_req_zone $server_name zone=none:1m rate=1r/m;',
    config => 'server_name full; location /contacts/ { labels highlevel; '
            . 'labels_rate 100r/10s; limit_req zone=none; }');

script('t/clients/chatwoot.js', 'http://127.0.0.1:' . $nginx->port,
       demo_values(agent => 'cred.cw_agent', bot => 'cred.cw_bot'));

# takes the one request that is let through

$full->request('GET /contacts/x', '');

script('t/clients/highlevel.js', map({ 'http://127.0.0.1:' . $_->port }
                                     $nginx, $full),
       demo_values(token => 'cred.hl_write', reader => 'cred.hl_read',
                   location => 'account.1.highlevel_location',
                   contacts => [qw(contact.hal.highlevel_id
                                   contact.ada.highlevel_id)],
                   foreign => 'contact.gus.highlevel_id'));

$_->end for $nginx, $full;

done_testing();
