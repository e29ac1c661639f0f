# See leadlex.pl.

use strict;
use warnings;

use Labels;

my $token = demo('cred.wa_token');
my $instance = demo('account.1.wawp_instance');
my $chat = demo('contact.wa.chat_id');
my $bearer = "Authorization: Bearer $token";
my $ours = "$bearer\nX-Instance-ID: $instance";
my $suspend = 'UPDATE labels.account SET status = \'suspended\'';

my $create = '{"name":"New","color":3}';
my $update = '{"name":"Changed","colorHex":"#FF9485","color":null}';
my $replace = '{"labels":[{"id":"1"},2,"3"]}';

# path, methods, body

my @routes = (
    [ "/labels/1/chats/$chat", 'PUT POST DELETE', '' ],
    [ '/labels', 'GET HEAD', '' ],
    [ '/labels', 'POST', $create ],
    [ '/labels/all', 'GET HEAD', '' ],
    [ '/labels/create', 'POST', $create ],
    [ '/labels/1', 'GET HEAD DELETE', '' ],
    [ '/labels/1', 'PUT', $update ],
    [ '/labels/1/update', 'PUT', $update ],
    [ '/labels/1/delete', 'DELETE', '' ],
    [ "/labels/chats/$chat", 'GET HEAD', '' ],
    [ "/labels/chats/$chat", 'PUT', $replace ],
    [ '/labels/1/chats', 'GET HEAD', '' ],
);

my (@samples, @cases);


# The 400s and 422s of a route: what to put into the query or the body.
sub bad_values {
    my ($method, $path, $with) = @_;
    my $line = "$method $path";

    if ($path =~ m{/1}) {
        push @cases, [ "$method " . $path =~ s{/1}{/999}r . $with, $ours, 404 ],
            [ "$method " . $path =~ s{/1}{/x}r . $with, $ours, 400 ],
            [ "$method " . $path =~ s{/1}{/%7Bid%7D}r . $with, $ours, 400 ],
            [ "$line?id=2$with", $ours, 400 ],
            [ "$method " . $path =~ s{/1}{/{labelId}}r . '?labelId=2' . $with,
              $ours, 200, reset => 1 ];
    }
    if ($path =~ /\Q$chat/) {
        push @cases,
            [ "$method " . $path =~ s/\Q$chat/x/r . $with, $ours, 400 ],
            [ "$method " . $path =~ s/\Q$chat/{chatId}/r . $with, $ours, 400 ],
            [ "$line?chatId=12345$with", $ours, 400 ],
            [ "$method " . $path =~ s/\Q$chat/{chatId}/r . '?chatId=12345'
              . $with, $ours, 200, reset => 1 ];
    }
    if ($method =~ /GET|HEAD/ && $path !~ m{/chats/|/1$}) {
        push @cases, [ "$line?limit=1&offset=1", $ours, 200 ],
            (map { [ "$line?$_", $ours, 400 ] }
             'limit=0', 'limit=1001', 'limit=x', 'offset=x', 'offset=-1');
    }
    return;
}


for my $route (@routes) {
    my ($path, $methods, $body) = @$route;
    my $with = length $body ? "\n$body" : '';

    for my $method (split ' ', $methods) {
        my $request = "$method /v2$path$with";
        my $status = $body eq $create ? 201 : 200;
        push @samples, [ $request, $status ];

        push @cases,
            [ $request, "X-Instance-ID: $instance", 401 ],
            [ $request, "Authorization: Bearer nonsense", 401 ],
            [ $request, $ours, 403, query => $suspend ],
            [ $request, $bearer, 400 ],
            (map { [ $request, "$bearer\nX-Instance-ID: $_", 404 ] }
             'x', demo('account.2.wawp_instance'), 'AAAAAAAAAAAA'),
            (map { [ "$method /v2$path\n$_", $ours, 400 ] } '{', '[]',
             '{} {}', '{"a":"\\ud800"}', '[' x 33 . ']' x 33),
            [ "$method /wp-json/awp/v1$path?access_token=$token"
              . "&instance_id=$instance$with", '', $status, reset => 1 ];

        bad_values($method, "/v2$path", $with);
    }
}

for my $line ('POST /v2/labels', 'POST /v2/labels/create', 'PUT /v2/labels/1',
              'PUT /v2/labels/1/update')
{
    push @cases, map { [ "$line$_->[0]\n$_->[1]", $ours, 400 ] }
        [ '', '{"name":1}' ], [ '', '{"name":"' . 'x' x 101 . '"}' ],
        [ '', '{"name":"a\\u0000"}' ], [ '', '{"name":"a","color":20}' ],
        [ '', '{"name":"a","color":1.0}' ], [ '', '{"name":"a","colorHex":1}' ],
        [ '?name=b', '{"name":"a"}' ], [ '?color=1', '{"name":"a","color":2}' ],
        [ '?colorHex=%23ff9485', '{"name":"a","colorHex":"#64c4ff"}' ];
    push @cases, map { [ "$line\n$_", $ours, 422 ] }
        '{"name":"a","color":1,"colorHex":"#64c4ff"}',
        '{"name":"a","colorHex":"#123456"}', '{"name":"Priority"}';
}

push @cases,
    (map { [ "POST /v2/labels$_", $ours, 400 ] } '', "\n{\"name\":\" \"}"),
    [ "PUT /v2/labels/1\n{\"name\":\" \"}", $ours, 400 ],
    (map { [ "PUT /v2/labels/chats/$chat\n$_", $ours, 400 ] } '{}',
     '{"labels":1}', '{"labels":["x"]}', '{"labels":[{}]}',
     '{"labels":[' . join(',', (1) x 1001) . ']}'),
    [ 'PUT /v2/labels/chats/%7BchatId%7D', $ours, 400 ],
    [ "PUT /v2/labels/chats/$chat\n{\"labels\":[1,999]}", $ours, 404 ],
    [ 'PUT /v2/labels/{id}/chats/{chatId}', $ours, 400 ],
    [ 'PUT /v2/labels/{id}/chats/{chatId}' . "\n"
      . qq({"access_token":"$token","instance_id":"$instance","id":1,)
      . qq("chatId":"$chat"}), '', 200 ],
    [ "PUT /v2/labels/1\n{}", $ours, 200 ],
    [ "GET /v2/labels/1/chats", $ours, 200 ],
    (map { [ $_, $ours, 404 ] } 'GET /v2/x', 'GET /v2/labels/chats',
     'PUT /wp-json/awp/v1/labels/1/chats/1/2'),
    (map { [ $_, $ours, 405 ] } 'PATCH /v2/labels', 'POST /v2/labels/all',
     'GET /v2/labels/create', 'POST /v2/labels/1', 'GET /v2/labels/1/update',
     'PUT /v2/labels/1/delete', "DELETE /v2/labels/chats/$chat",
     'PUT /v2/labels/1/chats', "GET /v2/labels/1/chats/$chat",
     'OPTIONS /v2/labels');

# one label more than an account may have of this dialect's making

push @cases, (map { [ "POST /v2/labels\n{\"name\":\"label $_\"}", $ours, 201,
                      reset => $_ == 1 ] } 1 .. 20),
    [ "POST /v2/labels\n{\"name\":\"one more\"}", $ours, 422 ];

return {
    headers => $ours, samples => \@samples, cases => \@cases,
    unknown => [ "PUT /v2/labels/1/chats/$chat", '"wawp_upstream_error"' ],
};
