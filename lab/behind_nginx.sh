#!/usr/bin/env bash
# behind_nginx.sh NGINX… -- SERVER…: nginx and the server behind it, which end together.
nginx=() ending='' status=0
until [[ $1 == -- ]]; do nginx+=("$1"); shift; done
shift
# From the very beginning: nobody else would end them.
trap 'ending=1' TERM
"$@" &
server=$!
"${nginx[@]}" &
front=$!
# TERM, or the end of either, ends both.
if [[ ! $ending ]]; then
    wait -n
    status=$?
fi
kill "$front" "$server" 2>/dev/null
wait
exit "$status"
