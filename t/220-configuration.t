# Configuration errors stop nginx with the directive's name and the remedy.

use File::Temp qw(tempdir);
use Labels;
use Test::Nginx::Socket 'no_plan';

our $keys = tempdir('labels-keys-XXXXXX', TMPDIR => 1, CLEANUP => 1);

my %file = (short => 'x' x 31 . "\r\n", empty => '', large => 'x' x 65537);
for (keys %file) {
    open my $out, '>:raw', "$keys/$_" or die "$_: $!\n";
    print {$out} $file{$_};
    close $out;
}

my %algorithm = (rsa1024 => 'RSA -pkeyopt rsa_keygen_bits:1024',
                 rsa => 'RSA -pkeyopt rsa_keygen_bits:2048',
                 ed25519 => 'ED25519', ed448 => 'ED448');
for (keys %algorithm) {
    my $key = "openssl genpkey -algorithm $algorithm{$_}";
    system("$key 2> $keys/log | tee $keys/$_.key | openssl pkey -pubout "
         . "-out $keys/$_.pem 2>> $keys/log") == 0 or die "no $_ key\n";
}

suite();
run_tests();

__DATA__

=== TEST 1: an unknown dialect
--- config
location / { labels whatsapp; }
--- must_die
--- error_log
unknown dialect "whatsapp", use one of: chatwoot leadlex highlevel kirimchat wawp

=== TEST 2: no database
--- http_config
--- config
location / { labels wawp; }
--- must_die
--- error_log
"labels wawp" has no database, add a "labels_database" block to http

=== TEST 3: a choice of databases
--- http_config
labels_database a { conninfo "dbname=x"; }
labels_database b { conninfo "dbname=x"; }
--- config
location / { labels wawp; }
--- must_die
--- error_log
"labels wawp" has a choice of databases, name one by "labels_use"

=== TEST 4: a database that is not there
--- config
location / { labels wawp; labels_use other; }
--- must_die
--- error_log
"labels_use other" names no "labels_database" block

=== TEST 5: a block without conninfo
--- http_config
labels_database a { connections 1; }
--- must_die
--- error_log
labels_database "a" has no "conninfo"

=== TEST 6: a bad conninfo
--- http_config
labels_database a { conninfo "hots=x"; }
--- must_die
--- error_log
labels_database "a": invalid "conninfo": invalid connection option "hots"

=== TEST 7: a host that does not resolve
--- http_config
labels_database a { conninfo "host=no-such-host.invalid"; }
--- must_die
--- error_log
host "no-such-host.invalid" was not found, name an address in hostaddr

=== TEST 8: a directive that the block does not know, and one given twice
--- http_config
labels_database a { conninfo "dbname=x"; poolsize 3; }
--- must_die
--- error_log
unknown directive "poolsize" in a labels_database block

=== TEST 9: a directive given twice
--- http_config
labels_database a { conninfo "dbname=x"; conninfo "dbname=y"; }
--- must_die
--- error_log
"conninfo" in labels_database: is duplicate

=== TEST 10: out of bounds
--- http_config
labels_database a { conninfo "dbname=x"; connections 0; }
--- must_die
--- error_log
value must be between 1 and 64
"connections" in labels_database

=== TEST 11: timeouts that contradict each other
--- http_config
labels_database a { conninfo "dbname=x"; request_timeout 1s; isolation_lock_timeout 1s; }
--- must_die
--- error_log
"isolation_lock_timeout" must be shorter than "request_timeout"

=== TEST 12: a rate of another shape
--- config
location / { labels wawp; labels_rate 60/m; }
--- must_die
--- error_log
invalid rate "60/m", write it as 60r/m, read=600r/m or 100r/10s

=== TEST 13: the same dialect twice
--- config
location / { labels wawp; labels wawp; }
--- must_die
--- error_log
"labels" directive is duplicate

=== TEST 14: readiness without a database
--- http_config
--- config
location / { labels_ready; }
--- must_die
--- error_log
"labels_ready" has no database, add a "labels_database" block to http

=== TEST 15: readiness of one of several
--- http_config
labels_database a { conninfo "dbname=x"; }
labels_database b { conninfo "dbname=x"; }
--- config
location / { labels_ready; }
--- must_die
--- error_log
"labels_ready" has a choice of databases, name one by "labels_use"

=== TEST 16: metrics without a database
--- http_config
--- config
location / { labels_status; }
--- request
GET /
--- error_code: 404

=== TEST 17: databases by name, several of them, and every directive
--- http_config eval
Labels::labels_database('connections 1; isolation_connections 2; queue 10; batch 8; batch_bytes 64k; connect_timeout 1s; request_timeout 5s; lock_timeout 20ms; isolation_lock_timeout 1s; max_lifetime 1m; backoff 200ms; retry_after 7s; prepare off;')
. 'labels_database other { conninfo "host=/nowhere dbname=x"; retry_after 9s; } labels_use other;'
--- config
location /v1/ { labels kirimchat; }
location /v2/ { labels wawp; labels_use main; }
--- request eval
["GET /v1/contacts/\${contact.kim.kirimchat_id}/labels", "GET /v2/labels/chats/12345?access_token=\${cred.wa_token}&instance_id=A1B2C3D4E5F6",
 "PUT /v2/labels/1/chats/12345?access_token=\${cred.wa_token}&instance_id=A1B2C3D4E5F6"]
--- more_headers
Authorization: Bearer ${cred.kc_key}
--- error_code eval
[503, 200, 200]
--- response_headers eval
['Retry-After: 9', '! Retry-After', '! Retry-After']

=== TEST 18: a key of an algorithm that is unknown, or spelled another way
--- config
location / { labels highlevel; labels_jwt_key hs256 secret; }
--- must_die
--- error_log
unknown algorithm "hs256" in "labels_jwt_key", use HS256, RS256 or EdDSA

=== TEST 19: a key without a file
--- config
location / { labels highlevel; labels_jwt_key RS256; }
--- must_die
--- error_log
invalid number of arguments in "labels_jwt_key" directive

=== TEST 20: a key file that is missing
--- config
location / { labels highlevel; labels_jwt_key RS256 /nowhere/key.pem r; }
--- must_die
--- error_log
"labels_jwt_key" cannot open "/nowhere/key.pem"
No such file or directory

=== TEST 21: a directory in place of a key file
--- config eval
"location / { labels highlevel; labels_jwt_key EdDSA $main::keys; }"
--- must_die
--- error_log
"labels_jwt_key" cannot read

=== TEST 22: a secret that is too short: its line end does not count
--- config eval
"location / { labels highlevel; labels_jwt_key HS256 $main::keys/short; }"
--- must_die
--- error_log
short": a secret of HS256 has at least 32 bytes

=== TEST 23: a file that is no key
--- config eval
"location / { labels highlevel; labels_jwt_key HS256 $main::keys/large; }"
--- must_die
--- error_log
large" is larger than 64 KiB

=== TEST 24: an RSA key that is too short
--- config eval
"location / { labels highlevel; labels_jwt_key RS256 $main::keys/rsa1024.pem; }"
--- must_die
--- error_log
rsa1024.pem": a key of RS256 has at least 2048 bits

=== TEST 25: keys of another algorithm
--- config eval
"location / { labels highlevel; labels_jwt_key RS256 $main::keys/ed25519.pem; }"
--- must_die
--- error_log
ed25519.pem": no RSA key

=== TEST 26: an RSA key for EdDSA
--- config eval
"location / { labels highlevel; labels_jwt_key EdDSA $main::keys/rsa.pem; }"
--- must_die
--- error_log
rsa.pem": no Ed25519 key

=== TEST 27: an Ed448 key for EdDSA
--- config eval
"location / { labels highlevel; labels_jwt_key EdDSA $main::keys/ed448.pem; }"
--- must_die
--- error_log
ed448.pem": no Ed25519 key

=== TEST 28: a private key in place of a public one
--- config eval
"location / { labels highlevel; labels_jwt_key RS256 $main::keys/rsa.key; }"
--- must_die
--- error_log
rsa.key": no public key in PEM

=== TEST 29: an empty key file
--- config eval
"location / { labels highlevel; labels_jwt_key EdDSA $main::keys/empty; }"
--- must_die
--- error_log
empty": no public key in PEM

=== TEST 30: a cap that is no number, and one that is out of bounds
--- config
location / { labels wawp; labels_cap -1; }
--- must_die
--- error_log
"labels_cap" directive invalid

=== TEST 31: connections of the bulk lane
--- http_config
labels_database a { conninfo "dbname=x"; bulk_connections 0; }
--- must_die
--- error_log
value must be between 1 and 64
"bulk_connections" in labels_database
