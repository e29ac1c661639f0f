# See leadlex.pl.

use strict;
use warnings;

use Labels;

my $version = 'Version: 2021-07-28';
my %token = map { $_ => 'Authorization: Bearer ' . demo("cred.hl_$_") }
            qw(write read foreign agency);
my $location = demo('account.1.highlevel_location');
my $contact = demo('contact.hal.highlevel_id');
my $foreign = demo('contact.gus.highlevel_id');
my $tag = demo('label.VIP.highlevel_id');
my $none = 'A' x 20;
my $suspend = 'UPDATE labels.account SET status = \'suspended\'';

my $tags = '{"tags":["minim","velit magna"]}';
my $name = '{"name":"Hot lead"}';
my $bulk = qq({"contacts":["$contact","abcdef","$none","$foreign"],)
         . qq("tags":["bulk"],"locationId":"$location"});

# path, methods with their status, body

my @routes = (
    [ "/contacts/$contact/tags", 'POST 201 DELETE 200', $tags ],
    [ '/contacts/bulk/tags/update/add', 'POST 201', $bulk ],
    [ "/contacts/$contact", 'GET 200 HEAD 200', '' ],
    [ "/locations/$location/tags", 'GET 200 HEAD 200', '' ],
    [ "/locations/$location/tags", 'POST 201', $name ],
    [ "/locations/$location/tags/$tag", 'GET 200 HEAD 200 DELETE 200', '' ],
    [ "/locations/$location/tags/$tag", 'PUT 200', $name ],
);

my $long = 'x' x 256;
my @bad_tags = ('', '{}', '{"tags":null}', '{"tags":"a"}', '{"tags":[1,"a"]}',
    qq({"tags":["$long",2]}), '{"tags":[' . join(',', ('"a"') x 1001) . ']}',
    '{"tags":[],"x":1,"y\\n":2}', '{"tags":["\\u0000"]}',
    '{"tags":["\\ud800"]}');
my @bad_name = ('', '{}', '{"name":null}', '{"name":""}', '{"name":" "}',
    '{"name":1}', qq({"name":"$long"}), '{"name":"a","color":"red"}');
my @bad_bulk = ('', '{}', '{"contacts":[],"tags":"a","locationId":""}',
    '{"contacts":[' . join(',', ('"a"') x 501) . '],"tags":['
    . join(',', ('"a"') x 101) . '],"locationId":1}',
    qq({"contacts":[1],"tags":["$long"],"removeAllTags":1}),
    $bulk =~ s/\}$/,"removeAllTags":true}/r,
    $bulk =~ s/\}$/,"removeAllTags":null,"x":1}/r);

my (@samples, @cases, %options);

for my $route (@routes) {
    my ($path, $methods, $body) = @$route;
    my $with = length $body ? "\n$body" : '';
    my %method = split ' ', $methods;

    push @samples, [ "OPTIONS $path", 204 ] if !$options{$path}++;

    for my $method (sort keys %method) {
        my $request = "$method $path$with";
        push @samples, [ $request, $method{$method} ];

        push @cases,
            (map { [ $request, "$token{write}\n$_", 401 ] } '', 'Version:',
             'Version: 2020-01-01', "$version\nVersion: v3"),
            (map { [ $request, "$version\n$_", 401 ] } '',
             'Authorization: Basic eDp5', 'Authorization: Bearer nonsense',
             'Authorization: Bearer a.b.c', $token{agency},
             $path =~ /locations/ || $with ? $token{read} : ()),
            [ $request, "$version\n$token{write}", 403, query => $suspend ],
            [ $request, "$version\n$token{foreign}", 403 ];

        push @cases, map { [ $request, "Version: $_\n$token{write}",
                             $method{$method}, reset => 1 ] }
            qw(2021-04-15 2023-02-21 v3);

        for my $id ($contact, $tag) {
            push @cases, map { [ $request =~ s/$id/$_/r,
                                 "$version\n$token{write}", 400 ] } $none, 'x'
                if $path =~ /$id/;
        }
        next if !$with;

        push @cases,
            map { [ "$method $path\n$_", "$version\n$token{write}", 400 ] }
            '[]', '{', '{} {}', '{"a":1,"a":1}', '[' x 33 . ']' x 33;
        push @cases,
            map { [ "$method $path\n$_", "$version\n$token{write}", 422 ] }
            $body eq $tags ? @bad_tags : $body eq $name ? @bad_name : @bad_bulk;
    }
}

my $ours = "$version\n$token{write}";

push @cases,
    [ "POST /contacts/bulk/tags/update/replace\n$bulk", $ours, 422 ],
    [ "POST /contacts/bulk/tags/update/add\n" . $bulk =~ s/$location/other/r,
      $ours, 403 ],
    [ "POST /contacts/bulk/tags/update/remove\n"
      . $bulk =~ s/\}$/,"removeAllTags":true}/r, $ours, 201 ],
    [ "POST /locations/$location/tags\n{\"name\":\"Priority\"}", $ours, 400 ],
    [ "PUT /locations/$location/tags/$tag\n{\"name\":\"Priority\"}", $ours, 400,
      reset => 1 ],
    [ "GET /contacts/$foreign", $ours, 403 ],
    (map { [ $_, $ours, 404 ] } "PATCH /contacts/$contact/tags",
     'POST /contacts/', "PUT /contacts/$contact", 'GET /contacts//tags');

return {
    headers => $ours, samples => \@samples, cases => \@cases,
    unknown => [ "POST /contacts/$contact/tags\n$tags", 'outcome unknown',
                 201 ],
};
