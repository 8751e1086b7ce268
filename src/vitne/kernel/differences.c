/* Differences of bytes that stand some way apart, many looked for at once in one buffer.
 *
 * Under a key of p bytes that repeats, bytes that stand p apart differ as those of the text do.  Eight
 * differences at a time are looked up: first in a table of bits that tells most places wrong, then among the
 * entries of that spread.
 */
#include "kernel.h"

#define SPREAD 0x9E3779B97F4A7C15u
#define HIGH 0x8080808080808080u
#define WORD 8

struct change {
    uint64_t word; /* the first differences, those beyond the width zero */
    uint32_t way;  /* row of the way in which bytes were compared */
    uint32_t row;  /* what the caller knows it by */
};

struct changes {
    const uint32_t *gate;         /* bits, by the upper bits of a spread */
    const uint32_t *starts;       /* entries of each spread, one more than spreads */
    const struct change *entries; /* in the order of their spreads */
    const uint32_t *lags;         /* how far apart, of each way: 1 to 255 */
    const uint32_t *added;        /* 1: numbers were added, 0: combined by exclusive or */
    uint32_t gate_shift, starts_shift;
    uint32_t ways, width;         /* width: bytes of differences that are looked for, up to eight */
    uint64_t most;                /* hits for which there is room */
    int64_t *rows, *places;       /* ... what was found, and where its first byte stands */
};

static inline uint64_t word_at(const uint8_t *place) {
    return (uint64_t)place[0] | (uint64_t)place[1] << 8 | (uint64_t)place[2] << 16 | (uint64_t)place[3] << 24 |
           (uint64_t)place[4] << 32 | (uint64_t)place[5] << 40 | (uint64_t)place[6] << 48 |
           (uint64_t)place[7] << 56;
}

/* Take bytes from bytes, each by itself. */
static inline uint64_t less(uint64_t from, uint64_t what) {
    return ((from | HIGH) - (what & ~HIGH)) ^ ((from ^ ~what) & HIGH);
}

static uint64_t look(const struct changes *set, uint32_t way, uint64_t word, uint64_t at, uint64_t count) {
    const uint64_t row = (word * SPREAD) >> set->starts_shift;
    for (uint32_t each = set->starts[row]; each < set->starts[row + 1]; each++) {
        if (set->entries[each].word != word || set->entries[each].way != way)
            continue;
        if (count < set->most) {
            set->rows[count] = set->entries[each].row;
            set->places[count] = (int64_t)at;
        }
        count++;
    }
    return count;
}

/* What the first looks at places need, at hand. */
struct gate {
    const uint32_t *bits;
    uint64_t mask;
    uint32_t shift, lag;
};

static inline uint64_t word_between(const struct gate *gate, const uint8_t *place, int added) {
    const uint64_t first = word_at(place), second = word_at(place + gate->lag);
    return (added ? less(second, first) : second ^ first) & gate->mask;
}

static inline int lets_in(const struct gate *gate, uint64_t word) {
    const uint64_t bit = (word * SPREAD) >> gate->shift;
    return gate->bits[bit >> 5] >> (bit & 31) & 1;
}

/* Give the next place whose differences may be looked for, `places` where there is none. */
static uint64_t next_combined(struct gate gate, const uint8_t *data, uint64_t at, uint64_t places) {
    while (at < places && !lets_in(&gate, word_between(&gate, data + at, 0)))
        at++;
    return at;
}

static uint64_t next_added(struct gate gate, const uint8_t *data, uint64_t at, uint64_t places) {
    while (at < places && !lets_in(&gate, word_between(&gate, data + at, 1)))
        at++;
    return at;
}

/* Look from some places on, in order; `data` holds a word and a lag behind the last of them. */
static uint64_t run(const struct changes *set, uint32_t way, const uint8_t *data, uint64_t places,
                    uint64_t base, uint64_t count) {
    const int added = set->added[way] != 0;
    const struct gate gate = {
        .bits = set->gate,
        .mask = set->width < WORD ? ((uint64_t)1 << 8 * set->width) - 1 : UINT64_MAX,
        .shift = set->gate_shift,
        .lag = set->lags[way],
    };
    for (uint64_t at = 0; count <= set->most; at++) {
        at = added ? next_added(gate, data, at, places) : next_combined(gate, data, at, places);
        if (at >= places)
            break;
        count = look(set, way, word_between(&gate, data + at, added), base + at, count);
    }
    return count;
}

/* Find all that is looked for.  Gives how many there are, or a number above `most` once there are more; rows
 * and places of the first `most` are written. */
API uint64_t vitne_changes(const struct changes *set, const uint8_t *data, uint64_t length) {
    uint64_t count = 0;
    for (uint32_t way = 0; way < set->ways && count <= set->most; way++) {
        const uint64_t lag = set->lags[way];
        if (lag > 255 || set->width < 1 || set->width > WORD || length < lag + set->width)
            continue;
        const uint64_t places = length - lag - set->width + 1;
        const uint64_t whole = length < lag + WORD ? 0 : length - lag - WORD + 1;
        count = run(set, way, data, whole, 0, count);
        uint8_t rest[255 + 3 * WORD] = {0}; /* the last bytes, as if zeros followed */
        memcpy(rest, data + whole, length - whole);
        count = run(set, way, rest, places - whole, whole, count);
    }
    return count;
}
