/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The module as charon's loader takes it, in a program that holds libcharon:
 * every symbol is resolved at once, the constructor is there, and no other
 * name of ours is, as libstrongswan has some of the same.
 */

#include "unit/unit.h"

#include <dlfcn.h>

START_TEST(test_load)
{
	void *charon, *module;

	charon = dlopen(IPSECDIR "/libcharon.so.0", RTLD_NOW | RTLD_GLOBAL);
	ck_assert_msg(charon != NULL, "%s", dlerror());
	module = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(module != NULL, "%s", dlerror());
	ck_assert_ptr_nonnull(dlsym(module, "cygnet_plugin_create"));
	ck_assert_ptr_null(dlsym(module, "gateway_create"));
	ck_assert_ptr_null(dlsym(module, "log_line"));
	dlclose(module);
	dlclose(charon);
}
END_TEST

static Suite *module_suite(void)
{
	Suite *suite = suite_create("module");

	unit_add(suite, "load", test_load);
	return suite;
}

int main(void)
{
	static const unit_suite_t suites[] = {module_suite};

	return unit_run("module", suites, countof(suites));
}
