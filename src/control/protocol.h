/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The control socket's language, shared by server and cygnetctl: one JSON
 * object a line in, one JSON object a line out.
 *
 *   request  {"v":1,"command":"routes","args":{"prefix":"10.0.0.0/8"}}
 *   reply    {"v":1,"ok":true,"data":{…}}
 *            {"v":1,"ok":false,"error":"…what and the remedy…"}
 *   long lists: any number of {"v":1,"part":[…]} before the final reply
 *   what follows events: a part at once, which may be empty, then one when
 *   something happens, until the client says anything more: then comes the
 *   final reply. Who reads too slowly misses some, and is told how many
 *
 * A request line is at most CONTROL_REQUEST_MAX bytes. Members that a reader
 * does not know are to be ignored; `v` grows when one changes its meaning.
 */

#ifndef CYGNET_CONTROL_PROTOCOL_H
#define CYGNET_CONTROL_PROTOCOL_H

#define CONTROL_VERSION     1
#define CONTROL_SOCKET      "/run/cygnet.sock"
#define CONTROL_REQUEST_MAX 65536
/** clients at once; one more is told so and closed */
#define CONTROL_CLIENTS_MAX 64
/** of these, those that may not change anything */
#define CONTROL_LOOKERS_MAX 48
/** clients that follow events or the log at once, and of these, those that may
 * not change anything: others are to get their answers */
#define CONTROL_FOLLOWERS_MAX         32
#define CONTROL_FOLLOWING_LOOKERS_MAX 24

#endif
