# Each target is one readable script.

.DEFAULT_GOAL := help

.PHONY: help run reset stop build test test-asan soak bench lint install

help:
	@echo 'make run        demo server on 127.0.0.1:8080 (PORT=, DATABASE=)'
	@echo 'make reset      restore the demo data of a running demo server'
	@echo 'make stop       stop it'
	@echo 'make build      .build/ngx_http_labels_module.so'
	@echo 'make test       all suites (TESTS=t/name.t for some)'
	@echo 'make test-asan  the same, with address and undefined sanitizers'
	@echo 'make soak       load and trouble for ten minutes (MINUTES=)'
	@echo 'make lint       warnings, static analysis, layers, style'
	@echo 'make bench      the module beside its peers (SECONDS=, ROUNDS=)'
	@echo 'make install    into nginx'\''s modules folder (DESTDIR=)'

run:
	@tools/run

reset:
	@tools/reset

stop:
	@tools/stop

build:
	@tools/packages run
	@tools/build

test:
	@tools/test

test-asan:
	@tools/test-asan

soak:
	@tools/soak

lint:
	@tools/lint

bench:
	@bench/run

install: build
	install -D -m 644 .build/ngx_http_labels_module.so \
	    $(DESTDIR)/usr/lib/nginx/modules/ngx_http_labels_module.so
