# KirimChat: the catalogue of labels, its pages, its palette of names, and the
# order of every check.

use Labels;
use Test::Nginx::Socket 'no_plan';

suite();
run_tests();

__DATA__

=== TEST 1: bodies of GET and DELETE are ignored, but no body may be too large
--- config eval: Labels::dialects('client_max_body_size 1m;')
--- request eval
my $l = '/v1/labels/${label.Priority.kirimchat_id}';
my $large = "100001\r\n" . 'x' x 1_048_577;
["GET $l\n{", "GET $l\n$large", "GET /v1/contacts/\${contact.kim.kirimchat_id}/labels\n$large", "DELETE $l\n$large", "PATCH $l\n$large", "DELETE $l\n{"]
--- more_headers eval
my $a = 'Authorization: Bearer ${cred.kc_key}';
[$a, ("$a\nTransfer-Encoding: chunked") x 4, $a]
--- error_code eval
[200, (413) x 4, 200]
--- response_body_like eval
['"Priority"', ('\A\{"error":\{"type":"invalid_request_error","code":"request_too_large","message":"Request body is too large.","request_id":"req_\w{26}"\}\}\z') x 4, '"deleted":true']
