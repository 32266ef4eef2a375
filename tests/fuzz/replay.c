/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs a fuzz target over its corpus with any compiler, in make check: each
 * file as it is, cut at each length, and changed at random in a few hundred
 * ways that are the same in every run. An input is an allocation of its own
 * length, so that a read past it is seen by the sanitizers and by valgrind.
 *
 * usage: replay_NAME [FILE…]; without a file, the corpus of the source tree
 */

#include "fuzz/fuzz.h"

#include "base/base.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/** longer files are cut at as many lengths only, evenly spread; of more files
 * than FILES each gets less of both */
#define CUTS_MAX 512
#define CHANGED  300
#define FILES    40

static size_t cuts_max = CUTS_MAX;
static unsigned changed_max = CHANGED;

/** what is being run, for the message when it ends the process */
static const char *current = "";

static void run(const uint8_t *data, size_t size)
{
	uint8_t *exact = mem_copy(data, size);

	LLVMFuzzerTestOneInput(size ? exact : NULL, size);
	free(exact);
}

static void run_cuts(const uint8_t *data, size_t size)
{
	size_t step = size / cuts_max + 1;

	for (size_t len = 0; len < size; len += step)
	{
		run(data, len);
	}
}

/** one to four changes: a bit, a byte, one byte less, one more */
static size_t change(uint8_t *data, size_t size, size_t room, prng_t *rng)
{
	for (uint64_t n = prng_below(rng, 4) + 1; n > 0 && size > 0; n--)
	{
		size_t at = prng_below(rng, size);

		switch (prng_below(rng, 4))
		{
			case 0:
				data[at] = (uint8_t)(data[at] ^ 1u << prng_below(rng, 8));
				break;
			case 1:
				data[at] = (uint8_t)prng_next(rng);
				break;
			case 2:
				size--;
				memmove(&data[at], &data[at + 1], size - at);
				break;
			default:
				if (size < room)
				{
					memmove(&data[at + 1], &data[at], size - at);
					data[at] = (uint8_t)prng_next(rng);
					size++;
				}
				break;
		}
	}
	return size;
}

static void run_changed(const uint8_t *data, size_t size)
{
	size_t room = size + 4;
	uint8_t *changed = mem_alloc(room);
	prng_t rng;

	prng_seed(&rng, size);
	for (unsigned n = 0; n < changed_max; n++)
	{
		if (size)
		{
			memcpy(changed, data, size);
		}
		run(changed, change(changed, size, room, &rng));
	}
	free(changed);
}

static void replay(const char *file)
{
	FILE *f = fopen(file, "rb");
	uint8_t *data = NULL;
	size_t size = 0, got;

	current = file;
	if (!f)
	{
		perror(file);
		exit(EXIT_FAILURE);
	}
	do
	{
		data = mem_resize(data, size + 4096, 1);
		got = fread(&data[size], 1, 4096, f);
		size += got;
	} while (got);
	fclose(f);
	run(data, size);
	run_cuts(data, size);
	run_changed(data, size);
	free(data);
}

static DIR *open_folder(const char *folder)
{
	DIR *dir = opendir(folder);

	if (!dir)
	{
		perror(folder);
		exit(EXIT_FAILURE);
	}
	return dir;
}

static void share_out(const char *folder)
{
	DIR *dir = open_folder(folder);
	unsigned count = 0;

	while (readdir(dir))
	{
		count++;
	}
	closedir(dir);
	if (count > FILES)
	{
		cuts_max = CUTS_MAX * FILES / count + 1;
		changed_max = CHANGED * FILES / count + 1;
	}
}

static unsigned replay_folder(const char *folder)
{
	DIR *dir = open_folder(folder);
	struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(dir)))
	{
		if (entry->d_name[0] != '.')
		{
			char *file = str_format("%s/%s", folder, entry->d_name);

			replay(file);
			free(file);
			count++;
		}
	}
	closedir(dir);
	return count;
}

/** says which input it was; an abort or a bad access stays one */
static void on_death(int sig)
{
	/* stdio is not for signal handlers */
	const char *const parts[] = {"fuzz " FUZZ_NAME ": ended in ", current,
								 "\n"};

	for (size_t i = 0; i < countof(parts); i++)
	{
		if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
		{
			break;
		}
	}
	signal(sig, SIG_DFL);
	raise(sig);
}

int main(int argc, char *argv[])
{
	const char *srcdir = getenv("srcdir");
	unsigned count = 0;

	signal(SIGABRT, on_death);
	for (int i = 1; i < argc; i++)
	{
		replay(argv[i]);
		count++;
	}
	if (argc < 2)
	{
		char *folder = str_format("%s/tests/fuzz/corpus/%s",
								  srcdir ? srcdir : ".", FUZZ_NAME);

		share_out(folder);
		count = replay_folder(folder);
		free(folder);
	}
	/* a corpus that is not there has shown nothing */
	printf("fuzz %s: %u passed, %d failed\n", FUZZ_NAME, count, count == 0);
	return count ? EXIT_SUCCESS : EXIT_FAILURE;
}
