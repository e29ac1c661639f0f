# See leadlex.pl.

use strict;
use warnings;

use Labels;

my $number = demo('account.1.kirimchat_phone_number_id');
my $contact = demo('contact.kim.kirimchat_id');
my $other_team = demo('contact.kit.kirimchat_id');
my $label = demo('label.VIP.kirimchat_id');
my $none = '0' x 26;
my %key = map { $_ => 'Authorization: Bearer ' . demo("cred.kc_$_") }
          qw(key expired revoked foreign);
my $suspend = 'UPDATE labels.account SET status = \'suspended\'';

my $attach = qq({"label_id":"$label"});
my $bulk = qq({"contact_ids":["$contact"],"label_id":"$label",)
         . '"operation":"attach"}';
my $create = '{"team_id":"' . demo('team.sales')
           . '","name":"New","color":"red"}';
my $change = '{"name":"Changed"}';

my (@samples, @cases);


# What can be wrong with any request of a route.
sub refused {
    my ($request) = @_;
    push @cases, (map { [ $request, $_, 401 ] } '',
        'Authorization: Basic eDp5', 'Authorization: Bearer nonsense',
        'Authorization: Bearer kdv_test_c8r2ckc6woucp10xa6n9zx6s',
        $key{expired}, $key{revoked}),
        [ $request, $key{key}, 403, query => $suspend ];
    return;
}


sub bad_bodies {
    my ($line, @bodies) = @_;
    push @cases, (map { [ "$line\n$_", $key{key}, 400 ] }
                  '', '{', '[]', '[' x 33 . ']' x 33, "\xef\xbb\xbf{}",
                  @bodies),
                 [ "$line\n{}", "$key{key}\nContent-Type: text/plain", 400 ];
    return;
}


# The same key with another request, and with one that is under way.
sub keys_used {
    my ($line, $body, $status) = @_;
    my $once = "$key{key}\nIdempotency-Key: once";
    push @cases, [ "$line\n$body", $once, $status, reset => 1 ],
        [ "$line\n$body", $once, $status ],
        [ "$line\n" . $body =~ s/\}$/,"x":1}/r, $once, 422 ],
        [ "$line\n$body", "$key{key}\nIdempotency-Key: held", 409,
          server => 'impatient', or => 503 ],
        [ "$line\n$body", "$key{key}\nIdempotency-Key:", 400 ],
        [ "$line\n$body", "$key{key}\nIdempotency-Key: \xe9", 400 ];
    return;
}


for my $prefix ('/v1', "/v1/$number") {
    my $of_number = $prefix ne '/v1';
    my $path = "$prefix/contacts/$contact/labels";
    my $unknown = "$prefix/contacts/ctc_$none/labels";

    # F3 and a malformed number, for every route of the long form

    my @routes = ("GET $path", "HEAD $path", "POST $path\n$attach",
                  "DELETE $path/$label",
                  "POST $prefix/contacts/bulk_label\n$bulk");
    push @samples, map { [ $_, 200 ] } @routes;
    refused($_) for @routes;

    for my $request ($of_number ? @routes : ()) {
        push @cases,
            [ $request =~ s{/$number/}{/106540352242933/}r, $key{key}, 404 ],
            [ $request =~ s{/$number/}{/x/}r, $key{key}, 400 ];
    }

    for my $method (qw(GET HEAD)) {
        push @cases, [ "$method $unknown", $key{key}, 404 ],
            [ "$method $path", $key{foreign}, 404 ],
            (map { [ "$method $path?$_", $key{key}, 400 ] }
             'limit=0', 'limit=101', 'limit=', 'limit=x', 'cursor=', 'cursor=!',
             'cursor=eyJ0'),
            [ "$method $prefix/contacts/x/labels", $key{key}, 400 ];
    }

    push @cases,
        [ "POST $unknown\n$attach", $key{key}, 404 ],
        [ "POST $path\n{\"label_id\":\"lbl_$none\"}", $key{key}, 404 ],
        [ "POST $unknown\n$attach", "$key{key}\nIdempotency-Key: lost", 404 ],
        [ "POST $prefix/contacts/$other_team/labels\n$attach", $key{key}, 400 ],
        [ "POST $prefix/contacts/x/labels\n$attach", $key{key}, 400 ];
    bad_bodies("POST $path", '{}', '{"label_id":null}', '{"label_id":"x"}');
    keys_used("POST $path", $attach, 200);

    push @cases,
        [ "DELETE $path/lbl_$none", $key{key}, 404 ],
        [ "DELETE $unknown/$label", $key{key}, 404 ],
        [ "DELETE $prefix/contacts/$other_team/labels/$label", $key{key}, 400 ],
        [ "DELETE $path/x", $key{key}, 400 ],
        [ "DELETE $prefix/contacts/x/labels/$label", $key{key}, 400 ];

    my $many = join ',', (qq("$contact")) x 1001;
    push @cases, [ "POST $prefix/contacts/bulk_label\n"
                   . $bulk =~ s/lbl_\w+/lbl_$none/r, $key{key}, 404 ],
        [ "POST $prefix/contacts/bulk_label\n" . $bulk =~ s/attach/detach/r
          =~ s/\[/["ctc_$none","$other_team",/r, $key{key}, 200 ];
    bad_bodies("POST $prefix/contacts/bulk_label", '{}',
        '{"contact_ids":null}', '{"contact_ids":[]}',
        "{\"contact_ids\":[$many]}",
        '{"contact_ids":["x"]}', qq({"contact_ids":["$contact",1]}),
        qq({"contact_ids":["$contact"]}),
        qq({"contact_ids":["$contact"],"label_id":1}),
        qq({"contact_ids":["$contact"],"label_id":"$label"}),
        $bulk =~ s/"attach"/"Attach"/r);
    keys_used("POST $prefix/contacts/bulk_label", $bulk, 200);
}

my $one = "/v1/labels/$label";
my @routes = ('GET /v1/labels', 'HEAD /v1/labels', "POST /v1/labels\n$create",
              "GET $one", "HEAD $one", "PATCH $one\n$change", "DELETE $one");
push @samples, map { [ $_, /^POST/ ? 201 : 200 ] } @routes;
refused($_) for @routes;

for my $method (qw(GET HEAD)) {
    push @cases, map { [ "$method /v1/labels?$_", $key{key}, 400 ] }
        'limit=0', 'cursor=!', 'team_id=', 'team_id=nowhere',
        'team_id=' . 'x' x 65;
}

for my $method (qw(GET HEAD PATCH DELETE)) {
    my $with = $method eq 'PATCH' ? "\n$change" : '';
    push @cases, [ "$method /v1/labels/lbl_$none$with", $key{key}, 404 ],
                 [ "$method $one$with", $key{foreign}, 404 ],
                 [ "$method /v1/labels/x$with", $key{key}, 400 ];
}

bad_bodies('POST /v1/labels', '{}', '{"name":""}', '{"name":"a\\u0000"}',
    '{"team_id":"","name":"a"}', '{"team_id":1}', '{"name":"a"}',
    '{"name":"' . 'x' x 51 . '"}', '{"name":"a","color":"mauve"}',
    '{"team_id":"nowhere","name":"a"}', '{"name":null}',
    '{"team_id":"' . demo('team.sales') . '","name":"VIP"}');
bad_bodies("PATCH $one", '{"name":" "}', '{"name":null}', '{"color":"mauve"}',
    '{"color":null}', '{"name":"To Follow Up"}');
keys_used('POST /v1/labels', $create, 201);

push @cases, [ "GET /v1/labels?limit=1", $key{key}, 200 ],
    [ 'GET /v1/labels?limit=100&team_id=' . demo('team.support'), $key{key},
      200 ],
    [ "PATCH $one\n{}", $key{key}, 200 ],
    [ "POST /v1/labels\n{\"name\":\"One team\"}", $key{foreign}, 201 ],
    (map { [ $_, $key{key}, 404 ] } 'GET /v1/me', 'PUT /v1/labels',
     "GET $one/", 'GET /v1/contacts/bulk_label', "OPTIONS $one");

return {
    headers => $key{key}, samples => \@samples, cases => \@cases,
    held => [ 76001, q{labels.key_hash(1, 'held')} ],
    unknown => [ "POST /v1/contacts/$contact/labels\n$attach",
                 '"commit_unknown"' ],
};
