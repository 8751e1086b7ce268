/* What the packet walk keeps: one Row per record of the captures, one FlowState per conversation.
 *
 * Memory: a Row has 32 bytes; its place in flow order takes 4 more and sorting a side that arrived out of
 * order another 4, so 40 bytes per packet.  A FlowState has 88 bytes and at most 4 / 0.6 = 6.7 bytes of hash
 * table, so 95 bytes per flow.  Both arrays grow with realloc; pages not yet written are not resident.
 */
#ifndef VITNE_WALK_H
#define VITNE_WALK_H

#include <stdbool.h>
#include <stdlib.h>

#include "kernel.h"

#define NO_ROW 0xFFFFFFFFu
#define NO_FLOW 0xFFFFFFFFu
#define SIZE_BITS 24
#define SIZE_MOST 0xFFFFFFu
#define PLACE_MOST ((uint64_t)1 << 40)
#define DEPTH_MOST 16
#define TUNNELS_MOST 255
#define MACS_MOST 65535

/* Flags of a row, in the upper 8 bits of Row.size. */
enum {
    ROW_ARENA = 1,     /* the payload stands in the arena of reassembled datagrams */
    ROW_DUPLICATE = 2, /* a second copy of a frame that was seen already */
    ROW_FRAGMENT = 4,  /* a fragment; Row.position is the row of the next one of its datagram, or -1 */
    ROW_SYN = 8,
    ROW_FIN = 16,
    ROW_RST = 32,
    ROW_IGNORED = 64, /* keep-alive probe or a sequence number far out of the window */
    ROW_ACK = 128,
};

typedef struct {
    int64_t time;     /* nanoseconds UTC */
    uint64_t place;   /* payload: offset in its buffer << 24 | captured bytes */
    int64_t position; /* TCP: unwrapped sequence number of the first payload byte */
    uint32_t size;    /* flags << 24 | bytes of payload on the wire */
    uint32_t flow;    /* flow number << 1 | side, or NO_FLOW */
} Row;

/* Flags of one side of a flow. */
enum {
    SIDE_SEEN = 1,   /* high is set */
    SIDE_BASE = 2,   /* the initial sequence number is known: low is final */
    SIDE_LOW = 4,    /* low is set */
    SIDE_BORROW = 8, /* low lies before the first 2^32 */
    SIDE_FIN = 16,
    SIDE_ACKED = 32, /* the peer acknowledged something */
    SIDE_SENT = 64,  /* a packet of this side was seen */
    SIDE_SYN = 128,
};

typedef struct {
    uint8_t address[2][16]; /* client, server; IPv4 in the first 4 bytes */
    uint16_t port[2];
    uint16_t mac[2]; /* number in Walk.macs, 0 for none */
    uint8_t protocol, family, tunnel, reset;
    uint8_t side[2]; /* SIDE_ flags */
    uint16_t spare;
    uint32_t low[2];  /* sequence number of stream offset 0 */
    int64_t high[2];  /* unwrapped sequence number behind the last byte; after the walk: range in Walk.order */
    int64_t acked[2]; /* unwrapped sequence number up to which the peer acknowledged */
} FlowState;

typedef struct {
    const uint8_t *bytes;
    uint64_t length;
} Buffer;

/* What was met and not read, or deviant, counted by kind and value. */
typedef struct {
    uint32_t kind, value;
    uint64_t count;
    uint32_t first_row, capture;
} Tally;

enum {
    TALLY_LINK = 1,        /* unknown link type; value: link type */
    TALLY_ETHERTYPE,       /* not IP; value: EtherType */
    TALLY_TRANSPORT,       /* IP protocol that is not read; value: its number */
    TALLY_SHORT,           /* header cut by the end of the frame; value: layer */
    TALLY_SNAPPED,         /* header cut by the snap length; value: layer */
    TALLY_MALFORMED,       /* header that breaks its format; value: layer */
    TALLY_DEPTH,           /* more than DEPTH_MOST layers */
    TALLY_FRAGMENT_LOST,   /* datagrams of which a fragment is missing */
    TALLY_FRAGMENT_LIMIT,  /* datagrams given up for a bound on memory */
    TALLY_FRAGMENT_CLASH,  /* overlapping fragments with different bytes; the first copy was kept */
    TALLY_DUPLICATE,       /* frames captured twice */
    TALLY_WIFI_ENCRYPTED,  /* protected 802.11 data frames */
    TALLY_WIFI_OTHER,      /* 802.11 frames that carry no data; value: type << 4 | subtype */
    TALLY_WIFI_AGGREGATE,  /* A-MSDU with more than one packet */
    TALLY_TCP_WINDOW,      /* TCP segments ignored because their sequence number is far off */
    TALLY_IP_LENGTH,       /* IP length greater than the frame */
    TALLY_TRANSPORT_LENGTH,/* UDP length greater than the IP payload */
    TALLY_PPP,             /* PPP protocol that is not IP; value: its number */
    TALLY_MACS,            /* more link addresses than are kept */
    TALLY_ARENA,           /* reassembled datagrams given up for the bound on all of them */
    TALLY_MEMORY,          /* rows or flows lost because there was no memory */
    TALLY_USB_MORE,        /* USB transfers with more than one frame; value: 1 RNDIS, 2 NCM */
    TALLY_USB_OTHER,       /* USB transfers that carry no frame of a network */
};

/* Layers, as values of TALLY_SHORT, TALLY_SNAPPED and TALLY_MALFORMED. */
enum {
    LAYER_LINK = 1, LAYER_VLAN, LAYER_MPLS, LAYER_PPP, LAYER_IPV4, LAYER_IPV6, LAYER_TCP, LAYER_UDP,
    LAYER_GRE, LAYER_WIFI, LAYER_NFLOG, LAYER_LLC, LAYER_IPV6_EXTENSION, LAYER_RECORD,
};

enum { TUNNEL_GRE = 1, TUNNEL_GTP, TUNNEL_IPIP, TUNNEL_6IN4, TUNNEL_TEREDO, TUNNEL_VXLAN, TUNNEL_ERSPAN };

#define TALLIES 4096
#define TALLIES_MOST 2048 /* entries with values of their own, so that looking one up stays short */
#define RECENT 16384
#define WIFI_RECENT 256

typedef struct {
    uint64_t offset;
    uint32_t hash, row, capture, wire;
} Recent;

typedef struct {
    uint8_t transmitter[6];
    uint16_t sequence, quality, used;
} WifiRecent;

typedef struct Fragments Fragments;

/* Where a table goes once it holds more than `from` bytes: a file by its number, 0 for none. */
typedef struct {
    int file;
    uint64_t from, mapped; /* mapped: bytes of the file that stand in memory, 0 before it is used */
} Spill;

typedef struct {
    Row *rows;
    uint32_t row_count, row_room;
    FlowState *flows;
    uint32_t flow_count, flow_room;
    uint32_t *slots; /* hash table: flow number + 1, or 0 */
    uint32_t slot_count;
    Buffer *buffers; /* by capture number */
    uint32_t *first_rows;
    uint32_t buffer_count;
    uint8_t (*macs)[6];
    uint32_t mac_count, mac_room;
    uint32_t mac_slots[1 << 17];
    uint64_t tunnels[TUNNELS_MOST + 1]; /* stack of 4-bit TUNNEL_ codes, outermost highest */
    uint32_t tunnel_count;
    Tally tallies[TALLIES];
    uint32_t tally_count;
    uint64_t seed; /* of the hash tables that no output depends on: flows and link addresses */
    Recent recent[RECENT];
    WifiRecent wifi[WIFI_RECENT];
    Fragments *fragments;
    uint32_t *order; /* rows by flow and side, made by walk_finish */
    uint32_t order_count;
    Spill row_spill, flow_spill, order_spill;
} Walk;

/* One stretch of a frame: what the file holds of it and what it had on the wire. */
typedef struct {
    const uint8_t *at;
    uint32_t held, wire; /* held <= wire */
} Span;

/* The packet in hand. */
typedef struct {
    Walk *walk;
    Row *row;
    uint32_t number;   /* of the row */
    uint32_t capture;
    const uint8_t *base; /* where the offsets of the bytes in hand count from */
    uint64_t base_offset;
    bool arena;          /* the bytes in hand are a reassembled datagram */
    const uint8_t *mac_from, *mac_to; /* 6 bytes, or NULL */
    uint64_t tunnels;
    unsigned depth;
} Packet;

/* One IP packet's addresses and payload. */
typedef struct {
    const uint8_t *source, *target; /* 4 or 16 bytes */
    uint8_t family, protocol;
    Span payload;
} Datagram;

/* walk.c */
void tally(Packet *packet, uint32_t kind, uint32_t value);
void tally_short(Packet *packet, Span span, uint32_t layer);
static inline bool skip(Span *span, uint32_t count) {
    if (span->held < count) return false;
    span->at += count;
    span->held -= count;
    span->wire -= count;
    return true;
}
static inline void trim(Span *span, uint32_t wire) {
    if (wire < span->wire) span->wire = wire;
    if (span->held > span->wire) span->held = span->wire;
}
static inline bool deeper(Packet *packet) {
    if (packet->depth++ < DEPTH_MOST) return true;
    tally(packet, TALLY_DEPTH, 0);
    return false;
}
static inline uint64_t mix(uint64_t value) {
    value ^= value >> 32;
    value *= 0x9E3779B97F4A7C15u;
    value ^= value >> 29;
    value *= 0xBF58476D1CE4E5B9u;
    return value ^ value >> 32;
}
static inline uint64_t word(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, 8);
    return value;
}

/* spill.c */
void *spill_grow(Spill *spill, void *old, uint64_t used, uint64_t size);
void spill_free(Spill *spill, void *table);
/* link.c */
void read_frame(Packet *packet, Span span, uint32_t link_type);
void read_usb(Packet *packet, Span span, uint32_t link_type);
void read_ethernet(Packet *packet, Span span);
void read_ethertype(Packet *packet, Span span, uint16_t type);
void read_ppp(Packet *packet, Span span);
void read_llc(Packet *packet, Span span);
/* wifi.c */
void read_radiotap(Packet *packet, Span span);
void read_prism(Packet *packet, Span span);
void read_ppi(Packet *packet, Span span);
void read_wifi(Packet *packet, Span span, bool padded);
/* ip.c */
void read_ip(Packet *packet, Span span);
void read_ipv4(Packet *packet, Span span);
void read_ipv6(Packet *packet, Span span);
void read_transport(Packet *packet, Datagram *datagram);
/* tunnel.c */
void read_gre(Packet *packet, Span span);
bool read_udp_tunnel(Packet *packet, Span payload, uint16_t from, uint16_t to);
bool enter_tunnel(Packet *packet, unsigned code);
/* duplicate.c */
bool is_duplicate(Packet *packet, const Datagram *datagram, const uint8_t *header, Span whole);
bool is_wifi_retry(Packet *packet, const uint8_t *transmitter, uint16_t sequence, uint16_t quality);
/* fragment.c */
typedef struct {
    Datagram *datagram;
    uint32_t id, offset;
    bool more;
} Fragment;
Fragments *fragments_new(void);
void fragments_free(Fragments *fragments);
bool add_fragment(Packet *packet, const Fragment *fragment, Span *whole);
void fragments_end(Walk *walk);
uint32_t fragment_head(const Walk *walk, uint32_t row);
const uint8_t *arena_at(const Walk *walk, uint64_t offset);
/* flows.c */
uint32_t slot_of_ends(const Walk *walk, const uint8_t *addresses, const uint8_t *ports, uint8_t protocol);
void take_tcp(Packet *packet, const Datagram *datagram);
void take_udp(Packet *packet, const Datagram *datagram, Span payload);
static inline int64_t low_of(const FlowState *flow, int side) {
    return ((flow->side[side] & SIDE_BORROW) ? 0 : (int64_t)1 << 32) + flow->low[side];
}
/* walk.c, for assemble.c */
const uint8_t *payload_at(const Walk *walk, uint32_t row);

#endif
