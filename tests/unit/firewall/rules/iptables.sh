#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# iptables-nft, as users and Docker write it
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A INPUT -m conntrack ! --ctstate NEW -j DROP
iptables -A INPUT -p tcp -m multiport --dports 22,80:90 -j ACCEPT
iptables -A INPUT -p udp -m multiport --sports 53 -j ACCEPT
iptables -A INPUT -m state --state NEW -p udp --dport 4500 -m comment --comment ike -j LOG
iptables -A INPUT -p tcp --syn --sport 1024: --dport 3128 -j REJECT
iptables -A INPUT -p udp -s 203.0.113.1 --dport 500 -m state --state NEW -m comment --comment ike -j ACCEPT
iptables -P FORWARD DROP
iptables -A FORWARD -p icmp -j ACCEPT
iptables -N DOCKER
iptables -A FORWARD -o docker0 -j DOCKER
iptables -A FORWARD -i lan0 ! -o docker0 -j ACCEPT
iptables -A DOCKER -m addrtype --dst-type LOCAL -j RETURN
iptables -t nat -A POSTROUTING -s 192.168.0.0/24 ! -o docker0 -j MASQUERADE
iptables -t mangle -A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu
ip6tables -P INPUT ACCEPT
ip6tables -A INPUT -p esp -j REJECT
