/* Many byte strings at once in one buffer.
 *
 * Four bytes at every step are folded to lower case, spread by a product and looked up: first in a table of
 * bits that tells most places wrong, then among the entries of that spread, each of which says where its
 * literal would begin.  Then the whole literal is compared.
 */
#include "kernel.h"

struct entry {
    uint32_t key;     /* four folded bytes */
    uint32_t literal; /* row of the literal */
    int32_t offset;   /* of these four bytes in it */
    uint32_t fold;    /* letters of ASCII match in either case */
};

struct literals {
    const uint8_t *bytes;         /* all literals, one behind the other; folded ones in lower case */
    const uint64_t *begins;       /* one more than literals */
    const uint32_t *gate;         /* bits, by the upper bits of a spread */
    const uint32_t *starts;       /* entries of each spread, one more than spreads */
    const struct entry *entries;  /* in the order of their spreads */
    uint32_t gate_shift, starts_shift;
    uint32_t step;                /* positions from one look to the next */
    uint64_t most;                /* hits for which there is room */
    int64_t *rows, *ends;         /* ... their literals, and where each ends */
};

#define FOLD 0x20202020u
#define SPREAD 0x9E3779B1u
#define WIDTH 4

static inline uint8_t lower(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
}

static int same(const uint8_t *there, const uint8_t *literal, uint64_t length, uint32_t fold) {
    if (!fold)
        return memcmp(there, literal, length) == 0;
    for (uint64_t at = 0; at < length; at++)
        if (lower(there[at]) != literal[at])
            return 0;
    return 1;
}

/* Write what is found by one look; gives the number of hits with those before. */
static uint64_t look(const struct literals *set, const uint8_t *data, uint64_t length, uint64_t at,
                     uint32_t word, uint64_t count) {
    const uint32_t row = (word * SPREAD) >> set->starts_shift;
    for (uint32_t each = set->starts[row]; each < set->starts[row + 1]; each++) {
        const struct entry *entry = &set->entries[each];
        if (entry->key != word || (int64_t)at < entry->offset)
            continue;
        const uint64_t begin = (uint64_t)((int64_t)at - entry->offset);
        const uint8_t *literal = set->bytes + set->begins[entry->literal];
        const uint64_t size = set->begins[entry->literal + 1] - set->begins[entry->literal];
        if (begin > length || size > length - begin || !same(data + begin, literal, size, entry->fold))
            continue;
        if (count < set->most) {
            set->rows[count] = entry->literal;
            set->ends[count] = (int64_t)(begin + size);
        }
        count++;
    }
    return count;
}

static inline uint32_t word_at(const uint8_t *place) {
    uint32_t word;
    memcpy(&word, place, sizeof word);
    return word | FOLD;
}

static inline uint32_t may(const uint32_t *gate, uint32_t shift, uint32_t word) {
    const uint32_t bit = (word * SPREAD) >> shift;
    return gate[bit >> 5] >> (bit & 31) & 1;
}

/* Find all literals, overlapping ones too.  Gives how many there are, or a number above `most` once there are
 * more; rows and ends of the first `most` are written. */
API uint64_t vitne_literals(const struct literals *set, const uint8_t *data, uint64_t length) {
    const uint32_t *gate = set->gate;
    const uint32_t shift = set->gate_shift;
    const uint64_t step = set->step, whole = length < WIDTH ? 0 : length - WIDTH + 1;
    uint64_t at = 0, count = 0;
    for (; at < whole; at += step) {
        const uint32_t word = word_at(data + at);
        if (!may(gate, shift, word))
            continue;
        count = look(set, data, length, at, word, count);
        if (count > set->most)
            return count;
    }
    for (; at < length; at += step) { /* the last bytes, as if zeros followed */
        uint8_t rest[WIDTH] = {0};
        memcpy(rest, data + at, length - at);
        const uint32_t word = word_at(rest);
        if (may(gate, shift, word))
            count = look(set, data, length, at, word, count);
    }
    return count;
}
