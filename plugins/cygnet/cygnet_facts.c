/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One pointer, read by every hook and set twice in a life. It is atomic
 * instead of locked because hooks run under the bus mutex, where we take no
 * lock of ours; the plugin removes the listener before it clears the pointer,
 * so no hook can still hold it when the gateway goes.
 */

#include "cygnet_facts.h"

#include <stdatomic.h>

typedef struct private_cygnet_facts_t private_cygnet_facts_t;

/**
 * Private data
 */
struct private_cygnet_facts_t
{
	/**
	 * Public interface
	 */
	cygnet_facts_t public;

	/**
	 * Where facts go, or NULL
	 */
	gateway_t *_Atomic gateway;
};

METHOD(cygnet_facts_t, init, bool, private_cygnet_facts_t *this, fact_t *fact,
	   fact_kind_t kind, const char *name)
{
	memset(fact, 0, sizeof(*fact));
	fact->kind = kind;
	if (strlen(name) >= sizeof(fact->name))
	{
		return FALSE;
	}
	strcpy(fact->name, name);
	return TRUE;
}

METHOD(cygnet_facts_t, post, void, private_cygnet_facts_t *this,
	   const fact_t *fact)
{
	gateway_t *gateway = atomic_load(&this->gateway);

	if (gateway)
	{
		gateway_post(gateway, fact);
	}
}

METHOD(cygnet_facts_t, shutdown_, void, private_cygnet_facts_t *this)
{
	gateway_t *gateway = atomic_load(&this->gateway);

	if (gateway)
	{
		gateway_shutdown(gateway);
	}
}

METHOD(cygnet_facts_t, set_gateway, void, private_cygnet_facts_t *this,
	   gateway_t *gateway)
{
	atomic_store(&this->gateway, gateway);
}

METHOD(cygnet_facts_t, destroy, void, private_cygnet_facts_t *this)
{
	free(this);
}

/*
 * Described in header
 */
cygnet_facts_t *cygnet_facts_create(void)
{
	private_cygnet_facts_t *this;

	INIT(this,
		 .public = {
			 .init = _init,
			 .post = _post,
			 .shutdown = _shutdown_,
			 .set_gateway = _set_gateway,
			 .destroy = _destroy,
		 }, );

	return &this->public;
}
