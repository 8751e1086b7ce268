/* What some unwrapped bytes may hold, asked at one door: literals, words that begin as a digest of a known
 * value does, and binary numbers near the latitude of a known place.
 *
 * Each says yes too often rather than once too rarely; the caller looks closer at the few that are told.
 */
#include "kernel.h"

struct literals;
uint64_t vitne_literals(const struct literals *set, const uint8_t *data, uint64_t length);

struct way {             /* one way to write a latitude */
    double low, high;    /* degrees between which it lies */
    double scale;        /* whole numbers: parts of a degree */
    uint32_t form;       /* of enum form */
    uint32_t shift;      /* where the telling pair of bytes stands in the number */
    uint32_t told, last; /* half-open rows of pairs of which one stands in its longitude; equal: any may */
};

enum form { FLOAT64, FLOAT32, WHOLE32, VARINT, ZIGZAG, BIG_END = 8 };

struct sieve {
    const struct literals *literals; /* none: not asked */
    const uint8_t *letters;          /* of each byte: HEXADECIMAL, WORD, BASE64; none: words are not asked */
    const uint8_t *values;           /* of each letter of base64 */
    const uint8_t *lengths;          /* words of base64 that are looked at, by their length below LONGEST */
    const uint32_t *keys;            /* first four bytes of digests, ascending; none: not made yet */
    uint64_t key_count;
    const uint8_t *gate;             /* bits, by the upper bits of a key, that tell most words wrong */
    const uint8_t *firsts;           /* of each byte, whether it begins two that tell a latitude; none: not asked */
    const uint32_t *starts;          /* ways of each pair of bytes, one more than pairs */
    const struct way *ways;
    const uint16_t *others;          /* pairs of bytes of longitudes, ascending for each way */
    uint64_t most;                   /* words and pairs for which there is room, each */
    int64_t *words;                  /* ... begin, end and kind of letters of each word */
    int64_t *places;                 /* ... of pairs */
    uint64_t word_count, place_count;
};

struct piece {
    const uint8_t *data;
    uint64_t length;
    uint64_t base; /* where it begins in all the data */
};

#define HEXADECIMAL 1
#define WORD 2
#define BASE64 4
#define LEAST_HEX 8
#define GATE_SHIFT 12
#define LEAST_BASE64 22
#define LONGEST 128
#define AROUND 24 /* bytes on either side of a number in which the other one lies */
#define LONGEST_VARINT 10

static int among(const struct sieve *sieve, uint32_t key) {
    const uint32_t *keys = sieve->keys, bit = key >> GATE_SHIFT;
    uint64_t low = 0, high = sieve->key_count;
    if (!(sieve->gate[bit >> 3] >> (bit & 7) & 1))
        return 0;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sieve->key_count && keys[low] == key;
}

/* Read eight hexadecimal digits, all at one go. */
static uint32_t first_of_hex(const uint8_t *word) {
    uint64_t value = (uint64_t)be32(word) << 32 | be32(word + 4);
    value = (value & 0x0F0F0F0F0F0F0F0Fu) + (value >> 6 & 0x0101010101010101u) * 9;
    value = (value | value >> 4) & 0x00FF00FF00FF00FFu;
    value = (value | value >> 8) & 0x0000FFFF0000FFFFu;
    return (uint32_t)(value | value >> 16);
}

static uint32_t first_of_base64(const struct sieve *sieve, const uint8_t *word) {
    uint64_t value = 0;
    for (int at = 0; at < 6; at++)
        value = value << 6 | sieve->values[word[at]];
    return (uint32_t)(value >> 4);
}

/* Take a word whose first bytes are a key; without keys the first word says that they are needed. */
static void take(struct sieve *sieve, struct piece piece, uint64_t start, uint64_t end, uint8_t kind) {
    const uint8_t *word = piece.data + start;
    const uint32_t key = kind == BASE64 ? first_of_base64(sieve, word) : first_of_hex(word);
    if (sieve->keys && !among(sieve, key))
        return;
    if (sieve->word_count < sieve->most) {
        int64_t *row = sieve->words + 3 * sieve->word_count;
        row[0] = (int64_t)(piece.base + start), row[1] = (int64_t)(piece.base + end), row[2] = kind;
    }
    sieve->word_count++;
}

/* Say whether half of a run of hexadecimal digits that is long enough stands before or behind one. */
static inline int half(const uint8_t *letters, const uint8_t *data, uint64_t length, uint64_t at) {
    if (at + 4 >= length)
        return 1;
    return letters[data[at - 2]] & letters[data[at - 4]] & HEXADECIMAL ||
           letters[data[at + 2]] & letters[data[at + 4]] & HEXADECIMAL;
}

/* Take a run of letters of one kind, if it may be a digest. */
static void judge(struct sieve *sieve, struct piece piece, uint64_t start, uint64_t end, uint8_t kind) {
    const uint8_t *letters = sieve->letters, *data = piece.data;
    const uint64_t size = end - start;
    if (size > LONGEST)
        return;
    if (kind == BASE64) {
        if (size >= LEAST_BASE64 && size < LONGEST && sieve->lengths[size])
            take(sieve, piece, start, end, kind);
    } else if (size >= LEAST_HEX && !(size & 1) && !(start && letters[data[start - 1]] & WORD) &&
               !(end < piece.length && letters[data[end]] & WORD)) {
        take(sieve, piece, start, end, kind);
    }
}

/* Find runs of letters of one kind: one of `least` holds a byte at every so many. */
static void runs(struct sieve *sieve, struct piece piece, uint8_t kind, uint64_t least) {
    const uint8_t *letters = sieve->letters, *data = piece.data;
    uint64_t at = least - 1, start, end;
    while (at < piece.length) {
        if (!(letters[data[at]] & kind) ||
            (kind == HEXADECIMAL && !half(letters, data, piece.length, at))) {
            at += least;
            continue;
        }
        for (start = at; start && letters[data[start - 1]] & kind; start--)
            ;
        for (end = at + 1; end < piece.length && letters[data[end]] & kind; end++)
            ;
        at = end + least;
        judge(sieve, piece, start, end, kind);
        if (!sieve->keys && sieve->word_count)
            return;
    }
}

static uint64_t unsigned_at(const uint8_t *data, uint32_t size, uint32_t big) {
    uint64_t value = 0;
    for (uint32_t at = 0; at < size; at++)
        value = value << 8 | data[big ? at : size - 1 - at];
    return value;
}

/* Read the number of degrees that begins at a place; gives the bytes that it takes, 0 where there is none. */
static uint32_t degrees(const struct way *way, const uint8_t *data, uint64_t length, double *value) {
    const uint32_t form = way->form & 7u, big = way->form & BIG_END, size = form == FLOAT64 ? 8 : 4;
    uint64_t number = 0;
    float narrow;
    if (form >= VARINT) {
        for (uint32_t at = 0; at < LONGEST_VARINT && at < length; at++) {
            number |= (uint64_t)(data[at] & 127u) << 7 * at;
            if (data[at] >= 128)
                continue;
            const int64_t whole = form == VARINT    ? (int64_t)number
                                  : number & 1 ? -(int64_t)(number >> 1) - 1
                                               : (int64_t)(number >> 1);
            *value = (double)whole / way->scale;
            return at + 1;
        }
        return 0;
    }
    if (length < size)
        return 0;
    number = unsigned_at(data, size, big);
    if (form == FLOAT64) {
        memcpy(value, &number, sizeof *value);
    } else if (form == FLOAT32) {
        const uint32_t bits = (uint32_t)number;
        memcpy(&narrow, &bits, sizeof narrow);
        *value = narrow;
    } else {
        *value = (double)(int32_t)(uint32_t)number / way->scale;
    }
    return size;
}

/* Say whether two bytes that tell its longitude stand around a number. */
static int has_other(const struct sieve *sieve, const struct way *way, const uint8_t *data, uint64_t low,
                     uint64_t high) {
    if (way->told == way->last)
        return 1;
    for (uint64_t at = low; at + 2 <= high; at++) {
        const uint16_t pair = be16(data + at);
        uint32_t first = way->told, last = way->last;
        while (first < last) {
            const uint32_t middle = first + (last - first) / 2;
            if (sieve->others[middle] < pair)
                first = middle + 1;
            else
                last = middle;
        }
        if (first < way->last && sieve->others[first] == pair)
            return 1;
    }
    return 0;
}

static int near(const struct sieve *sieve, const uint8_t *data, uint64_t length, uint64_t place,
                uint16_t pair) {
    for (uint32_t each = sieve->starts[pair]; each < sieve->starts[pair + 1]; each++) {
        const struct way *way = &sieve->ways[each];
        if (place < way->shift)
            continue;
        const uint64_t start = place - way->shift;
        double value = 0;
        const uint32_t size = degrees(way, data + start, length - start, &value);
        if (!size || !(value >= way->low && value <= way->high))
            continue;
        const uint64_t end = start + size, low = start > AROUND ? start - AROUND : 0;
        if (has_other(sieve, way, data, low, length - end > AROUND ? end + AROUND : length))
            return 1;
    }
    return 0;
}

static int plain(const uint8_t *data, uint64_t length) {
    uint64_t at = 0, word;
    for (; at + sizeof word <= length; at += sizeof word) {
        memcpy(&word, data + at, sizeof word);
        if (word & 0x8080808080808080u)
            return 0;
    }
    for (; at < length; at++)
        if (data[at] & 0x80)
            return 0;
    return 1;
}

static void told(struct sieve *sieve, struct piece piece, uint64_t at) {
    const uint16_t pair = be16(piece.data + at);
    if (sieve->starts[pair] == sieve->starts[pair + 1] || !near(sieve, piece.data, piece.length, at, pair))
        return;
    if (sieve->place_count < sieve->most)
        sieve->places[sieve->place_count] = (int64_t)(piece.base + at);
    sieve->place_count++;
}

static void pairs(struct sieve *sieve, struct piece piece) {
    const uint8_t *data = piece.data, *firsts = sieve->firsts;
    uint64_t at = 0;
    for (; at + 5 <= piece.length; at += 4) {
        const uint8_t one = firsts[data[at]], two = firsts[data[at + 1]], three = firsts[data[at + 2]],
                      four = firsts[data[at + 3]];
        if (!(one | two | three | four))
            continue;
        if (one)
            told(sieve, piece, at);
        if (two)
            told(sieve, piece, at + 1);
        if (three)
            told(sieve, piece, at + 2);
        if (four)
            told(sieve, piece, at + 3);
    }
    for (; at + 2 <= piece.length; at++)
        if (firsts[data[at]])
            told(sieve, piece, at);
}

/* Ask for everything in pieces of data that end at such positions, one behind the other.  Gives the number of
 * all that is found.  Words and pairs of bytes lie in one piece and are counted in the sieve, the rest are
 * literals, which may lie in several; of more than there is room for only so many are written. */
API uint64_t vitne_sieve(struct sieve *sieve, const uint8_t *data, const int64_t *ends, uint64_t count) {
    struct piece piece = {data, 0, 0};
    sieve->word_count = sieve->place_count = 0;
    for (uint64_t row = 0; row < count && ends[row] >= (int64_t)piece.base; row++) {
        piece.data = data + piece.base;
        piece.length = (uint64_t)ends[row] - piece.base;
        if (sieve->letters && (sieve->keys || !sieve->word_count)) {
            runs(sieve, piece, HEXADECIMAL, LEAST_HEX);
            if (sieve->keys || !sieve->word_count)
                runs(sieve, piece, BASE64, LEAST_BASE64);
        }
        if (sieve->firsts && !plain(piece.data, piece.length))
            pairs(sieve, piece);
        piece.base = (uint64_t)ends[row];
    }
    const uint64_t literals = sieve->literals ? vitne_literals(sieve->literals, data, piece.base) : 0;
    return literals + sieve->word_count + sieve->place_count;
}

/* The same of data that are one piece. */
API uint64_t vitne_sieve_one(struct sieve *sieve, const uint8_t *data, uint64_t length) {
    const int64_t end = (int64_t)length;
    return vitne_sieve(sieve, data, &end, 1);
}
