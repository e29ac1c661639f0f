# shellcheck shell=bash
# Copyright (c) the ngx_http_labels_module authors
# SPDX-License-Identifier: BSD-2-Clause
#
# What the scripts share.  Sourced, after `root` is set to the project's folder.

say() {
    printf '%s\n' "$*" >&2
}


die() {
    say "${0##*/}: $*"
    exit 1
}


# The folder of PostgreSQL's server programs.
pg_bin() {
    local dir

    for dir in /usr/lib/postgresql/*/bin; do
        [ -x "$dir/initdb" ] && latest=$dir
    done

    [ -n "${latest:-}" ] || die "no PostgreSQL server, install postgresql-15"
    printf '%s\n' "$latest"
}


# The system user of a private cluster: PostgreSQL refuses to run as root.
pg_user() {
    if [ "$(id -u)" = 0 ]; then
        printf 'postgres\n'
    else
        id -un
    fi
}


# Runs a command as that user, from a folder that it may enter.
as_pg_user() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        "$@"
    fi
}


# A folder for a cluster and its socket, owned by its user.  Below the wanted
# one, or, where the user cannot get there or the socket's path would be too
# long (107 bytes), below /var/tmp with a link from the wanted place.
pg_home() {
    local wanted=$1 home

    mkdir -p "$wanted"

    if [ "${#wanted}" -lt 80 ] && chown "$(pg_user)" "$wanted" 2>/dev/null \
       && as_pg_user test -w "$wanted"
    then
        chmod 700 "$wanted"
        printf '%s\n' "$wanted"
        return
    fi

    home=/var/tmp/labels-$(printf '%s' "$wanted" | sha256sum | cut -c1-12)
    rm -rf "$wanted"
    mkdir -p "$home"
    chown "$(pg_user)" "$home"
    chmod 700 "$home"
    ln -sfn "$home" "$wanted"
    printf '%s\n' "$home"
}


# pg_create HOME [SETTING=VALUE ...]: a cluster in HOME/data, sockets in HOME.
pg_create() {
    local home=$1 setting
    shift

    [ -d "$home/data" ] && return

    as_pg_user "$(pg_bin)/initdb" -D "$home/data" -U postgres -A trust \
        -E UTF8 --locale=C.UTF-8 -N > "$home/initdb.log" 2>&1 \
        || { cat "$home/initdb.log" >&2; die "initdb failed"; }

    {
        printf "listen_addresses = ''\n"
        printf "unix_socket_directories = '%s'\n" "$home"
        printf 'max_locks_per_transaction = 256\n'

        for setting in "$@"; do
            printf '%s\n' "$setting"
        done
    } >> "$home/data/postgresql.conf"
}


pg_start() {
    local home=$1

    as_pg_user "$(pg_bin)/pg_ctl" -D "$home/data" status > /dev/null 2>&1 \
        && return

    as_pg_user "$(pg_bin)/pg_ctl" -D "$home/data" -l "$home/log" -w -s start \
        || { tail -5 "$home/log" >&2; die "PostgreSQL did not start"; }
}


pg_stop() {
    local home=$1

    [ -d "$home/data" ] || return 0
    as_pg_user "$(pg_bin)/pg_ctl" -D "$home/data" -m fast -w -s stop || true
}
