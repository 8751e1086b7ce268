#include "kernel.h"

/* Whether bytes of an unknown protocol announce something worth unwrapping: a run of ASCII text, the same in
 * UTF-16, or the first bytes of a compressed stream.
 *
 * Ciphertext holds such things by chance: in noise every third kilobyte has eight characters in a row.  So a
 * run of text in bytes as even as noise counts only where noise would hardly ever write it, and two bytes that
 * open a zlib stream count only where a deflate block can follow (RFC 1950, RFC 1951).
 */

enum {
    TEXT_RUN = 8,          /* characters */
    WIDE_RUN = 6,          /* characters of two bytes */
    REACH = 64 << 10,      /* how far into the bytes a compressed stream is looked for */
    WINDOW = 1024,         /* bytes around a run that are asked whether they are noise */
    SHORT = 48,            /* bytes up to which nobody can tell noise */
    HEADER = 24,           /* first bytes that are no part of what is asked: headers are not even */
    SURE = 14,             /* a run counts in noise when it stands there once in 2^14 windows */
    SYMBOLS = 24,          /* symbols of a fixed block that are decoded to see whether it is one */
    LEAST = 4              /* bytes that such a block gives, if not more */
};

/* Sixteenths of a bit that one character of each class is worth: 16 log2(256 / size of the class). */
enum { TEXT_BITS = 22, WORD_BITS = 28, LOWER_BITS = 40, HEX_BITS = 54, DIGIT_BITS = 75 };

static int is_text(uint8_t byte) {
    return (uint8_t)(byte - 0x20) < 0x5f || byte == '\t' || byte == '\r' || byte == '\n';
}

static int is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static int is_hex(uint8_t byte) {
    return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f') || byte == '-' || byte == ':';
}

static int is_lower(uint8_t byte) {
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte && strchr(".,:=@_+-", byte) != NULL);
}

static int is_word(uint8_t byte) {
    return is_lower(byte) || (byte >= 'A' && byte <= 'Z') || (byte && strchr("/&%;", byte) != NULL);
}

/* ---- deflate ------------------------------------------------------------------------------------------- */

struct bits {
    const uint8_t *data;
    size_t size, at; /* in bits */
};

/* The next bits, low first; -1 behind the end. */
static int take(struct bits *in, int count) {
    int value = 0;
    if (in->at + (size_t)count > in->size) return -1;
    for (int i = 0; i < count; i++, in->at++) value |= (in->data[in->at >> 3] >> (in->at & 7) & 1) << i;
    return value;
}

/* The code lengths of a dynamic block must fill their code (RFC 1951 3.2.7). */
static int dynamic_fits(struct bits *in) {
    int literals = take(in, 5), distances = take(in, 5), lengths = take(in, 4), filled = 0;
    if (literals < 0 || distances < 0 || lengths < 0) return 1; /* cut off: nobody can tell */
    if (literals > 29 || distances > 29) return 0;
    for (int i = 0; i < lengths + 4; i++) {
        int length = take(in, 3);
        if (length < 0) return 1;
        if (length) filled += 128 >> length;
    }
    return filled == 128;
}

/* The next literal or length of a fixed block (RFC 1951 3.2.6); -1 behind the end. */
static int fixed_symbol(struct bits *in) {
    int code = 0, bit;
    for (int length = 1; length <= 9; length++) {
        if ((bit = take(in, 1)) < 0) return -1;
        code = code << 1 | bit;
        if (length == 7 && code < 24) return 256 + code;
        if (length == 8 && code >= 48 && code < 192) return code - 48;
        if (length == 8 && code >= 192 && code < 200) return 280 + code - 192;
    }
    return 144 + code - 400;
}

static int fixed_fits(struct bits *in) {
    static const uint16_t lengths[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                       31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    long out = 0;
    for (int i = 0; i < SYMBOLS; i++) {
        int symbol = fixed_symbol(in);
        if (symbol < 0) return 1;
        if (symbol == 256) return out >= LEAST;
        if (symbol < 256) {
            out++;
            continue;
        }
        if (symbol > 285) return 0;
        int more = take(in, symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4), code = 0;
        for (int bit = 0; bit < 5 && more >= 0; bit++) {
            int next = take(in, 1);
            if (next < 0) return 1;
            code = code << 1 | next;
        }
        if (more < 0) return 1;
        if (code > 29) return 0;
        int extra = code < 4 ? 0 : code / 2 - 1, low = take(in, extra);
        if (low < 0) return 1;
        long distance = (code < 4 ? code : (long)(2 + (code & 1)) << extra) + low + 1;
        if (distance > out) return 0;
        out += lengths[symbol - 257] + more;
    }
    return 1;
}

static int deflate_fits(const uint8_t *p, size_t left) {
    struct bits in = {p, left > WINDOW ? 8 * WINDOW : 8 * left, 0};
    take(&in, 1);
    switch (take(&in, 2)) {
        case 0: return left < 5 || (le16(p + 1) ^ le16(p + 3)) == 0xffff;
        case 1: return fixed_fits(&in);
        case 2: return dynamic_fits(&in);
        case 3: return 0;
        default: return 1;
    }
}

/* Whether zlib (RFC 1950), gzip (RFC 1952) or zstd (RFC 8878) may begin here. */
static int is_magic(const uint8_t *p, size_t left) {
    if (left < 2) return 0;
    if (p[0] == 0x78)
        return (p[1] == 0x01 || p[1] == 0x5e || p[1] == 0x9c || p[1] == 0xda) && deflate_fits(p + 2, left - 2);
    if (left < 3) return 0;
    if (p[0] == 0x1f) return p[1] == 0x8b && p[2] == 0x08;
    return left >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd;
}

static int packed(const uint8_t *data, size_t size) {
    static const uint8_t firsts[] = {0x78, 0x1f, 0x28};
    size_t reach = size < REACH ? size : REACH;
    for (size_t i = 0; i < sizeof firsts; i++) {
        const uint8_t *at = data;
        while ((at = memchr(at, firsts[i], reach - (size_t)(at - data))) != NULL) {
            if (is_magic(at, size - (size_t)(at - data))) return 1;
            at++;
        }
    }
    return 0;
}

/* ---- text ---------------------------------------------------------------------------------------------- */

/* How far from chance a run of text is, in sixteenths of a bit: its digits, words and all of it by themselves. */
static size_t bits_of(const uint8_t *p, size_t length) {
    size_t best = length * TEXT_BITS, word = 0, lower = 0, hex = 0, digits = 0;
    for (size_t i = 0; i < length; i++) {
        word = is_word(p[i]) ? word + WORD_BITS : 0;
        lower = is_lower(p[i]) ? lower + LOWER_BITS : 0;
        hex = is_hex(p[i]) ? hex + HEX_BITS : 0;
        digits = is_digit(p[i]) ? digits + DIGIT_BITS : 0;
        if (word > best) best = word;
        if (lower > best) best = lower;
        if (hex > best) best = hex;
        if (digits > best) best = digits;
    }
    return best;
}

/* Whether bytes are as even as noise: not many more equal pairs than chance gives, four deviations or so. */
static int even(const uint8_t *p, size_t size) {
    uint32_t counts[256] = {0};
    double pairs = 0, expected = (double)size * (double)(size - 1) / 512, over;
    for (size_t i = 0; i < size; i++) counts[p[i]]++;
    for (int i = 0; i < 256; i++) pairs += (double)counts[i] * ((double)counts[i] - 1) / 2;
    over = pairs - expected - 4;
    return over <= 0 || over * over <= 16 * expected;
}

/* Whether a run of text in so many bytes is more than noise writes by chance: there, or in a header. */
static int told(const uint8_t *data, size_t size, size_t at, size_t run) {
    size_t low = at > HEADER + WINDOW / 2 ? at - WINDOW / 2 : HEADER, need = SURE;
    size_t high = size - at - run > WINDOW / 2 ? at + run + WINDOW / 2 : size;
    if (size <= SHORT || !even(data + low, high - low)) return 1;
    for (size_t room = at < HEADER ? HEADER : high - low; room > 1; room >>= 1) need++;
    return bits_of(data + at, run) >= 16 * need;
}

static int plain(const uint8_t *data, size_t size) {
    size_t at = 0;
    while (size - at >= TEXT_RUN) { /* a run that long holds the eighth byte from here: looked at first */
        size_t back = at + TEXT_RUN, behind = back;
        while (back > at && is_text(data[back - 1])) back--;
        if (back > at) {
            at = back;
            continue;
        }
        while (behind < size && is_text(data[behind])) behind++;
        if (told(data, size, at, behind - at)) return 1;
        at = behind;
    }
    return 0;
}

static int wide(const uint8_t *data, size_t size) {
    const uint8_t *end = data + size, *zero = data;
    while (zero < end && (zero = memchr(zero, 0, (size_t)(end - zero))) != NULL) {
        const uint8_t *at = zero++;
        size_t run = 0;
        while (at > data && at < end && *at == 0 && is_text(at[-1])) {
            if (++run == WIDE_RUN) return 1;
            at += 2;
        }
        if (run > 1) zero = at - 1;
    }
    return 0;
}

static uint8_t announces(const uint8_t *data, size_t size) {
    return plain(data, size) || packed(data, size) || wide(data, size);
}

/* Say of each of `count` stretches, given by start and length, whether it announces something. */
API void vitne_announced(const uint8_t *data, uint64_t size, const int64_t *starts, const int64_t *lengths,
                         uint64_t count, uint8_t *said) {
    for (uint64_t i = 0; i < count; i++) {
        uint64_t start = (uint64_t)starts[i], length = (uint64_t)lengths[i];
        said[i] = start <= size && length <= size - start ? announces(data + start, (size_t)length) : 0;
    }
}
