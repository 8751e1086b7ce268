/* Link layers: what stands before the IP header.  Sections: IEEE 802.1Q, 802.3, 802.1BR; RFC 894, 1042, 1661,
 * 1662, 2516, 3032; the LINKTYPE_ registry for cooked, loopback and NFLOG frames. */
#include "walk.h"

void read_ethernet(Packet *packet, Span span) {
    if (!deeper(packet)) return;
    const uint8_t *at = span.at;
    if (!skip(&span, 14)) {
        tally_short(packet, span, LAYER_LINK);
        return;
    }
    packet->mac_to = at;
    packet->mac_from = at + 6;
    uint16_t type = be16(at + 12);
    if (type > 1500) {
        read_ethertype(packet, span, type);
        return;
    }
    trim(&span, type); /* IEEE 802.3: a length, what follows is padding */
    read_llc(packet, span);
}

/* IEEE 802.2 with SNAP (RFC 1042); Novell's raw 802.3 and other service points are not IP. */
void read_llc(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 3) {
        tally_short(packet, span, LAYER_LLC);
    } else if (at[0] == 0xAA && at[1] == 0xAA && at[2] == 3) {
        if (!skip(&span, 8)) tally_short(packet, span, LAYER_LLC);
        else read_ethertype(packet, span, be16(at + 6));
    } else if (at[0] == 6 && at[1] == 6 && at[2] == 3) {
        skip(&span, 3); /* SAP of IP, RFC 948 */
        read_ip(packet, span);
    } else {
        tally(packet, TALLY_ETHERTYPE, at[0]);
    }
}

/* RFC 3032: labels of 4 bytes down to the one with the bottom-of-stack bit; the payload's first nibble tells. */
static void read_mpls(Packet *packet, Span span) {
    for (;;) {
        const uint8_t *at = span.at;
        if (!deeper(packet)) return;
        if (!skip(&span, 4)) {
            tally_short(packet, span, LAYER_MPLS);
            return;
        }
        if (at[2] & 1) break;
    }
    if (!span.held) {
        tally_short(packet, span, LAYER_MPLS);
        return;
    }
    unsigned version = span.at[0] >> 4;
    if (version == 4 || version == 6) {
        read_ip(packet, span);
        return;
    }
    if (version == 0 && span.held > 18) skip(&span, 4); /* RFC 4385 control word before Ethernet */
    read_ethernet(packet, span);
}

/* RFC 1661 section 2 and RFC 1662: protocol numbers of one or two bytes, address and control may be left out. */
void read_ppp(Packet *packet, Span span) {
    if (!deeper(packet)) return;
    if (span.held >= 2 && span.at[0] == 0xFF && span.at[1] == 3) skip(&span, 2);
    if (span.held < 2) {
        tally_short(packet, span, LAYER_PPP);
        return;
    }
    uint16_t protocol = span.at[0] & 1 ? span.at[0] : be16(span.at);
    skip(&span, span.at[0] & 1 ? 1 : 2);
    if (protocol == 0x21) read_ipv4(packet, span);
    else if (protocol == 0x57) read_ipv6(packet, span);
    else if (protocol == 0x281 || protocol == 0x283) read_mpls(packet, span);
    else tally(packet, TALLY_PPP, protocol);
}

/* RFC 1547: Cisco's HDLC has an EtherType where PPP has its address byte (0x0F or 0x8F). */
static void read_hdlc(Packet *packet, Span span) {
    if (span.held >= 4 && (span.at[0] == 0x0F || span.at[0] == 0x8F)) {
        uint16_t type = be16(span.at + 2);
        skip(&span, 4);
        read_ethertype(packet, span, type);
        return;
    }
    read_ppp(packet, span);
}

/* RFC 2516: version and type 1, code 0 (session), session, length, then PPP. */
static void read_pppoe(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (!skip(&span, 6)) {
        tally_short(packet, span, LAYER_PPP);
        return;
    }
    if (at[0] != 0x11 || at[1] != 0) {
        tally(packet, TALLY_MALFORMED, LAYER_PPP);
        return;
    }
    trim(&span, be16(at + 4));
    read_ppp(packet, span);
}

static void read_vlan(Packet *packet, Span span, uint32_t tag) {
    const uint8_t *at = span.at;
    if (!deeper(packet)) return;
    if (!skip(&span, tag + 2)) {
        tally_short(packet, span, LAYER_VLAN);
        return;
    }
    uint16_t type = be16(at + tag);
    if (type > 1500) {
        read_ethertype(packet, span, type);
        return;
    }
    trim(&span, type);
    read_llc(packet, span);
}

void read_ethertype(Packet *packet, Span span, uint16_t type) {
    switch (type) {
    case 0x0800: read_ipv4(packet, span); return;
    case 0x86DD: read_ipv6(packet, span); return;
    case 0x8100: case 0x88A8: case 0x9100: case 0x9200: read_vlan(packet, span, 2); return;
    case 0x8926: read_vlan(packet, span, 4); return; /* VN-Tag, IEEE 802.1BR */
    case 0x8847: case 0x8848: read_mpls(packet, span); return;
    case 0x8864: read_pppoe(packet, span); return;
    case 0x880B: read_ppp(packet, span); return;
    case 0x6558: read_ethernet(packet, span); return;
    default: tally(packet, TALLY_ETHERTYPE, type);
    }
}

/* LINKTYPE_LINUX_SLL (113) and LINKTYPE_LINUX_SLL2 (276). */
static void read_cooked(Packet *packet, Span span, bool second) {
    const uint8_t *at = span.at;
    if (!skip(&span, second ? 20 : 16)) {
        tally_short(packet, span, LAYER_LINK);
        return;
    }
    uint16_t type = be16(at + (second ? 0 : 14));
    uint16_t hardware = be16(at + (second ? 8 : 2));
    unsigned length = second ? at[11] : be16(at + 4);
    if (length == 6 && (hardware == 1 || hardware == 801 || hardware == 802 || hardware == 803)) {
        packet->mac_from = at + (second ? 12 : 6);
    }
    if (hardware == 778) read_ip(packet, span); /* ARPHRD_IPGRE: the kernel shows the inner packet */
    else if (type == 4) read_llc(packet, span);
    else if (type == 1) tally(packet, TALLY_ETHERTYPE, type); /* Novell 802.3 */
    else read_ethertype(packet, span, type);
}

/* LINKTYPE_NULL (0) and LINKTYPE_LOOP (108): an address family of 4 bytes in either byte order. */
static void read_loopback(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (!skip(&span, 4)) {
        tally_short(packet, span, LAYER_LINK);
        return;
    }
    uint32_t family = be32(at);
    if (family > 0xFFFF) family = le32(at);
    switch (family) {
    case 2: read_ipv4(packet, span); return;
    case 10: case 23: case 24: case 28: case 30: read_ipv6(packet, span); return;
    default: tally(packet, TALLY_ETHERTYPE, family);
    }
}

/* LINKTYPE_NFLOG (239): family, version 0, resource; then attributes, the payload is number 9. */
static void read_nflog(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (!skip(&span, 4) || at[1] != 0) {
        tally_short(packet, span, LAYER_NFLOG);
        return;
    }
    while (span.held >= 4) { /* each step is at least 4 bytes */
        uint32_t length = le16(span.at), type = le16(span.at + 2) & 0x7FFF;
        if (length < 4) break;
        if (type == 9) {
            skip(&span, 4);
            trim(&span, length - 4);
            read_ip(packet, span);
            return;
        }
        if (!skip(&span, (length + 3) & ~3u)) break;
    }
    tally_short(packet, span, LAYER_NFLOG);
}

/* LINKTYPE_PKTAP (258) of macOS and iOS: a header that says its length, what follows, and the link type of
 * that; the process stands further on in it (bsd/net/pktap.h).  The header may not nest. */
static void read_pktap(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (!deeper(packet)) return;
    if (span.held < 12 || le32(at) < 12 || !skip(&span, le32(at))) {
        tally_short(packet, span, LAYER_LINK);
        return;
    }
    uint32_t kind = le32(at + 4), inner = le32(at + 8);
    if (kind != 1 || inner == 258 || inner == 149) tally(packet, TALLY_LINK, 258);
    else read_frame(packet, span, inner);
}

void read_frame(Packet *packet, Span span, uint32_t link_type) {
    switch (link_type) {
    case 1: read_ethernet(packet, span); return;
    case 0: case 108: read_loopback(packet, span); return;
    case 9: case 50: read_hdlc(packet, span); return;
    case 104: read_hdlc(packet, span); return;
    case 51: read_pppoe(packet, span); return;
    case 12: case 14: case 101: read_ip(packet, span); return;
    case 228: read_ipv4(packet, span); return;
    case 229: read_ipv6(packet, span); return;
    case 105: read_wifi(packet, span, false); return;
    case 113: read_cooked(packet, span, false); return;
    case 276: read_cooked(packet, span, true); return;
    case 119: read_prism(packet, span); return;
    case 127: read_radiotap(packet, span); return;
    case 192: read_ppi(packet, span); return;
    case 189: case 220: case 249: read_usb(packet, span, link_type); return;
    case 239: read_nflog(packet, span); return;
    case 258: read_pktap(packet, span); return;
    default: tally(packet, TALLY_LINK, link_type);
    }
}
