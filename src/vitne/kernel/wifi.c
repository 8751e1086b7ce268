/* 802.11 frames of open networks and the headers that capture tools put before them.
 * IEEE 802.11-2020 section 9.2.4 and 9.3.2; radiotap.org; LINKTYPE_IEEE802_11_PRISM, _AVS and PPI. */
#include "walk.h"

/* radiotap: version 0, length; bit 1 of the first word says that a flags byte follows the 8-byte TSFT. */
void read_radiotap(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 8 || at[0] != 0) {
        tally_short(packet, span, LAYER_WIFI);
        return;
    }
    uint32_t length = le16(at + 2), present = le32(at + 4), flags_at = 8;
    uint32_t more = present;
    while (more >> 31 && flags_at + 4 <= span.held) { /* further words of the presence map */
        more = le32(at + flags_at);
        flags_at += 4;
    }
    if (present & 1) flags_at = ((flags_at + 7) & ~7u) + 8;
    uint8_t flags = present & 2 && flags_at < span.held && flags_at < length ? at[flags_at] : 0;
    if (length < 8 || !skip(&span, length)) {
        tally_short(packet, span, LAYER_WIFI);
        return;
    }
    if (flags & 0x10 && span.wire >= 4) trim(&span, span.wire - 4); /* frame check sequence at the end */
    read_wifi(packet, span, flags & 0x20);
}

/* Prism: a message code and its length; AVS: a magic number and its length. */
void read_prism(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 8) {
        tally_short(packet, span, LAYER_WIFI);
        return;
    }
    uint32_t length = be32(at) >> 12 == 0x80211 ? be32(at + 4) : 144;
    if (length < 8 || !skip(&span, length)) tally_short(packet, span, LAYER_WIFI);
    else read_wifi(packet, span, false);
}

void read_ppi(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 8) {
        tally_short(packet, span, LAYER_WIFI);
        return;
    }
    uint32_t length = le16(at + 2), link_type = le32(at + 4);
    if (length < 8 || !skip(&span, length) || !deeper(packet)) tally_short(packet, span, LAYER_WIFI);
    else if (link_type == 192) tally(packet, TALLY_LINK, link_type);
    else read_frame(packet, span, link_type);
}

/* Section 9.3.2.2.2: subframes of an A-MSDU; a single one is read, more are counted. */
static void read_aggregate(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (!skip(&span, 14)) {
        tally_short(packet, span, LAYER_WIFI);
        return;
    }
    packet->mac_to = at;
    packet->mac_from = at + 6;
    uint32_t length = be16(at + 12);
    if (((length + 14 + 3) & ~3u) + 14 < span.wire + 14) tally(packet, TALLY_WIFI_AGGREGATE, 0);
    trim(&span, length);
    read_llc(packet, span);
}

/* Table 9-30: which addresses are source and destination. */
static void wifi_addresses(Packet *packet, const uint8_t *at, unsigned direction) {
    static const uint8_t to[4] = {4, 16, 4, 16}, from[4] = {10, 10, 16, 24};
    packet->mac_to = at + to[direction];
    packet->mac_from = at + from[direction];
}

void read_wifi(Packet *packet, Span span, bool padded) {
    const uint8_t *at = span.at;
    if (!deeper(packet)) return;
    if (span.held < 2) {
        tally_short(packet, span, LAYER_WIFI);
        return;
    }
    unsigned type = at[0] >> 2 & 3, subtype = at[0] >> 4, flags = at[1];
    if (type != 2 || subtype & 4) { /* management, control, or data without a body */
        tally(packet, TALLY_WIFI_OTHER, type << 4 | subtype);
        return;
    }
    unsigned direction = flags & 3;
    bool quality = subtype & 8;
    uint32_t header = 24 + (direction == 3 ? 6 : 0);
    uint32_t quality_at = header;
    if (quality) header += 2 + (flags & 0x80 ? 4 : 0); /* with +HTC: HT control */
    if (padded) header = (header + 3) & ~3u;
    if (!skip(&span, header)) {
        tally_short(packet, span, LAYER_WIFI);
        return;
    }
    uint16_t control = quality ? le16(at + quality_at) : 0;
    if (is_wifi_retry(packet, at + 10, le16(at + 22), (uint16_t)(quality ? 1 + (control & 15) : 0)) && flags & 8) {
        packet->row->size |= (uint32_t)ROW_DUPLICATE << SIZE_BITS;
        tally(packet, TALLY_DUPLICATE, 1);
    }
    if (flags & 0x40) {
        tally(packet, TALLY_WIFI_ENCRYPTED, 0);
        return;
    }
    if (flags & 4 || le16(at + 22) & 15) { /* fragmented at the link layer */
        tally(packet, TALLY_MALFORMED, LAYER_WIFI);
        return;
    }
    wifi_addresses(packet, at, direction);
    if (control & 0x80) read_aggregate(packet, span);
    else read_llc(packet, span);
}
