# Requests of 500-openapi.t.  Samples: each operation once, as text of the form
# "METHOD path\nbody", and the status of success.  Cases: text, headers, status,
# and reset => 1: before it, restore the demo data; query: a statement that runs
# before it; server, or: another server, and another status that may come too.
# Unknown: a change whose outcome is not known, and what its answer says then.
# Held: an advisory lock that somebody holds meanwhile.

use strict;
use warnings;

use Labels;

my $base = '/functions/v1/api-gateway';
my $tags = "$base/v1/contacts/" . demo('contact.lex.uuid') . '/tags';
my $none = "$base/v1/contacts/00000000-0000-4000-8000-000000000000/tags";
my %key = map { $_ => 'Authorization: Bearer ' . demo("cred.lex_$_") }
          qw(write read expired revoked foreign);
my $body = '{"tags":["vip"]}';
my $suspend = 'UPDATE labels.account SET status = \'suspended\'';
my @cases;

for my $method (qw(GET HEAD POST DELETE)) {
    my $with = $method =~ /POST|DELETE/ ? "\n$body" : '';
    my $request = "$method $tags$with";

    push @cases, map { [ $request, $_, 401 ] } '', 'Authorization: Basic eDp5',
        'Authorization: Bearer nonsense', $key{expired}, $key{revoked};
    push @cases,
        [ $request, $key{write}, 403, query => $suspend ],
        [ $request, $key{foreign}, 404 ],
        [ "$method $none$with", $key{write}, 404 ],
        [ "$method $base/v1/contacts/x/tags$with", $key{write}, 404 ],
        $with ? [ $request, $key{read}, 403 ] : ();
}

for my $method (qw(GET HEAD)) {
    push @cases, [ "$method $tags", $key{write}, 403, query =>
        "UPDATE labels.credential SET scopes = '{}' "
        . "WHERE dialect = 'leadlex'" ];
}

my @bad = ('', '[]', '{', '{} {}', '{"tags":[],"tags":[]}',
    "{\"tags\":[\"\xff\"]}",
    '{"tags":["\\u0000"]}', '{"tags":["\\ud800"]}', '{}', '{"tags":null}',
    '{"tags":"vip"}', '{"tags":[1]}', '{"tags":["a"," "]}',
    '{"tags":["' . 'x' x 256 . '"]}',
    '{"tags":[' . join(',', ('"a"') x 1001) . ']}',
    '[' x 33 . ']' x 33);

for my $method (qw(POST DELETE)) {
    push @cases, map { [ "$method $tags\n$_", $key{write}, 400 ] } @bad;
}

push @cases, map { [ $_, $key{write}, 404 ] } "GET $base/v1/contacts//tags",
    "POST $base/v1/contacts", "GET $tags/", "DELETE $base/";
push @cases, map { [ "$_ $tags", $key{write}, 405 ] } qw(PUT PATCH TRACE);

return {
    headers => $key{write},
    samples => [
        [ "GET $tags", 200 ], [ "HEAD $tags", 200 ], [ "OPTIONS $tags", 204 ],
        [ "POST $tags\n$body", 200 ], [ "DELETE $tags\n$body", 200 ],
    ],
    cases => \@cases,
    unknown => [ "POST $tags\n$body", '"outcome_unknown"' ],
};
