# See leadlex.pl.

use strict;
use warnings;

use Labels;

my $base = '/api/v1/accounts/1';
my %token = map { $_ => 'api_access_token: ' . demo("cred.cw_$_") }
            qw(admin agent bot foreign);
my $labels = '{"labels":["support","billing"]}';
my $label = '{"title":"hot","color":"#ffffff"}';
my $bulk = '{"type":"Contact","ids":[1,2,999],"labels":{"add":["vip"]}}';

# path, methods, body, who: member, bot or administrator

my @routes = (
    [ 'contacts/1/labels', 'GET HEAD', '', 'member' ],
    [ 'contacts/1/labels', 'POST', $labels, 'member' ],
    [ 'contacts/1/labels/add', 'POST', $labels, 'member' ],
    [ 'contacts/1/labels/remove', 'POST', $labels, 'member' ],
    [ 'conversations/7/labels', 'GET HEAD', '', 'bot' ],
    [ 'conversations/7/labels', 'POST', $labels, 'bot' ],
    [ 'labels', 'GET HEAD', '', 'member' ],
    [ 'labels', 'POST', $label, 'administrator' ],
    [ 'labels/1', 'GET HEAD', '', 'administrator' ],
    [ 'labels/1', 'PATCH PUT', $label, 'administrator' ],
    [ 'labels/1', 'DELETE', '', 'administrator' ],
    [ 'bulk_actions', 'POST', $bulk, 'member' ],
);

my $long = 'x' x 256;
my $many = join ',', ('"a"') x 1001;
my @bad_labels = ('', '{}', '[]', '{"labels":null}', '{"labels":"a"}',
    '{"labels":[1]}', '{"labels":["\\u0000"]}', qq({"labels":["$long"]}),
    qq({"labels":[$many]}), '{"labels":[" , "]}');
my @bad_label = ('{}', '{"label":{}}', '{"title":""}', '{"title":"a b"}',
    '{"title":1}', '{"title":"\\ud800"}', qq({"title":"$long"}),
    '{"title":"a","color":null}', '{"title":"a","color":"\\u0000"}',
    qq({"title":"a","color":"$long"}), '{"title":"a","description":1}',
    '{"title":"a","description":"\\u0000"}', '{"title":"a","description":"'
    . 'x' x 20001 . '"}', '{"title":"a","show_on_sidebar":"yes"}',
    '{"title":"priority"}',
    '{"title":"","color":1,"description":2,"show_on_sidebar":3}');
my $ids = join ',', 1 .. 1001;
my $thousand = join ',', 1 .. 1000;
my $hundred = join ',', map { qq("l$_") } 1 .. 101;
my @bad_bulk = ('{}', '{"type":"Message"}',
    (map { qq({"type":"Contact","$_":1}) }
     qw(fields snoozed_until action_name)),
    (map { qq({"type":"Contact",$_}) } '"ids":null', '"ids":["1"]',
     qq("ids":[$ids]), '"ids":[1]', '"ids":[1],"labels":{}',
     '"ids":[1],"labels":{"add":"a"}', '"ids":[1],"labels":{"add":["\\u0000"]}',
     qq("ids":[1],"labels":{"add":["$long"]}),
     qq("ids":[1],"labels":{"remove":[$many]}),
     '"ids":[1],"labels":{"add":[" "]}',
     qq("ids":[$thousand],"labels":{"add":[$hundred]})));

my (@samples, @cases);

for my $route (@routes) {
    my ($path, $methods, $body, $who) = @$route;
    my $with = length $body ? "\n$body" : '';

    for my $method (split ' ', $methods) {
        my $request = "$method $base/$path$with";
        push @samples, [ $request, 200 ];

        push @cases,
            (map { [ $request, $_, 401 ] } '', 'api_access_token: nonsense',
             "api_access_token: a\napi-access-token: b", $token{foreign}),
            [ $request =~ s{/1/}{/9/}r, $token{admin}, 401 ],
            [ $request =~ s{/1/}{/77/}r, $token{admin}, 404 ],
            $who eq 'bot' ? [ $request =~ s{/1/}{/2/}r, $token{bot}, 401 ]
                          : [ $request, $token{bot}, 401 ],
            $who eq 'administrator' ? [ $request, $token{agent}, 401 ] : (),
            $who eq 'bot' ? [ $request, $token{bot}, 200 ] : (),
            $path =~ /\d/ ? [ $request =~ s{/[17](?=/labels|\n|$)}{/999}r,
                              $token{admin}, 404 ] : ();

        push @cases, [ $request, "$token{admin}\nIf-None-Match: *", 304 ]
            if $method =~ /GET|HEAD/;
        next if !$with;

        my @bad = $body eq $labels ? @bad_labels
                : $body eq $label ? @bad_label : @bad_bulk;
        push @cases,
            (map { [ "$method $base/$path\n$_", $token{admin}, 400 ] }
             '{', '[' x 33 . ']' x 33),
            [ $request, "$token{admin}\nContent-Type: text/plain", 415 ],
            (map { [ "$method $base/$path\n$_", $token{admin}, 422 ] } @bad);
    }
}

push @cases,
    [ "POST $base/contacts/1/labels\n{\"labels\":[]}", $token{agent}, 200 ],
    [ "POST $base/bulk_actions\n" . '{"type":"conversation","ids":[7,8],'
      . '"labels":{"remove":["open-case"],"add":null}}', $token{agent}, 200 ],
    [ "PATCH $base/labels/1\n{\"label\":{\"title\":\"Hot\"}}", $token{admin},
      200 ],
    [ "GET $base/labels.json", $token{admin} =~ s/_/-/gr, 200 ],
    (map { [ $_, $token{admin}, 404 ] } "GET $base/contacts",
     "PUT $base/labels", "OPTIONS $base/labels", "GET $base/labels/1/2");

return {
    headers => $token{admin}, samples => \@samples, cases => \@cases,
    unknown => [ "POST $base/contacts/1/labels\n$labels", '"commit_unknown"' ],
};
