# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The source tree of the installed strongSwan: no package holds libcharon's
# headers, so the plugin is built against the release of the same upstream
# version, unpacked and configured in the cache.

# The switches that Debian's own build has and that change a struct's layout
# (--enable-mediation), or that the headers need
STRONGSWAN_CONFIGURE="--disable-defaults --enable-charon --enable-ikev2
	--enable-kernel-netlink --enable-socket-default --enable-nonce
	--enable-random --enable-vici"

# libcharon's and libstrongswan's files are in one Debian package
strongswan_package()
{
	dpkg-query -S '*/libcharon.so.0' 2>/dev/null | sed -n '1s/:.*//p'
}

strongswan_version()
{
	dpkg-query -W -f '${source:Upstream-Version}' "$(strongswan_package)"
}

strongswan_tree()
{
	printf '%s/strongswan-%s\n' "$CYGNET_CACHE" "$(strongswan_version)"
}

# A private sources list, made of the machine's own Debian archives: the
# system's lists stay as they are.
strongswan_sources_list()
{
	local key=/usr/share/keyrings/debian-archive-keyring.gpg by=""
	[ ! -e "$key" ] || by="[signed-by=$key] "
	apt-get indextargets --format \
		"deb-src $by\$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
		'Created-By: Packages' 'Origin: Debian' | sort -u
}

apt_source()
{
	"$@" -o Dir::Etc::SourceList="$work/debian.list" \
		-o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
		-o Acquire::Retries=3
}

# Every Debian revision of one upstream version shares the .orig tarball, and
# the newest revision's other files can be missing from the pool: any of its
# places will do.
strongswan_tarball()
{
	local version=$1 revision uri file hash
	mkdir -p "$work/lists/partial"
	strongswan_sources_list >"$work/debian.list"
	if [ ! -s "$work/debian.list" ]
	then
		apt_get update
		strongswan_sources_list >"$work/debian.list"
	fi
	apt_source apt-get update
	for revision in $(apt_source apt-cache showsrc strongswan |
		sed -n "s/^Version: //p" | grep -F "$version-" | sort -ruV)
	do
		echo "looking for the sources of $revision"
		while read -r uri file _ hash
		do
			case $file in
				*.orig.tar.*.asc) ;;
				*.orig.tar.*)
					uri=${uri#\'}
					if apt_source /usr/lib/apt/apt-helper download-file \
						"${uri%\'}" "$work/$file" "$hash"
					then
						mv "$work/$file" "$work/orig.tar"
						return 0
					fi ;;
			esac
		done < <(apt_source apt-get --print-uris source \
			"strongswan=$revision" | grep "^'")
	done
	echo "no archive holds the sources of strongswan $version"
	return 1
}

strongswan_unpack()
{
	local tree=$1 mediation=--disable-mediation lib
	lib=$(dpkg-query -L "$(strongswan_package)" |
		grep '/libcharon\.so\.0$' | head -n 1)
	# ME changes the layout of public structs: ask the library that runs
	if nm -D "$lib" | grep mediation_manager_create >/dev/null
	then
		mediation=--enable-mediation
	fi
	rm -rf "$work/tree"
	mkdir "$work/tree"
	tar -xf "$work/orig.tar" -C "$work/tree" --strip-components=1
	# shellcheck disable=SC2086
	(cd "$work/tree" && ./configure $STRONGSWAN_CONFIGURE $mediation)
	mv "$work/tree" "$tree"
}

strongswan_fetch()
{
	local version tree work
	[ -n "$(strongswan_package)" ] || die "no installed package has libcharon"
	version=$(strongswan_version)
	tree=$(strongswan_tree)
	if [ -e "$tree/config.h" ]
	then
		say "strongSwan $version's source tree: $tree"
		return
	fi
	work=$CYGNET_CACHE/strongswan.work
	rm -rf "$work"
	mkdir -p "$work"
	say "fetching the source of strongSwan $version"
	logged "strongSwan's source" strongswan_tarball "$version"
	say "configuring strongSwan's source tree"
	logged "strongSwan's configure" strongswan_unpack "$tree"
	rm -rf "$work"
}
