# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# Requests of all dialects that change and read the labels of a few contacts,
# and the catalogue; and the contacts to send them to.

package Labels::Workload;

use strict;
use warnings;

use Exporter qw(import);
use Labels ();

our @EXPORT_OK = qw(each_dialect);

# Crockford's base 32
my @digits = (0 .. 9, grep { !/[ilou]/i } 'A' .. 'Z');


# new($query, contacts => n, first => contact_id)
sub new {
    my ($class, $query, %args) = @_;
    my ($first, $n) = ($args{first} || 7000, $args{contacts});
    my $last = $first + $n - 1;
    my $self = bless {
        contacts => [ map { contact($_) } $first .. $last ],
        titles => [ map { "w$_" } 1 .. 12 ],
        key => { map { $_ => Labels::demo("cred.$_") }
                 qw(cw_agent cw_admin lex_write hl_write kc_key
                    wa_token) },
    }, $class;

    $query->('INSERT INTO labels.contact (account_id, contact_id, team_id, '
           . 'uuid, short_id, chat_id, name) VALUES ' . join ', ', map {
               "(1, $_->{id}, 1, '$_->{uuid}', '$_->{short}', '$_->{chat}', "
               . "'Workload')" } @{ $self->{contacts} });
    return $self;
}


# A contact as each dialect calls it.
sub contact {
    my ($id) = @_;
    my $uuid = sprintf '0b000000-0000-7000-8000-%012d', $id;
    my $bits = '00' . unpack 'B128', pack 'H32', $uuid =~ s/-//gr;

    return {
        id => $id, uuid => $uuid, short => sprintf('Workload%012d', $id),
        chat => sprintf('2019%08d@c.us', $id),
        kirimchat => 'ctc_' . join('', map { $digits[ oct "0b$_" ] }
                                       $bits =~ /(.{5})/g),
    };
}


# The i-th request, [text, headers]: kinds in turn, contacts and labels by
# chance.
sub request {
    my ($self, $i) = @_;
    my @kinds = qw(chatwoot leadlex highlevel kirimchat wawp bulk chatwoot
                   leadlex highlevel kirimchat wawp catalogue);
    my $kind = $kinds[ $i % @kinds ];
    my @contacts = @{ $self->{contacts} };
    return $self->$kind($contacts[ rand @contacts ]);
}


sub titles {
    my ($self, $n) = @_;
    my @titles = @{ $self->{titles} };
    my %chosen = map { $titles[ rand @titles ] => 1 } 1 .. $n;
    return '[' . join(',', map { qq("$_") } sort keys %chosen) . ']';
}


sub one_of { return $_[ rand @_ ] }


sub chatwoot {
    my ($self, $contact) = @_;
    my $path = "/api/v1/accounts/1/contacts/$contact->{id}/labels";
    my $labels = '{"labels":' . $self->titles(3) . '}';

    return (one_of("POST $path\n$labels", "POST $path\n$labels",
                   "POST $path/add\n$labels", "POST $path/remove\n$labels",
                   "GET $path"), "api_access_token: $self->{key}{cw_agent}");
}


sub leadlex {
    my ($self, $contact) = @_;
    my $path = "/functions/v1/api-gateway/v1/contacts/$contact->{uuid}/tags";
    my $tags = '{"tags":' . $self->titles(4) . '}';

    return (one_of("POST $path\n$tags", "DELETE $path\n$tags", "GET $path"),
            "Authorization: Bearer $self->{key}{lex_write}");
}


sub highlevel {
    my ($self, $contact) = @_;
    my $path = "/contacts/$contact->{short}/tags";
    my $tags = '{"tags":' . $self->titles(2) . '}';

    return (one_of("POST $path\n$tags", "DELETE $path\n$tags"),
            "Authorization: Bearer $self->{key}{hl_write}\nVersion: 2021-07-28");
}


sub kirimchat {
    my ($self, $contact) = @_;
    my $path = "/v1/contacts/$contact->{kirimchat}/labels";
    my $label = Labels::demo('label.' . one_of('VIP', 'To Follow Up')
                             . '.kirimchat_id');
    my $key = int rand 1e9;

    return (one_of("POST $path\n{\"label_id\":\"$label\"}",
                   "DELETE $path/$label", "GET $path"),
            "Authorization: Bearer $self->{key}{kc_key}"
            . one_of('', "\nIdempotency-Key: w$key"));
}


# All contacts at once.
sub bulk {
    my ($self) = @_;
    my $label = Labels::demo('label.VIP.kirimchat_id');
    my $operation = one_of('attach', 'detach');
    my $contacts = join ',', map { qq("$_->{kirimchat}") }
                   @{ $self->{contacts} };

    return ("POST /v1/contacts/bulk_label\n{\"contact_ids\":[$contacts],"
          . "\"label_id\":\"$label\",\"operation\":\"$operation\"}",
            "Authorization: Bearer $self->{key}{kc_key}");
}


# Labels that others attach are renamed and come back under their titles: a
# title that is taken, or a label that is gone, is no failure.
sub catalogue {
    my ($self) = @_;
    my $path = '/api/v1/accounts/1/labels';
    my $title = one_of(@{ $self->{titles} });
    my $id = 9 + int rand 20;

    return (one_of("POST $path\n{\"title\":\"$title\"}", "GET $path",
                   "PATCH $path/$id\n{\"title\":\"$title\"}",
                   "DELETE $path/$id"),
            "api_access_token: $self->{key}{cw_admin}");
}


sub wawp {
    my ($self, $contact) = @_;
    my $chat = $contact->{chat};
    my $id = one_of(1, 3);
    my $query = 'instance_id=' . Labels::demo('account.1.wawp_instance')
              . "&access_token=$self->{key}{wa_token}";

    return (one_of("PUT /v2/labels/$id/chats/$chat?$query",
                   "DELETE /v2/labels/$id/chats/$chat?$query",
                   "GET /v2/labels/chats/$chat?$query"), '');
}


# A change of one contact of the demo data through each dialect, by its name:
# [text, headers].  Where the dialect names labels by title it is this one.
sub each_dialect {
    my ($contact, $title) = @_;
    my %id = map { $_ => Labels::demo("contact.$contact.$_") }
             qw(chatwoot_id uuid highlevel_id kirimchat_id chat_id);
    my %key = map { $_ => Labels::demo("cred.$_") }
              qw(cw_agent lex_write hl_write kc_key wa_token);
    my $vip = Labels::demo('label.VIP.kirimchat_id');
    my $instance = Labels::demo('account.1.wawp_instance');

    return (
        chatwoot => [
            "POST /api/v1/accounts/1/contacts/$id{chatwoot_id}/labels/add\n"
            . qq({"labels":["$title"]}), "api_access_token: $key{cw_agent}" ],
        leadlex => [
            "POST /functions/v1/api-gateway/v1/contacts/$id{uuid}/tags\n"
            . qq({"tags":["$title"]}), "Authorization: Bearer $key{lex_write}" ],
        highlevel => [
            "POST /contacts/$id{highlevel_id}/tags\n"
            . qq({"tags":["$title"]}), "Authorization: Bearer $key{hl_write}\n"
            . 'Version: 2021-07-28' ],
        kirimchat => [
            "POST /v1/contacts/$id{kirimchat_id}/labels\n"
            . qq({"label_id":"$vip"}), "Authorization: Bearer $key{kc_key}" ],
        wawp => [
            "PUT /v2/labels/3/chats/$id{chat_id}?instance_id=$instance"
            . "&access_token=$key{wa_token}", '' ],
    );
}


1;
