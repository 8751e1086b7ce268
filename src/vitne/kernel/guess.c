/* Which short keys may make something of bytes that nobody can read: a look that tells most of them hopeless.
 *
 * Each answer may be yes where a closer look says no, never the other way round: the caller looks closer.
 */
#include "kernel.h"

#define SAMPLE 512u   /* bytes of a text that are looked at */
#define FEWEST 6u     /* different bytes of a text ... */
#define MOST 98u
#define SHORTEST 16u
#define LONGEST_RECORD (64u << 10)
#define MOST_FIELDS 512u
#define REACH 64u     /* bytes before which a stream of gzip begins, and in which a fault of deflate shows */
#define PROBED 1024u  /* bytes of a stream that come out of these at the most */

enum {
    GUESS_HEAD = 1,      /* a compressed stream begins under a key of one byte */
    GUESS_WIDE = 2,      /* every second byte is the same */
    GUESS_TEXT = 4,      /* exclusive or with one byte makes text */
    GUESS_ADDED = 8,     /* one number taken away makes text */
    GUESS_FRAME = 16,    /* a masked frame of the right length */
    GUESS_RECORD = 32,   /* a map whose first name is a word */
    GUESS_MESSAGE = 64,  /* fields of protobuf up to the end */
    GUESS_BROTLI = 128,  /* a stream of brotli */
    GUESS_DEFLATE = 256, /* a last block of deflate */
    GUESS_LONG = 512,    /* gzip or zip under a key of several bytes */
    GUESS_SENT = 1024    /* text behind the key itself */
};

static inline int control(uint8_t byte) {
    return byte < 9 || (byte > 13 && byte < 32 && byte != 27) || byte == 127;
}

static inline int visible(uint8_t byte) { return byte >= 32 && byte < 127; }

static inline int printable(uint8_t byte) {
    return byte == 9 || byte == 10 || byte == 13 || (byte >= 32 && byte < 127);
}

/* Heads that are the same under every key: their bytes combined with the first one. */
static int by_head(const uint8_t *data) {
    static const struct { uint8_t length, bytes[5]; } heads[] = {
        {3, {0x1F, 0x8B, 0x08}}, {4, {0x28, 0xB5, 0x2F, 0xFD}}, {2, {0x78, 0x9C}}, {2, {0x78, 0xDA}},
        {2, {0x78, 0x01}}, {4, {'P', 'K', 3, 4}}, {3, {'B', 'Z', 'h'}}, {5, {0xFD, '7', 'z', 'X', 'Z'}},
        {4, {0x04, 0x22, 0x4D, 0x18}},
    };
    for (size_t each = 0; each < sizeof heads / sizeof *heads; each++) {
        const uint8_t key = data[0] ^ heads[each].bytes[0];
        unsigned at = 1;
        while (at < heads[each].length && (data[at] ^ key) == heads[each].bytes[at])
            at++;
        if (key && at == heads[each].length)
            return 1;
    }
    return 0;
}

/* The most frequent of every second byte has nine tenths of them. */
static int wide(const uint8_t *data, size_t size) {
    const size_t stop = size < SAMPLE ? size : SAMPLE;
    if (size % 2)
        return 0;
    for (size_t half = 0; half < 2; half++) {
        uint8_t kept = 0;
        size_t lead = 0, count = 0;
        for (size_t at = half; at < stop; at += 2) { /* what more than half are is left over */
            if (!lead)
                kept = data[at];
            lead += kept == data[at] ? 1 : (size_t)-1;
        }
        for (size_t at = half; at < stop; at += 2)
            count += data[at] == kept;
        if (count * 10 + 5 >= stop / 2 * 9)
            return 1;
    }
    return 0;
}

/* A key under which every byte of the sample is a letter or a mark; added or combined. */
static uint32_t texts(const uint8_t *data, size_t size) {
    uint8_t seen[256] = {0}, there[256];
    unsigned count = 0;
    uint32_t found = 0;
    for (size_t at = 0; at < size && at < SAMPLE; at++) {
        if (!seen[data[at]]) {
            seen[data[at]] = 1;
            there[count++] = data[at];
            if (count > MOST)
                return 0;
        }
    }
    if (count < FEWEST)
        return 0;
    for (unsigned key = 0; key < 256 && found != (GUESS_TEXT | GUESS_ADDED); key++) {
        unsigned one = 0, two = 0;
        while (one < count && printable((uint8_t)(there[one] ^ key)))
            one++;
        while (two < count && printable((uint8_t)(there[two] - key)))
            two++;
        found |= (one == count ? GUESS_TEXT : 0) | (two == count ? GUESS_ADDED : 0);
    }
    return found;
}

/* A masked frame of WebSocket that is as long as the data (RFC 6455 section 5.2). */
static int frame(const uint8_t *data, size_t size) {
    for (uint8_t first = 0x81; first <= 0x82; first++) {
        const uint8_t key = data[0] ^ first, second = data[1] ^ key;
        const unsigned width = (second & 127) == 126 ? 2 : (second & 127) == 127 ? 8 : 0;
        uint64_t length = second & 127;
        if (!key || second < 0x80)
            continue;
        for (unsigned at = 0; at < width; at++)
            length = (at ? length << 8 : 0) | (uint8_t)(data[2 + at] ^ key);
        if (size >= 6u + width && length == size - 6 - width)
            return 1;
    }
    return 0;
}

/* A map of few entries whose first name is a short word: MessagePack, CBOR. */
static int record(const uint8_t *data, size_t size) {
    static const uint8_t least[2] = {0x80, 0xA0}, base[2] = {0xA0, 0x60};
    for (unsigned kind = 0; kind < 2; kind++) {
        for (uint8_t entries = 1; entries < 16; entries++) {
            const uint8_t key = data[0] ^ (least[kind] | entries);
            const int length = (data[1] ^ key) - base[kind];
            int at = 0;
            if (!key || length <= 0 || length >= 24 || (size_t)length >= size - 3)
                continue;
            for (; at < length; at++) {
                const uint8_t byte = data[2 + at] ^ key, low = byte | 32;
                if (!((low >= 'a' && low <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-'))
                    break;
            }
            if (at == length)
                return 1;
        }
    }
    return 0;
}

/* Read a number in base 128, of ten bytes at most: the place behind it, or 0 where it is cut off. */
static size_t varint(const uint8_t *data, size_t at, size_t size, uint8_t key, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 70 && at < size; shift += 7, at++) {
        const uint64_t byte = data[at] ^ key;
        if (shift == 63 && (byte & 0x7F) > 1)
            *value = UINT64_MAX; /* more than 64 bits: more than there are bytes, or fields */
        else
            *value |= (byte & 0x7F) << shift;
        if (byte < 0x80)
            return at + 1;
    }
    return 0;
}

/* Read fields of protobuf under a key: whether they reach the end, or are many. */
static int fields(const uint8_t *data, size_t size, uint8_t key) {
    size_t at = 0;
    for (unsigned count = 0; at < size && count < MOST_FIELDS; count++) {
        uint64_t tag, value;
        at = varint(data, at, size, key, &tag);
        if (!at || tag < 8 || tag >= (uint64_t)1 << 23)
            return 0;
        const unsigned wire = tag & 7;
        if (wire == 0 || wire == 2) {
            at = varint(data, at, size, key, &value);
            if (!at || (wire == 2 && value > size - at))
                return 0;
            at += wire == 2 ? (size_t)value : 0;
        } else if (wire == 1 || wire == 5) {
            at += wire == 5 ? 4 : 8;
            if (at > size)
                return 0;
        } else {
            return 0;
        }
    }
    return 1;
}

static int message(const uint8_t *data, size_t size) {
    static const uint8_t tags[] = {0x08, 0x0A, 0x12, 0x10, 0x1A, 0x18};
    for (size_t each = 0; each < sizeof tags; each++) {
        const uint8_t key = data[0] ^ tags[each];
        if (key && fields(data, size, key))
            return 1;
    }
    return 0;
}

/* The first bytes under a key, as bits: the lowest of the first byte first. */
struct bits {
    const uint8_t *data; /* with eight more behind the last */
    size_t size, at;     /* in bits */
    uint32_t key;        /* four times */
};

/* The next bits, at least 25 of them; anything behind the last. */
static inline uint32_t peek(const struct bits *from) {
    return from->at > from->size ? 0 : (le32(from->data + (from->at >> 3)) ^ from->key) >> (from->at & 7);
}

/* Read a number of so many bits, 16 at most; more than there are is told by `at` beyond `size`. */
static inline unsigned take(struct bits *from, unsigned count) {
    const unsigned value = peek(from) & ((1u << count) - 1);
    from->at += count;
    return value;
}

static inline unsigned turned(unsigned bits, unsigned count) { /* a code has its highest bit first */
    bits = (bits & 0x5555) << 1 | (bits >> 1 & 0x5555);
    bits = (bits & 0x3333) << 2 | (bits >> 2 & 0x3333);
    bits = (bits & 0x0F0F) << 4 | (bits >> 4 & 0x0F0F);
    bits = (bits & 0x00FF) << 8 | (bits >> 8 & 0x00FF);
    return bits >> (16 - count);
}

/* Read a letter or a length in the fixed codes (RFC 1951 section 3.2.6). */
static inline unsigned symbol(struct bits *from) {
    const unsigned code = turned(peek(from) & 511, 9);
    if (code >> 2 < 24) {
        from->at += 7;
        return 256 + (code >> 2);
    }
    from->at += 8;
    if (code >> 1 < 192)
        return (code >> 1) - 48;
    if (code >> 1 < 200)
        return (code >> 1) + 88;
    from->at++;
    return code - 256;
}

/* Say whether a block in fixed codes shows no fault in the first bytes. */
static int fixed(struct bits *from) {
    uint64_t made = 0;
    while (made < PROBED) {
        const unsigned letter = symbol(from);
        if (from->at > from->size || letter == 256)
            return 1;
        if (letter < 256) {
            made++;
            continue;
        }
        if (letter > 285)
            return 0; /* no such length */
        const unsigned row = letter - 257, extra = row < 8 || row == 28 ? 0 : row / 4 - 1;
        const unsigned more = take(from, extra);
        const unsigned far = turned(take(from, 5), 5);
        const unsigned by = far < 4 ? 0 : far / 2 - 1;
        if (from->at > from->size)
            return 1;
        if (far > 29)
            return 0;
        const uint64_t least = far < 4 ? far + 1 : (uint64_t)(2 + far % 2) * (1u << by) + 1;
        const uint64_t distance = least + take(from, by);
        if (from->at > from->size)
            return 1;
        if (distance > made)
            return 0;
        made += row == 28 ? 258 : row < 8 ? row + 3 : (4 + row % 4) * (1u << extra) + 3 + more;
    }
    return 1;
}

/* Say whether the first code of a block with trees is complete (section 3.2.7). */
static int trees(struct bits *from) {
    const unsigned literals = take(from, 5), distances = take(from, 5), count = take(from, 4) + 4;
    unsigned share = 0;
    if (literals > 29 || distances > 29)
        return 0;
    for (unsigned each = 0; each < count; each++) {
        const unsigned length = take(from, 3);
        share += length ? 128u >> length : 0;
    }
    return share == 128;
}

/* Write the keys under which a last block of deflate may begin: how many, of 64 at most. */
static unsigned deflated(const uint8_t *data, size_t size, uint8_t *keys) {
    uint8_t head[REACH + 8] = {0};
    const size_t reach = size < REACH ? size : REACH;
    unsigned count = 0;
    memcpy(head, data, reach);
    for (unsigned kind = 3; kind <= 5; kind += 2) {
        for (unsigned first = kind; first < 256; first += 8) {
            const uint8_t key = data[0] ^ (uint8_t)first;
            struct bits from = {head, 8 * reach, 3, key * 0x01010101u};
            if (key && (kind == 3 ? fixed(&from) : trees(&from)))
                keys[count++] = key;
        }
    }
    return count;
}

/* gzip or zip under a key of two to eight bytes. */
static int long_heads(const uint8_t *data, size_t size) {
    static const uint8_t gzip[8] = {0x1F, 0x8B, 8}, zips[3][10] = {
        {'P', 'K', 3, 4, 0x14, 0, 8, 8, 8, 0}, {'P', 'K', 3, 4, 0x14, 0, 0, 0, 8, 0},
        {'P', 'K', 3, 4, 0x14, 0, 2, 0, 8, 0}};
    uint8_t key[10];
    if (size < 32)
        return 0;
    for (size_t at = 0; at <= REACH && at + 10 <= size; at++) {
        for (unsigned each = 0; each < 8; each++)
            key[each] = data[at + each] ^ gzip[each];
        for (unsigned period = 2; period <= 8; period++) {
            if (period < 8 && key[7] != key[7 - period])
                continue;
            const uint8_t ninth = data[at + 8] ^ key[8 % period], tenth = data[at + 9] ^ key[9 % period];
            if ((ninth == 0 || ninth == 2 || ninth == 4) &&
                (tenth == 0 || tenth == 3 || tenth == 11 || tenth == 255) &&
                !memcmp(key + period, key, 8 - period))
                return 1;
        }
    }
    for (unsigned kind = 0; kind < 3; kind++) {
        for (unsigned each = 0; each < 10; each++)
            key[each] = data[each] ^ zips[kind][each];
        for (unsigned period = 2; period <= 8; period++)
            if (!memcmp(key + period, key, 10 - period))
                return 1;
    }
    return 0;
}

/* Text behind a key that stands before it, combined with it. */
static int sent(const uint8_t *data, size_t size) {
    static const uint8_t lengths[] = {4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64};
    for (size_t each = 0; each < sizeof lengths; each++) {
        const size_t length = lengths[each];
        if (size < length + 24)
            return 0;
        size_t count = (size - length < 64 ? size - length : 64) - 3, at = 0; /* a letter may be cut off */
        while (count && data[length + count - 1] == data[(count - 1) % length])
            count--; /* zeros behind a text do not count */
        while (at < 4 && visible(data[length + at] ^ data[at]))
            at++;
        while (at >= 4 && at < count && !control(data[length + at] ^ data[at % length]))
            at++;
        if (at >= 4 && at >= count)
            return 1;
    }
    return 0;
}

/* Say what may be made of some bytes by short keys; `keys` takes those of deflate, 64 at most, and `count`
 * how many they are.  Bytes that are a picture or too few are the caller's to leave out. */
API uint32_t vitne_guess(const uint8_t *data, uint64_t size, uint8_t *keys, uint32_t *count) {
    uint32_t found = 0;
    *count = 0;
    if (size < SHORTEST)
        return 0;
    found |= by_head(data) ? GUESS_HEAD : 0;
    found |= wide(data, size) ? GUESS_WIDE : 0;
    found |= texts(data, size);
    found |= frame(data, size) ? GUESS_FRAME : 0;
    found |= record(data, size) ? GUESS_RECORD : 0;
    if (size <= LONGEST_RECORD) {
        found |= message(data, size) ? GUESS_MESSAGE : 0;
        *count = deflated(data, size, keys);
        found |= *count ? GUESS_DEFLATE : 0;
        found |= GUESS_BROTLI;
    }
    found |= long_heads(data, size) ? GUESS_LONG : 0;
    found |= sent(data, size) ? GUESS_SENT : 0;
    return found;
}
