/* Frames captured twice, as a mirror port or a capture on all interfaces gives them.
 *
 * A copy is the same IP packet but for TTL (hop limit) and header checksum.  With an IPv4 identification other
 * than 0 a sender's own retransmission has another number, so 50 ms is safe.  Without one (IPv6, or 0 beside
 * «don't fragment») equal bytes within 5 ms count: a TCP retransmission needs at least a round trip and its
 * timestamp option moves on, a real second datagram of equal content so soon carries nothing new.  A TCP segment
 * without payload, SYN or FIN is then never a copy, since equal acknowledgements are ordinary.
 */
#include "walk.h"

#define NUMBERED_NS 50000000
#define PLAIN_NS 5000000

static uint32_t fingerprint(const Datagram *datagram, uint16_t id, uint32_t wire) {
    uint64_t hash = (uint64_t)id << 32 | wire << 8 | datagram->protocol;
    if (datagram->family == 4) {
        hash = mix(hash ^ word(datagram->source)); /* source and target stand side by side */
    } else {
        for (unsigned at = 0; at < 32; at += 8) hash = mix(hash ^ word(datagram->source + at));
    }
    Span payload = datagram->payload;
    if (payload.held >= 8) hash = mix(hash ^ word(payload.at));
    if (payload.held >= 16) hash = mix(hash ^ word(payload.at + 8));
    return (uint32_t)hash;
}

/* Says whether a packet that carries no number of its own may be called a copy at all. */
static bool telling(const Datagram *datagram) {
    Span payload = datagram->payload;
    if (datagram->protocol != 6 || payload.held < 20) return true;
    return payload.at[13] & 3 || payload.wire > (payload.at[12] >> 4) * 4u;
}

static bool same(const Datagram *datagram, const uint8_t *one, const uint8_t *other, uint32_t length) {
    if (datagram->family == 4) {
        return !memcmp(one, other, 8) && one[9] == other[9] && !memcmp(one + 12, other + 12, length - 12);
    }
    return !memcmp(one, other, 7) && !memcmp(one + 8, other + 8, length - 8);
}

bool is_duplicate(Packet *packet, const Datagram *datagram, const uint8_t *header, Span whole) {
    Walk *walk = packet->walk;
    uint16_t id = datagram->family == 4 ? be16(header + 4) : 0;
    uint32_t hash = fingerprint(datagram, id, whole.wire);
    Recent *recent = &walk->recent[hash % RECENT];
    int64_t window = id ? NUMBERED_NS : PLAIN_NS;
    uint64_t offset = packet->base_offset + (uint64_t)(header - packet->base);
    if (recent->hash == hash && recent->wire == whole.wire && recent->row != packet->number) {
        int64_t then = walk->rows[recent->row].time, now = packet->row->time;
        uint64_t apart = now > then ? (uint64_t)now - (uint64_t)then : (uint64_t)then - (uint64_t)now;
        Buffer buffer = walk->buffers[recent->capture];
        bool inside = recent->offset <= buffer.length && whole.held <= buffer.length - recent->offset;
        if (apart <= (uint64_t)window && inside && (id || telling(datagram)) &&
            same(datagram, buffer.bytes + recent->offset, header, whole.held)) {
            return true;
        }
    }
    *recent = (Recent){offset, hash, packet->number, packet->capture, whole.wire};
    return false;
}

/* IEEE 802.11-2020 section 10.3.2.14: the same sequence number from the same transmitter again. */
bool is_wifi_retry(Packet *packet, const uint8_t *transmitter, uint16_t sequence, uint16_t quality) {
    uint64_t key = (uint64_t)be32(transmitter) << 32 | (uint32_t)be16(transmitter + 4) << 16 | quality;
    WifiRecent *recent = &packet->walk->wifi[mix(key) % WIFI_RECENT];
    bool again = recent->used && !memcmp(recent->transmitter, transmitter, 6) && recent->quality == quality &&
                 recent->sequence == sequence;
    memcpy(recent->transmitter, transmitter, 6);
    recent->sequence = sequence;
    recent->quality = quality;
    recent->used = 1;
    return again;
}
