/* Tunnels: GRE, GTP-U, Teredo, VXLAN.  RFC 2784, 2890, 2637; 3GPP TS 29.281 section 5; RFC 4380; RFC 7348. */
#include "walk.h"

/* Notes one more tunnel around the packet; the packet's flow names them, outermost first. */
bool enter_tunnel(Packet *packet, unsigned code) {
    packet->tunnels = packet->tunnels << 4 | code;
    return deeper(packet);
}

void read_gre(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 4) {
        tally_short(packet, span, LAYER_GRE);
        return;
    }
    uint16_t flags = be16(at), type = be16(at + 2);
    unsigned version = flags & 7;
    if (version > 1 || flags & 0x4000) { /* routing (RFC 1701) is out of use */
        tally(packet, TALLY_MALFORMED, LAYER_GRE);
        return;
    }
    uint32_t length = 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0);
    if (version == 1) {
        length = 8 + (flags & 0x1000 ? 4 : 0) + (flags & 0x80 ? 4 : 0);
        if (span.held >= 8) trim(&span, length + be16(at + 4));
    }
    if (!skip(&span, length)) {
        tally_short(packet, span, LAYER_GRE);
        return;
    }
    if (version == 1 && !(flags & 0x1000)) return; /* an acknowledgement alone, RFC 2637 section 4.1 */
    if (type == 0x88BE) { /* ERSPAN: type I has no header of its own, type II has 8 bytes and a sequence number */
        if (flags & 0x1000 && !skip(&span, 8)) return;
        if (enter_tunnel(packet, TUNNEL_ERSPAN)) read_ethernet(packet, span);
    } else if (enter_tunnel(packet, TUNNEL_GRE)) {
        read_ethertype(packet, span, type);
    }
}

/* Says whether an IP packet stands here whose length does not go beyond the bytes. */
static bool holds_ip(Span span) {
    if (span.held >= 20 && span.at[0] >> 4 == 4) {
        uint32_t total = be16(span.at + 2);
        return (span.at[0] & 15) >= 5 && total >= 20 && total <= span.wire;
    }
    return span.held >= 40 && span.at[0] >> 4 == 6 && be16(span.at + 4) + 40u <= span.wire;
}

/* TS 29.281 section 5.1: version 1, protocol type GTP, message 255 (G-PDU), extension headers. */
static bool read_gtp(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 8 || (at[0] & 0xF0) != 0x30 || at[1] != 255 || be16(at + 2) + 8u > span.wire) return false;
    trim(&span, be16(at + 2) + 8u);
    skip(&span, 8);
    if (at[0] & 7) {
        uint8_t next = span.held >= 4 ? span.at[3] : 0;
        if (!skip(&span, 4)) return false;
        if (!(at[0] & 4)) next = 0;
        while (next) { /* each step is at least 4 bytes */
            if (span.held < 4 || !span.at[0]) return false;
            uint32_t length = span.at[0] * 4u;
            if (span.held < length) return false;
            next = span.at[length - 1];
            skip(&span, length);
        }
    }
    if (!holds_ip(span)) return false;
    if (enter_tunnel(packet, TUNNEL_GTP)) read_ip(packet, span);
    return true;
}

/* RFC 4380 section 5.1.1: authentication and origin indications, then IPv6 to the very end. */
static bool read_teredo(Packet *packet, Span span, bool port) {
    if (span.held >= 4 && be16(span.at) == 1) {
        uint32_t length = 13u + span.at[2] + span.at[3];
        if (!skip(&span, length)) return false;
    }
    if (span.held >= 8 && be16(span.at) == 0) skip(&span, 8);
    if (span.held < 40 || span.at[0] >> 4 != 6 || be16(span.at + 4) + 40u != span.wire) return false;
    const uint8_t *at = span.at;
    bool prefix = be32(at + 8) == 0x20010000 || be32(at + 24) == 0x20010000; /* section 2.6: 2001:0000::/32 */
    if (!port && !prefix) return false;
    if (enter_tunnel(packet, TUNNEL_TEREDO)) read_ipv6(packet, span);
    return true;
}

/* RFC 7348 section 5: flags 0x08, reserved bits zero, then an Ethernet frame. */
static bool read_vxlan(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 22 || at[0] != 8 || at[1] || at[2] || at[3] || at[7]) return false;
    skip(&span, 8);
    if (enter_tunnel(packet, TUNNEL_VXLAN)) read_ethernet(packet, span);
    return true;
}

/* Reads a tunnel inside a datagram, if its bytes show one. */
bool read_udp_tunnel(Packet *packet, Span payload, uint16_t from, uint16_t to) {
    if (payload.held < 8) return false;
    if ((from == 2152 || to == 2152) && read_gtp(packet, payload)) return true;
    if (to == 4789 && read_vxlan(packet, payload)) return true;
    bool teredo = from == 3544 || to == 3544;
    uint8_t first = payload.at[0];
    return (teredo || first >> 4 == 6 || first == 0) && read_teredo(packet, payload, teredo);
}
