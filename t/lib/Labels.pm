# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# What every suite of the module starts with: a database with the demo data,
# the five dialects' locations, and the demo data's names in its blocks:
#     ${cred.cw_admin}  ${contact.ada.uuid}  ${label.VIP.kirimchat_id}
#     ${account.1.highlevel_location}  ${team.sales}
# The demo data are restored before each block, unless it has "--- keep".

package Labels;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use JSON::PP;
use Labels::Cluster;
use Test::Nginx::Socket ();

our @EXPORT = qw(cluster database demo dialects labels_database query reset_data
                 suite);

my $root = abs_path(dirname(__FILE__) . '/../..');
my ($cluster, $database, %value);


sub cluster {
    return $cluster if $cluster;

    if ($ENV{LABELS_TEST_CLUSTER}) {
        $cluster = Labels::Cluster->at($ENV{LABELS_TEST_CLUSTER});
    } else {
        $cluster = Labels::Cluster->new;
        $cluster->start;
    }
    return $cluster;
}


sub database { return $database ||= cluster()->database("labels_$$") }
sub reset_data { return cluster()->load(database(), 'demo') }
sub query { return cluster()->query(database(), @_) }


# The labels_database block of the suite, with more directives inside.
sub labels_database {
    my ($directives, $conninfo) = @_;
    $conninfo ||= cluster()->conninfo(database());
    return 'labels_database main { conninfo "' . $conninfo . '"; '
         . ($directives // '') . " }\n";
}


# The locations of all dialects, with more directives in each.
sub dialects {
    my $more = shift // '';
    my %prefix = (
        '/api/v1/accounts/' => 'chatwoot',
        '/functions/v1/api-gateway' => 'leadlex',
        '/contacts/' => 'highlevel', '/locations/' => 'highlevel',
        '/v1/' => 'kirimchat', '/v2/' => 'wawp',
        '/wp-json/awp/v1/' => 'wawp',
    );
    return join '', map { "location $_ { labels $prefix{$_}; $more }\n" }
                    sort keys %prefix;
}


# A value of the demo data by its dotted name, as in the blocks.
sub demo {
    my ($name) = @_;
    load_values() if !%value;
    return $value{$name} // die "no \${$name} in the demo data\n";
}


sub load_values {
    open my $in, '<:raw', "$root/sql/demo.json" or die "demo.json: $!\n";
    local $/;
    my $demo = JSON::PP->new->utf8->decode(<$in>);

    $value{"cred.$_->{key}"} = $_->{token} for @{ $demo->{credentials} };

    my %key = (contacts => 'key', labels => 'title', accounts => 'id');
    for my $list (keys %key) {
        my $kind = $list =~ s/s$//r;
        for my $row (@{ $demo->{$list} }) {
            $value{"$kind.$row->{ $key{$list} }.$_"} = $row->{$_} for keys %$row;
        }
    }

    for my $account (@{ $demo->{accounts} }) {
        $value{"team.$_->{name}"} = $_->{kirimchat_team}
            for @{ $account->{teams} };
    }
    return;
}


sub fill {
    my ($value) = @_;
    return [ map { fill($_) } @$value ] if ref $value eq 'ARRAY';
    return $value if ref $value || !defined $value;
    return $value =~ s/\$\{((?:cred|contact|label|account|team)\.[^}]+)\}
                      /demo($1)/gexr;
}


# Prepares the blocks of a suite; called before run_tests().
sub suite {
    Test::Nginx::Socket::add_block_preprocessor(sub {
        my ($block) = @_;

        reset_data() if !defined $block->keep && !defined $block->must_die;

        $block->set_value('http_config', labels_database())
            if !defined $block->http_config;
        $block->set_value('config', dialects()) if !defined $block->config;

        for my $section (qw(request more_headers response_body raw_request
                            response_body_like response_headers http_config
                            pipelined_requests config))
        {
            my $value = $block->$section;
            $block->set_value($section, fill($value)) if defined $value;
        }
    });
    return;
}


END {
    if ($database && $ENV{LABELS_TEST_CLUSTER}) {
        local $?;
        cluster()->query('postgres', "DROP DATABASE $database WITH (FORCE)");
    }
}


1;
