/* Many byte strings at once in one buffer.
 *
 * Four bytes at every step are folded to lower case, spread by a product and looked up: first in a table of
 * bits that tells most places wrong, then among the entries of that spread, each of which says where its
 * literal would begin.  Then the whole literal is compared.  Literals too short for long steps are a part of
 * their own with shorter ones; where they are few, vector instructions tell most places wrong instead.
 */
#include "kernel.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#include <cpuid.h>
#include <immintrin.h>
#define VECTORS 1
#else
#define VECTORS 0
#endif

struct entry {
    uint32_t key;     /* four folded bytes; of one of a few: the bit of its bucket */
    uint32_t literal; /* row of the literal */
    int32_t offset;   /* of these four bytes (three) in it */
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
    uint32_t few_count;
    uint32_t vectors;             /* whether vector instructions may be used */
    uint32_t spare;
    const uint8_t *masks;         /* buckets by the lower and the upper half of three bytes each, or NULL */
    const struct entry *few;      /* the literals that the masks are of */
    const struct literals *also;  /* the next part, or NULL */
    uint64_t most;                /* hits for which there is room; of the first part, for all */
    int64_t *rows, *ends;         /* ... their literals, and where each ends */
};

#define FOLD 0x20202020u
#define SPREAD 0x9E3779B1u
#define WIDTH 4
#define BLOCK 4096  /* positions looked at by one part before the next; a multiple of every step */
#define LANES 32    /* positions that vector instructions take at once */
#define SOON 6      /* looks ahead, whose entries are fetched into the cache */
#define AFTER 8     /* bytes behind a block that vector instructions may read */
#define AHEAD 2     /* bytes behind a position that the masks are of */

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

/* What is searched, and what was found there. */
struct search {
    const struct literals *first;
    const uint8_t *data;
    uint64_t length, count;
};

/* Compare one literal with what stands at a place, and write it down if it is that. */
static inline void check(struct search *search, const struct entry *entry, uint64_t begin) {
    const struct literals *all = search->first;
    const uint64_t at = all->begins[entry->literal], size = all->begins[entry->literal + 1] - at;
    if (begin > search->length || size > search->length - begin ||
        !same(search->data + begin, all->bytes + at, size, entry->fold))
        return;
    if (search->count < all->most) {
        all->rows[search->count] = entry->literal;
        all->ends[search->count] = (int64_t)(begin + size);
    }
    search->count++;
}

/* Check what has the four bytes that stand at a place. */
static void look(struct search *search, const struct literals *set, uint64_t at, uint32_t word) {
    const uint32_t row = (word * SPREAD) >> set->starts_shift;
    for (uint32_t each = set->starts[row]; each < set->starts[row + 1]; each++) {
        const struct entry *entry = &set->entries[each];
        if (entry->key == word && (int64_t)at >= entry->offset)
            check(search, entry, (uint64_t)((int64_t)at - entry->offset));
    }
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

#if VECTORS
/* Give eight looks from a place on, with the step of their set. */
__attribute__((target("avx2"))) static inline __m256i eight(const uint8_t *data, uint32_t step) {
    if (step == WIDTH)
        return _mm256_loadu_si256((const __m256i *)(const void *)data);
    const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)data);
    const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(data + 8));
    const __m256i order = _mm256_setr_epi8(0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 8, 9,
                                           0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 8, 9);
    return _mm256_shuffle_epi8(_mm256_set_m128i(high, low), order);
}

/* Give the places of a whole block that the gate lets through, for steps of 2 and 4; AFTER bytes follow. */
__attribute__((target("avx2"))) static uint32_t let_through_fast(const struct literals *set, const uint8_t *data,
                                                                 uint16_t *found) {
    const __m256i fold = _mm256_set1_epi32(FOLD), spread = _mm256_set1_epi32((int)SPREAD);
    const __m256i last = _mm256_set1_epi32(31);
    const __m128i shift = _mm_cvtsi32_si128((int)set->gate_shift);
    const uint32_t step = set->step;
    uint32_t count = 0;
    for (uint32_t at = 0; at < BLOCK; at += 8 * step) {
        const __m256i bytes = eight(data + at, step);
        const __m256i bit = _mm256_srl_epi32(_mm256_mullo_epi32(_mm256_or_si256(bytes, fold), spread), shift);
        const __m256i there = _mm256_i32gather_epi32((const int *)set->gate, _mm256_srli_epi32(bit, 5), 4);
        const __m256i own = _mm256_sllv_epi32(there, _mm256_andnot_si256(bit, last));
        uint32_t bits = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(own));
        for (; bits; bits &= bits - 1)
            found[count++] = (uint16_t)(at + step * (uint32_t)__builtin_ctz(bits));
    }
    return count;
}
#endif

/* Give those of so many places that the gate lets through; no branch depends on the bytes. */
static uint32_t let_through(const struct literals *set, const uint8_t *data, uint32_t size, uint32_t after,
                            uint16_t *found) {
    const uint32_t *gate = set->gate;
    const uint32_t shift = set->gate_shift, step = set->step;
    uint32_t count = 0;
#if VECTORS
    if (set->vectors && size == BLOCK && after >= AFTER && step > 1)
        return let_through_fast(set, data, found);
#else
    (void)after;
#endif
    for (uint32_t at = 0; at < size; at += step) {
        found[count] = (uint16_t)at;
        count += may(gate, shift, word_at(data + at));
    }
    return count;
}

/* Look into [from, to) by steps; the last bytes of all as if zeros followed. */
static void by_steps(struct search *search, const struct literals *set, uint64_t from, uint64_t to) {
    uint16_t found[BLOCK];
    const uint8_t *data = search->data;
    const uint64_t length = search->length, whole = length < WIDTH ? 0 : length - WIDTH + 1;
    const uint64_t until = to < whole ? to : whole;
    const uint32_t size = until > from ? (uint32_t)(until - from) : 0;
    const uint32_t after = length - until < AFTER ? (uint32_t)(length - until) : AFTER;
    const uint32_t count = let_through(set, data + from, size, after, found);
    for (uint32_t each = 0; each < count; each++) {
        if (each + SOON < count)
            __builtin_prefetch(&set->starts[(word_at(data + from + found[each + SOON]) * SPREAD) >> set->starts_shift]);
        look(search, set, from + found[each], word_at(data + from + found[each]));
    }
    if (to <= whole)
        return;
    uint64_t at = until > from ? from + (until - from + set->step - 1) / set->step * set->step : from;
    for (; at < to; at += set->step) {
        uint8_t rest[WIDTH] = {0};
        memcpy(rest, data + at, length - at < WIDTH ? length - at : WIDTH);
        const uint32_t word = word_at(rest);
        if (may(set->gate, set->gate_shift, word))
            look(search, set, at, word);
    }
}

#if VECTORS
/* Says whether processor and system have vectors of 32 bytes. */
API int vitne_vectors(void) {
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27)) || !(c & (1u << 28)))
        return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & (1u << 5);
}

__attribute__((target("avx2"))) static inline __m256i halves(const uint8_t *table, __m256i half) {
    const __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
    return _mm256_shuffle_epi8(both, half);
}

/* Give the buckets of 32 places of which a literal may begin there. */
__attribute__((target("avx2"))) static inline __m256i buckets(const uint8_t *masks, const uint8_t *data) {
    const __m256i lower_half = _mm256_set1_epi8(15);
    __m256i left = _mm256_set1_epi8(-1);
    for (int at = 0; at <= AHEAD; at++) {
        const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(data + at));
        const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), lower_half);
        left = _mm256_and_si256(left, halves(masks + 32 * at, _mm256_and_si256(bytes, lower_half)));
        left = _mm256_and_si256(left, halves(masks + 32 * at + 16, upper));
    }
    return left;
}

/* Look for a few literals of which the bytes that the masks are of begin in [from, to); at least LANES + AHEAD bytes there are in all. */
__attribute__((target("avx2"))) static void by_vectors(struct search *search, const struct literals *set,
                                                       uint64_t from, uint64_t to) {
    const uint64_t last = search->length - AHEAD - LANES;
    for (uint64_t at = from; at < to; at += LANES) {
        const uint64_t base = at < last ? at : last;
        const __m256i left = buckets(set->masks, search->data + base);
        uint32_t bits = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(left, _mm256_setzero_si256()));
        if (!bits)
            continue;
        uint8_t own[LANES];
        _mm256_storeu_si256((__m256i *)(void *)own, left);
        for (; bits; bits &= bits - 1) {
            const uint32_t lane = (uint32_t)__builtin_ctz(bits);
            if (base + lane < at || base + lane >= to)
                continue; /* it was looked at before, or will be */
            for (uint32_t each = 0; each < set->few_count; each++)
                if (set->few[each].key & own[lane] && base + lane >= (uint32_t)set->few[each].offset)
                    check(search, &set->few[each], base + lane - (uint32_t)set->few[each].offset);
        }
    }
}
#else
API int vitne_vectors(void) { return 0; }
static void by_vectors(struct search *search, const struct literals *set, uint64_t from, uint64_t to) {
    by_steps(search, set, from, to);
}
#endif

/* Find all literals, overlapping ones too.  Gives how many there are, or a number above `most` once there are
 * more; rows and ends of the first `most` are written. */
API uint64_t vitne_literals(const struct literals *first, const uint8_t *data, uint64_t length) {
    struct search search = {first, data, length, 0};
    for (uint64_t from = 0; from < length && search.count <= first->most; from += BLOCK) {
        const uint64_t to = length - from < BLOCK ? length : from + BLOCK;
        for (const struct literals *set = first; set; set = set->also) {
            if (set->masks && length >= LANES + AHEAD)
                by_vectors(&search, set, from, to);
            else
                by_steps(&search, set, from, to);
        }
    }
    return search.count;
}
