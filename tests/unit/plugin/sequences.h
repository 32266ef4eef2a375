/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The hooks that charon raises in the life of a tunnel, in their order, the
 * fact that each must become, and whether the tunnel has an SA after it. Read
 * in the sources of strongSwan 5.9.8, IKEv2; what they are about is told at
 * the head of plugins/cygnet/cygnet_listener.c. No header of strongSwan is
 * needed here, so that the tests of the tunnel can play the same sequences.
 *
 * `established` starts with IKE_SA 1 up and CHILD_SA 1 installed and told.
 */

#ifndef CYGNET_SEQUENCES_H
#define CYGNET_SEQUENCES_H

#include "base/base.h"

#define SEQ_STEPS_MAX 40

typedef enum seq_hook_t
{
	SEQ_END,
	/** ike_state_change and child_state_change */
	SEQ_IKE_STATE,
	SEQ_CHILD_STATE,
	/** with `up` */
	SEQ_CHILD_UPDOWN,
	SEQ_IKE_UPDOWN,
	/** `sa` is replaced by `other` */
	SEQ_CHILD_REKEY,
	/** children of `ike` move to IKE_SA `other`, then ike_rekey */
	SEQ_IKE_REKEY,
	SEQ_IKE_UPDATE,
} seq_hook_t;

typedef enum seq_state_t
{
	SEQ_NO_STATE,
	SEQ_INSTALLING,
	SEQ_INSTALLED,
	SEQ_UPDATING,
	SEQ_REKEYING,
	SEQ_REKEYED,
	SEQ_DELETING,
	SEQ_DELETED,
	SEQ_DESTROYING,
	SEQ_IKE_CONNECTING,
	SEQ_IKE_ESTABLISHED,
	SEQ_IKE_REKEYING,
	SEQ_IKE_REKEYED,
	SEQ_IKE_DELETING,
	SEQ_IKE_DESTROYING,
} seq_state_t;

typedef enum seq_fact_t
{
	SEQ_NO_FACT,
	SEQ_FACT_UP,
	SEQ_FACT_DOWN,
	SEQ_FACT_REKEYED,
	SEQ_FACT_CHANGED,
} seq_fact_t;

typedef struct seq_step_t
{
	/** the tunnel has an SA after the step */
	bool has_sa;
	seq_hook_t hook;
	uint32_t ike;
	uint32_t sa;
	uint32_t other;
	seq_state_t state;
	bool up;
	/** the fact, at most one as no IKE_SA here has two live CHILD_SAs when
	 * it is deleted */
	seq_fact_t fact;
	uint32_t fact_sa;
	uint32_t successor;
} seq_step_t;

typedef struct seq_t
{
	const char *name;
	bool established;
	seq_step_t steps[SEQ_STEPS_MAX];
} seq_t;

/* has_sa, then the hook's own, then the fact */
#define SEQ_ROW(has, ...)                                                      \
	{                                                                          \
		.has_sa = (has), __VA_ARGS__                                           \
	}
#define SEQ_NONE       .fact = SEQ_NO_FACT
#define SEQ_UP(n)      .fact = SEQ_FACT_UP, .fact_sa = (n)
#define SEQ_DOWN(n)    .fact = SEQ_FACT_DOWN, .fact_sa = (n)
#define SEQ_CHANGED(n) .fact = SEQ_FACT_CHANGED, .fact_sa = (n)
#define SEQ_REKEYED_BY(n, m)                                                   \
	.fact = SEQ_FACT_REKEYED, .fact_sa = (n), .successor = (m)

#define SEQ_IKE(has, i, st, ...)                                               \
	SEQ_ROW(has, .hook = SEQ_IKE_STATE, .ike = (i), .state = SEQ_IKE_##st,     \
			__VA_ARGS__)
#define SEQ_CHILD(has, i, n, st, ...)                                          \
	SEQ_ROW(has, .hook = SEQ_CHILD_STATE, .ike = (i), .sa = (n),               \
			.state = SEQ_##st, __VA_ARGS__)
#define SEQ_CHILD_IS(has, i, n, to, ...)                                       \
	SEQ_ROW(has, .hook = SEQ_CHILD_UPDOWN, .ike = (i), .sa = (n), .up = (to),  \
			__VA_ARGS__)
#define SEQ_IKE_IS(has, i, to)                                                 \
	SEQ_ROW(has, .hook = SEQ_IKE_UPDOWN, .ike = (i), .up = (to))
#define SEQ_REKEY(has, i, n, m)                                                \
	SEQ_ROW(has, .hook = SEQ_CHILD_REKEY, .ike = (i), .sa = (n), .other = (m), \
			SEQ_REKEYED_BY(n, m))
#define SEQ_MOVE(has, i, j)                                                    \
	SEQ_ROW(has, .hook = SEQ_IKE_REKEY, .ike = (i), .other = (j))
#define SEQ_ROAM(has, i) SEQ_ROW(has, .hook = SEQ_IKE_UPDATE, .ike = (i))

static const seq_t sequences[] = {
	{"first up",
	 false,
	 {
		 SEQ_IKE(false, 1, CONNECTING, SEQ_NONE),
		 SEQ_IKE(false, 1, ESTABLISHED, SEQ_NONE),
		 SEQ_IKE_IS(false, 1, true),
		 SEQ_CHILD(false, 1, 1, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, INSTALLED, SEQ_UP(1)),
		 SEQ_CHILD_IS(true, 1, 1, true, SEQ_NONE),
	 }},
	{"first up, addresses change while it connects",
	 false,
	 {
		 SEQ_IKE(false, 1, ESTABLISHED, SEQ_NONE),
		 SEQ_CHILD(false, 1, 1, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(false, 1, 1, UPDATING, SEQ_NONE),
		 SEQ_CHILD(false, 1, 1, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, INSTALLED, SEQ_UP(1)),
		 SEQ_CHILD_IS(true, 1, 1, true, SEQ_NONE),
	 }},
	{"a CHILD_SA that fails before it is installed",
	 false,
	 {
		 SEQ_IKE(false, 1, ESTABLISHED, SEQ_NONE),
		 SEQ_CHILD(false, 1, 1, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(false, 1, 1, DESTROYING, SEQ_NONE),
	 }},
	{"CHILD rekey, initiator",
	 true,
	 {
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD(true, 1, 1, REKEYED, SEQ_NONE),
		 SEQ_REKEY(true, 1, 1, 2),
		 SEQ_CHILD(true, 1, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_CHILD(true, 1, 1, DELETED, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, DESTROYING, SEQ_NONE),
	 }},
	{"CHILD rekey, initiator, fails",
	 true,
	 {
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, INSTALLED, SEQ_NONE),
	 }},
	{"CHILD rekey, responder",
	 true,
	 {
		 SEQ_CHILD(true, 1, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, REKEYED, SEQ_NONE),
		 SEQ_REKEY(true, 1, 1, 2),
		 SEQ_CHILD(true, 1, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_CHILD(true, 1, 1, DELETED, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, DESTROYING, SEQ_NONE),
	 }},
	{"CHILD rekey, responder, as 6.0 does",
	 true,
	 {
		 SEQ_CHILD(true, 1, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD(true, 1, 1, REKEYED, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_CHILD(true, 1, 1, DELETED, SEQ_NONE),
		 SEQ_REKEY(true, 1, 1, 2),
		 SEQ_CHILD(true, 1, 1, DESTROYING, SEQ_NONE),
	 }},
	{"CHILD rekey, responder, the peer's DELETE never comes",
	 true,
	 {
		 SEQ_CHILD(true, 1, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, REKEYED, SEQ_NONE),
		 SEQ_REKEY(true, 1, 1, 2),
		 SEQ_CHILD(true, 1, 1, DELETED, SEQ_DOWN(1)),
		 SEQ_CHILD(true, 1, 1, DESTROYING, SEQ_NONE),
	 }},
	{"CHILD rekey collision, won",
	 true,
	 {
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 3, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 3, INSTALLED, SEQ_UP(3)),
		 SEQ_CHILD(true, 1, 1, REKEYED, SEQ_NONE),
		 SEQ_REKEY(true, 1, 1, 3),
		 SEQ_CHILD(true, 1, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD(true, 1, 3, REKEYED, SEQ_NONE),
		 SEQ_REKEY(true, 1, 1, 2),
		 SEQ_CHILD(true, 1, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_CHILD(true, 1, 1, DELETED, SEQ_NONE),
		 SEQ_CHILD(true, 1, 3, DELETING, SEQ_DOWN(3)),
		 SEQ_CHILD(true, 1, 3, DELETED, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 3, DESTROYING, SEQ_NONE),
	 }},
	{"CHILD rekey collision, lost",
	 true,
	 {
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 3, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 3, INSTALLED, SEQ_UP(3)),
		 SEQ_CHILD(true, 1, 1, REKEYED, SEQ_NONE),
		 SEQ_REKEY(true, 1, 1, 3),
		 SEQ_CHILD(true, 1, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD(true, 1, 2, REKEYED, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, DELETING, SEQ_DOWN(2)),
		 SEQ_CHILD(true, 1, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_CHILD(true, 1, 1, DELETED, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, DELETED, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, DESTROYING, SEQ_NONE),
	 }},
	{"the peer does not know the CHILD_SA that we rekey",
	 true,
	 {
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_NONE),
		 SEQ_CHILD_IS(false, 1, 1, false, SEQ_DOWN(1)),
		 SEQ_CHILD(false, 1, 1, DESTROYING, SEQ_DOWN(1)),
		 SEQ_CHILD(false, 1, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD_IS(true, 1, 2, true, SEQ_NONE),
	 }},
	{"IKE rekey, then the CHILD_SA is deleted",
	 true,
	 {
		 SEQ_IKE(true, 1, REKEYING, SEQ_NONE),
		 SEQ_IKE(true, 2, ESTABLISHED, SEQ_NONE),
		 SEQ_MOVE(true, 1, 2),
		 SEQ_IKE(true, 1, REKEYED, SEQ_NONE),
		 SEQ_IKE(true, 1, DELETING, SEQ_NONE),
		 SEQ_IKE(true, 1, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(false, 2, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_CHILD(false, 2, 1, DELETED, SEQ_NONE),
		 SEQ_CHILD_IS(false, 2, 1, false, SEQ_DOWN(1)),
		 SEQ_CHILD(false, 2, 1, DESTROYING, SEQ_NONE),
	 }},
	{"IKE rekey collision that the peer did not see: deleted, then moved",
	 true,
	 {
		 SEQ_IKE(true, 1, REKEYING, SEQ_NONE),
		 SEQ_IKE(true, 1, DELETING, SEQ_NONE),
		 SEQ_IKE(true, 2, ESTABLISHED, SEQ_NONE),
		 SEQ_MOVE(true, 1, 2),
		 SEQ_IKE(true, 1, REKEYED, SEQ_NONE),
		 SEQ_IKE(true, 1, DESTROYING, SEQ_NONE),
	 }},
	{"reauthentication, make before break",
	 true,
	 {
		 SEQ_IKE(true, 2, CONNECTING, SEQ_NONE),
		 SEQ_IKE(true, 2, ESTABLISHED, SEQ_NONE),
		 SEQ_IKE_IS(true, 2, true),
		 SEQ_CHILD(true, 2, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 2, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD_IS(true, 2, 2, true, SEQ_NONE),
		 SEQ_IKE(true, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_IKE_IS(true, 1, false),
		 SEQ_CHILD_IS(true, 1, 1, false, SEQ_DOWN(1)),
		 SEQ_IKE(true, 1, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, DESTROYING, SEQ_DOWN(1)),
	 }},
	{"reauthentication, break before make",
	 true,
	 {
		 SEQ_IKE(false, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_IKE_IS(false, 1, false),
		 SEQ_CHILD_IS(false, 1, 1, false, SEQ_DOWN(1)),
		 SEQ_IKE(false, 2, CONNECTING, SEQ_NONE),
		 SEQ_IKE(false, 1, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(false, 1, 1, DESTROYING, SEQ_DOWN(1)),
		 SEQ_IKE(false, 2, ESTABLISHED, SEQ_NONE),
		 SEQ_IKE_IS(false, 2, true),
		 SEQ_CHILD(false, 2, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 2, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD_IS(true, 2, 2, true, SEQ_NONE),
	 }},
	{"we delete the CHILD_SA",
	 true,
	 {
		 SEQ_CHILD(false, 1, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_CHILD(false, 1, 1, DELETED, SEQ_NONE),
		 SEQ_CHILD_IS(false, 1, 1, false, SEQ_DOWN(1)),
		 SEQ_CHILD(false, 1, 1, DESTROYING, SEQ_NONE),
	 }},
	{"the IKE_SA is deleted",
	 true,
	 {
		 SEQ_IKE(false, 1, DELETING, SEQ_DOWN(1)),
		 SEQ_IKE_IS(false, 1, false),
		 SEQ_CHILD_IS(false, 1, 1, false, SEQ_DOWN(1)),
		 SEQ_IKE(false, 1, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(false, 1, 1, DESTROYING, SEQ_DOWN(1)),
	 }},
	{"the peer stops answering, and is there again",
	 true,
	 {
		 SEQ_IKE(true, 2, CONNECTING, SEQ_NONE),
		 SEQ_IKE_IS(true, 1, false),
		 SEQ_CHILD_IS(false, 1, 1, false, SEQ_DOWN(1)),
		 SEQ_IKE(false, 1, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(false, 1, 1, DESTROYING, SEQ_DOWN(1)),
		 SEQ_IKE(false, 2, ESTABLISHED, SEQ_NONE),
		 SEQ_CHILD(false, 2, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 2, 2, INSTALLED, SEQ_UP(2)),
	 }},
	{"the old SA dies by DPD under a new one of the restarted peer",
	 true,
	 {
		 SEQ_IKE(true, 2, ESTABLISHED, SEQ_NONE),
		 SEQ_CHILD(true, 2, 2, INSTALLING, SEQ_NONE),
		 SEQ_CHILD(true, 2, 2, INSTALLED, SEQ_UP(2)),
		 SEQ_CHILD_IS(true, 2, 2, true, SEQ_NONE),
		 SEQ_IKE_IS(true, 1, false),
		 SEQ_CHILD_IS(true, 1, 1, false, SEQ_DOWN(1)),
		 SEQ_IKE(true, 1, DESTROYING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, DESTROYING, SEQ_DOWN(1)),
	 }},
	{"the addresses change",
	 true,
	 {
		 SEQ_ROAM(true, 1),
		 SEQ_CHILD(true, 1, 1, UPDATING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, INSTALLED, SEQ_CHANGED(1)),
	 }},
	{"the addresses change during a rekey",
	 true,
	 {
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_NONE),
		 SEQ_ROAM(true, 1),
		 SEQ_CHILD(true, 1, 1, UPDATING, SEQ_NONE),
		 SEQ_CHILD(true, 1, 1, REKEYING, SEQ_CHANGED(1)),
		 SEQ_CHILD(true, 1, 1, INSTALLED, SEQ_NONE),
	 }},
};

#endif
