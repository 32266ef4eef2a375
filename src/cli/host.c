/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A kernel's parts are found where its package says them: the options of its
 * build in /boot/config-RELEASE, its modules in /lib/modules/RELEASE. What is
 * a module there and not installed is absent; without these files (containers,
 * kernels built by hand) nothing is known. Trying out would say it surely, but
 * loads modules.
 */

#include "cli/host.h"

#include <ctype.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct files_t
{
	char *root;
	/** the kernel's release, "": not known */
	char release[128];
	/** the options of the build */
	char *options;
	/** that are in the kernel itself, and that can be loaded */
	char *builtin;
	char *modules;
	config_host_address_t *addresses;
	size_t n_addresses;
} files_t;

/** the whole file, NULL: it cannot be read */
static char *read_file(const char *root, const char *path)
{
	char *name = str_format("%s%s", root, path);
	FILE *file = fopen(name, "re");
	char *text = NULL;
	size_t room = 0;

	free(name);
	if (!file)
	{
		return NULL;
	}
	/* there is no byte of 0 in any of them */
	if (getdelim(&text, &room, '\0', file) < 0)
	{
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

static char *read_of_release(const files_t *files, const char *before,
							 const char *after)
{
	char *path = str_format("%s%s%s", before, files->release, after);
	char *text = *files->release ? read_file(files->root, path) : NULL;

	free(path);
	return text;
}

static long sysctl(void *user, const char *path)
{
	const files_t *files = user;
	char *name = str_format("/proc/sys/%s", path);
	char *text = read_file(files->root, name);
	long value = -1;

	if (text && isdigit((unsigned char)*text))
	{
		value = strtol(text, NULL, 10);
	}
	free(text);
	free(name);
	return value;
}

/** a line of the list ends as "/MODULE.ko", with a compression and, in
 * modules.dep, with what it depends on behind it */
static bool lists(const char *list, const char *module)
{
	char *item = str_format("/%s.ko", module);
	size_t len = strlen(item);
	bool found = false;

	for (const char *at = list; at && (at = strstr(at, item)) && !found;
		 at += len)
	{
		found = at[len] != '\0' && strchr(".:\n", at[len]) != NULL;
	}
	free(item);
	return found;
}

static config_feature_t installed(const files_t *files, const char *module)
{
	if (lists(files->builtin, module) || lists(files->modules, module))
	{
		return CONFIG_FEATURE_PRESENT;
	}
	return files->builtin && files->modules ? CONFIG_FEATURE_ABSENT
											: CONFIG_FEATURE_UNKNOWN;
}

/** what stands behind "OPTION=" in the options; 0: it does not stand there */
static char built_as(const files_t *files, const char *option)
{
	char *line = str_format("\n%s=", option);
	const char *found = strstr(files->options, line);
	char as = found ? found[strlen(line)] : '\0';

	free(line);
	return as;
}

static bool is_loaded(const files_t *files, const char *module)
{
	char *path = str_format("%s/sys/module/%s", files->root, module);
	bool loaded = access(path, F_OK) == 0;

	free(path);
	return loaded;
}

static config_feature_t feature(void *user, const char *option,
								const char *module)
{
	const files_t *files = user;
	char as = files->options ? built_as(files, option) : '?';

	if (as == 'y' || (module && is_loaded(files, module)))
	{
		return CONFIG_FEATURE_PRESENT;
	}
	if (as == '\0')
	{
		return CONFIG_FEATURE_ABSENT;
	}
	return module ? installed(files, module) : CONFIG_FEATURE_UNKNOWN;
}

static unsigned version(const char *release)
{
	unsigned major = 0, minor = 0;

	return sscanf(release, "%3u.%3u", &major, &minor) == 2 ? major << 16 | minor
														   : 0;
}

/** false: of another family than IP */
static bool read_sockaddr(const struct sockaddr *from, addr_t *to)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (from ? from->sa_family : AF_UNSPEC)
	{
		case AF_INET:
			memcpy(&in, from, sizeof(in));
			*to = addr_v4(ntohl(in.sin_addr.s_addr));
			return true;
		case AF_INET6:
			memcpy(&in6, from, sizeof(in6));
			*to = addr_v6(in6.sin6_addr.s6_addr);
			return true;
		default:
			return false;
	}
}

static uint8_t mask_length(const addr_t *mask)
{
	unsigned len = 0;

	while (len < addr_bits(mask) && mask->b[len / 8] & 0x80 >> len % 8)
	{
		len++;
	}
	return (uint8_t)len;
}

static void read_addresses(files_t *files)
{
	struct ifaddrs *list = NULL;

	if (getifaddrs(&list) < 0)
	{
		return;
	}
	for (const struct ifaddrs *i = list; i; i = i->ifa_next)
	{
		config_host_address_t own = {.link = ""};
		addr_t mask;

		if (!read_sockaddr(i->ifa_addr, &own.address.addr) ||
			!read_sockaddr(i->ifa_netmask, &mask))
		{
			continue;
		}
		/* a label of an old kind of alias is the link's name and more */
		snprintf(own.link, sizeof(own.link), "%.*s",
				 (int)strcspn(i->ifa_name, ":"), i->ifa_name);
		own.address.len = mask_length(&mask);
		files->addresses =
			mem_resize(files->addresses, files->n_addresses + 1, sizeof(own));
		files->addresses[files->n_addresses++] = own;
	}
	freeifaddrs(list);
}

void host_init(config_host_t *host, const char *root)
{
	files_t *files = mem_alloc(sizeof(*files));
	char *release;

	files->root = str_copy(root);
	release = read_file(root, "/proc/sys/kernel/osrelease");
	if (release)
	{
		snprintf(files->release, sizeof(files->release), "%.*s",
				 (int)strcspn(release, "\n/"), release);
		free(release);
	}
	files->options = read_of_release(files, "/boot/config-", "");
	files->builtin =
		read_of_release(files, "/lib/modules/", "/modules.builtin");
	files->modules = read_of_release(files, "/lib/modules/", "/modules.dep");
	if (!*root)
	{
		read_addresses(files);
	}
	*host = (config_host_t){
		.user = files,
		.sysctl = sysctl,
		.feature = feature,
		.kernel = version(files->release),
		.addresses = files->addresses,
		.n_addresses = files->n_addresses,
	};
}

void host_deinit(config_host_t *host)
{
	files_t *files = host->user;

	free(files->addresses);
	free(files->root);
	free(files->options);
	free(files->builtin);
	free(files->modules);
	free(files);
}
