# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# A session that holds locks from outside until the test lets go of them.

package Labels::Holder;

use strict;
use warnings;

use IO::Handle;
use Time::HiRes qw(sleep time);


# new($cluster, $database, $sql): returns when the statement has been done, in
# a transaction that stays open.
sub new {
    my ($class, $cluster, $database, $sql) = @_;
    my $name = "holder $$ " . time;

    open my $psql, '|-', 'psql', '-qXAt', '-o', '/dev/null',
        '-h', $cluster->{home}, '-p', $cluster->{port}, '-U', 'postgres',
        $database or die "psql: $!\n";
    $psql->autoflush(1);
    print {$psql} "SET application_name = '$name';\nBEGIN;\n$sql;\n";

    my $self = bless { psql => $psql, own => $$ }, $class;
    for (1 .. 1000) {
        return $self if $cluster->query('postgres', 'SELECT count(*) FROM '
            . "pg_stat_activity WHERE application_name = '$name' "
            . "AND state = 'idle in transaction' AND query LIKE '%hold%'");
        sleep 0.01;
    }
    die "nothing is held: $sql\n";
}


# The lock of a contact of account 1, as changes of its labels take it.
sub contact {
    my ($class, $cluster, $database, $id) = @_;
    return $class->new($cluster, $database, 'SELECT pg_advisory_xact_lock('
        . "76003, labels.target_key(1, 'c', $id)) AS hold");
}


sub release {
    my ($self) = @_;
    my $psql = delete $self->{psql} or return;
    local ($?, $!);
    close $psql;
    return;
}


sub DESTROY {
    my ($self) = @_;
    $self->release if $self->{own} == $$;
    return;
}


1;
