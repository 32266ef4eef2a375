#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# BFD with BIRD, authenticated by SHA1; a key that differs never comes up, and
# a strict tunnel is not used then.

. "$(dirname "$0")/../lib/all.sh"
keyed="					bfd = yes
					bfd_interval = 100
					bfd_auth = meticulous-sha1
					bfd_key_id = 7"
tunnel_extra 0 "$keyed
					bfd_password = a shared secret"
tunnel_extra 1 "$keyed
					bfd_strict = yes
					bfd_password = another secret"
native_begin alibaba bird
stop cloud/bird/bird
bird_bfd 100 "a shared secret" 0 1
bird_start cloud
silence_begin
must holds "charon starts with Cygnet" cygnet_start
must becomes 30 "BIRD sees three sessions" bird_sessions_are cloud 3

becomes 10 "the session with the right key is up" bird_bfd_up 1
becomes 10 "the strict tunnel with the wrong key is not used" \
	all_ways_are "$(links_but 1)"
stays 2 "nor later" all_ways_are "$(links_but 1)"
silence 0
soon 2 "silence: BFD takes the way out" all_ways_are "$(links_but 0 1)"
unsilence
becomes 10 "it speaks again" all_ways_are "$(links_but 1)"

tunnel_extra 1 "$keyed
					bfd_strict = yes
					bfd_password = a shared secret"
cygnet_conf interface
holds "reload with the right key" ctl reload
becomes 10 "both sessions are up" bird_bfd_up 2
becomes 5 "three ways" all_ways_are "$(links_but)"
refuses "the keys are in no view" grep -q "secret" <(ctl status --json;
	ctl tunnels --json)
refuses "nor in the log" grep -q "secret" "$LAB_RUN/site/charon.log"
case_end
