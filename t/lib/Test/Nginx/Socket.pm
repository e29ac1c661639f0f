# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# A driver for declarative suites in the format of Test::Nginx::Socket, on
# Test::Base.  Suites use only sections that the CPAN module of this name knows
# as well, so that the same files run under either.  One habit is added: a
# block fails when its error log has an alert or a sanitizer's report.

package Test::Nginx::Socket;

use strict;
use warnings;

use Test::Base -base;

use List::Util ();
use Test::Nginx::Socket::Client qw(exchange);
use Test::Nginx::Socket::Server;
use Test::Nginx::Socket::Sink;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
    add_block_preprocessor blocks env_to_nginx html_dir log_level master_off
    master_on no_long_string no_root_location no_shuffle plan repeat_each
    run_tests server_port server_root timeout worker_connections workers
);

my $server = Test::Nginx::Socket::Server->new;
my $repeat = 1;
my @preprocessors;
my $timeout = $ENV{TEST_NGINX_TIMEOUT} || 5;


sub repeat_each() { $repeat = $_[0] if @_; return $repeat }
sub workers($) { $server->{workers} = $_[0]; return }
sub worker_connections($) { $server->{connections} = $_[0]; return }
sub master_on() { $server->{master} = 1; return }
sub master_off() { $server->{master} = 0; return }
sub log_level($) { $server->{log_level} = $_[0]; return }
sub env_to_nginx(@) { push @{ $server->{env} }, @_; return }
sub server_port() { return $server->{port} }
sub server_root() { return $server->{root} }
sub html_dir() { return "$server->{root}/html" }
sub timeout(@) { $timeout = $_[0] if @_; return $timeout }
sub add_block_preprocessor(&) { push @preprocessors, $_[0]; return }

# the CPAN module's switches that mean nothing here: blocks keep their order,
# strings are shown whole, and there is no root location to leave out
sub no_shuffle() { return }
sub no_long_string() { return }
sub no_root_location() { return }


sub run_tests() {
    for my $block (blocks()) {
        $_->($block) for @preprocessors;
        eval $block->init if defined $block->init;
        die $@ if $@;
        next if skipped($block);
        run_block($block) for 1 .. $repeat;
    }

    $server->stop;
    check_end('the last block');
    return;
}


# Whether the condition of "skip_eval: <tests>: <condition>" holds.
sub skipped {
    my ($block) = @_;
    return 0 if !defined $block->skip_eval;

    my ($tests, $condition) = $block->skip_eval =~ /\A\s*(\d+)\s*:\s*(.+)/s
        or die $block->name . ": skip_eval is <tests>: <condition>\n";
    my $holds = eval $condition;
    die $block->name . ": skip_eval: $@" if $@;
    return 0 if !$holds;

    SKIP: { skip($block->name . ' - skip_eval', $tests * $repeat) }
    return 1;
}


sub run_block {
    my ($block) = @_;
    my $name = $block->name;

    return expect_death($block) if defined $block->must_die;

    my $mark = $server->ensure($block);
    check_end("before $name");

    if (!defined $mark) {
        fail("$name - nginx did not start");
        diag($server->start_error);
        return;
    }

    my $sink = sink_of($block);
    my @requests = requests_of($block);
    my @answers = exchange($server->{port}, \@requests,
                           $block->timeout || $timeout, $block);

    if (!defined $block->ignore_response && !defined $block->abort) {
        check_answer($block, $_, $#requests ? $_ : undef, $answers[$_])
            for 0 .. $#requests;
    }

    sleep $block->wait if $block->wait;
    check_sink($block, $sink) if $sink;
    check_log($block, settled_log($block, $mark));
    return;
}


sub sink_of {
    my ($block) = @_;
    my $address = $block->tcp_listen;
    return if !defined $address;

    return Test::Nginx::Socket::Sink->new(
        $server->expand($address =~ s/\s+//gr), "$server->{root}/tcp_query",
        scalar $block->tcp_reply);
}


# A query may arrive after the answer, as a webhook does.
sub check_sink {
    my ($block, $sink) = @_;
    my $wanted = $block->tcp_query;
    my $wait = $block->timeout || $timeout;
    my $name = $block->name . ' - tcp_query';

    if (ref $wanted) {
        like($sink->received($wait, sub { $_[0] =~ $wanted }), $wanted, $name);
    } elsif (defined $wanted) {
        is($sink->received($wait, sub { length $_[0] >= length $wanted }),
           $wanted, $name);
    }

    $sink->stop;
    return;
}


# The block's part of the error log; what it wants may be written after the
# answer.
sub settled_log {
    my ($block, $mark) = @_;
    my $until = time + 0.5;
    my $log = $server->log_since($mark);

    while (time < $until
           && grep { !found($log, $_) } patterns(scalar $block->error_log))
    {
        sleep 0.01;
        $log = $server->log_since($mark);
    }
    return $log;
}


# The requests of a block: a list of { text, pipelined }.
sub requests_of {
    my ($block) = @_;

    if (defined(my $raw = $block->raw_request)) {
        return { raw => ref $raw ? $raw : [$raw] };
    }

    if (defined(my $all = $block->pipelined_requests)) {
        my $last = $#$all;
        my $i = 0;
        return map { { text => $_, headers => headers_of($block, $i),
                       pipelined => $i++ < $last } } @$all;
    }

    my $request = defined $block->request ? $block->request
                : defined $block->request_eval ? eval $block->request_eval
                : die $block->name . ": no request\n";
    my $i = 0;

    return map { { text => $_, headers => headers_of($block, $i++) } }
           ref $request ? @$request : $request;
}


sub headers_of {
    my ($block, $i) = @_;
    return section($block, 'more_headers', $i) // '';
}


# A section's value for the i-th request: an array has one for each.
sub section {
    my ($block, $name, $i) = @_;
    my $value = $block->$name;    # in list context it might be no value
    return ref $value eq 'ARRAY' ? $value->[ $i || 0 ] : $value;
}


sub check_answer {
    my ($block, $i, $shown, $answer) = @_;
    my $name = $block->name . (defined $shown ? " - request $shown" : '');

    if ($answer->{error}) {
        fail("$name - $answer->{error}");
        return;
    }

    if (defined(my $like = section($block, 'error_code_like', $i))) {
        like($answer->{status}, qr/$like/, "$name - status");
    } else {
        my $code = section($block, 'error_code', $i) // 200;
        $code =~ s/\s+//g;
        is($answer->{status}, $code, "$name - status");
    }

    check_headers($name, $answer, section($block, 'response_headers', $i),
                  section($block, 'response_headers_like', $i));

    my %body = (
        response_body => sub { is($_[0], $_[1], $_[2]) },
        response_body_like => sub { like($_[0], qr/$_[1]/s, $_[2]) },
        response_body_unlike => sub { unlike($_[0], qr/$_[1]/s, $_[2]) },
    );

    for my $section (sort keys %body) {
        my $wanted = section($block, $section, $i);
        next if !defined $wanted;
        $wanted =~ s/\s+\z// if $section ne 'response_body';
        $body{$section}->($answer->{body}, $wanted, "$name - $section");
    }

    for my $section (qw(raw_response_headers_like raw_response_headers_unlike)) {
        my $wanted = section($block, $section, $i);
        next if !defined $wanted;
        $wanted =~ s/\s+\z//;
        my $found = $answer->{head} =~ /$wanted/s;
        ok($section =~ /unlike/ ? !$found : $found, "$name - $section");
    }
    return;
}


sub check_headers {
    my ($name, $answer, $exact, $like) = @_;

    for my $line (grep { /\S/ } split /\n/, $exact // '') {
        if ($line =~ /^\s*!\s*(\S+)/) {
            is($answer->{headers}{ lc $1 }, undef, "$name - no $1");
            next;
        }
        my ($key, $value) = $line =~ /^\s*([^:]+?)\s*:\s*(.*?)\s*$/;
        is($answer->{headers}{ lc $key }, $value, "$name - $key");
    }

    for my $line (grep { /\S/ } split /\n/, $like // '') {
        my ($key, $value) = $line =~ /^\s*([^:]+?)\s*:\s*(.*?)\s*$/;
        like($answer->{headers}{ lc $key } // '', qr/^$value$/, "$name - $key");
    }
    return;
}


# Patterns of a log section: lines of text, a regex, or an array of them.
sub patterns {
    my ($value) = @_;
    return () if !defined $value;
    return @$value if ref $value eq 'ARRAY';
    return $value if ref $value;
    return grep { /\S/ } map { s/^\s+|\s+$//gr } split /\n/, $value;
}


sub found {
    my ($log, $pattern) = @_;
    return ref $pattern ? $log =~ $pattern : index($log, $pattern) >= 0;
}


sub check_log {
    my ($block, $log) = @_;
    my $name = $block->name;

    ok(found($log, $_), "$name - error_log has $_") or diag($log)
        for patterns(scalar $block->error_log);
    ok(!found($log, $_), "$name - error_log has no $_")
        for patterns(scalar $block->no_error_log);

    if (defined(my $grep = $block->grep_error_log)) {
        $grep =~ s/\s+\z//;
        my $hits = '';
        $hits .= "$&\n" while $log =~ /$grep/g;
        is($hits, $block->grep_error_log_out // '', "$name - grep_error_log");
    }

    check_alerts($log, $name) if !defined $block->allow_alerts;
    return;
}


# Only an alert makes a test, so that plans hold under the CPAN module as well.
sub check_alerts {
    my ($log, $name) = @_;
    my @alerts = grep { /\[(?:alert|emerg)\]|Sanitizer|runtime error:/ }
                 split /\n/, $log;

    fail("$name - no alerts") if @alerts;
    diag($_) for @alerts;
    return;
}


# What an nginx that has ended said at its end.
sub check_end {
    my ($name) = @_;
    check_alerts($server->last_words, "end of nginx, $name");
    return;
}


sub expect_death {
    my ($block) = @_;
    my ($died, $log) = $server->start_and_die($block);

    ok($died, $block->name . ' - nginx refuses to start');
    ok(found($log, $_), $block->name . " - says $_") or diag($log)
        for patterns(scalar $block->error_log);
    return;
}


END {
    $server->stop if $server;
}


1;
