# HTTP/2: bodies with and without a length, and nginx's own errors.

use strict;
use warnings;

use Labels;
use Labels::Nginx;
use Test::More;

plan skip_all => 'curl without HTTP/2' if `curl --version` !~ /HTTP2/;

my $port = Test::Nginx::Socket::Server::free_port();
my $nginx = Labels::Nginx->new(
    config => "listen 127.0.0.1:$port http2; " . Labels::dialects()
              =~ s/labels wawp;/labels wawp; labels_max_body 100;/gr);
my $contact = '/functions/v1/api-gateway/v1/contacts/'
            . demo('contact.lex.uuid') . '/tags';


sub curl {
    my ($path, @options) = @_;
    open my $curl, '-|', 'curl', '-s', '--http2-prior-knowledge', '-w',
        ' %{http_code} %{http_version}', @options,
        "http://127.0.0.1:$port$path" or die "curl: $!\n";
    local $/;
    return <$curl>;
}


my @key = ('-H', 'Authorization: Bearer ' . demo('cred.lex_write'));

is(curl($contact, @key, '-d', '{"tags":["a"]}'),
   '{"data":{"contact_id":"' . demo('contact.lex.uuid')
   . '","tags":["existing-tag","a"]}} 200 2', 'a body of known length');

my $file = "$nginx->{root}/json";
Test::Nginx::Socket::Server::spew($file, '{"x":"' . 'y' x 40000
                                       . '","tags":["b"]}');
like(curl($contact, @key, '-X', 'POST', '-T', '-', '-H', 'Expect:'),
     qr/Request body must be a valid JSON object.* 400 2$/, 'an empty one');
like(curl($contact, @key, '-X', 'POST', '--data-binary', "\@$file"),
     qr/"existing-tag","a","b"\]\}\} 200 2$/, 'a long one');
is(curl($contact), '{"error":{"code":"invalid_key","message":'
                 . '"Invalid or expired API key"}} 401 2', 'refused');
# announced by no length: with one, the answer would overtake the body, which
# not every client takes well
like(curl('/v2/labels/1/chats/12345', '-X', 'PUT', '-d', 'y' x 101, '-H',
          'Content-Length:'), qr/payload_too_large.* 413 2$/, 'too large');
like(curl('/v1/x'), qr/Unrecognized request URL \(GET \/v1\/x\).* 404 2$/,
     'no route');

$nginx->end;

done_testing();
