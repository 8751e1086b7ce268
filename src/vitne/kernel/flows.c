/* The flow table, and what a TCP conversation tells about itself as it passes.  RFC 9293, RFC 768. */
#include "walk.h"

#define WINDOW ((int64_t)1 << 30)    /* a sequence number farther off is not a hole but an oddity */
#define BEFORE ((int64_t)16 << 20)   /* without handshake: how far below the first segment a later one may lie */

typedef struct {
    uint8_t address[2][16]; /* source, target */
    uint16_t port[2];
    uint8_t protocol, family;
} Ends;

static Ends ends_of(const Datagram *datagram, uint8_t protocol) {
    Ends ends = {{{0}, {0}}, {0, 0}, protocol, datagram->family};
    size_t length = datagram->family == 4 ? 4 : 16;
    memcpy(ends.address[0], datagram->source, length);
    memcpy(ends.address[1], datagram->target, length);
    ends.port[0] = be16(datagram->payload.at);
    ends.port[1] = be16(datagram->payload.at + 2);
    return ends;
}

static uint64_t hash_end(uint64_t seed, const uint8_t address[16], uint16_t port, uint8_t protocol) {
    return mix(mix(word(address) ^ seed) ^ word(address + 8) ^ seed << 1 ^ ((uint64_t)port << 8 | protocol));
}

/* The same for both directions.  The table has any size: the product's upper half is the slot. */
static uint32_t slot_of(const Walk *walk, uint64_t hash) {
    return (uint32_t)(((hash >> 32) * walk->slot_count) >> 32);
}

static uint64_t hash_flow(uint64_t seed, const FlowState *flow) {
    return mix(hash_end(seed, flow->address[0], flow->port[0], flow->protocol) +
               hash_end(seed, flow->address[1], flow->port[1], flow->protocol));
}

/* The same for an IPv4 packet whose addresses and ports stand at these places. */
uint32_t slot_of_ends(const Walk *walk, const uint8_t *addresses, const uint8_t *ports, uint8_t protocol) {
    uint8_t source[16] = {0}, target[16] = {0};
    memcpy(source, addresses, 4);
    memcpy(target, addresses + 4, 4);
    return slot_of(walk, mix(hash_end(walk->seed, source, be16(ports), protocol) +
                             hash_end(walk->seed, target, be16(ports + 2), protocol)));
}

/* Gives the side that the packet's source is on, or -1 if it is another flow. */
static int side_in(const FlowState *flow, const Ends *ends) {
    if (flow->protocol != ends->protocol || flow->family != ends->family) return -1;
    for (int side = 0; side < 2; side++) {
        if (flow->port[side] == ends->port[0] && flow->port[!side] == ends->port[1] &&
            !memcmp(flow->address[side], ends->address[0], 16) &&
            !memcmp(flow->address[!side], ends->address[1], 16)) {
            return side;
        }
    }
    return -1;
}

static bool grow_table(Walk *walk) {
    uint64_t count = (uint64_t)walk->slot_count + walk->slot_count / 4;
    if (count > 0xFFFFFFF0u) return false;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots) return false;
    uint32_t *old = walk->slots, old_count = walk->slot_count;
    walk->slots = slots;
    walk->slot_count = (uint32_t)count;
    for (uint32_t at = 0; at < old_count; at++) { /* only the newest flow between two ends is in the table */
        if (at + 24 < old_count && old[at + 24]) __builtin_prefetch(&walk->flows[old[at + 24] - 1]);
        if (!old[at]) continue;
        uint32_t slot = slot_of(walk, hash_flow(walk->seed, &walk->flows[old[at] - 1]));
        while (slots[slot]) slot = slot + 1 == walk->slot_count ? 0 : slot + 1;
        slots[slot] = old[at];
    }
    free(old);
    return true;
}

static uint16_t mac_number(Packet *packet, const uint8_t *mac) {
    Walk *walk = packet->walk;
    if (!mac) return 0;
    uint32_t most = sizeof walk->mac_slots / sizeof *walk->mac_slots;
    uint32_t slot = (uint32_t)(mix(((uint64_t)be32(mac) << 16 | be16(mac + 4)) ^ walk->seed) % most);
    for (; walk->mac_slots[slot]; slot = (slot + 1) % most) {
        if (!memcmp(walk->macs[walk->mac_slots[slot]], mac, 6)) return (uint16_t)walk->mac_slots[slot];
    }
    if (walk->mac_count == walk->mac_room && walk->mac_room < MACS_MOST) {
        uint32_t room = walk->mac_room * 2 > MACS_MOST ? MACS_MOST : walk->mac_room * 2;
        void *macs = realloc(walk->macs, (size_t)room * 6);
        if (macs) {
            walk->macs = macs;
            walk->mac_room = room;
        }
    }
    if (walk->mac_count == walk->mac_room) {
        tally(packet, TALLY_MACS, 0);
        return 0;
    }
    memcpy(walk->macs[walk->mac_count], mac, 6);
    walk->mac_slots[slot] = walk->mac_count;
    return (uint16_t)walk->mac_count++;
}

static uint8_t tunnel_number(Packet *packet) {
    Walk *walk = packet->walk;
    if (!packet->tunnels) return 0;
    for (uint32_t at = 1; at <= walk->tunnel_count; at++) {
        if (walk->tunnels[at] == packet->tunnels) return (uint8_t)at;
    }
    if (walk->tunnel_count == TUNNELS_MOST) return TUNNELS_MOST;
    walk->tunnels[++walk->tunnel_count] = packet->tunnels;
    return (uint8_t)walk->tunnel_count;
}

/* Opens a flow at the end of the array; ``turned``: the packet comes from the server. */
static FlowState *open_flow(Packet *packet, const Ends *ends, bool turned) {
    Walk *walk = packet->walk;
    if (walk->flow_count == walk->flow_room) {
        uint64_t room = walk->flow_room + walk->flow_room / 4 + 256;
        uint64_t used = walk->flow_count * sizeof *walk->flows, size = room * sizeof *walk->flows;
        FlowState *flows = room < NO_FLOW / 2 ? spill_grow(&walk->flow_spill, walk->flows, used, size) : NULL;
        if (!flows) {
            tally(packet, TALLY_MEMORY, 0);
            return NULL;
        }
        walk->flows = flows;
        walk->flow_room = (uint32_t)room;
    }
    FlowState *flow = &walk->flows[walk->flow_count++];
    memset(flow, 0, sizeof *flow);
    for (int end = 0; end < 2; end++) {
        memcpy(flow->address[end ^ turned], ends->address[end], 16);
        flow->port[end ^ turned] = ends->port[end];
    }
    flow->mac[turned] = mac_number(packet, packet->mac_from);
    flow->mac[!turned] = mac_number(packet, packet->mac_to);
    flow->protocol = ends->protocol;
    flow->family = ends->family;
    flow->tunnel = tunnel_number(packet);
    return flow;
}

/* RFC 9293 section 3.4.1: a SYN with another number, or after an end, opens another conversation. */
static bool reused(const FlowState *flow, int side, const uint8_t *tcp) {
    unsigned flags = tcp[13] & 0x12;
    bool differs = flow->side[side] & SIDE_SEEN && be32(tcp + 4) + 1 != flow->low[side];
    return flags == 2 && flow->side[side] & SIDE_SENT &&
           (differs || flow->reset || (flow->side[0] | flow->side[1]) & SIDE_FIN);
}

/* Finds or opens the packet's flow and gives its side; NULL without memory. */
static FlowState *find_flow(Packet *packet, const Ends *ends, const uint8_t *tcp, int *side) {
    Walk *walk = packet->walk;
    uint64_t hash = mix(hash_end(walk->seed, ends->address[0], ends->port[0], ends->protocol) +
                        hash_end(walk->seed, ends->address[1], ends->port[1], ends->protocol));
    uint32_t slot = slot_of(walk, hash);
    bool copy = packet->row->size >> SIZE_BITS & ROW_DUPLICATE;
    for (; walk->slots[slot]; slot = slot + 1 == walk->slot_count ? 0 : slot + 1) {
        FlowState *flow = &walk->flows[walk->slots[slot] - 1];
        *side = side_in(flow, ends);
        if (*side < 0) continue;
        if (copy || !tcp || !reused(flow, *side, tcp)) return flow;
        break;
    }
    bool turned = tcp && (tcp[13] & 0x12) == 0x12;
    bool new_slot = !walk->slots[slot];
    FlowState *flow = open_flow(packet, ends, turned);
    if (!flow) return NULL;
    walk->slots[slot] = walk->flow_count;
    *side = turned;
    if (new_slot && (uint64_t)walk->flow_count * 4 > (uint64_t)walk->slot_count * 3 && !grow_table(walk)) {
        tally(packet, TALLY_MEMORY, 1);
        if (walk->flow_count + 1 >= walk->slot_count) walk->slots[slot] = 0;
    }
    return flow;
}

static void set_row(Packet *packet, const FlowState *flow, int side, Span payload) {
    Row *row = packet->row;
    uint64_t offset = packet->base_offset + (uint64_t)(payload.at - packet->base);
    row->place = offset << SIZE_BITS | payload.held;
    row->size = (row->size & ~SIZE_MOST) | payload.wire;
    if (packet->arena) row->size |= (uint32_t)ROW_ARENA << SIZE_BITS;
    row->flow = (uint32_t)(flow - packet->walk->flows) << 1 | (uint32_t)side;
}

static void flag(Packet *packet, uint32_t flags) { packet->row->size |= flags << SIZE_BITS; }

void take_udp(Packet *packet, const Datagram *datagram, Span payload) {
    Ends ends = ends_of(datagram, 17);
    int side;
    FlowState *flow = find_flow(packet, &ends, NULL, &side);
    if (!flow) return;
    flow->side[side] |= SIDE_SENT;
    set_row(packet, flow, side, payload);
}

/* Gives the 64-bit position of a sequence number: the one nearest to what this side sent last. */
static int64_t unwrap(const FlowState *flow, int side, uint32_t sequence) {
    if (!(flow->side[side] & (SIDE_SEEN | SIDE_ACKED))) return ((int64_t)1 << 32) + sequence;
    int64_t near = flow->side[side] & SIDE_SEEN ? flow->high[side] : flow->acked[side];
    return near + (int32_t)(sequence - (uint32_t)near);
}

static void set_low(FlowState *flow, int side, int64_t position, uint8_t flags) {
    flow->low[side] = (uint32_t)position;
    flow->side[side] &= (uint8_t)~SIDE_BORROW;
    flow->side[side] |= (uint8_t)(flags | (position < (int64_t)1 << 32 ? SIDE_BORROW : 0));
}

/* Takes note of an acknowledgement: RFC 9293 section 3.4. */
static void note_ack(FlowState *flow, int sender, uint32_t number, bool syn) {
    int64_t position = unwrap(flow, sender, number);
    uint8_t had = flow->side[sender];
    if (had & SIDE_SEEN && (position > flow->high[sender] + WINDOW || position < flow->high[sender] - WINDOW)) return;
    if (!(had & (SIDE_SEEN | SIDE_ACKED | SIDE_BASE))) set_low(flow, sender, position, 0);
    if (syn && !(had & SIDE_BASE)) set_low(flow, sender, position, SIDE_BASE);
    if (had & SIDE_ACKED && position <= flow->acked[sender]) return;
    flow->acked[sender] = position;
    flow->side[sender] |= SIDE_ACKED;
}

/* Says whether a segment's place makes sense, and moves the stream's begin and end by it. */
static bool note_segment(FlowState *flow, int side, int64_t position, uint32_t length, bool syn) {
    uint8_t had = flow->side[side];
    if (had & SIDE_SEEN) {
        int64_t off = position - flow->high[side];
        if (off > WINDOW || off < -WINDOW) return false;
    }
    if (position < 0) return false;
    if (syn && !(had & SIDE_SYN)) {
        set_low(flow, side, position, SIDE_BASE | SIDE_SYN | SIDE_LOW);
    } else if (length && !(had & SIDE_BASE)) {
        int64_t low = low_of(flow, side);
        if (had & SIDE_LOW && position < low - BEFORE) return false;
        if (!(had & SIDE_LOW) || position < low) set_low(flow, side, position, SIDE_LOW);
    } else if (!(had & (SIDE_SEEN | SIDE_BASE | SIDE_LOW))) {
        set_low(flow, side, position, 0);
    }
    int64_t end = position + length;
    bool behind_fin = had & SIDE_FIN && !length; /* the FIN took one number, no byte */
    if (!(had & SIDE_SEEN) || (end > flow->high[side] && !behind_fin)) flow->high[side] = end;
    flow->side[side] |= SIDE_SEEN;
    return true;
}

/* A server may answer a SYN again with another number; it counts if nobody took up the first. */
static bool answered_anew(const FlowState *flow, int side, uint32_t sequence) {
    uint8_t had = flow->side[side];
    return had & SIDE_SYN && !(had & SIDE_ACKED) && flow->high[side] == low_of(flow, side) &&
           sequence + 1 != flow->low[side];
}

static void follow_tcp(Packet *packet, FlowState *flow, int side, const uint8_t *tcp) {
    unsigned bits = tcp[13];
    bool syn = bits & 2, fin = bits & 1, reset = bits & 4;
    uint32_t length = packet->row->size & SIZE_MOST;
    flow->side[side] |= SIDE_SENT;
    flag(packet, (syn ? ROW_SYN : 0) | (fin ? ROW_FIN : 0) | (reset ? ROW_RST : 0) | (bits & 16 ? ROW_ACK : 0));
    if (syn && answered_anew(flow, side, be32(tcp + 4))) flow->side[side] &= (uint8_t)~(SIDE_SEEN | SIDE_SYN);
    int64_t position = unwrap(flow, side, be32(tcp + 4) + syn);
    packet->row->position = position;
    if (reset) {
        flow->reset = 1;
        flag(packet, ROW_IGNORED); /* what a reset carries is a diagnostic text, RFC 9293 section 3.5.3 */
        return;
    }
    bool probe = flow->side[side] & SIDE_SEEN && length <= 1 && !syn && !fin && position == flow->high[side] - 1;
    if (probe) {
        flag(packet, ROW_IGNORED); /* keep-alive, RFC 9293 section 3.8.4 */
    } else if (!note_segment(flow, side, position, length, syn)) {
        flag(packet, ROW_IGNORED);
        tally(packet, TALLY_TCP_WINDOW, 0);
    } else if (fin) {
        flow->side[side] |= SIDE_FIN;
    }
    if (bits & 16) note_ack(flow, !side, be32(tcp + 8), syn);
}

void take_tcp(Packet *packet, const Datagram *datagram) {
    Span payload = datagram->payload;
    const uint8_t *tcp = payload.at;
    if (payload.held < 20) {
        tally_short(packet, payload, LAYER_TCP);
        return;
    }
    uint32_t header = (tcp[12] >> 4) * 4u;
    if (header < 20 || header > payload.wire) {
        tally(packet, TALLY_MALFORMED, LAYER_TCP);
        return;
    }
    if (!skip(&payload, header)) { /* options cut by the snap length: nothing of the payload is held */
        payload.at += payload.held;
        payload.wire -= header;
        payload.held = 0;
    }
    Ends ends = ends_of(datagram, 6);
    int side;
    FlowState *flow = find_flow(packet, &ends, tcp, &side);
    if (!flow) return;
    set_row(packet, flow, side, payload);
    if (!(packet->row->size >> SIZE_BITS & ROW_DUPLICATE)) follow_tcp(packet, flow, side, tcp);
}
