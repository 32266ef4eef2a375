/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the clouds take of IKE and ESP, each from its own user guide. All are
 * warnings: most of it can be set in the cloud, and guides grow old.
 */

#include "config/profile.h"

#include "config/check.h"
#include "config/values.h"

#include <inttypes.h>
#include <string.h>

typedef struct cloud_t
{
	const char *profile;
	const char *name;
	/** seconds of an IKE_SA and a CHILD_SA, at most or by default, and times
	 * that lie well below */
	unsigned ike;
	unsigned child;
	const char *good_ike;
	const char *good_child;
	/** a DH group for ESP that it has by default; NULL: it asks for none */
	const char *pfs;
	bool one_child;
	bool one_cipher;
} cloud_t;

static const cloud_t clouds[] = {
	{"alibaba", "Alibaba Cloud", 86400, 86400, "82800s", "82800s", NULL, false,
	 false},
	{"aws", "AWS", 28800, 3600, "25200s", "3300s", "aes256gcm16-ecp384", true,
	 false},
	{"azure", "Azure", 28800, 27000, "25200s", "24000s", NULL, false, false},
	{"gcp", "Google Cloud", 36000, 10800, "32400s", "9000s", NULL, true, true},
	{"oci", "Oracle", 28800, 3600, "25200s", "3300s", "aes256gcm16-modp1536",
	 false, false},
};

static const cloud_t *cloud_of(const config_bundle_t *bundle)
{
	for (size_t i = 0; bundle->profile && i < countof(clouds); i++)
	{
		if (!strcmp(clouds[i].profile, bundle->profile))
		{
			return &clouds[i];
		}
	}
	return NULL;
}

static void check_lifetime(config_load_t *load, const cloud_t *cloud,
						   const char *path, bool child)
{
	life_t life = check_life(load->source, path, child);
	unsigned limit = child ? cloud->child : cloud->ike;

	if (life.begin && life.begin <= limit)
	{
		return;
	}
	report_warning(load->report, path, life.key,
				   "is %" PRIu64 "%s, but %s keeps %s for %u seconds, or what "
				   "is set there: it rekeys before we do, or ends it; write "
				   "%s = %s",
				   life.begin, life.begin ? "" : ", never", cloud->name,
				   child ? "a CHILD_SA" : "an IKE_SA", limit, life.key,
				   child ? cloud->good_child : cloud->good_ike);
}

typedef enum part_t
{
	PART_CIPHER,
	PART_GROUP,
	PART_OTHER,
} part_t;

static bool begins(const char *text, size_t len, const char *with)
{
	return len >= strlen(with) && !strncasecmp(text, with, strlen(with));
}

/** of one word of a proposal, by the names in strongSwan's list */
static part_t part_of(const char *word, size_t len)
{
	static const char *const ciphers[] = {
		"aes",      "3des", "des",  "camellia", "chacha20",
		"blowfish", "cast", "null", "twofish",  "serpent"};
	static const char *const groups[] = {"modp",   "ecp",  "curve",
										 "x25519", "x448", "ntru"};

	if (begins(word, len, "aesxcbc") || begins(word, len, "aescmac"))
	{
		return PART_OTHER;
	}
	for (size_t i = 0; i < countof(ciphers); i++)
	{
		if (begins(word, len, ciphers[i]))
		{
			return PART_CIPHER;
		}
	}
	for (size_t i = 0; i < countof(groups); i++)
	{
		if (begins(word, len, groups[i]))
		{
			return PART_GROUP;
		}
	}
	return PART_OTHER;
}

/** AWS's: AES of 128 and 256 bits, with CBC or GCM of 16 bytes, and groups 2
 * and 14 to 24; of ESP, 5 too */
static bool aws_takes(const char *word, size_t len, bool child)
{
	static const char *const known[] = {
		"aes",          "aes128",    "aes256",       "aes128gcm16",
		"aes128gcm128", "aes128gcm", "aes256gcm16",  "aes256gcm128",
		"aes256gcm",    "modp1024",  "modp2048",     "modp3072",
		"modp4096",     "modp6144",  "modp8192",     "ecp256",
		"ecp384",       "ecp521",    "modp1024s160", "modp2048s224",
		"modp2048s256",
	};

	for (size_t i = 0; i < countof(known); i++)
	{
		if (strlen(known[i]) == len && !strncasecmp(word, known[i], len))
		{
			return true;
		}
	}
	return child && len == 8 && !strncasecmp(word, "modp1536", len);
}

/** what there is in one or more proposals */
typedef struct words_t
{
	unsigned ciphers;
	unsigned groups;
	/** of them, those that AWS takes */
	unsigned good_ciphers;
	unsigned good_groups;
} words_t;

static words_t count_words(const char *proposal, bool child)
{
	words_t words = {.ciphers = 0};

	for (size_t len; *proposal; proposal += len + (proposal[len] == '-'))
	{
		bool good;

		len = strcspn(proposal, "-");
		good = aws_takes(proposal, len, child);
		switch (part_of(proposal, len))
		{
			case PART_CIPHER:
				words.ciphers++;
				words.good_ciphers += good;
				break;
			case PART_GROUP:
				words.groups++;
				words.good_groups += good;
				break;
			case PART_OTHER:
				break;
		}
	}
	return words;
}

/** AWS can choose one of these: charon's own have some of each */
static bool aws_chooses(const char *value, bool child)
{
	const char *rest = value;
	char item[CONFIG_ITEM_MAX];

	while (rest && config_next_item(&rest, item))
	{
		words_t words = count_words(item, child);

		if (!strcmp(item, "default") ||
			(words.good_ciphers && (words.good_groups || !words.groups)))
		{
			return true;
		}
	}
	return !value;
}

/** all proposals as one: how many ciphers and groups there are */
static words_t count_all(const char *value)
{
	words_t all = {.ciphers = 0};
	char item[CONFIG_ITEM_MAX];

	while (value && config_next_item(&value, item))
	{
		words_t words = count_words(item, false);

		all.ciphers += words.ciphers;
		all.groups += words.groups;
		if (!strcmp(item, "default"))
		{
			all.ciphers += 2;
		}
	}
	return all;
}

static void check_proposals(config_load_t *load, const cloud_t *cloud,
							const char *path, bool child)
{
	const char *key = child ? "esp_proposals" : "proposals";
	const char *value = load->source->value(load->source, path, key);
	words_t all = count_all(value);
	char quote[REPORT_QUOTE_MAX];

	if (!strcmp(cloud->profile, "aws") && !aws_chooses(value, child))
	{
		report_warning(load->report, path, key,
					   "%s is nothing that AWS takes: AES of 128 or 256 bits "
					   "with CBC or GCM of 16 bytes, and DH groups 2%s and 14 "
					   "to 24; write %s = %s",
					   report_quote(value, quote), child ? ", 5" : "", key,
					   child ? cloud->pfs : "aes256gcm16-prfsha384-ecp384");
	}
	if (cloud->one_cipher && (!value || all.ciphers > 1))
	{
		report_warning(
			load->report, path, key,
			"%s several ciphers: %s may take another at a rekeying%s; "
			"write one, the same in all tunnels, as %s = %s",
			value ? "holds" : "is not written, and charon's own are",
			cloud->name, child ? ", with another MTU" : "", key,
			child ? "aes256gcm16-modp2048" : "aes256gcm16-prfsha256-modp2048");
	}
	if (child && cloud->pfs && !all.groups)
	{
		report_warning(load->report, path, key,
					   "%s no DH group: the first SA comes up, but %s asks for "
					   "one (PFS) when it is rekeyed, if it is not set to "
					   "none; write %s = %s",
					   value ? "has" : "is not written, and charon's own have",
					   cloud->name, key, cloud->pfs);
	}
}

static void check_connection(config_load_t *load, const cloud_t *cloud,
							 const char *path)
{
	const config_source_t *source = load->source;
	const char *version = source->value(source, path, "version");
	const char *fragmentation = source->value(source, path, "fragmentation");

	if (!strcmp(cloud->profile, "azure") && version && !strcmp(version, "1"))
	{
		report_warning(load->report, path, "version",
					   "is 1: Azure's route-based gateways take IKEv2; write "
					   "version = 2");
	}
	if (!strcmp(cloud->profile, "gcp") && fragmentation &&
		!strcmp(fragmentation, "no"))
	{
		report_warning(load->report, path, "fragmentation",
					   "is off: Google Cloud's large IKE messages get lost; "
					   "leave it out");
	}
}

void profile_check_connection(config_load_t *load,
							  const config_bundle_t *bundle, const char *path)
{
	const cloud_t *cloud = cloud_of(bundle);
	config_strings_t children;

	if (!cloud)
	{
		return;
	}
	children = connection_children(load->source, path);
	check_connection(load, cloud, path);
	check_lifetime(load, cloud, path, false);
	check_proposals(load, cloud, path, false);
	if (cloud->one_child && children.count > 1)
	{
		report_warning(load->report, path, "children",
					   "are %zu, but %s keeps one pair of SAs per tunnel, and "
					   "the last that comes up ends the others: write one "
					   "child, with 0.0.0.0/0 on both sides",
					   children.count, cloud->name);
	}
	for (size_t i = 0; i < children.count; i++)
	{
		check_lifetime(load, cloud, children.list[i], true);
		check_proposals(load, cloud, children.list[i], true);
	}
	strings_deinit(&children);
}
