# HighLevel: access tokens that are verified without a look-up: algorithms,
# keys, times, claims, and their place in the order of checks.

use Digest::SHA qw(hmac_sha256);
use File::Temp qw(tempdir);
use Labels;
use MIME::Base64 qw(encode_base64url);
use Test::Nginx::Socket 'no_plan';

my $dir = tempdir('labels-jwt-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $location = demo('account.1.highlevel_location');
our $vector = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImRlbW8ifQ'
    . '.eyJhdXRoQ2xhc3MiOiJMb2NhdGlvbiIsImF1dGhDbGFzc0lkIjoidmU5RVBNNDI4aDh2U2hsUlcxS1QiLCJvYXV0aE1ldGEiOnsic2NvcGVzIjpbImNvbnRhY3RzLnJlYWRvbmx5IiwiY29udGFjdHMud3JpdGUiXX0sImlhdCI6MTc2NzIyNTYwMCwiZXhwIjo0MTAyNDQ0ODAwfQ'
    . '.NQzX_s1RIXqoA0fGkFcG8q_9Llq9Vw0iAY8hAZ1rRkg';
our %secret = (
    demo => 'highlevel-demo-signing-secret-0123456789',
    next => 'n' x 32,
    other => 'o' x 32,
);


sub spew {
    my ($name, $bytes) = @_;
    open my $out, '>:raw', "$dir/$name" or die "$name: $!\n";
    print {$out} $bytes;
    close $out;
    return "$dir/$name";
}


sub slurp {
    my ($name) = @_;
    open my $in, '<:raw', "$dir/$name" or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}


sub openssl {
    my ($command) = @_;
    system("cd $dir && openssl $command 2> openssl.log") == 0
        or die "openssl $command: ", slurp('openssl.log');
    return;
}


sub make_keys {
    spew($_, "$secret{$_}\n") for keys %secret;
    openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $_.key")
        for qw(rsa rsa2);
    openssl('genpkey -algorithm ED25519 -out ed.key');
    openssl("pkey -in $_.key -pubout -out $_.pem") for qw(rsa rsa2 ed);
    return;
}


# What a location's tokens claim, with other members in place or on top.
sub claims {
    my ($more, $scopes) = @_;
    my @scopes = split / /, $scopes // 'contacts.readonly contacts.write';
    my %claim = (
        authClass => '"Location"', authClassId => qq("$location"),
        oauthMeta => '{"scopes":[' . join(',', map { qq("$_") } @scopes) . ']}',
        exp => 4102444800, %{ $more || {} },
    );
    return '{' . join(',', map { qq("$_":$claim{$_}) }
                           grep { defined $claim{$_} } sort keys %claim) . '}';
}


# A token of a header and claims as JSON texts, signed by a secret's or key's
# name, or by a function of what is signed.
sub jwt {
    my ($header, $claims, $by) = @_;
    my $signed = join '.', map { encode_base64url($_) } $header,
                                                        $claims // claims();
    return "$signed." . encode_base64url(signature($signed, $by // 'demo'));
}


sub signature {
    my ($signed, $by) = @_;
    return $by->($signed) if ref $by;
    return hmac_sha256($signed, $secret{$by}) if $secret{$by};

    spew('signed', $signed);
    openssl("pkeyutl -sign -rawin -in signed -inkey $by.key -out signature"
          . ($by =~ /rsa/ ? ' -digest sha256' : ''));
    return slurp('signature');
}


# A token of exactly so many characters; base64 skips some lengths.
sub jwt_of_length {
    my ($length) = @_;

    for my $space (0 .. 3) {
        my $header = '{"alg":"HS256"' . ' ' x $space . '}';
        my $pad = int(($length - length jwt($header)) * 3 / 4) - 9;

        for my $n ($pad - 4 .. $pad + 4) {
            my $jwt = jwt($header, claims({ pad => '"' . 'x' x $n . '"' }));
            return $jwt if length $jwt == $length;
        }
    }
    die "no token of $length characters\n";
}


sub hs256 { return jwt('{"alg":"HS256","kid":"demo"}', @_) }
sub headers { return map { "Authorization: Bearer $_\nVersion: v3" } @_ }
sub key_files {
    return join ' ', map { my ($alg, $file, @kid) = split / /;
                           "labels_jwt_key $alg $dir/$file @kid;" } @_;
}


make_keys();
suite();
run_tests();

__DATA__

=== TEST 1: the test vector, on every route
--- config eval
Labels::dialects(main::key_files('HS256 demo demo'))
--- request eval
my ($c, $l) = ('/contacts/${contact.hal.highlevel_id}', '/locations/${account.1.highlevel_location}/tags');
["GET $c", "POST $c/tags\n{\"tags\":[\"vip\"]}", "DELETE $c/tags\n{\"tags\":[\"customer\"]}",
 "POST /contacts/bulk/tags/update/add\n{\"contacts\":[\"\${contact.kit.highlevel_id}\",\"\${contact.gus.highlevel_id}\"],\"tags\":[\"vip\"],\"locationId\":\"\${account.1.highlevel_location}\"}",
 "GET $l", "POST $l\n{\"name\":\"x\"}", "GET $l/\${label.VIP.highlevel_id}", "PUT $l/\${label.VIP.highlevel_id}\n{\"name\":\"x\"}", "DELETE $l/\${label.VIP.highlevel_id}", "HEAD $c", "GET $c"]
--- more_headers eval
[(main::headers($main::vector)) x 10, main::headers('${cred.hl_read}')]
--- error_code eval
[200, 201, 200, 201, (401) x 5, 200, 200]
--- response_body_like eval
['"locationId":"ve9EPM428h8vShlRW1KT","contactName":"Hal Level","tags":\["customer"\]', '"tagsAdded":\["vip"\]', '"tags":\["vip"\],"tagsRemoved":\["customer"\]', '"errorCount":1.*"tagsAdded":\["vip"\].*does not belong',
 ('"The token is not authorized for this scope\."') x 5, '^$', '"tags":\["vip"\]']

=== TEST 2: the location's tags
--- config eval
Labels::dialects(main::key_files('HS256 demo demo'))
--- request eval
my $p = '/locations/${account.1.highlevel_location}/tags';
["GET $p", "GET $p/\${label.VIP.highlevel_id}", "POST $p\n{\"name\":\"A\"}", "PUT $p/\${label.VIP.highlevel_id}\n{\"name\":\"b\"}", "DELETE $p/\${label.VIP.highlevel_id}", "GET $p/\${label.Globex Only.highlevel_id}", "GET $p", "POST $p\n{\"name\":\"B\"}"]
--- more_headers eval
my ($read, $write) = map { main::hs256(main::claims({}, "locations/tags.$_")) } 'readonly', 'write';
[main::headers($read, $read, $write, $write, $write, $read, $write, $read)]
--- error_code eval
[200, 200, 201, 200, 200, 400, 401, 401]
--- response_body_like eval
['"customer"', '"vip"', '"name":"a","locationId":"ve9EPM428h8vShlRW1KT"', '"name":"b"', '"succeded":true', '"Tag not found', 'scope', 'scope']

=== TEST 3: algorithms, with a kid and without; other claims and header members do not matter
--- config eval
Labels::dialects(main::key_files('HS256 demo demo', 'RS256 rsa r', 'EdDSA ed.pem e', 'RS256 rsa2.pem', 'HS256 next') =~ s{/rsa r}{/rsa.pem r}r)
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 15]
--- more_headers eval
[main::headers(
    main::jwt('{"alg":"HS256","kid":"demo"}'), main::jwt('{"alg":"HS256"}'), main::jwt('{"alg":"HS256"}', undef, 'next'),
    main::jwt('{"alg":"RS256","kid":"r","typ":"at+jwt"}', undef, 'rsa'), main::jwt('{"alg":"RS256"}', undef, 'rsa'), main::jwt(' {"alg" : "RS256"} ', undef, 'rsa2'),
    main::jwt('{"kid":"e","alg":"EdDSA"}', undef, 'ed'), main::jwt('{"alg":"EdDSA","jku":"x","x":null}', undef, 'ed'),
    main::hs256(main::claims({ iat => '"x"', iss => 1, aud => '[]', companyId => 'null', locationId => '"y"', source => '"INTEGRATION"' })), main::hs256(main::claims({ exp => '4102444800.5' })), main::hs256(main::claims({ exp => '4.1e9', nbf => 0 })),
    main::hs256(main::claims({ oauthMeta => '{"scopes":[1,null,"contacts.readonly","contacts.readonly"],"x":1}' })), '${cred.hl_read}'),
 "authorization: bEARER   $main::vector  \nversion: v3", "Version: 2023-02-21\nAuthorization: Bearer $main::vector"]
--- error_code eval
[(200) x 15]

=== TEST 4: algorithms that are none, and keys of another kind
--- config eval
Labels::dialects(main::key_files('HS256 demo demo', 'RS256 rsa.pem r', 'EdDSA ed.pem e', 'HS256 next'))
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 21]
--- more_headers eval
my $pem = sub { Digest::SHA::hmac_sha256($_[0], main::slurp('rsa.pem')) };
my $hs = sub { Digest::SHA::hmac_sha256($_[0], $main::secret{demo}) };
[main::headers(
    (map { main::jwt(qq({"alg":"$_","kid":"demo"}), undef, sub { '' }) } 'none', 'None', 'HS256', ''), main::jwt('{"alg":"none"}'), (map { main::jwt(qq({"alg":"$_","kid":"demo"})) } 'hs256', 'HS512', 'HS256 ', 'RS256', 'EdDSA'),
    main::jwt('{"alg":"HS256"}', undef, $pem), main::jwt('{"alg":"HS256","kid":"r"}', undef, $pem), main::jwt('{"alg":"HS256","kid":"r"}', undef, $hs),
    main::jwt('{"alg":"EdDSA","kid":"r"}', undef, 'rsa'), main::jwt('{"alg":"RS256","kid":"e"}', undef, 'ed'), main::jwt('{"alg":"RS256","kid":"r"}', undef, 'rsa2'), main::jwt('{"alg":"PS256","kid":"r"}', undef, 'rsa'),
    main::jwt('{"alg":["HS256"],"kid":"demo"}'), main::jwt('{"kid":"demo"}'), main::jwt('{"alg":"HS256"}', undef, 'other'), main::jwt('{"alg":"HS256","kid":"demo","crit":["exp"]}'))]
--- error_code eval
[(401) x 21]
--- response_body eval
[('{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"}') x 21]

=== TEST 5: a kid names the key
--- config eval
Labels::dialects(main::key_files('HS256 demo demo', 'HS256 next'))
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 8]
--- more_headers eval
[main::headers(main::jwt('{"alg":"HS256"}', undef, 'next'),
    main::jwt('{"alg":"HS256","kid":"Demo"}'), main::jwt('{"alg":"HS256","kid":"dem"}'), main::jwt('{"alg":"HS256","kid":"demo"}', undef, 'next'), main::jwt('{"alg":"HS256","kid":"x"}', undef, 'next'),
    main::jwt('{"alg":"HS256","kid":""}', undef, 'next'), main::jwt('{"alg":"HS256","kid":null}'), main::jwt('{"alg":"HS256","kid":7}'))]
--- error_code eval
[200, (401) x 7]

=== TEST 6: tokens of another form
--- config eval
Labels::dialects(main::key_files('HS256 demo demo'))
--- request eval
[("POST /contacts/\${contact.hal.highlevel_id}/tags\n{") x 23]
--- more_headers eval
my ($h, $c, $s) = split /\./, $main::vector;
my $payload = MIME::Base64::encode_base64url(main::claims({}, 'contacts.write locations/tags.write'));
[main::headers("$main::vector.", ".$main::vector", "$main::vector=", "$h=.$c.$s", "$h.$c=.$s", "$h.$c.", '..', '.', "$h.$c", "$h..$s", ".$c.$s", "$h.$payload.$s", "$h.$c." . substr($s, 0, 42), "$h.$c.$s$s", "$h.$c.${s}A", "$h.$c.+$s", "$main::vector x", "$h.$c .$s",
    (map { main::hs256($_) } '[]', 'x', main::claims() . '{}', main::claims({ 'exp":4102444800,"exp' => 4102444800 })), main::jwt('{"alg":"HS256","alg":"HS256","kid":"demo"}'))]
--- error_code eval
[(401) x 23]
--- response_body eval
[('{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"}') x 23]

=== TEST 7: two dots make a JWT, whatever the credentials say; any other number is looked up
--- config eval
Labels::dialects(main::key_files('HS256 demo demo'))
--- init
Labels::query("INSERT INTO labels.credential (digest, dialect, account_id, kind, scopes) SELECT sha256(convert_to(t, 'UTF8')), 'highlevel', 1, 'Location', '{contacts.readonly}' FROM unnest(ARRAY['a.b.c', 'a.b', 'a.b.c.d', '$main::vector.']) t");
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 4]
--- more_headers eval
[main::headers('a.b.c', 'a.b', 'a.b.c.d', "$main::vector.")]
--- error_code eval
[401, 200, 200, 200]

=== TEST 8: times, with a minute of leeway
--- config eval
Labels::dialects(main::key_files('HS256 demo demo'))
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 14]
--- more_headers eval
my $now = CORE::time;
[main::headers(map { main::hs256(main::claims($_)) } { exp => $now - 20 }, { nbf => $now + 55 }, { nbf => $now - 1 },
    { exp => $now - 61 }, { exp => $now - 3600 }, { exp => 0 }, { exp => -1 }, { exp => undef }, { exp => 'null' }, { exp => '"4102444800"' }, { exp => '[4102444800]' }, { nbf => $now + 3600 }, { nbf => '"0"' }, { nbf => 'null' })]
--- error_code eval
[(200) x 3, (401) x 11]

=== TEST 9: class and location
--- config eval
Labels::dialects(main::key_files('HS256 demo demo'))
--- request eval
[("POST /contacts/bulk/tags/update/none\n{") x 16]
--- more_headers eval
[(map { "Authorization: Bearer $_\nVersion: v3" } (map { main::hs256(main::claims($_)) } { authClass => '"Company"' }, { authClass => '"Agency"' }, { authClass => '"Company"', authClassId => undef, oauthMeta => undef },
    { authClass => undef }, { authClass => 'null' }, { authClass => '"location"' }, { authClass => '["Location"]' },
    { authClassId => undef }, { authClassId => '1' }, { authClassId => '""' }, { authClassId => '"AAAAAAAAAAAAAAAAAAAA"' }, { authClassId => '"AAAAAAAAAAAAAAAAAAAA"', oauthMeta => undef }, { authClassId => '"6b1d7c1e-0000-4000-8000-000000000001"' },
    { authClass => '"Company"', exp => 1 }), main::jwt('{"alg":"HS256"}', main::claims({ authClass => '"Company"' }), 'other')),
 'Authorization: Bearer ' . main::hs256(main::claims({ authClass => '"Company"' }))]
--- error_code eval
[(401) x 16]
--- response_body_like eval
[('\A\{"statusCode":401,"message":"This authClass type is not allowed to access this scope\. Please reach out to the Platform team to get it added\.","error":"Unauthorized"\}\z') x 3,
 ('\A\{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"\}\z') x 12, 'version header was not found']

=== TEST 10: scopes, before location, type and body
--- config eval
Labels::dialects(main::key_files('HS256 demo demo'))
--- request eval
[(map { ("POST /contacts/bulk/tags/update/none\n{", "PUT /locations/\${account.2.highlevel_location}/tags/x\n{") } 1 .. 7), "GET /contacts/\${contact.hal.highlevel_id}"]
--- more_headers eval
[map { ($_) x 2 } main::headers(map { main::hs256(main::claims($_)) } map { { oauthMeta => $_ } } undef, 'null', '{}', '{"scopes":null}', '{"scopes":"contacts.write"}', '["contacts.write"]', '{"scopes":["contacts.readonly","contacts.write ","CONTACTS.WRITE",["contacts.write"],{}]}'), main::hs256(main::claims({}, 'contacts.write'))]
--- error_code eval
[(401) x 15]
--- response_body_like eval
[('\A\{"statusCode":401,"message":"The token is not authorized for this scope\.","error":"Unauthorized"\}\z') x 14, 'Unauthorized']

=== TEST 11: another location, and a suspended one, before type and body
--- config eval
Labels::dialects(main::key_files('HS256 demo demo'))
--- request eval
my ($b, $one, $two, $nine) = ('POST /contacts/bulk/tags/update', map { "\${account.$_.highlevel_location}" } 1, 2, 9);
["POST /locations/$two/tags\n{", "GET /locations/x/tags", "DELETE /locations/%ff/tags/x", "GET /contacts/\${contact.gus.highlevel_id}", "GET /contacts/x", "$b/none\n{", "$b/add\n{\"contacts\":[\"x\"],\"tags\":[],\"locationId\":\"$two\"}",
 "$b/none\n{", "GET /locations/$nine/tags", "GET /contacts/x", "$b/add\n{\"locationId\":\"$two\"}"]
--- more_headers eval
my $s = 'contacts.readonly contacts.write locations/tags.readonly locations/tags.write';
[(main::headers(main::hs256(main::claims({}, $s)))) x 7, (main::headers(main::hs256(main::claims({ authClassId => '"D9orMaNtLoCaTiOn0009"' }, $s)))) x 3, main::headers(main::hs256(main::claims({}, $s)))]
--- error_code eval
[(403) x 4, 400, 422, (403) x 4, 422]
--- response_body_like eval
my $foreign = '\A\{"statusCode":403,"message":"The token does not have access to this location\.","error":"Forbidden"\}\z';
[($foreign) x 4, '"Contact not found for id:x"', '\["type must be a valid enum value"\]', ($foreign) x 4, '"contacts must be an array"']

=== TEST 12: the second account's token
--- config eval
Labels::dialects(main::key_files('EdDSA ed.pem'))
--- request eval
my $p = '/contacts/${contact.gus.highlevel_id}';
["GET $p", "POST $p/tags\n{\"tags\":[\"x\"]}", "GET /contacts/\${contact.hal.highlevel_id}"]
--- more_headers eval
[(main::headers(main::jwt('{"alg":"EdDSA"}', main::claims({ authClassId => '"C2QujeCh8ZnC7al2InWR"' }), 'ed'))) x 3]
--- error_code eval
[200, 201, 403]
--- response_body_like eval
['"locationId":"C2QujeCh8ZnC7al2InWR","contactName":"Gus Globex","tags":\["foreign-tag"\]', '"tagsAdded":\["x"\]', 'Forbidden']

=== TEST 13: at most 8 KiB
--- config eval
'large_client_header_buffers 4 32k; ' . Labels::dialects(main::key_files('HS256 demo demo'))
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 3]
--- more_headers eval
[main::headers(map { main::jwt_of_length($_) } 8192, 8193, 12345)]
--- error_code eval
[200, 401, 401]

=== TEST 14: keys change hands by kid
--- config eval
Labels::dialects(main::key_files('HS256 demo demo', 'HS256 next 2026', 'RS256 rsa.pem', 'RS256 rsa2.pem'))
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 7]
--- more_headers eval
[main::headers($main::vector, (map { main::jwt($_, undef, 'next') } '{"alg":"HS256","kid":"2026"}', '{"alg":"HS256"}'), main::jwt('{"alg":"RS256"}', undef, 'rsa2'), main::jwt('{"alg":"RS256"}', undef, 'rsa'), main::jwt('{"alg":"HS256","kid":"2026"}'), main::jwt('{"alg":"HS256","kid":"demo"}', undef, 'next'))]
--- error_code eval
[(200) x 5, 401, 401]

=== TEST 15: keys of the server are replaced by those of the location
--- config eval
main::key_files('HS256 demo demo') . 'location /contacts/ { labels highlevel; } location /locations/ { labels highlevel; ' . main::key_files('HS256 next') . '}'
--- request eval
["GET /contacts/\${contact.hal.highlevel_id}", "GET /contacts/\${contact.hal.highlevel_id}", "GET /locations/\${account.1.highlevel_location}/tags", "GET /locations/\${account.1.highlevel_location}/tags"]
--- more_headers eval
my $c = main::claims({}, 'contacts.readonly locations/tags.readonly');
[main::headers(map { main::jwt('{"alg":"HS256"}', $c, $_) } qw(demo next demo next))]
--- error_code eval
[200, 401, 401, 200]

=== TEST 16: without keys no JWT is good; private tokens are
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 3]
--- more_headers eval
[main::headers($main::vector, main::jwt('{"alg":"none"}', undef, sub { '' }), '${cred.hl_read}')]
--- error_code eval
[401, 401, 200]
--- response_body_like eval
[('\A\{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"\}\z') x 2, '"tags"']

=== TEST 17: a limit and a log know it by its digest, good or bad
--- http_config eval
Labels::labels_database() . 'limit_req_zone $labels_credential zone=hl:1m rate=1r/m; limit_req_status 429; limit_req_log_level info;'
--- config eval
Labels::dialects(main::key_files('HS256 demo demo') . ' limit_req zone=hl; labels_rate 100r/10s; add_header X-Credential $labels_credential always;')
--- request eval
[("GET /contacts/\${contact.hal.highlevel_id}") x 4]
--- more_headers eval
[main::headers($main::vector, "${main::vector}AAAA", $main::vector, "${main::vector}AAAA")]
--- error_code eval
[200, 401, 429, 429]
--- response_headers eval
['X-Credential: ' . Digest::SHA::sha256_hex($main::vector), 'X-Credential: ' . Digest::SHA::sha256_hex("${main::vector}AAAA"), ("x-ratelimit-max: 100\nx-ratelimit-interval-milliseconds: 10000\nx-ratelimit-remaining: 0\nRetry-After: 1") x 2]
