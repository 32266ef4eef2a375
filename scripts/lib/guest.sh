# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The kernel for the emulated guest: Debian's own, unpacked into the cache and
# not installed. tests/lab/qemu boots it.

guest_dir()
{
	printf '%s/guest\n' "$CYGNET_CACHE"
}

# linux-image-amd64 stands for the image of the newest version: its name
guest_image_package()
{
	apt-cache depends linux-image-amd64 |
		sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1
}

guest_download()
{
	local package=$1
	if ! (cd "$work" && apt-get -q -o Acquire::Retries=3 download "$package")
	then
		apt_get update
		(cd "$work" && apt-get -q -o Acquire::Retries=3 download \
			"$(guest_image_package)")
	fi
}

guest_unpack()
{
	local release
	dpkg-deb -x "$work"/linux-image-*.deb "$work/root"
	release=$(basename "$work"/root/lib/modules/*)
	depmod -b "$work/root" "$release"
	mkdir -p "$work/guest/lib"
	cp "$work/root/boot/vmlinuz-$release" "$work/guest/vmlinuz"
	mv "$work/root/lib/modules" "$work/guest/lib/"
	printf '%s\n' "$release" >"$work/guest/release"
	rm -rf "$(guest_dir)"
	mv "$work/guest" "$(guest_dir)"
}

guest_kernel_fetch()
{
	local work package
	if [ -e "$(guest_dir)/release" ]
	then
		say "guest kernel: $(cat "$(guest_dir)/release")"
		return
	fi
	work=$CYGNET_CACHE/guest.work
	rm -rf "$work"
	mkdir -p "$work"
	package=$(guest_image_package)
	if [ -z "$package" ]
	then
		logged "apt-get update" apt_get update
		package=$(guest_image_package)
	fi
	say "fetching a kernel for the guest: $package"
	logged "guest kernel" guest_download "$package"
	say "unpacking the guest's kernel"
	logged "guest kernel" guest_unpack
	rm -rf "$work"
	say "guest kernel: $(cat "$(guest_dir)/release")"
}
