# The validating proxy tells answers that no document allows from those that
# one does.

use strict;
use warnings;

use IO::Socket::INET;
use JSON::PP;
use Labels::Node qw(packages);
use Labels::OpenAPI;
use Test::More;
use Test::Nginx::Socket::Client qw(read_answer request_bytes);

my $why = packages('t/openapi');
plan(skip_all => $why) if $why;

my $path = '/functions/v1/api-gateway/v1/contacts/'
         . '123e4567-e89b-12d3-a456-426614174000/tags';
my $id = 'X-Request-ID: 955dc698-5282-44ff-b39c-d87e83c55878';
my $tags = '{"data":{"contact_id":"123e4567-e89b-12d3-a456-426614174000",'
         . '"tags":["a"]}}';

my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
    or die "no port: $!\n";
my $proxy = Labels::OpenAPI->new(mock => $server->sockport);


# What the proxy has against this answer.
sub violations {
    my ($request, $status, $headers, $body) = @_;
    my $client = IO::Socket::INET->new("127.0.0.1:$proxy->{port}{mock}")
        or die "no connection to the proxy: $!\n";
    syswrite $client, request_bytes({ text => $request }, 'close');

    my $upstream = $server->accept;
    sysread $upstream, my $asked, 65536;
    syswrite $upstream, join "\r\n", "HTTP/1.1 $status X", $headers,
        'Content-Length: ' . length $body, '', $body;

    my $buffer = '';
    my $answer = read_answer($client, \$buffer, 10, 'GET');
    my $said = $answer->{headers}{'x-violations'};
    return $said ? join "\n", @{ decode_json($said) } : 'none';
}


sub of_tags { return violations("GET $path", @_) }

my $type = "Content-Type: application/json\r\n$id";
my $no_route = '{"error":{"code":"not_found","message":"Route not found"}}';

is(of_tags(200, $type, $tags), 'none', 'an answer as it should be');
like(of_tags(201, $type, $tags), qr/status 201/, 'a status');
like(of_tags(200, $type =~ s/json/json; charset=utf-8/r, $tags),
     qr/Content-Type/, 'a media type');
like(of_tags(200, 'Content-Type: application/json', $tags),
     qr/header X-Request-ID is missing/, 'a header that is missing');
like(of_tags(200, "$type\r\nETag: \"x\"", $tags), qr/header etag/,
     'a header that is too much');
like(of_tags(200, $type =~ s/955d/ABCD/r, $tags),
     qr/header X-Request-ID must match/, 'the text of a header');
like(of_tags(200, $type, $tags =~ s/\}\}/},"x":1}/r), qr/additional properties/,
     'a member that is too much');
like(of_tags(200, $type, $tags =~ s/tags/labels/r), qr/'tags'/,
     'a member that is missing');
like(of_tags(200, $type, $tags =~ s/"a"/null/r), qr/must be string/, 'a type');
like(of_tags(200, $type, "$tags\n}"), qr/JSON/, 'not JSON');
like(of_tags(200, $type, $tags =~ s/a"\]/\xff"]/r), qr/utf-8/i, 'not UTF-8');
like(of_tags(404, $type, $no_route), qr/must be equal to constant/,
     'the code of another error');
like(of_tags(404, $type, ''), qr/JSON/, 'no body');
is(violations("GET $path/x", 404, $type, $no_route), 'none', 'no route');
like(violations('GET /elsewhere', 404, $type, $no_route),
     qr/Content-Type|header/, 'no route of any document');
like(violations("POST $path\n{\"tags\":1}", 200, $type, $tags),
     qr/request's body.* must be array/, 'success of a wrong request');
like(violations("POST $path", 200, $type, $tags), qr/request's body missing/,
     'success without a body');

done_testing();
