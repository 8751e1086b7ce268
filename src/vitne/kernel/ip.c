/* IP: headers, extension headers, and what stands behind them.  RFC 791, 8200, 4302, 2003, 4213. */
#include "walk.h"

void read_ip(Packet *packet, Span span) {
    if (!span.held) {
        tally_short(packet, span, LAYER_IPV4);
        return;
    }
    unsigned version = span.at[0] >> 4;
    if (version == 4) read_ipv4(packet, span);
    else if (version == 6) read_ipv6(packet, span);
    else tally(packet, TALLY_MALFORMED, LAYER_IPV4);
}

/* Turns to the bytes of a reassembled datagram, if this fragment was the last one missing. */
static bool whole_again(Packet *packet, Datagram *datagram, const Fragment *fragment) {
    Span whole;
    if (!add_fragment(packet, fragment, &whole)) return false;
    datagram->payload = whole;
    return true;
}

/* RFC 8200 section 4: walks the extension headers down to the transport; also RFC 4302 for IPv4. */
static void read_chain(Packet *packet, Datagram *datagram) {
    for (unsigned count = 0; count < DEPTH_MOST; count++) {
        uint8_t kind = datagram->protocol;
        bool own = kind == 51 || (datagram->family == 6 && (kind == 0 || kind == 43 || kind == 44 || kind == 60 ||
                                                          kind == 135 || kind == 139 || kind == 140));
        if (!own) {
            read_transport(packet, datagram);
            return;
        }
        const uint8_t *at = datagram->payload.at;
        if (datagram->payload.held < 8) {
            tally_short(packet, datagram->payload, LAYER_IPV6_EXTENSION);
            return;
        }
        uint32_t length = kind == 44 ? 8 : kind == 51 ? (at[1] + 2u) * 4 : (at[1] + 1u) * 8;
        if (!skip(&datagram->payload, length)) {
            tally_short(packet, datagram->payload, LAYER_IPV6_EXTENSION);
            return;
        }
        datagram->protocol = at[0];
        uint16_t cut = be16(at + 2);
        if (kind != 44 || !(cut & 0xFFF9)) continue; /* an atomic fragment (RFC 6946) is whole */
        Fragment fragment = {datagram, be32(at + 4), cut & 0xFFF8u, cut & 1};
        if (!whole_again(packet, datagram, &fragment)) return;
    }
    tally(packet, TALLY_DEPTH, 0);
}

static bool twice(Packet *packet, const Datagram *datagram, const uint8_t *header, Span whole) {
    bool before = packet->row->size >> SIZE_BITS & ROW_DUPLICATE;
    if (!before && !packet->arena && is_duplicate(packet, datagram, header, whole)) {
        packet->row->size |= (uint32_t)ROW_DUPLICATE << SIZE_BITS;
        tally(packet, TALLY_DUPLICATE, 0);
        before = true;
    }
    return before;
}

void read_ipv4(Packet *packet, Span span) {
    if (!deeper(packet)) return;
    const uint8_t *at = span.at;
    if (span.held < 20) {
        tally_short(packet, span, LAYER_IPV4);
        return;
    }
    uint32_t header = (at[0] & 15u) * 4, total = be16(at + 2);
    if (at[0] >> 4 != 4 || header < 20 || (total && total < header)) {
        tally(packet, TALLY_MALFORMED, LAYER_IPV4);
        return;
    }
    if (total > span.wire) tally(packet, TALLY_IP_LENGTH, 4);
    if (total) trim(&span, total); /* 0: segmentation is left to the network card, the frame tells the length */
    Span whole = span;
    if (!skip(&span, header)) {
        tally_short(packet, span, LAYER_IPV4);
        return;
    }
    Datagram datagram = {at + 12, at + 16, 4, at[9], span};
    bool again = twice(packet, &datagram, at, whole);
    uint16_t cut = be16(at + 6);
    if (cut & 0x3FFF) {
        if (again) return;
        Fragment fragment = {&datagram, be16(at + 4), (cut & 0x1FFFu) * 8, cut >> 13 & 1};
        if (!whole_again(packet, &datagram, &fragment)) return;
    }
    read_chain(packet, &datagram);
}

void read_ipv6(Packet *packet, Span span) {
    if (!deeper(packet)) return;
    const uint8_t *at = span.at;
    if (span.held < 40) {
        tally_short(packet, span, LAYER_IPV6);
        return;
    }
    if (at[0] >> 4 != 6) {
        tally(packet, TALLY_MALFORMED, LAYER_IPV6);
        return;
    }
    uint32_t length = be16(at + 4);
    if (length + 40 > span.wire) tally(packet, TALLY_IP_LENGTH, 6);
    if (length) trim(&span, length + 40); /* 0: a jumbogram (RFC 2675) or segmentation offload */
    Span whole = span;
    skip(&span, 40);
    Datagram datagram = {at + 8, at + 24, 6, at[6], span};
    if (twice(packet, &datagram, at, whole) && at[6] == 44) return;
    read_chain(packet, &datagram);
}

/* RFC 768.  A length of 0 or beyond the IP payload is not believed. */
static void read_udp(Packet *packet, const Datagram *datagram) {
    Span payload = datagram->payload;
    const uint8_t *at = payload.at;
    if (payload.held < 8) {
        tally_short(packet, payload, LAYER_UDP);
        return;
    }
    uint32_t length = be16(at + 4);
    if (length && (length < 8 || length > payload.wire)) tally(packet, TALLY_TRANSPORT_LENGTH, LAYER_UDP);
    else if (length) trim(&payload, length);
    skip(&payload, 8);
    Packet before = *packet;
    if (read_udp_tunnel(packet, payload, be16(at), be16(at + 2))) {
        if (packet->row->flow != NO_FLOW || packet->row->size >> SIZE_BITS & ROW_FRAGMENT) return;
        *packet = before; /* nothing that is read stands inside: then the datagram itself is searched */
    }
    take_udp(packet, datagram, payload);
}

void read_transport(Packet *packet, Datagram *datagram) {
    switch (datagram->protocol) {
    case 6: take_tcp(packet, datagram); return;
    case 17: read_udp(packet, datagram); return;
    case 4:
        if (enter_tunnel(packet, TUNNEL_IPIP)) read_ipv4(packet, datagram->payload);
        return;
    case 41:
        if (enter_tunnel(packet, datagram->family == 4 ? TUNNEL_6IN4 : TUNNEL_IPIP)) {
            read_ipv6(packet, datagram->payload);
        }
        return;
    case 47: read_gre(packet, datagram->payload); return;
    case 137: read_ethertype(packet, datagram->payload, 0x8847); return; /* RFC 4023 */
    default: tally(packet, TALLY_TRANSPORT, datagram->protocol);
    }
}
