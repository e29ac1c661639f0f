# The catalogue and bulk changes against everybody else: whatever meets ends in
# one of the serial orders, and leaves nothing half done.

use strict;
use warnings;

use IO::Select;
use Labels;
use Labels::Client qw(rush);
use Labels::Holder;
use Labels::Nginx;
use Test::More;

my $token = 'api_access_token: ' . demo('cred.cw_admin');
my $path = '/api/v1/accounts/1';
my $nginx = Labels::Nginx->new(workers => 2, database =>
    'isolation_lock_timeout 9s; request_timeout 10s;');


sub ask { return $nginx->request("$_[0] $path/$_[1]", $token) }


# The titles of a contact, as its list shows them.
sub titles {
    my ($contact) = @_;
    my ($list) = ask('GET', "contacts/$contact/labels")->{body}
        =~ /\{"payload":\[(.*)\]\}/;
    return join ' ', $list =~ /"([^"]*)"/g;
}


# Sends all at the same time; the answers in the order of the requests.
sub together {
    my @requests = @_;
    my @sockets = map { $nginx->send("$_->[0] $path/$_->[1]\n$_->[2]", $token) }
                  @requests;
    return map { $nginx->answer($_) } @sockets;
}


sub add {
    my ($contact, $title) = @_;
    return ['POST', "contacts/$contact/labels/add", qq({"labels":["$title"]})];
}


sub bulk {
    my ($ids, $labels) = @_;
    return ['POST', 'bulk_actions',
            qq({"type":"Contact","ids":[$ids],"labels":{$labels}})];
}


sub statuses {
    my %count;
    $count{ $_->{status} // $_->{error} }++ for @_;
    return join ', ', map { "$count{$_} of $_" } sort keys %count;
}


sub id_of { return ($_[0]{body} =~ /^\{"id":(\d+)/)[0] }


# Attachments without a label, and titles whose stored folded form is not the
# title's: there must be none.
sub check_whole {
    my ($name) = @_;
    is(query('SELECT count(*) FROM labels.attachment a LEFT JOIN labels.label l '
           . 'USING (account_id, label_id) WHERE l.label_id IS NULL'), 0,
       "$name: no attachment without a label");
    is(query('SELECT count(*) FROM labels.label WHERE lower(title) <> folded'), 0,
       "$name: no title beside its folded form");
    return;
}


sub listed {
    my ($title) = @_;
    return query('SELECT count(*), count(*) FILTER (WHERE listed) '
               . "FROM labels.label WHERE account_id = 1 AND folded = '$title'");
}


# single adds, and bulk changes of the same contact

my @answers = together(map { ($_ % 2 ? add(1, "p$_") : bulk('1,2', qq("add":["p$_"]))) }
                       1 .. 50);
is(statuses(@answers), '50 of 200', 'adds and bulk changes of one contact');
is(scalar(split ' ', titles(1)), 50, 'all survive');
is(scalar(grep { /p/ } split ' ', titles(2)), 25, 'and those of its neighbour');

# overwrites, bulk changes and single adds of thirty labels each: the list is
# that of the last overwrite and of what came after it, whole

my @wrong;


sub settled {
    my ($name) = @_;
    is(join('; ', splice @wrong), '', $name);
    return;
}


sub thirty { my ($group) = @_; return join ',', map { qq("$group$_") } 10 .. 39 }


for my $round (1 .. 20) {
    @answers = together(
        (map { ['POST', 'contacts/1/labels', '{"labels":[' . thirty("o$_") . ']}'] } 1 .. 3),
        (map { bulk('1', '"add":[' . thirty("b$_") . ']') } 1 .. 3),
        (map { ['POST', 'contacts/1/labels/add', '{"labels":[' . thirty("a$_") . ']}'] } 1 .. 3));
    push @wrong, statuses(@answers) if statuses(@answers) ne '9 of 200';

    my $after = titles(1);
    my @groups = $after =~ /\b([oab]\d)10\b/g;
    my $whole = join ' ', map { thirty($_) =~ tr/,"/ /dr } @groups;
    push @wrong, $after if $after ne $whole || "@groups" !~ /^o\d( [ab]\d)*$/;
}
settled('overwrites against bulk changes and adds');

# two that make the same title: one is told that it is taken

for my $round (1 .. 5) {
    @answers = together(map { ['POST', 'labels', qq({"title":"$_"})] }
                        ("one$round", "ONE$round") x 4);
    push @wrong, statuses(@answers)
        if statuses(@answers) ne '1 of 200, 7 of 422' || listed("one$round") ne '1|1';

    my @ids = map { id_of(ask('POST', qq(labels\n{"title":"$_$round"}))) }
              qw(from into);
    @answers = together(map { ['PATCH', "labels/$_", qq({"title":"same$round"})] } @ids);
    push @wrong, statuses(@answers) if statuses(@answers) ne '1 of 200, 1 of 422';

    @answers = together(map { ['DELETE', "labels/$ids[0]", ''] } 1 .. 4);
    push @wrong, statuses(@answers) if statuses(@answers) ne '1 of 200, 3 of 404';
}
settled('one of many creates, renames and deletes wins');
check_whole('creates, renames and deletes');

# a label is made by being attached, and in the catalogue

for my $round (1 .. 10) {
    @answers = together(add(1, "New$round"), add(3, "nEW$round"),
                        ['POST', 'labels', qq({"title":"New$round"})],
                        add(4, "NEW$round"), bulk('5,6', qq("add":["New$round"])));
    push @wrong, statuses(@answers) if statuses(@answers) ne '5 of 200';
    push @wrong, listed("new$round") if listed("new$round") ne '1|1';
    push @wrong, grep { !/\bnew$round$/ } map { titles($_) } 1, 3 .. 6;
}
settled('attached and created: one label, spelled as in the catalogue');

# a label is renamed to what others attach: it takes them in

for my $round (1 .. 10) {
    my $id = id_of(ask('POST', qq(labels\n{"title":"before$round"})));
    ask('POST', qq(contacts/1/labels\n{"labels":["first","before$round","last"]}));
    @answers = together((map { add($_, "After$round") } 2, 3),
                        ['PATCH', "labels/$id", qq({"title":"after$round"})],
                        (map { add($_, "aFTER$round") } 4, 5), add(1, "AFTER$round"));
    push @wrong, statuses(@answers) if statuses(@answers) ne '6 of 200';
    push @wrong, listed("after$round") if listed("after$round") ne '1|1';
    push @wrong, titles(1) if titles(1) ne "first after$round last";
    push @wrong, grep { !/(?<!\S)after$round$/ } map { titles($_) } 2 .. 5;
}
settled('renamed to what is being attached: one label holds all');
check_whole('renamed to');

# a label is renamed from what others attach: they have the one or the other

for my $round (1 .. 10) {
    my $id = id_of(ask('POST', qq(labels\n{"title":"old$round"})));
    @answers = together((map { add($_, "old$round") } 1 .. 3),
                        ['PATCH', "labels/$id", qq({"title":"new-name$round"})],
                        (map { add($_, "old$round") } 4, 5),
                        bulk('6,7', qq("add":["old$round"])));
    push @wrong, statuses(@answers) if statuses(@answers) ne '7 of 200';
    push @wrong, grep { !/(?<!\S)(old|new-name)$round$/ } map { titles($_) } 1 .. 7;
    push @wrong, listed("new-name$round") if listed("new-name$round") ne '1|1';
    push @wrong, listed("old$round") if listed("old$round") !~ /^[01]\|0$/;
}
settled('renamed from what is being attached: the new title or a new label');
check_whole('renamed from');

# a label is deleted while others attach it

for my $round (1 .. 10) {
    my $id = id_of(ask('POST', qq(labels\n{"title":"gone$round"})));
    @answers = together((map { add($_, "gone$round") } 1 .. 3),
                        ['DELETE', "labels/$id", ''],
                        (map { add($_, "gone$round") } 4, 5),
                        bulk('6,7', qq("add":["gone$round"])));
    push @wrong, statuses(@answers) if statuses(@answers) ne '7 of 200';
    push @wrong, query('SELECT count(*) FROM labels.attachment '
                     . "WHERE account_id = 1 AND label_id = $id") || ();
    # it is gone, or another one that was made after it
    my $held = grep { /(?<!\S)gone$round$/ } map { titles($_) } 1 .. 7;
    push @wrong, "$held held" if $held && listed("gone$round") ne '1|0';
}
settled('deleted while it is being attached: gone, or made anew');
check_whole('deleted');

# a bulk change waits for one of its contacts, and nobody waits for the rest

query('INSERT INTO labels.contact (account_id, contact_id, team_id, uuid, '
    . 'short_id, name) SELECT 1, 1000 + n, 1, gen_random_uuid(), '
    . "'race' || n, 'Race' FROM generate_series(1, 1000) n");

my $holder = Labels::Holder->contact(cluster(), database(), 2000);
my $sent = bulk('2000', '"add":["waits"]');
my $waiting = $nginx->send("$sent->[0] $path/$sent->[1]\n$sent->[2]", $token);
my $count = rush(
    port => $nginx->port, connections => 8, requests => 200,
    request => sub {
        my $request = add(1001 + $_[0] % 900, "s$_[0]");
        return ("$request->[0] $path/$request->[1]\n$request->[2]", $token);
    });
is_deeply($count->{status}, { 200 => 200 }, 'single adds beside a bulk change')
    or diag explain $count;
is(IO::Select->new($waiting)->can_read(0) // 0, 0, 'that waits for a contact');
$holder->release;
is($nginx->answer($waiting)->{status}, 200, 'and is made when it is free');
query('DELETE FROM labels.attachment WHERE target_id > 1000 AND account_id = 1');

# a thousand contacts at once against single adds to them

my $labels = join ',', map { qq("m$_") } 1 .. 20;
$sent = bulk(join(',', 1001 .. 2000), qq("add":[$labels]));
my @waiting = map { $nginx->send("$sent->[0] $path/$sent->[1]\n$sent->[2]", $token) }
              1 .. 3;
$count = rush(
    port => $nginx->port, connections => 16, requests => 1000,
    request => sub {
        my $request = add(1000 + $_[0], "s" . $_[0] % 100);
        return ("$request->[0] $path/$request->[1]\n$request->[2]", $token);
    });
is_deeply($count->{status}, { 200 => 1000 }, 'a thousand single adds')
    or diag explain $count;
is(statuses(map { $nginx->answer($_, 30) } @waiting), '3 of 200',
   'against bulk changes of the same thousand contacts');
is(query('SELECT count(*), min(n), max(n) FROM (SELECT count(*) AS n '
       . 'FROM labels.attachment WHERE account_id = 1 AND target_id > 1000 '
       . 'GROUP BY target_id) s'), '1000|21|21', 'none is lost, none is double');
is(query('SELECT count(*) FROM labels.attachment a JOIN labels.label l '
       . 'USING (account_id, label_id) WHERE account_id = 1 AND target_id > 1000 '
       . "AND l.title = 's' || (target_id - 1000) % 100"), 1000, 'each has its own');

# and a rename of a label that is being taken off them, which finds it or not

my $id = id_of(ask('POST', qq(labels\n{"title":"m1"})));
@answers = together(bulk(join(',', 1001 .. 2000), '"remove":["m1","m2"],"add":["fresh"]'),
                    ['PATCH', "labels/$id", '{"title":"renamed"}'],
                    (map { add(1000 + $_, "t$_") } 1 .. 20),
                    ['DELETE', "labels/$id", '']);
like(statuses(@answers), qr/^(?:23 of 200|22 of 200, 1 of 404)$/,
     'a bulk change, a rename, adds and a delete');
is(query('SELECT count(*) FROM labels.attachment a JOIN labels.label l '
       . 'USING (account_id, label_id) WHERE account_id = 1 AND target_id > 1000 '
       . "AND title IN ('m1', 'm2', 'renamed')"), 0, 'nothing is left of the old labels');
is(query('SELECT count(*), count(*) FILTER (WHERE title ~ \'^t\') '
       . 'FROM labels.attachment a JOIN labels.label l USING (account_id, label_id) '
       . "WHERE account_id = 1 AND target_id > 1000 AND title ~ '^(fresh|t)'"),
   '1020|20', 'all that is new is there');
check_whole('all together');

$nginx->end;

# who waits too long for the account is told so, and has done nothing

$nginx = Labels::Nginx->new(database => 'isolation_lock_timeout 300ms;');
$holder = Labels::Holder->new(cluster(), database(),
    'SELECT pg_advisory_xact_lock_shared(76002, hashint8(1)) AS hold');
is(statuses(together(add(8, 'early'), bulk('8', '"add":["too"]'))), '2 of 200',
   'changes of attachments go together');
@answers = together(['POST', 'labels', '{"title":"late"}'],
                    ['PATCH', 'labels/2', '{"title":"late"}'],
                    ['DELETE', 'labels/2', '']);
is(statuses(@answers), '3 of 503', 'the catalogue waits for them in vain');
is(join(' ', map { $_->{headers}{'retry-after'} // '-' } @answers), '1 1 1',
   'come again');
$holder->release;
is(query('SELECT title FROM labels.label WHERE account_id = 1 AND label_id = 2'),
   'Priority', 'nothing has been done');
is(listed('late'), '0|0', 'nor made');
is($nginx->request("DELETE $path/labels/2", $token)->{status}, 200,
   'and it is done when it is free');
$nginx->end;

done_testing();
