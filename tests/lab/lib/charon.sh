# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The distribution's own charon-systemd in a namespace, with a configuration,
# plugin folder and sockets of its own. Nothing of the machine's is changed:
# the plugin folder with Cygnet in it stands over the system's one in charon's
# own mount namespace only.

CHARON_PLUGINS="random nonce aes sha1 sha2 hmac kdf openssl gcm pem pkcs1 pkcs8
	x509 pubkey constraints revocation kernel-netlink socket-default vici"

# charon_conf NS [EXTRA-PLUGIN-LINES]; CHARON_EXTRA: an option of both sides;
# CHARON_RETRANSMIT=default: requests are sent again when charon thinks best
charon_conf()
{
	local where=$1 extra=${2:-} dir=$LAB_RUN/$1 plugin
	mkdir -p "$dir"
	{
		echo "charon {"
		echo "	load_modular = yes"
		echo "	install_routes = no"
		echo "	process_route = no"
		echo "	replay_window = 1024"
		echo "	${CHARON_EXTRA:-}"
		# All tunnels have one address at the site: to the cloud it looks
		# like many half-open ones of one peer, and charon's cookies and
		# a retransmission that crosses them end in failed authentication.
		echo "	cookie_threshold = 0"
		echo "	block_threshold = 0"
		# gives a peer up after 14 s; charon's own times, 165 s
		if [ "${CHARON_RETRANSMIT:-short}" = short ]
		then
			echo "	retransmit_timeout = 2"
			echo "	retransmit_base = 1.4"
			echo "	retransmit_tries = 3"
		fi
		echo "	filelog {"
		echo "		main {"
		echo "			path = $dir/charon.log"
		echo "			flush_line = yes"
		echo "			time_format = %H:%M:%S"
		echo "			time_add_ms = yes"
		echo "			append = yes"
		echo "			default = 1"
		echo "		}"
		echo "	}"
		echo "	syslog { daemon { default = -1 } }"
		echo "	plugins {"
		for plugin in $CHARON_PLUGINS
		do
			if [ "$plugin" = vici ]
			then
				printf '\t\tvici {\n\t\t\tload = yes\n'
				printf '\t\t\tsocket = unix://%s\n\t\t}\n' "$dir/vici.sock"
			else
				echo "		$plugin { load = yes }"
			fi
		done
		echo "$extra"
		echo "	}"
		echo "}"
		echo "swanctl {"
		echo "	load = pem pkcs1 x509 pubkey random openssl"
		echo "}"
	} >"$dir/strongswan.conf"
}

# connection LOCAL REMOTE NAME IF_ID START: one of swanctl.conf's connections.
# SITE_CLOSE=none: the site lets stay away what the cloud deletes.
# SITE_UNIQUE=never: it never says that it knows of no SA
connection()
{
	local here=$1 there=$2 name=$3 if_id=$4 start=$5 dead=restart
	local closed=${SITE_CLOSE:-start}
	local unique=${SITE_UNIQUE:+unique = $SITE_UNIQUE}
	[ "$start" != none ] || dead=clear closed=none unique=
	cat <<CONF
	$name {
		version = 2
		local_addrs = $here
		remote_addrs = $there
		proposals = $IKE_PROPOSAL
		rekey_time = ${IKE_LIFETIME}s
		mobike = no
		dpd_delay = 2s
		$unique
		keyingtries = 0
		if_id_in = $if_id
		if_id_out = $if_id
		local {
			auth = psk
			id = $here
		}
		remote {
			auth = psk
			id = $there
		}
		children {
			$name {
				local_ts = 0.0.0.0/0, ::/0
				remote_ts = 0.0.0.0/0, ::/0
				esp_proposals = $ESP_PROPOSAL
				rekey_time = ${ESP_LIFETIME}s
				start_action = $start
				dpd_action = $dead
				close_action = $closed
			}
		}
	}
CONF
}

# swanctl_conf NS site|cloud|none: connections and secrets of one side
swanctl_conf()
{
	local where=$1 side=$2 i numbers=("${!TUNNELS[@]}")
	[ "$side" != none ] || numbers=()
	(cd "$LAB_RUN/$where" && mkdir -p swanctl/{x509,x509ca,x509ocsp,x509aa} \
		swanctl/{x509ac,x509crl,pubkey,private,rsa,ecdsa,bliss,pkcs8,pkcs12})
	{
		echo "connections {"
		for i in "${numbers[@]}"
		do
			if [ "$side" = site ]
			then
				connection "$SITE_OUTER" "${OUTER[$i]}" "${TUNNELS[$i]}" \
					"${IF_ID[$i]}" "${SITE_START:-start}"
			else
				connection "${OUTER[$i]}" "$SITE_OUTER" "${TUNNELS[$i]}" \
					"$((IF_ID[i] + 100))" none
			fi
		done
		echo "}"
		echo "secrets {"
		for i in "${numbers[@]}"
		do
			echo "	ike-${TUNNELS[$i]} {"
			echo "		id-1 = $SITE_OUTER"
			echo "		id-2 = ${OUTER[$i]}"
			echo "		secret = \"lab secret of ${TUNNELS[$i]}\""
			echo "	}"
		done
		echo "}"
	} >"$LAB_RUN/$where/swanctl/swanctl.conf"
}

# charon_plugins NS PLUGIN.so: the plugin folder of this charon's own. What is
# there is not copied again: a start is no installation, and may be measured.
charon_plugins()
{
	local over=$LAB_RUN/$1/plugins plugin=$2 from=
	[ ! -e "$over.from" ] || read -r from <"$over.from"
	[ "$from" != "$plugin" ] || return 0
	rm -rf "$over"
	mkdir -p "$over"
	cp /usr/lib/ipsec/plugins/*.so "$over/"
	cp "$plugin" "$over/libstrongswan-cygnet.so"
	echo "$plugin" >"$over.from"
}

# charon_start NS [PLUGIN.so]
charon_start()
{
	local where=$1 plugin=${2:-} dir=$LAB_RUN/$1 over=
	if [ -n "$plugin" ]
	then
		over=$dir/plugins
		charon_plugins "$where" "$plugin"
	fi
	rm -f "$dir/vici.sock"
	STRONGSWAN_CONF=$dir/strongswan.conf SWANCTL_DIR=$dir/swanctl \
		spawn "$where/charon" "$where" "$LAB_TOP/tests/lab/lib/charon-exec" \
		"$over"
	wait_for 30 test -S "$dir/vici.sock" || {
		tail -n 20 "$dir/charon.log" >&2
		return 1
	}
}

# swan NS ARG…: swanctl for the charon of a namespace
swan()
{
	local where=$1
	shift
	SWANCTL_DIR=$LAB_RUN/$where/swanctl \
		STRONGSWAN_CONF=$LAB_RUN/$where/strongswan.conf swanctl "$@" \
		--uri "unix://$LAB_RUN/$where/vici.sock" 9>&-
}

# swan_load NS: what swanctl.conf holds goes into charon
swan_load()
{
	swan "$1" --load-all >"$LAB_RUN/$1/load.log" 2>&1 || {
		cat "$LAB_RUN/$1/load.log" >&2
		return 1
	}
}

# sas_up NS N: are N CHILD_SAs installed?
sas_up()
{
	[ "$(swan "$1" --list-sas --raw | grep -o 'state=INSTALLED' | wc -l)" \
		-ge "$2" ]
}
