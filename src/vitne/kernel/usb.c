/* USB between a phone and the computer that it lends its network to.  Sections: LINKTYPE_USB_LINUX and
 * LINKTYPE_USB_LINUX_MMAPPED (Documentation/usb/usbmon.rst), LINKTYPE_USBPCAP (its capture format); the frames
 * inside: Remote NDIS section 2.2.14, NCM 1.0 sections 3.2 and 3.3, or Ethernet as it is (ECM).
 * A transfer may carry several frames; the first is read, the others are counted. */
#include "walk.h"

enum { BULK = 3 };

/* the frame at an offset of a transfer; 0 where it does not lie in it */
static int frame_at(Packet *packet, Span span, uint64_t offset, uint32_t length) {
    if (length < 14 || offset > span.held || !skip(&span, (uint32_t)offset)) return 0;
    trim(&span, length);
    read_ethernet(packet, span);
    return 1;
}

/* REMOTE_NDIS_PACKET_MSG: type 1, length, offset of the data from the ninth byte on, their length. */
static int read_rndis(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 44 || le32(at) != 1) return 0;
    uint32_t length = le32(at + 4), offset = le32(at + 8), data = le32(at + 12);
    if (length < 44 || offset < 36 || (uint64_t)offset + 8 + data > length) return 0;
    if ((uint64_t)length + 4 <= span.held && le32(at + length) == 1) tally(packet, TALLY_USB_MORE, 1);
    return frame_at(packet, span, (uint64_t)offset + 8, data);
}

/* NTH16 «NCMH»: length of itself, sequence, length of all, where the table stands; NDP16 «NCM0» or «NCM1»:
 * its length, the next table, and pairs of index and length, the last of them zero. */
static int read_ncm(Packet *packet, Span span) {
    const uint8_t *at = span.at;
    if (span.held < 12 || le32(at) != 0x484D434E) return 0;
    uint32_t table = le16(at + 10);
    if (table + 16 > span.held || (le32(at + table) & 0xFEFFFFFF) != 0x304D434E) return 0;
    uint32_t index = le16(at + table + 8), length = le16(at + table + 10);
    if (le16(at + table + 12) || le16(at + table + 6)) tally(packet, TALLY_USB_MORE, 2);
    return frame_at(packet, span, index, length);
}

/* Ethernet as it is: a type of IP, and its version behind it. */
static int read_ecm(Packet *packet, Span span) {
    if (span.held < 34) return 0;
    uint16_t type = be16(span.at + 12);
    uint8_t version = span.at[14] >> 4;
    if (!(type == 0x0800 && version == 4) && !(type == 0x86DD && version == 6)) return 0;
    read_ethernet(packet, span);
    return 1;
}

void read_usb(Packet *packet, Span span, uint32_t link_type) {
    const uint8_t *at = span.at;
    uint32_t header = link_type == 220 ? 64 : link_type == 189 ? 48 : 27, transfer;
    if (!deeper(packet)) return;
    if (link_type == 249 && span.held >= 2) header = le16(at);
    if (header < 27 || !skip(&span, header)) {
        tally_short(packet, span, LAYER_LINK);
        return;
    }
    transfer = link_type == 249 ? at[22] : at[9];
    if (transfer != BULK || !span.held) tally(packet, TALLY_USB_OTHER, 0);
    else if (!read_rndis(packet, span) && !read_ncm(packet, span) && !read_ecm(packet, span))
        tally(packet, TALLY_USB_OTHER, 0);
}
