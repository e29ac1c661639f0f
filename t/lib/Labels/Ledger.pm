# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# A load of tags that come and go, on contacts of its own, and a book of what
# was acknowledged: what the database has afterwards must agree with it.

package Labels::Ledger;

use strict;
use warnings;

use Labels ();
use Labels::Client;
use Time::HiRes qw(sleep);


# new($nginx, $query, contacts => n, first => the id of the first of them):
# $query->($sql) asks the database, the one that holds the truth at that time.
sub new {
    my ($class, $nginx, $query, %args) = @_;
    my $self = bless {
        nginx => $nginx, query => $query, contacts => $args{contacts} || 200,
        first => $args{first} || 5000,
        key => 'Authorization: Bearer ' . Labels::demo('cred.lex_write'),
    }, $class;

    my $last = $self->{first} + $self->{contacts} - 1;
    $query->(<<"END");
INSERT INTO labels.contact
       (account_id, contact_id, team_id, uuid, short_id, chat_id, name)
SELECT 1, i, 1, ('0a000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid,
       'ledger' || i, i || '\@c.us', 'Ledger ' || i
  FROM generate_series($self->{first}, $last) i
END
    return $self;
}


# The request line and body of a change to the n-th contact.
sub tags {
    my ($self, $method, $n, $tag) = @_;
    return sprintf "%s /functions/v1/api-gateway/v1/contacts/"
                 . "0a000000-0000-7000-8000-%012d/tags\n{\"tags\":[\"%s\"]}",
                   $method, $self->{first} + $n, $tag;
}


sub key { return $_[0]{key} }


# What client does as its i-th request: two additions, then the removal of the
# last of them; each pass over the contacts uses another tag.
sub step {
    my ($self, $client, $i) = @_;
    my $removes = $i % 3 == 0;
    my $at = $removes ? $i - 2 : $i - 1;
    my $n = $at % $self->{contacts};
    my $tag = sprintf 'c%d-%d', $client, $at / $self->{contacts};

    return ($removes ? 'DELETE' : 'POST', $n, $tag);
}


# Starts so many clients; end() ends them and reads the book.
sub start {
    my ($self, $clients) = @_;

    $self->{nginx}->load($clients, sub {
        my ($nginx, $client, $i) = @_;
        my @step = $self->step($client, $i);
        my $answer = $self->request($self->tags(@step));
        my $status = $answer->{status} // 'none';

        sleep 0.02 if $status ne '200';
        return join ' ', $status, @step, $answer->{error} // '';
    });
    return;
}


# On a kept-alive connection; one that the server has closed meanwhile is
# replaced once.
sub request {
    my ($self, $text) = @_;
    my $answer;

    for my $try (1, 2) {
        my $kept = $self->{client};
        $self->{client} ||= eval {
            Labels::Client->new($self->{nginx}->port, timeout => 20);
        } or return { error => 'no connection' };

        $answer = $self->{client}->request($text, $self->{key});
        my $last = ($answer->{headers}{connection} // '') eq 'close';
        delete $self->{client} if $answer->{error} || $last;
        return $answer if !$answer->{error} || !$kept;
    }
    return $answer;
}


# Ends the load; { status => { 200 => n, ... }, wrong => [...], lines => [...],
# changes => n acknowledged }.  A change whose fate the client was not told is
# left out from then on.
sub end {
    my ($self) = @_;
    my @lines = $self->{nginx}->load_end;
    my (%status, %state);

    for (@lines) {
        my ($status, $method, $n, $tag) = split ' ';
        my $entry = ($self->{first} + $n) . " $tag";

        $status{$status}++;
        if ($status ne '200') {
            $state{$entry} = 'unknown';
        } elsif (($state{$entry} // '') ne 'unknown') {
            $state{$entry} = $method;
        }
    }

    my %there = map { $_ => 1 } split /\n/, $self->{query}->(
        "SELECT a.target_id || ' ' || l.title FROM labels.attachment a "
        . 'JOIN labels.label l USING (account_id, label_id) '
        . "WHERE a.account_id = 1 AND a.target_kind = 'c' "
        . "AND a.target_id >= $self->{first} "
        . "AND a.target_id < $self->{first} + $self->{contacts}");
    my @wrong = sort grep {
        $state{$_} eq 'POST' ? !$there{$_}
                             : $state{$_} eq 'DELETE' && $there{$_}
    } keys %state;

    push @wrong, grep { !exists $state{$_} } sort keys %there;
    return { status => \%status, wrong => \@wrong, lines => \@lines,
             changes => $status{200} || 0 };
}


1;
