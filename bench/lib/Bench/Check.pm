# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# That the contestants answer the same: who is faster because it does less is
# out of competition.

package Bench::Check;

use strict;
use warnings;

use HTTP::Tiny;

my $contact = '01900000-0000-7000-8000-000000000001';
my $ctc = 'ctc_' . ulid($contact);
my $lbl = 'lbl_' . ulid('01900000-0000-7000-9000-000000000085');
my $kdv = 'Bearer kdv_live_' . '0' x 23 . '1';
my $wbk = 'Bearer wbk_live_' . '0' x 31 . '1';
my $token = 'B' x 23 . '1';

my @attaches = (
    [ POST => "/v1/contacts/$ctc/labels", { Authorization => $kdv },
      qq({"label_id":"$lbl"}) ],
    [ POST => "/v1/contacts/$ctc/labels",
      { Authorization => $kdv =~ s/1$/x/r },
      qq({"label_id":"$lbl"}) ],
    [ POST => "/v1/contacts/$ctc/labels", { Authorization => $kdv },
      '{"label_id":"lbl_7' . 'Z' x 25 . '"}' ],
    [ POST => '/v1/contacts/ctc_1/labels', { Authorization => $kdv },
      qq({"label_id":"$lbl"}) ],
);

my $tags = "/functions/v1/api-gateway/v1/contacts/$contact/tags";
my $labels = '/api/v1/accounts/1/contacts/1/labels';

my @others = (
    [ POST => $tags, { Authorization => $wbk }, '{"tags":["Label-7"]}' ],
    [ GET => $tags, { Authorization => $wbk } ],
    [ GET => $tags, { Authorization => "${wbk}1" } ],
    [ POST => $tags, { Authorization => $wbk }, '{"tags":[""]}' ],
    [ POST => $labels, { api_access_token => $token },
      '{"labels":["label-9","Label-8","Label-10"]}' ],
    [ POST => $labels, { api_access_token => $token }, '{"labels":1}' ],
    [ POST => $labels, { api_access_token => 'x' }, '{"labels":["a"]}' ],
    [ POST => '/api/v1/accounts/1/contacts/201/labels',
      { api_access_token => $token }, '{"labels":["a"]}' ],
    [ GET => $tags, { Authorization => $wbk } ],
);


# The ULID of a UUID.
sub ulid {
    my ($uuid) = @_;
    my @alphabet = (0 .. 9, qw(A B C D E F G H J K M N P Q R S T V W X Y Z));
    my $bits = '00' . unpack 'B*', pack 'H*', $uuid =~ s/-//gr;

    return join '', map { $alphabet[ oct "0b$_" ] } unpack '(A5)*', $bits;
}


# Status and body, and what else a client looks at.
sub answer {
    my ($server, $method, $path, $headers, $body) = @_;
    my $response = HTTP::Tiny->new->request($method, $server->url . $path, {
        headers => { 'Content-Type' => 'application/json', %$headers },
        defined $body ? (content => $body) : (),
    });
    my $line = join ' ', $response->{status}, $response->{content},
               map { $response->{headers}{$_} // '-' } qw(content-type etag);

    # Fastify adds the charset to whatever is JSON
    return $line =~ s/req_[0-9A-Z]{26}/req_/gr =~ s/; charset=utf-8//r;
}


# The first of the servers is the measure.
sub same_answers {
    my @wanted;

    for my $start (@_) {
        my $server = $start->();
        my @requests = (@attaches, $server->{name} eq 'lua' ? () : @others);

        for my $i (0 .. $#requests) {
            my $line = answer($server, @{ $requests[$i] });
            $wanted[$i] //= $line;

            die "$server->{name} does not answer as the module does:\n"
                . "$requests[$i][0] $requests[$i][1]\n$line\n$wanted[$i]\n"
                if $line ne $wanted[$i];
        }
    }

    my $good = grep { /^200/ } @wanted;
    die "only $good answers are good:\n" . join("\n", @wanted) . "\n"
        if $good != 5;
    return;
}


1;
