/* One look at some bytes: which marks of encodings stand in them, and whether anything may be wrapped at all. */
#include "kernel.h"

#define MARKS 48u
#define LONGEST 12u
#define RUN 12u   /* letters of base64 in a row */
#define ALONE 16u /* letters and digits in a row */
#define PAIRS 7u  /* hexadecimal pairs with something between them */
#define APART 31u /* bytes from one rare mark to the next */
#define HAS_RUN ((uint64_t)1 << 60)
#define HAS_ALONE ((uint64_t)1 << 61)
#define BEYOND_ASCII ((uint64_t)1 << 62)

enum { ALNUM = 1, LETTER = 2, HEX = 4, BETWEEN = 8, TELLS = 16, RARE = 32, SEEN = 64 };
/* letters of base64; what stands between pairs; tells alone; rare marks; printable and no space */

struct marks {
    uint32_t count;
    uint8_t lengths[MARKS];
    uint8_t bytes[MARKS][LONGEST];
};

struct kinds { uint8_t of[256]; };

static void sort_out(struct kinds *kinds) {
    for (unsigned byte = 0; byte < 256; byte++) {
        const unsigned low = byte | 32;
        const int alnum = (low >= 'a' && low <= 'z') || (byte >= '0' && byte <= '9');
        const int hex = (low >= 'a' && low <= 'f') || (byte >= '0' && byte <= '9');
        unsigned kind = alnum ? ALNUM | LETTER : 0;
        kind |= byte && strchr("+/_-", (int)byte) ? LETTER : 0;
        kind |= hex ? HEX : 0;
        kind |= byte && strchr(": ,-", (int)byte) ? BETWEEN : 0;
        kind |= byte < 9 || (byte > 13 && byte < 32) || byte > 127 ? TELLS : 0;
        kind |= byte && strchr("%&\\{[<;=", (int)byte) ? TELLS : 0;
        kind |= byte && strchr("!#$()*>?@^`|}~", (int)byte) ? RARE : 0;
        kind |= byte > 32 && byte < 127 ? SEEN : 0;
        kinds->of[byte] = (uint8_t)kind;
    }
}

/* Say whether a scheme of authorization ends before a space. */
static int scheme(const uint8_t *data, size_t at) {
    static const char *const words[] = {"basic", "bearer"};
    for (unsigned each = 0; each < 2; each++) {
        const size_t length = strlen(words[each]);
        size_t same = 0;
        while (same < length && at >= length && (data[at - length + same] | 32) == words[each][same])
            same++;
        if (same == length)
            return 1;
    }
    return 0;
}

/* Say whether anything may be wrapped in some bytes: a mark, a run, pairs, a plus, a scheme, rare marks. */
API uint32_t vitne_wraps(const uint8_t *kinds, const uint8_t *data, uint64_t size) {
    size_t run = 0, pairs = 0, pair_end = 0, rare = 0;
    for (size_t at = 0; at < size; at++) {
        const unsigned kind = kinds[data[at]];
        run = kind & LETTER ? run + 1 : 0;
        if ((kind & TELLS) || run == RUN)
            return 1;
        if ((kind & BETWEEN) && at >= 2 && (kinds[data[at - 1]] & kinds[data[at - 2]] & HEX)) {
            pairs = pair_end && pair_end == at - 2 ? pairs + 1 : 1; /* pair_end: one behind it */
            pair_end = at + 1;
            if (pairs == PAIRS)
                return 1;
        }
        if (data[at] == '+' && at && at + 1 < size && (kinds[data[at - 1]] & kinds[data[at + 1]] & ALNUM))
            return 1;
        if (data[at] == ' ' && scheme(data, at))
            return 1;
        if (kind & RARE) {
            if (rare && at + 1 - rare <= APART)
                return 1;
            rare = at + 1; /* one more than its place */
        } else if (!(kind & SEEN)) {
            rare = 0;
        }
    }
    return 0;
}

static int stands(const uint8_t *data, size_t size, const uint8_t *mark, size_t length) {
    const uint8_t *from = data, *const end = data + size;
    while (length <= (size_t)(end - from)) {
        from = memchr(from, mark[0], (size_t)(end - from) - length + 1);
        if (!from)
            return 0;
        if (!memcmp(from, mark, length))
            return 1;
        from++;
    }
    return 0;
}

/* Say which marks stand in the first `reach` bytes, one bit each, and what runs there are in all of them. */
API uint64_t vitne_look(const struct marks *set, const uint8_t *kinds, const uint8_t *data, uint64_t size,
                        uint64_t reach) {
    uint8_t seen[256] = {0};
    uint64_t told = 0;
    size_t run = 0, alone = 0;
    uint8_t all = 0;
    for (size_t at = 0; at < size; at++) {
        const unsigned kind = kinds[data[at]];
        seen[data[at]] = 1;
        all |= data[at];
        run = kind & LETTER ? run + 1 : 0;
        alone = kind & ALNUM ? alone + 1 : 0;
        told |= (run >= RUN ? HAS_RUN : 0) | (alone >= ALONE ? HAS_ALONE : 0);
    }
    told |= all > 127 ? BEYOND_ASCII : 0;
    for (unsigned each = 0; each < set->count && each < MARKS; each++) {
        const uint8_t *mark = set->bytes[each];
        const size_t length = set->lengths[each], stop = size < reach ? size : reach;
        if (length && length <= LONGEST && seen[mark[0]] && stands(data, stop, mark, length))
            told |= (uint64_t)1 << each;
    }
    return told;
}

/* Write what kind each byte is. */
API void vitne_kinds(uint8_t *kinds) {
    struct kinds made;
    sort_out(&made);
    memcpy(kinds, made.of, sizeof made.of);
}
