#include "kernel.h"

/* The record index: hops over the record headers of a pcap file or the blocks of a pcapng file and fills
 * columns.  Specifications: draft-ietf-opsawg-pcap sections 4 and 5; draft-ietf-opsawg-pcapng sections 3 and 4.
 *
 * Every call goes on where the last one stopped and says why it stopped; what to do about damage is decided by
 * the caller, which asks vitne_*_resync where the next run of sound records begins.
 */

#define NO_RECORD UINT64_MAX
#define LARGEST_FRAME 262144u /* a record longer than this is doubted, though believed if others follow it */
#define CHAIN 4               /* sound headers in a row that make a place believable */
#define CHAIN_STEPS 65536     /* most headers walked to find that out */
#define ANY_TIME INT64_MIN
#define UNKNOWN_LINK 65535
#define MOST_INTERFACES (1u << 22) /* 128 MiB of them */

enum reason { FULL, END, CUT, OVERRUN, DOUBT, EVENTS_FULL, INTERFACES_FULL };
enum oddity { CAP_OVER_ORIG, CAP_OVER_SNAP, OVERSIZE, SATURATED, FRACTION, NO_TIME, BACKWARD, AFTER_2038,
              TRAILER, UNKNOWN_INTERFACE, CLIPPED, SHORT_BLOCK, DROPPED_INTERFACE, ODDITIES };
enum event { COMMENT_SECTION = 1, COMMENT_INTERFACE, COMMENT_PACKET, NAMES, SECRETS, CUSTOM };

typedef struct { /* one thing beside the packets; mirrored in records.py */
    uint32_t kind, extra;
    uint64_t frame, offset, length;
} records_event;

typedef struct { /* one interface of a section; mirrored in records.py */
    int64_t time_offset;
    uint64_t name_offset;
    uint32_t name_length, snap_length;
    uint16_t link_type;
    uint8_t resolution, pad[5];
} records_interface;

typedef struct { /* columns, capacity rows each */
    uint64_t *offset;
    uint32_t *cap_length, *orig_length;
    int64_t *time_ns;
    uint16_t *link_type;
    uint64_t capacity;
} records_columns;

typedef struct { /* mirrored in records.py */
    uint64_t position, previous, claimed, rows, budget;
    int64_t last_time;
    uint32_t reason, big_endian, nano, header_length, link_type, snap_length, trust, swapped;
    records_event *events;
    uint64_t event_count, event_capacity;
    records_interface *interfaces;
    uint64_t interface_count, interface_capacity, section_first;
    uint64_t comments, secrets, sections;
    uint64_t self_repair, repairs, repaired_bytes; /* if asked, damage is passed by here and only counted */
    uint64_t count[ODDITIES], first_frame[ODDITIES];
} records_state;

static uint32_t u32(const records_state *s, const uint8_t *p) { return s->big_endian ? be32(p) : le32(p); }
static uint16_t u16(const records_state *s, const uint8_t *p) { return s->big_endian ? be16(p) : le16(p); }

static void odd(records_state *s, enum oddity kind, uint64_t frame) {
    if (!s->count[kind]++) s->first_frame[kind] = frame;
}

/* seconds and a fraction in nanoseconds to nanoseconds; what int64 cannot hold becomes its nearest value */
static int64_t join_time(records_state *s, int64_t seconds, uint64_t fraction, uint64_t frame) {
    const int64_t most = INT64_MAX / 1000000000 - 5;
    seconds += (int64_t)(fraction / 1000000000u);
    fraction %= 1000000000u;
    if (seconds > most || seconds < -most) {
        odd(s, SATURATED, frame);
        return seconds > 0 ? INT64_MAX : INT64_MIN;
    }
    return seconds * 1000000000 + (int64_t)fraction;
}

static void put(records_state *s, const records_columns *c, uint64_t row, uint64_t offset, uint32_t cap,
                uint32_t orig, int64_t time, uint16_t link) {
    uint64_t frame = s->rows + 1;
    if (cap > orig) odd(s, CAP_OVER_ORIG, frame);
    if (cap > LARGEST_FRAME) {
        odd(s, OVERSIZE, frame);
        cap = LARGEST_FRAME;
    }
    if (s->rows && time < s->last_time) odd(s, BACKWARD, frame);
    c->offset[row] = offset;
    c->cap_length[row] = cap;
    c->orig_length[row] = orig;
    c->time_ns[row] = time;
    c->link_type[row] = link;
    s->last_time = time;
    s->rows = frame;
}

/* ---- pcap ---------------------------------------------------------------------------------------------- */

/* The two lengths of a record; files of version 2.0 to 2.2 have them the other way round, of 2.3 either way. */
static void pcap_lengths(const records_state *s, const uint8_t *h, uint32_t *cap, uint32_t *orig) {
    uint32_t first = u32(s, h + 8), second = u32(s, h + 12);
    int swap = s->swapped == 1 || (s->swapped == 2 && first > second);
    *cap = swap ? second : first;
    *orig = swap ? first : second;
}

/* Are two times, in seconds, further apart than those of one capture usually are?  0 stands for not known. */
static int far_apart(int64_t one, int64_t other) {
    int64_t apart = one - other;
    return other && (apart > 400LL * 86400 || apart < -400LL * 86400);
}

/* 0 sound; 1 doubtful; 2 out of the question.  The caller has checked that the header lies in the file. */
static int pcap_doubt(const records_state *s, const uint8_t *h) {
    uint32_t seconds = u32(s, h), fraction = u32(s, h + 4), cap, orig;
    pcap_lengths(s, h, &cap, &orig);
    if (!(seconds | fraction | cap | orig)) return s->last_time ? 2 : 1;
    if (cap > LARGEST_FRAME || far_apart(seconds, s->last_time / 1000000000)) return 1;
    int marks = (fraction >= (s->nano ? 1000000000u : 1000000u)) + (cap > orig);
    marks += s->snap_length && cap > s->snap_length;
    return marks > 1;
}

/* a header that may begin a run of records behind damage: everything about it is as it should be, and it is
 * within 400 days of *second (0 where no time is known yet), which becomes its own, unless it is ANY_TIME */
static int pcap_sound(const records_state *s, const uint8_t *h, int64_t *second) {
    uint32_t cap, orig;
    pcap_lengths(s, h, &cap, &orig);
    if (cap > LARGEST_FRAME || cap > orig || orig > 4 * LARGEST_FRAME) return 0;
    if (u32(s, h + 4) >= (s->nano ? 1000000000u : 1000000u)) return 0;
    int64_t own = u32(s, h);
    if (*second != ANY_TIME) {
        if (far_apart(own, *second)) return 0;
        *second = own;
    }
    return own != 0 || (*second == ANY_TIME && orig != 0);
}

/* Do sound records follow one another from `at` to the file's exact end, or CHAIN of them behind `beyond`? */
static int pcap_chain(const uint8_t *base, uint64_t size, records_state *s, uint64_t at, uint64_t beyond,
                      int64_t second) {
    int past = 0;
    for (int step = 0; step < CHAIN_STEPS && s->budget; step++, s->budget--) {
        if (at == size) return 1;
        if (size - at < s->header_length || !pcap_sound(s, base + at, &second)) return 0;
        if (at >= beyond && ++past == CHAIN) return 1;
        uint32_t cap, orig;
        pcap_lengths(s, base + at, &cap, &orig);
        at += s->header_length;
        if (cap > size - at) return 0;
        at += cap;
    }
    return 0;
}

/* Look from `from` for a run of records that goes on behind `beyond`; NO_RECORD where there is none. */
API uint64_t vitne_pcap_resync(const uint8_t *base, uint64_t size, records_state *s, uint64_t from,
                               uint64_t beyond) {
    if (size < s->header_length) return NO_RECORD;
    const int64_t last = s->last_time / 1000000000;
    for (uint64_t at = from; at <= size - s->header_length && s->budget; at++) {
        int64_t second = u32(s, base + at);
        if (!second || far_apart(second, last)) continue;
        second = last;
        if (pcap_sound(s, base + at, &second) && pcap_chain(base, size, s, at, beyond, last)) return at;
    }
    return NO_RECORD;
}

static int pcap_stop(const uint8_t *base, uint64_t size, records_state *s) {
    uint64_t at = s->position;
    if (at >= size) return END;
    s->claimed = size - at;
    if (size - at < s->header_length) return CUT;
    int doubt = pcap_doubt(s, base + at);
    uint32_t cap, orig;
    pcap_lengths(s, base + at, &cap, &orig);
    uint64_t claimed = s->claimed = (uint64_t)s->header_length + cap;
    if (claimed > size - at) return doubt ? DOUBT : OVERRUN;
    if (doubt == 0 || (doubt == 1 && s->trust)) return FULL;
    if (doubt == 2) return DOUBT;
    at += claimed; /* a doubtful record is believed if sound ones follow, whatever the time: clocks are set */
    return pcap_chain(base, size, s, at, at, ANY_TIME) ? FULL : DOUBT;
}

/* Go on behind damage without asking the caller; 0 where no sound records follow. */
static int pcap_repair(const uint8_t *base, uint64_t size, records_state *s, uint64_t *row) {
    if (!s->self_repair || s->trust || (s->reason != OVERRUN && s->reason != DOUBT)) return 0;
    uint64_t from = s->previous == NO_RECORD ? s->position + 1 : s->previous + s->header_length;
    uint64_t at = s->position, found;
    found = vitne_pcap_resync(base, size, s, from, s->reason == OVERRUN ? size : at);
    if (found == NO_RECORD) return 0;
    if (found < at) { /* the record before swallowed sound ones */
        at = s->previous;
        s->rows--;
        --*row;
    }
    s->repairs++;
    s->repaired_bytes += found - at;
    s->position = found;
    s->previous = NO_RECORD;
    return 1;
}

/* Index records from state->position on; gives the number of rows filled, state->reason says why no more. */
API uint64_t vitne_pcap_records(const uint8_t *base, uint64_t size, records_state *s,
                                const records_columns *c) {
    uint64_t row = 0;
    uint32_t scale = s->nano ? 1 : 1000;
    for (;;) {
        do s->reason = (uint32_t)pcap_stop(base, size, s);
        while (pcap_repair(base, size, s, &row));
        if (s->reason != FULL || row == c->capacity) return row;
        const uint8_t *h = base + s->position;
        uint32_t seconds = u32(s, h), fraction = u32(s, h + 4), cap, orig;
        pcap_lengths(s, h, &cap, &orig);
        if (fraction >= (s->nano ? 1000000000u : 1000000u)) odd(s, FRACTION, s->rows + 1);
        if (seconds > INT32_MAX) odd(s, AFTER_2038, s->rows + 1);
        if (s->snap_length && cap > s->snap_length) odd(s, CAP_OVER_SNAP, s->rows + 1);
        int64_t time = join_time(s, seconds, (uint64_t)fraction * scale, s->rows + 1);
        put(s, c, row++, s->position + s->header_length, cap, orig, time, (uint16_t)s->link_type);
        s->previous = s->position;
        s->position += (uint64_t)s->header_length + cap;
    }
}

/* ---- pcapng -------------------------------------------------------------------------------------------- */

enum block { SECTION = 0x0A0D0D0A, INTERFACE = 1, PACKET = 2, SIMPLE = 3, NAME_RESOLUTION = 4, ENHANCED = 6,
             DECRYPTION = 10, CUSTOM_BLOCK = 0xBAD };

static void event(records_state *s, enum event kind, uint32_t extra, uint64_t offset, uint64_t length) {
    if (s->event_count >= s->event_capacity) return;
    uint64_t frame = kind == COMMENT_PACKET ? s->rows : 0;
    s->events[s->event_count++] = (records_event){kind, extra, frame, offset, length};
}

/* 1 if the bytes at `at` say which byte order a section has, which is then in *big */
static int section_order(const uint8_t *base, uint64_t size, uint64_t at, uint32_t *big) {
    if (size - at < 12) return 0;
    if (be32(base + at + 8) == 0x1A2B3C4D) return *big = 1, 1;
    return le32(base + at + 8) == 0x1A2B3C4D ? (*big = 0, 1) : 0;
}

/* 1 if a block with equal lengths before and behind lies at `at`; gives its type and length */
static int block_sound(const uint8_t *base, uint64_t size, const records_state *s, uint64_t at, uint64_t *length) {
    records_state order = {.big_endian = s->big_endian};
    if (size < at || size - at < 12) return 0;
    if (le32(base + at) == SECTION && !section_order(base, size, at, &order.big_endian)) return 0;
    *length = u32(&order, base + at + 4);
    if (*length < 12 || *length % 4 || *length > size - at) return 0;
    return u32(&order, base + at + *length - 4) == *length;
}

static int block_known(const records_state *s, const uint8_t *p) {
    uint32_t type = u32(s, p);
    return (type && type <= 12) || type == SECTION || (type & 0x7FFFFFFF) == 0xBAD;
}

/* Look from `from` for a block of a known type followed by another block or the file's end. */
API uint64_t vitne_pcapng_resync(const uint8_t *base, uint64_t size, records_state *s, uint64_t from,
                                 uint64_t beyond) {
    (void)beyond;
    for (uint64_t at = from; at < size && size - at >= 12; at++) {
        uint64_t length, next;
        if (!block_known(s, base + at) || !block_sound(base, size, s, at, &length)) continue;
        if (at + length == size || size - at - length < 12) return at;
        records_state order = {.big_endian = s->big_endian};
        if (le32(base + at) == SECTION) section_order(base, size, at, &order.big_endian);
        if (block_sound(base, size, &order, at + length, &next)) return at;
        if (block_known(&order, base + at + length)) return at; /* the next may be cut */
    }
    return NO_RECORD;
}

/* Walk options in [at, end): packet, section and interface comments; the fields of an interface. */
static void options(const uint8_t *base, uint64_t at, uint64_t end, records_state *s, enum event comment,
                    records_interface *fields) {
    while (end >= at && end - at >= 4) {
        uint16_t code = u16(s, base + at), length = u16(s, base + at + 2);
        at += 4;
        if (code == 0 || length > end - at) return;
        const uint8_t *value = base + at;
        if (code == 1) {
            s->comments++;
            event(s, comment, 0, at, length);
        } else if (fields && code == 2) {
            fields->name_offset = at;
            fields->name_length = length;
        } else if (fields && code == 9 && length >= 1) {
            fields->resolution = value[0];
        } else if (fields && code == 14 && length >= 8) {
            uint64_t low = u32(s, value + (s->big_endian ? 4 : 0)), high = u32(s, value + (s->big_endian ? 0 : 4));
            fields->time_offset = (int64_t)(high << 32 | low);
        }
        at += ((uint64_t)length + 3) & ~(uint64_t)3;
    }
}

/* units of if_tsresol (section 4.2) to nanoseconds since 1970 */
static int64_t unit_time(records_state *s, uint64_t units, const records_interface *i) {
    uint32_t exponent = i->resolution & 0x7F;
    uint64_t per_second = 1, seconds, fraction, frame = s->rows + 1;
    int64_t offset = i->time_offset;
    if (i->resolution & 0x80) {
        seconds = exponent > 63 ? 0 : units >> exponent;
        fraction = exponent > 63 ? units : units & (((uint64_t)1 << exponent) - 1);
        for (; exponent > 33; exponent--) fraction >>= 1;
        fraction = (fraction * 1000000000u) >> exponent;
    } else {
        for (uint32_t n = 0; n < exponent && n < 19; n++) per_second *= 10;
        seconds = exponent > 19 ? 0 : units / per_second;
        fraction = exponent > 19 ? 0 : units % per_second;
        if (exponent <= 9) fraction *= 1000000000u / per_second;
        else fraction /= per_second / 1000000000u;
    }
    const int64_t far = INT64_MAX / 4;
    if (seconds > (uint64_t)far) seconds = (uint64_t)far;
    if (offset > far) offset = far;
    if (offset < -far) offset = -far;
    return join_time(s, (int64_t)seconds + offset, fraction, frame);
}

static int interface_block(const uint8_t *base, uint64_t at, uint64_t length, records_state *s) {
    if (s->interface_count == MOST_INTERFACES) return odd(s, DROPPED_INTERFACE, s->rows + 1), FULL;
    if (s->interface_count == s->interface_capacity) return INTERFACES_FULL;
    records_interface found = {.resolution = 6};
    if (length < 20) {
        odd(s, SHORT_BLOCK, s->rows + 1);
        found.link_type = UNKNOWN_LINK; /* it still counts: later interfaces keep their numbers */
    } else {
        found.link_type = u16(s, base + at + 8);
        found.snap_length = u32(s, base + at + 12);
        options(base, at + 16, at + length - 4, s, COMMENT_INTERFACE, &found);
    }
    s->interfaces[s->interface_count++] = found;
    return FULL;
}

/* the interface of that number in this section, or NULL */
static const records_interface *interface_of(records_state *s, uint64_t number) {
    if (number < s->interface_count - s->section_first) return s->interfaces + s->section_first + number;
    odd(s, UNKNOWN_INTERFACE, s->rows + 1);
    return NULL;
}

static int simple_packet(const uint8_t *base, uint64_t at, uint64_t length, records_state *s,
                         const records_columns *c, uint64_t row) {
    if (length < 16) return odd(s, SHORT_BLOCK, s->rows + 1), 0;
    const records_interface *i = interface_of(s, 0);
    uint32_t orig = u32(s, base + at + 8), cap = orig;
    if (i && i->snap_length && cap > i->snap_length) cap = i->snap_length;
    if (cap > length - 16) {
        cap = (uint32_t)(length - 16);
        if (!i || !i->snap_length) odd(s, CLIPPED, s->rows + 1);
    }
    odd(s, NO_TIME, s->rows + 1);
    put(s, c, row, at + 12, cap, orig, s->last_time, i ? i->link_type : UNKNOWN_LINK);
    return 1;
}

/* enhanced packet block (section 4.3) and the obsolete packet block (appendix A) */
static int full_packet(const uint8_t *base, uint64_t at, uint64_t length, records_state *s,
                       const records_columns *c, uint64_t row) {
    if (length < 32) return odd(s, SHORT_BLOCK, s->rows + 1), 0;
    const uint8_t *p = base + at;
    static const records_interface unknown = {.link_type = UNKNOWN_LINK, .resolution = 6};
    const records_interface *i = interface_of(s, u32(s, p) == PACKET ? u16(s, p + 8) : u32(s, p + 8));
    if (!i) i = &unknown;
    uint64_t units = (uint64_t)u32(s, p + 12) << 32 | u32(s, p + 16);
    uint32_t cap = u32(s, p + 20), room = (uint32_t)(length - 32);
    if (cap > room) {
        cap = room;
        odd(s, CLIPPED, s->rows + 1);
    }
    if (i->snap_length && cap > i->snap_length) odd(s, CAP_OVER_SNAP, s->rows + 1);
    put(s, c, row, at + 28, cap, u32(s, p + 24), unit_time(s, units, i), i->link_type);
    uint64_t after = ((uint64_t)cap + 3) & ~(uint64_t)3;
    if (after + 4 <= room) options(base, at + 28 + after, at + length - 4, s, COMMENT_PACKET, NULL);
    return 1;
}

static void section_block(const uint8_t *base, uint64_t at, uint64_t length, records_state *s) {
    s->section_first = s->interface_count;
    s->sections++;
    if (length >= 28) options(base, at + 24, at + length - 4, s, COMMENT_SECTION, NULL);
    else odd(s, SHORT_BLOCK, s->rows + 1);
}

static void side_block(const uint8_t *base, uint64_t at, uint64_t length, records_state *s, uint32_t type) {
    if (type == NAME_RESOLUTION) event(s, NAMES, s->big_endian, at + 8, length - 12);
    if ((type & 0x3FFFFFFF) == CUSTOM_BLOCK) event(s, CUSTOM, s->big_endian, at + 8, length - 12);
    if (type != DECRYPTION) return;
    if (length < 20) {
        odd(s, SHORT_BLOCK, s->rows + 1);
        return;
    }
    uint64_t bytes = u32(s, base + at + 12), room = length - 20;
    s->secrets++;
    event(s, SECRETS, u32(s, base + at + 8), at + 16, bytes < room ? bytes : room);
}

/* Can a block be taken at state->position?  FULL for yes; its length is then in state->claimed. */
static int block_stop(const uint8_t *base, uint64_t size, records_state *s) {
    uint64_t at = s->position, length, next;
    if (at >= size) return END;
    s->claimed = size - at;
    if (size - at < 12) return CUT;
    if (s->event_count == s->event_capacity) return EVENTS_FULL;
    if (le32(base + at) == SECTION && !section_order(base, size, at, &s->big_endian)) return DOUBT;
    length = s->claimed = u32(s, base + at + 4);
    if (length < 12 || length % 4) return DOUBT;
    if (length > size - at) return length > (64u << 20) ? DOUBT : OVERRUN;
    if (u32(s, base + at + length - 4) == length) return FULL;
    if (at + length != size && !block_sound(base, size, s, at + length, &next)) return DOUBT;
    odd(s, TRAILER, s->rows + 1);
    return FULL;
}

/* Go on behind damage without asking the caller; 0 where no sound block follows. */
static int block_repair(const uint8_t *base, uint64_t size, records_state *s) {
    if (!s->self_repair || (s->reason != OVERRUN && s->reason != DOUBT)) return 0;
    uint64_t found = vitne_pcapng_resync(base, size, s, s->position + 4, 0);
    if (found == NO_RECORD) return 0;
    s->repairs++;
    s->repaired_bytes += found - s->position;
    s->position = found;
    return 1;
}

/* Index blocks from state->position on; gives the number of rows filled, state->reason says why no more. */
API uint64_t vitne_pcapng_records(const uint8_t *base, uint64_t size, records_state *s,
                                  const records_columns *c) {
    uint64_t row = 0;
    while (row < c->capacity) {
        do s->reason = (uint32_t)block_stop(base, size, s);
        while (block_repair(base, size, s));
        if (s->reason != FULL) return row;
        uint64_t at = s->position, length = s->claimed;
        uint32_t type = u32(s, base + at);
        if (type == SECTION) section_block(base, at, length, s);
        else if (type == INTERFACE) s->reason = (uint32_t)interface_block(base, at, length, s);
        else if (type == ENHANCED || type == PACKET) row += (uint64_t)full_packet(base, at, length, s, c, row);
        else if (type == SIMPLE) row += (uint64_t)simple_packet(base, at, length, s, c, row);
        else side_block(base, at, length, s, type);
        if (s->reason == INTERFACES_FULL) return row;
        s->previous = at;
        s->position = at + length;
    }
    s->reason = FULL;
    return row;
}
