/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A recursive reader of NAME { … } and KEY = VALUE, where a value runs to the
 * end of the line, a '#' or a '}' and its words are joined by one blank; words
 * in double quotes hold anything. The same as libstrongswan's for what the
 * tests write: test_golden.c runs both where libstrongswan is there.
 */

#include "text_source.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16

typedef struct node_t
{
	char *name;
	char *value; /* NULL: a section */
	struct node_t *first;
	struct node_t *next;
} node_t;

typedef struct text_source_t
{
	config_source_t public;
	node_t root;
} text_source_t;

static void node_clear(node_t *node)
{
	node_t *child, *next;

	for (child = node->first; child; child = next)
	{
		next = child->next;
		node_clear(child);
		free(child);
	}
	free(node->name);
	free(node->value);
}

static node_t *node_find(const node_t *parent, const char *name, size_t len,
						 bool section)
{
	for (node_t *child = parent->first; child; child = child->next)
	{
		if (!child->value == section && strlen(child->name) == len &&
			!memcmp(child->name, name, len))
		{
			return child;
		}
	}
	return NULL;
}

/** the child of that name and kind, made at the end if there is none */
static node_t *node_ensure(node_t *parent, const char *name, size_t len,
						   bool section)
{
	node_t *found = node_find(parent, name, len, section);
	node_t **at;

	if (found)
	{
		return found;
	}
	for (at = &parent->first; *at; at = &(*at)->next)
	{
	}
	*at = mem_alloc(sizeof(**at));
	(*at)->name = mem_alloc(len + 1);
	memcpy((*at)->name, name, len);
	(*at)->value = section ? NULL : str_copy("");
	return *at;
}

static const char *skip_blank(const char *s)
{
	for (;;)
	{
		s += strspn(s, " \t\r\n");
		if (*s != '#')
		{
			return s;
		}
		s += strcspn(s, "\n");
	}
}

/** one word of a value, quoted or not; NULL: a quote is not closed */
static const char *read_word(const char *s, text_t *value)
{
	size_t len;

	if (value->len)
	{
		text_char(value, ' ');
	}
	if (*s == '"')
	{
		len = strcspn(++s, "\"\\");
		text_add_len(value, s, len);
		return s[len] == '"' ? s + len + 1 : NULL;
	}
	len = strcspn(s, "#}\"\r\n\t ");
	text_add_len(value, s, len);
	return s + len;
}

static const char *read_value(const char *s, char **out)
{
	text_t value = {.len = 0};

	for (;;)
	{
		s += strspn(s, " \t\r");
		if (!*s || strchr("#}\n", *s))
		{
			free(*out);
			*out = text_take(&value);
			return s;
		}
		s = read_word(s, &value);
		if (!s)
		{
			text_deinit(&value);
			return NULL;
		}
	}
}

static const node_t *find_path(const node_t *node, const char *path)
{
	while (node && *path)
	{
		size_t len = strcspn(path, ".");

		node = node_find(node, path, len, true);
		path += len + (path[len] == '.');
	}
	return node;
}

static bool node_within(const node_t *node, const node_t *sought)
{
	for (const node_t *child = node->first; child; child = child->next)
	{
		if (child == sought || node_within(child, sought))
		{
			return true;
		}
	}
	return node == sought;
}

/** room: nodes that may still be copied, as references to references double */
static bool node_merge(node_t *to, const node_t *from, size_t *room)
{
	for (const node_t *child = from->first; child; child = child->next)
	{
		node_t *copy;

		if (!(*room)--)
		{
			*room = 0;
			return false;
		}
		copy = node_ensure(to, child->name, strlen(child->name), !child->value);
		if (child->value)
		{
			free(copy->value);
			copy->value = str_copy(child->value);
		}
		else if (!node_merge(copy, child, room))
		{
			return false;
		}
	}
	return true;
}

/** NAME : PATH { }: starts as a copy of the section at PATH, read before */
static const char *read_reference(const char *s, const node_t *root,
								  node_t *node)
{
	size_t room = 1000, len;
	const node_t *found;
	char *path;

	s = skip_blank(s);
	len = strcspn(s, "#{}:,=\"\r\n\t ");
	path = mem_alloc(len + 1);
	memcpy(path, s, len);
	found = len ? find_path(root, path) : NULL;
	free(path);
	s = skip_blank(s + len);
	if (!found || node_within(found, node) || *s != '{')
	{
		return NULL;
	}
	return node_merge(node, found, &room) ? s : NULL;
}

/** up to the section's '}' or the end; NULL: wrong */
static const char *read_section(const char *s, const node_t *root, node_t *node,
								unsigned depth)
{
	node_t *child;
	size_t len;

	if (depth > DEPTH_MAX)
	{
		return NULL;
	}
	for (;;)
	{
		const char *name = s = skip_blank(s);

		if (!*s || *s == '}')
		{
			return s;
		}
		len = strcspn(s, "#{}:.,=\"\r\n\t ");
		s = skip_blank(s + len);
		if (!len || !*s || !strchr("{=:", *s))
		{
			return NULL;
		}
		if (*s == '=')
		{
			s = read_value(s + 1, &node_ensure(node, name, len, false)->value);
		}
		else
		{
			child = node_ensure(node, name, len, true);
			s = *s == ':' ? read_reference(s + 1, root, child) : s;
			s = s ? read_section(s + 1, root, child, depth + 1) : NULL;
			s = s && *s == '}' ? s + 1 : NULL;
		}
		if (!s)
		{
			return NULL;
		}
	}
}

static const node_t *find_source(const config_source_t *source,
								 const char *path)
{
	return find_path(&container_of(source, text_source_t, public)->root, path);
}

static void each(const config_source_t *source, const char *path, bool section,
				 config_name_fn_t fn, void *user)
{
	const node_t *node = find_source(source, path);

	for (const node_t *child = node ? node->first : NULL; child;
		 child = child->next)
	{
		/* a key without a value is as good as absent */
		if (!child->value == section && (section || *child->value) &&
			!fn(user, child->name))
		{
			return;
		}
	}
}

static void text_sections(const config_source_t *source, const char *path,
						  config_name_fn_t fn, void *user)
{
	each(source, path, true, fn, user);
}

static void text_keys(const config_source_t *source, const char *path,
					  config_name_fn_t fn, void *user)
{
	each(source, path, false, fn, user);
}

static const char *text_value(const config_source_t *source, const char *path,
							  const char *key)
{
	const node_t *node = find_source(source, path);
	const node_t *child =
		node ? node_find(node, key, strlen(key), false) : NULL;

	return child && *child->value ? child->value : NULL;
}

static bool text_has(const config_source_t *source, const char *path)
{
	return find_source(source, path) != NULL;
}

static void text_destroy(config_source_t *source)
{
	text_source_t *text = container_of(source, text_source_t, public);

	node_clear(&text->root);
	free(text);
}

config_source_t *text_source_create(const char *text)
{
	text_source_t *source = mem_alloc(sizeof(*source));
	const char *end;

	source->public = (config_source_t){
		.sections = text_sections,
		.keys = text_keys,
		.value = text_value,
		.has = text_has,
		.destroy = text_destroy,
	};
	end = read_section(text, &source->root, &source->root, 0);
	if (!end || *end)
	{
		text_destroy(&source->public);
		return NULL;
	}
	return &source->public;
}

char *text_source_read(const char *file)
{
	FILE *f = fopen(file, "re");
	text_t text = {.len = 0};
	char chunk[4096];
	size_t n;

	if (!f)
	{
		return NULL;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)))
	{
		text_add_len(&text, chunk, n);
	}
	fclose(f);
	return text_take(&text);
}
