# SPDX-License-Identifier: GPL-2.0-or-later

# CYGNET_STRONGSWAN
# -----------------
# The charon plugin needs libcharon's headers, which strongSwan never installs,
# and these are right only for one release and one set of switches: a wrong
# guess calls wrong function pointers. So --with-strongswan=DIR names a
# configured source tree, which is compared with the installed libcharon.
#
# Sets: STRONGSWAN_CPPFLAGS (config.h and the headers), STRONGSWAN_CFLAGS (the
# warnings that strongSwan's headers cannot stand), STRONGSWAN_LIBS (of
# libstrongswan, for programs outside charon; the plugin links against
# nothing), strongswan_version, plugindir, strongswanconfdir, swanctldir,
# apparmordir; and the conditional STRONGSWAN.
AC_DEFUN([CYGNET_STRONGSWAN], [
AC_ARG_WITH([strongswan],
	[AS_HELP_STRING([--with-strongswan=DIR],
		[build the charon plugin against the configured source tree DIR
		 of the installed strongSwan])],
	[], [with_strongswan=no])
AC_ARG_WITH([ipsecdir],
	[AS_HELP_STRING([--with-ipsecdir=DIR],
		[where libcharon is installed @<:@/usr/lib/ipsec@:>@])],
	[], [with_ipsecdir=/usr/lib/ipsec])
AC_ARG_WITH([plugindir],
	[AS_HELP_STRING([--with-plugindir=DIR],
		[where charon looks for plugins @<:@IPSECDIR/plugins@:>@])],
	[], [with_plugindir=])
AC_ARG_WITH([strongswan-confdir],
	[AS_HELP_STRING([--with-strongswan-confdir=DIR],
		[strongswan.d, which strongswan.conf includes
		 @<:@SYSCONFDIR/strongswan.d, and /etc/strongswan.d without
		 --prefix@:>@])],
	[], [with_strongswan_confdir=])
AC_ARG_WITH([apparmordir],
	[AS_HELP_STRING([--with-apparmordir=DIR],
		[where the AppArmor abstraction goes
		 @<:@SYSCONFDIR/apparmor.d, and /etc/apparmor.d without
		 --prefix@:>@])],
	[], [with_apparmordir=])

AC_ARG_WITH([swanctldir],
	[AS_HELP_STRING([--with-swanctldir=DIR],
		[where swanctl.conf is @<:@SYSCONFDIR/swanctl, and /etc/swanctl
		 without --prefix@:>@])],
	[], [with_swanctldir=])

# /usr/local/etc is read by no distribution's charon
strongswan_sysconfdir='${sysconfdir}'
AS_IF([test "x$prefix" = xNONE && test "x$sysconfdir" = 'x${prefix}/etc'],
	[strongswan_sysconfdir=/etc])
ipsecdir=$with_ipsecdir
plugindir=${with_plugindir:-$ipsecdir/plugins}
swanctldir=${with_swanctldir:-$strongswan_sysconfdir/swanctl}
strongswanconfdir=${with_strongswan_confdir:-$strongswan_sysconfdir/strongswan.d}
apparmordir=${with_apparmordir:-$strongswan_sysconfdir/apparmor.d}
STRONGSWAN_CPPFLAGS=
STRONGSWAN_CFLAGS=
STRONGSWAN_LIBS=
strongswan_version=

AS_CASE(["x$with_strongswan"],
	[xno], [],
	[xyes], [AC_MSG_ERROR([--with-strongswan needs the path of a configured strongSwan source tree; scripts/setup makes one])],
	[_CYGNET_STRONGSWAN_TREE
	 _CYGNET_STRONGSWAN_INSTALLED
	 _CYGNET_STRONGSWAN_MEDIATION
	 STRONGSWAN_CPPFLAGS="-DCYGNET_STRONGSWAN=$strongswan_number -include $strongswan_tree/config.h -isystem $strongswan_tree/src/libstrongswan -isystem $strongswan_tree/src/libcharon"
	 # as strongSwan itself is compiled: its printf hooks and its idiom
	 STRONGSWAN_CFLAGS="-Wno-format -Wno-format-nonliteral -Wno-format-security -Wno-sign-compare -Wno-type-limits -Wno-pointer-sign -Wno-implicit-fallthrough -Wno-conversion -Wno-sign-conversion -Wno-undef -Wno-strict-prototypes -Wno-write-strings -Wno-missing-field-initializers"
	 STRONGSWAN_LIBS="-L$ipsecdir -Wl,-rpath,$ipsecdir -lstrongswan"])

AC_SUBST([STRONGSWAN_CPPFLAGS])
AC_SUBST([STRONGSWAN_CFLAGS])
AC_SUBST([STRONGSWAN_LIBS])
AC_SUBST([strongswan_version])
AC_SUBST([ipsecdir])
AC_SUBST([plugindir])
AC_SUBST([strongswanconfdir])
AC_SUBST([swanctldir])
AC_SUBST([apparmordir])
AM_CONDITIONAL([STRONGSWAN], [test "x$with_strongswan" != xno])
])

# The tree is there and configured; its version
AC_DEFUN([_CYGNET_STRONGSWAN_TREE], [
strongswan_tree=`cd "$with_strongswan" 2>/dev/null && pwd`
AS_IF([test "x$strongswan_tree" = x],
	[AC_MSG_ERROR([--with-strongswan: there is no folder $with_strongswan])])
AS_IF([test ! -f "$strongswan_tree/src/libcharon/daemon.h"],
	[AC_MSG_ERROR([$strongswan_tree is no strongSwan source tree: it has no src/libcharon/daemon.h])])
AS_IF([test ! -f "$strongswan_tree/config.h"],
	[AC_MSG_ERROR([$strongswan_tree is not configured (no config.h): run its ./configure first, as scripts/setup does])])
AC_MSG_CHECKING([for the version of the strongSwan source tree])
strongswan_version=`sed -n 's/^#define VERSION "\(.*\)"$/\1/p' "$strongswan_tree/config.h"`
AC_MSG_RESULT([$strongswan_version])
AS_IF([test "x$strongswan_version" = x],
	[AC_MSG_ERROR([$strongswan_tree/config.h says no VERSION: is it strongSwan's?])])
# 5.9.8 is 50908: what cygnet_compat.h compares
strongswan_number=`echo "$strongswan_version" |
	sed 's/@<:@^0-9.@:>@.*//' |
	awk -F. '{ print $[1] * 10000 + $[2] * 100 + $[3] }'`
])

# The installed release is the tree's. libcharon itself does not hold its
# version; the vici plugin (of the same package) and the daemons do.
AC_DEFUN([_CYGNET_STRONGSWAN_INSTALLED], [
libcharon=
for file in "$ipsecdir"/libcharon.so.0 "$ipsecdir"/libcharon.so
do
	AS_IF([test "x$libcharon" = x && test -f "$file"], [libcharon=$file])
done
AS_IF([test "x$libcharon" = x],
	[AC_MSG_ERROR([no libcharon.so.0 in $ipsecdir: install strongSwan (Debian: charon-systemd), or say with --with-ipsecdir where it is])])
AC_MSG_CHECKING([for the version of the installed strongSwan])
installed_version=
for file in "$plugindir"/libstrongswan-vici.so \
	"$ipsecdir"/plugins/libstrongswan-vici.so \
	/usr/sbin/charon-systemd "$ipsecdir"/charon /usr/sbin/swanctl
do
	AS_IF([test "x$installed_version" = x && test -f "$file"],
		[installed_version=`tr -c '[[:print:]]' '\n' <"$file" |
			grep -E -x '[[0-9]]+\.[[0-9]]+\.[[0-9]]+((dr|rc|beta)[[0-9]]+)?' |
			sort -u | head -n 1`])
done
AC_MSG_RESULT([${installed_version:-unknown}])
AS_IF([test "x$installed_version" = x],
	[AC_MSG_ERROR([cannot tell the version of the strongSwan in $ipsecdir (neither its vici plugin nor charon-systemd says it): install strongswan-swanctl and charon-systemd])])
AS_IF([test "x$installed_version" != "x$strongswan_version"],
	[AC_MSG_ERROR([the strongSwan source tree $strongswan_tree is $strongswan_version, but the libcharon in $ipsecdir is $installed_version. A plugin built so would call wrong functions. Give --with-strongswan a tree of $installed_version (scripts/setup fetches it), or install strongSwan $strongswan_version])])
])

# ME adds members to public structs
AC_DEFUN([_CYGNET_STRONGSWAN_MEDIATION], [
AC_CHECK_TOOL([NM], [nm], [no])
AC_MSG_CHECKING([whether the installed libcharon has mediation])
strongswan_symbols=`$NM -D "$libcharon" 2>/dev/null`
AS_CASE(["$strongswan_symbols"],
	[*mediation_manager_create*], [installed_me=yes],
	[*ike_sa_manager_create*], [installed_me=no],
	[AC_MSG_ERROR([cannot read the symbols of $libcharon with $NM: install binutils])])
AC_MSG_RESULT([$installed_me])
AS_IF([grep '^#define ME ' "$strongswan_tree/config.h" >/dev/null],
	[tree_me=yes], [tree_me=no])
AS_IF([test "x$installed_me" != "x$tree_me"],
	[AS_IF([test $installed_me = yes],
		[tree_switch=--enable-mediation], [tree_switch=--disable-mediation])
	 AC_MSG_ERROR([the libcharon in $ipsecdir was built with mediation: $installed_me, but the tree $strongswan_tree with mediation: $tree_me, and the layout of its structs differs. Configure the tree anew with $tree_switch])])
])

# CYGNET_STRONGSWAN_SUMMARY
# -------------------------
AC_DEFUN([CYGNET_STRONGSWAN_SUMMARY], [
AS_IF([test "x$with_strongswan" = xno],
	[AC_MSG_WARN([the charon plugin is NOT built: give --with-strongswan=DIR, the configured source tree of the installed strongSwan (scripts/setup fetches it). Everything else is built.])],
	[AC_MSG_NOTICE([the charon plugin is built for strongSwan $strongswan_version, to be installed in $plugindir])])
])
