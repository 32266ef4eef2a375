# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034
#
# The scenarios: what the clouds' own guides publish, as data. INSIDE4 and
# INSIDE6 are the networks of the tunnels less their last digit; the inside
# IPv4 networks start at .0, the cloud has .1 (AWS and Alibaba both do that).

# Alibaba Cloud: three connections to one customer gateway
scenario_alibaba()
{
	SCENARIO=alibaba
	BUNDLE=alibaba
	TUNNELS=(ali-1 ali-2 ali-3)
	OUTER=(203.0.113.1 203.0.113.2 203.0.113.3)
	IF_ID=(1 2 3)
	INSIDE4=(169.254.10 169.254.11 169.254.12)
	INSIDE6=(fd00:a:10:: fd00:a:11:: fd00:a:12::)
	SITE_AS=65530
	CLOUD_AS=65531
	ROUTER_ID=192.168.50.216
	SITE_NETS=(192.168.0.1/24 192.168.1.1/24 192.168.2.1/24
		fd65:530:0:1::1/64 fd65:530:0:2::1/64)
	CLOUD_NETS=(10.0.0.1/24 10.0.1.1/24
		fd65:531:0:1::1/64 fd65:531:0:2::1/64)
	IKE_PROPOSAL=aes128-sha1-modp2048
	ESP_PROPOSAL=aes128-sha1-modp2048
	IKE_LIFETIME=86400
	ESP_LIFETIME=86400
}

# AWS Site-to-Site VPN: the two tunnels of one connection
scenario_aws()
{
	SCENARIO=aws
	BUNDLE=aws
	TUNNELS=(aws-1 aws-2)
	OUTER=(203.0.113.1 203.0.113.2)
	IF_ID=(1 2)
	INSIDE4=(169.254.44 169.254.45)
	INSIDE6=(fd00:a:44:: fd00:a:45::)
	SITE_AS=65000
	CLOUD_AS=64512
	ROUTER_ID=192.168.50.216
	SITE_NETS=(192.168.50.1/24 fd65:500:0:1::1/64)
	CLOUD_NETS=(10.20.0.1/24 10.20.1.1/24 fd64:512:0:1::1/64)
	IKE_PROPOSAL=aes256gcm16-prfsha384-ecp384
	ESP_PROPOSAL=aes256gcm16-ecp384
	IKE_LIFETIME=28800
	ESP_LIFETIME=3600
}

# The same as conf/examples/aws.conf has it
scenario_example()
{
	scenario_aws
	SITE_OUTER=198.51.100.1
	SITE_GATEWAY=198.51.100.2
	INSIDE4=(169.254.33 169.254.47)
	ROUTER_ID=192.168.0.1
	SITE_NETS=(192.168.0.1/24)
	CLOUD_NETS=(10.20.0.1/24)
}

scenario()
{
	case $1 in
		alibaba|aws|example) "scenario_$1" ;;
		*) die "no scenario '$1' (alibaba, aws, example)" ;;
	esac
}

# nets 4|6 NET…: those of one family, one a line
nets()
{
	local family=$1 net
	shift
	for net in "$@"
	do
		case $family$net in
			6*:*|4*.*) net_of "$net" ;;
		esac
	done
}
