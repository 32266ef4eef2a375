/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * An alert says what failed. Why, is in two places: in its arguments, and in
 * lines of the log that are written just before it. Of these we know a few by
 * their format (5.9.8; one that a later version words otherwise is not found,
 * and the alert alone is left). They have identities in them, no secrets.
 *
 * A responder has no connection yet when it refuses all proposals or knows no
 * such identity: the fact has no name then, but the peer's address.
 */

#include "cygnet_alerts.h"
#include "cygnet_child.h"

#include <credentials/certificates/certificate.h>

typedef struct private_cygnet_alerts_t private_cygnet_alerts_t;

/**
 * Private data
 */
struct private_cygnet_alerts_t
{
	/**
	 * Public interface
	 */
	cygnet_alerts_t public;

	/**
	 * Where facts go
	 */
	cygnet_facts_t *facts;
};

typedef struct
{
	alert_t alert;
	ike_fault_t fault;
	const char *text;
} known_alert_t;

static const known_alert_t known_alerts[] = {
	{ALERT_LOCAL_AUTH_FAILED, IKE_FAULT_REFUSED,
	 "the peer refused our authentication"},
	{ALERT_PEER_AUTH_FAILED, IKE_FAULT_PEER_AUTH,
	 "the peer's authentication failed"},
	{ALERT_AUTHORIZATION_FAILED, IKE_FAULT_PEER_AUTH,
	 "the peer is not authorized"},
	{ALERT_PEER_ADDR_FAILED, IKE_FAULT_RESOLVE,
	 "the peer's address cannot be resolved"},
	{ALERT_PEER_INIT_UNREACHABLE, IKE_FAULT_NO_ANSWER,
	 "the peer does not answer"},
	{ALERT_RETRANSMIT_SEND, IKE_FAULT_NO_ANSWER,
	 "the peer has not answered yet"},
	{ALERT_RETRANSMIT_SEND_TIMEOUT, IKE_FAULT_STOPPED,
	 "the peer stopped answering"},
	{ALERT_HALF_OPEN_TIMEOUT, IKE_FAULT_AUTH_NO_ANSWER,
	 "the peer began and did not go on"},
	{ALERT_PROPOSAL_MISMATCH_IKE, IKE_FAULT_PROPOSAL_IKE,
	 "no common IKE proposal"},
	{ALERT_PROPOSAL_MISMATCH_CHILD, IKE_FAULT_PROPOSAL_CHILD,
	 "no common ESP proposal"},
	{ALERT_TS_MISMATCH, IKE_FAULT_SELECTORS, "no common traffic selectors"},
	{ALERT_TS_NARROWED, IKE_FAULT_OTHER,
	 "the peer narrowed the traffic selectors"},
	{ALERT_INSTALL_CHILD_SA_FAILED, IKE_FAULT_KERNEL,
	 "the kernel refused the SA"},
	{ALERT_INSTALL_CHILD_POLICY_FAILED, IKE_FAULT_KERNEL,
	 "the kernel refused the policy"},
	{ALERT_KEEP_ON_CHILD_SA_FAILURE, IKE_FAULT_NO_CHILD,
	 "IKE is up without a CHILD_SA"},
	{ALERT_UNIQUE_REPLACE, IKE_FAULT_UNIQUE,
	 "replaced by a new IKE_SA of the same peer"},
	{ALERT_UNIQUE_KEEP, IKE_FAULT_UNIQUE,
	 "refused: there is an IKE_SA of the same peer"},
	{ALERT_VIP_FAILURE, IKE_FAULT_OTHER, "no virtual IP address"},
	{ALERT_IKE_SA_EXPIRED, IKE_FAULT_OTHER, "the IKE_SA reached its lifetime"},
	{ALERT_CERT_EXPIRED, IKE_FAULT_CERT_TIME,
	 "a certificate is outside of its time"},
	{ALERT_CERT_REVOKED, IKE_FAULT_CERT_TRUST, "a certificate is revoked"},
	{ALERT_CERT_VALIDATION_FAILED, IKE_FAULT_CERT_TRUST,
	 "a certificate's status is unknown"},
	{ALERT_CERT_NO_ISSUER, IKE_FAULT_CERT_TRUST,
	 "a certificate's issuer is not known"},
	{ALERT_CERT_UNTRUSTED_ROOT, IKE_FAULT_CERT_TRUST,
	 "a certificate's root is not trusted"},
	{ALERT_CERT_EXCEEDED_PATH_LEN, IKE_FAULT_CERT_TRUST,
	 "a certificate's path is longer than its issuer allows"},
	{ALERT_CERT_POLICY_VIOLATION, IKE_FAULT_CERT_TRUST,
	 "a certificate violates its issuer's policy"},
};

/** lines by their beginning, and that of the words for the fact; NULL: they say
 * nothing themselves */
static const struct
{
	const char *format;
	ike_fault_t fault;
	const char *lead;
} known_lines[] = {
	{"tried %d shared key", IKE_FAULT_PSK, "the pre-shared key differs: "},
	{"no shared key found for", IKE_FAULT_NO_SECRET, ""},
	{"no matching peer config found", IKE_FAULT_IDENTITY, NULL},
	{"received IDr %Y, but require", IKE_FAULT_IDENTITY,
	 "the peer has another identity: "},
	{"constraint check failed: identity", IKE_FAULT_IDENTITY, ""},
};

/**
 * Start a fact on the IKE_SA's connection, or without one on its peer
 */
static bool init_fact(private_cygnet_alerts_t *this, ike_sa_t *ike_sa,
					  ike_fault_t fault, fact_t *fact)
{
	host_t *other;
	char *name = "";

	if (!ike_sa)
	{
		return FALSE;
	}
	if (ike_sa->get_peer_cfg(ike_sa))
	{
		name = ike_sa->get_name(ike_sa);
	}
	if (!this->facts->init(this->facts, fact, FACT_ALERT, name))
	{
		return FALSE;
	}
	fact->fault = fault;
	other = ike_sa->get_other_host(ike_sa);
	if (!name[0] && other)
	{
		cygnet_child_copy_host(other, &fact->info.remote);
	}
	return name[0] || addr_is_set(&fact->info.remote);
}

/**
 * Whether the first of our messages was answered
 */
static bool has_responder(ike_sa_t *ike_sa)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	return id->get_responder_spi(id) != 0;
}

/**
 * Say whose proposals they are
 */
static void proposals(ike_sa_t *ike_sa, linked_list_t *list, fact_t *fact)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	char words[sizeof(fact->text)];

	if (list)
	{
		snprintf(words, sizeof(words), "%.32s: %s %#P", fact->text,
				 id->is_initiator(id) ? "the peer refused ours,"
									  : "the peer offers",
				 list);
		memcpy(fact->text, words, sizeof(words));
	}
}

/**
 * Tell which certificate, and from when to when it is good
 */
static void validity(certificate_t *cert, fact_t *fact)
{
	time_t from, to;

	if (cert)
	{
		cert->get_validity(cert, NULL, &from, &to);
		snprintf(fact->text, sizeof(fact->text),
				 "the certificate of '%Y' is good from %T to %T only",
				 cert->get_subject(cert), &from, TRUE, &to, TRUE);
	}
}

/**
 * Our own certificate, if it is outside of its time: that the peer refused us
 * is no wonder then
 */
static void own_expired(ike_sa_t *ike_sa, fact_t *fact)
{
	peer_cfg_t *peer = ike_sa->get_peer_cfg(ike_sa);
	enumerator_t *enumerator;
	certificate_t *cert;
	auth_cfg_t *auth;

	enumerator = peer->create_auth_cfg_enumerator(peer, TRUE);
	while (enumerator->enumerate(enumerator, &auth))
	{
		cert = auth->get(auth, AUTH_RULE_SUBJECT_CERT);
		if (cert && !cert->get_validity(cert, NULL, NULL, NULL))
		{
			fact->fault = IKE_FAULT_OWN_CERT_TIME;
			validity(cert, fact);
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Add what is in the alert's arguments; FALSE: it is not worth telling
 */
static bool detail(ike_sa_t *ike_sa, alert_t alert, va_list args, fact_t *fact)
{
	if (alert == ALERT_RETRANSMIT_SEND || alert == ALERT_PEER_INIT_UNREACHABLE)
	{
		/* of one that stands, it is told when it is given up */
		if (ike_sa->get_state(ike_sa) != IKE_CONNECTING)
		{
			return FALSE;
		}
		if (has_responder(ike_sa))
		{
			fact->fault = IKE_FAULT_AUTH_NO_ANSWER;
		}
		return TRUE;
	}
	if (alert == ALERT_RETRANSMIT_SEND_TIMEOUT)
	{
		/* followed by ALERT_PEER_INIT_UNREACHABLE, which says it better */
		return ike_sa->get_state(ike_sa) != IKE_CONNECTING;
	}
	if (alert == ALERT_PROPOSAL_MISMATCH_IKE ||
		alert == ALERT_PROPOSAL_MISMATCH_CHILD)
	{
		proposals(ike_sa, va_arg(args, linked_list_t *), fact);
	}
	else if (alert == ALERT_CERT_EXPIRED)
	{
		validity(va_arg(args, certificate_t *), fact);
	}
	else if (alert == ALERT_LOCAL_AUTH_FAILED && fact->name[0])
	{
		own_expired(ike_sa, fact);
	}
	return TRUE;
}

METHOD(cygnet_alerts_t, tell, void, private_cygnet_alerts_t *this,
	   ike_sa_t *ike_sa, alert_t alert, va_list args)
{
	fact_t fact;
	int i;

	for (i = 0; i < countof(known_alerts); i++)
	{
		if (known_alerts[i].alert == alert &&
			init_fact(this, ike_sa, known_alerts[i].fault, &fact))
		{
			snprintf(fact.text, sizeof(fact.text), "%s", known_alerts[i].text);
			if (detail(ike_sa, alert, args, &fact))
			{
				this->facts->post(this->facts, &fact);
			}
		}
	}
}

METHOD(logger_t, vlog_, void, private_cygnet_alerts_t *this, debug_t group,
	   level_t level, int thread, ike_sa_t *ike_sa, const char *fmt,
	   va_list args)
{
	char words[sizeof(((fact_t *)0)->text)];
	fact_t fact;
	int i;

	for (i = 0; ike_sa && i < countof(known_lines); i++)
	{
		if (strpfx(fmt, known_lines[i].format) &&
			init_fact(this, ike_sa, known_lines[i].fault, &fact))
		{
			vsnprintf(words, sizeof(words), fmt, args);
			if (known_lines[i].lead)
			{
				snprintf(fact.text, sizeof(fact.text), "%s%.180s",
						 known_lines[i].lead, words);
			}
			else
			{
				snprintf(fact.text, sizeof(fact.text),
						 "no connection here fits a peer that calls itself "
						 "'%Y'",
						 ike_sa->get_other_id(ike_sa));
			}
			this->facts->post(this->facts, &fact);
			return;
		}
	}
}

METHOD(logger_t, get_level, level_t, private_cygnet_alerts_t *this,
	   debug_t group)
{
	return group == DBG_IKE || group == DBG_CFG ? LEVEL_CTRL : LEVEL_SILENT;
}

METHOD(cygnet_alerts_t, destroy, void, private_cygnet_alerts_t *this)
{
	free(this);
}

/*
 * Described in header
 */
cygnet_alerts_t *cygnet_alerts_create(cygnet_facts_t *facts)
{
	private_cygnet_alerts_t *this;

	INIT(this,
		 .public =
			 {
				 .logger =
					 {
						 .vlog = _vlog_,
						 .get_level = _get_level,
					 },
				 .tell = _tell,
				 .destroy = _destroy,
			 },
		 .facts = facts, );

	return &this->public;
}
