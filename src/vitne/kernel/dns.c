#include "kernel.h"

/* Flows in which somebody asks a name server plain questions and gets plain answers (RFC 1035 section 4.1).
 *
 * A question is plain when it asks for one name and says nothing else, an answer when it repeats such a question
 * of its flow and tells a chain of aliases and addresses.  All other flows are left to the patient reader.
 */

enum {
    HEAD = 12,
    SHORTEST = 17, /* bytes of a question for the root */
    LONGEST = 300, /* bytes of a question */
    MOST_QUESTIONS = 64, /* of one flow */
    MOST_RECORDS = 32,
    NAME_BYTES = 255,
    MOST_LABELS = 127,
    POINTED = 0x3fff, /* where a pointer can lead at most */
    PROBES = 16, /* places of the table that are looked at for one question */
    RESPONSE = 0x8000,
    ANSWERED = 0x8000 | 0x0400 | 0x0100 | 0x0080 | 0x0020 | 0x0010 | 0x000f, /* flags an answer may carry */
};

typedef struct {
    uint32_t answer;   /* run of the answer */
    uint32_t question; /* run of the first question like the one that it answers */
    uint32_t family;   /* 4 or 6 */
    uint8_t address[16];
} told_row;

typedef struct {
    const uint8_t *data;
    const int64_t *position; /* of each run; all lie in the data */
    const uint32_t *length;
    uint32_t *like;    /* of each run: the first run with the same question */
    uint8_t *answered; /* of each run: whether its question was answered */
    told_row *told;
    uint64_t count, room;
    uint32_t *slots; /* hash table of questions: run + 1, or 0 */
    uint64_t slot_count, seed;
} reading;

/* Whether a message ends here, but for extensions without any option (RFC 6891 section 6.1.2). */
static int ends_at(const uint8_t *p, uint32_t size, uint32_t at, uint32_t additional) {
    if (additional == 0) return size == at;
    return additional == 1 && size == at + 11 && p[at] == 0 && p[at + 1] == 0 && p[at + 2] == 0x29 &&
           p[size - 2] == 0 && p[size - 1] == 0;
}

/* The position behind a plain question and its type and class; 0 where it is none. */
static uint32_t behind_question(const uint8_t *p, uint32_t size) {
    if (size < SHORTEST || size > LONGEST) return 0;
    if ((be16(p + 2) & ~0x0100u) || be16(p + 4) != 1 || be16(p + 6) || be16(p + 8)) return 0;
    const uint8_t *zero = memchr(p + HEAD, 0, size - HEAD);
    if (!zero) return 0;
    uint32_t end = (uint32_t)(zero - p) + 5;
    return end <= size && ends_at(p, size, end, be16(p + 10)) ? end : 0;
}

/* Follow pointers, each of which leads further back; add bytes and labels.  False where the name is broken. */
static int follow(const uint8_t *p, uint32_t size, uint32_t target, uint32_t before, uint32_t *bytes) {
    uint32_t at = target, limit = target, labels = 0;
    if (target >= before) return 0;
    while (at < size && labels <= MOST_LABELS) {
        uint32_t count = p[at];
        if (count == 0) return 1;
        if (count >= 0xc0) {
            if (at + 1 >= size) return 0;
            at = (count & 0x3f) << 8 | p[at + 1];
            if (at >= limit) return 0;
            limit = at;
            continue;
        }
        if (count > 63 || at + 1 + count > size) return 0;
        *bytes += count + 1;
        labels++;
        at += 1 + count;
    }
    return 0;
}

/* Whether a name fills [start, end) (RFC 1035 section 4.1.4). */
static int is_name(const uint8_t *p, uint32_t size, uint32_t start, uint32_t end) {
    uint32_t at = start, bytes = 0;
    while (at < end) {
        uint32_t count = p[at];
        if (count == 0) return at + 1 == end;
        if (count >= 0xc0) {
            if (at + 2 != end) return 0;
            return follow(p, size, (count & 0x3f) << 8 | p[at + 1], start, &bytes) && bytes < NAME_BYTES;
        }
        if (count > 63 || at + 1 + count > end) return 0;
        bytes += count + 1;
        if (bytes + 1 > NAME_BYTES) return 0;
        at += 1 + count;
    }
    return 0;
}

/* Take the records of an answer, from `at` on; false where they are no plain chain. */
static int take_records(reading *r, const uint8_t *p, uint32_t size, uint32_t at, told_row row) {
    uint32_t owner = 0xc000 | HEAD, count = be16(p + 6);
    int told = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (at + 12 > size || be16(p + at) != owner) return 0;
        uint32_t kind = be16(p + at + 2), length = be16(p + at + 10);
        at += 12;
        if (length > size - at || at > POINTED) return 0;
        if ((kind == 1 && length == 4) || (kind == 28 && length == 16)) {
            if (r->count == r->room) return 0;
            row.family = kind == 1 ? 4 : 6;
            memset(row.address, 0, sizeof row.address);
            memcpy(row.address, p + at, length);
            r->told[r->count++] = row;
            told = 1;
        } else if (kind == 5 && !told && is_name(p, size, at, at + length)) {
            owner = 0xc000 | at;
        } else {
            return 0;
        }
        at += length;
    }
    return ends_at(p, size, at, be16(p + 10));
}

/* Take an answer to the last question of the flow with its number; false where it is not plain. */
static int take_answer(reading *r, uint32_t first, uint32_t behind, uint32_t run) {
    const uint8_t *p = r->data + r->position[run];
    uint32_t size = r->length[run], asked = behind;
    if (size < SHORTEST) return 0;
    while (asked > first && memcmp(r->data + r->position[asked - 1], p, 2)) asked--;
    if (asked-- == first) return 0;
    const uint8_t *q = r->data + r->position[asked];
    uint32_t end = behind_question(q, r->length[asked]), flags = be16(p + 2);
    if (size < end || memcmp(p + HEAD, q + HEAD, end - HEAD)) return 0;
    if (be16(p + 4) != 1 || be16(p + 6) > MOST_RECORDS || be16(p + 8)) return 0;
    if (!(flags & RESPONSE) || flags & ~(uint32_t)ANSWERED) return 0;
    r->answered[asked] = 1;
    return take_records(r, p, size, end, (told_row){run, r->like[asked], 0, {0}});
}

/* The first run with the same question, number aside: this run where it is new, or the table is crowded. */
static uint32_t first_like(reading *r, uint32_t run) {
    const uint8_t *p = r->data + r->position[run] + 2;
    uint32_t size = r->length[run] - 2;
    uint64_t hash = r->seed;
    for (uint32_t i = 0; i < size; i++) hash = (hash ^ p[i]) * 0x100000001b3u;
    hash ^= hash >> 32;
    for (uint64_t i = 0; i < PROBES; i++) {
        uint32_t *slot = &r->slots[(hash + i) % r->slot_count];
        if (!*slot) {
            *slot = run + 1;
            return run;
        }
        uint32_t other = *slot - 1;
        if (r->length[other] == size + 2 && !memcmp(r->data + r->position[other] + 2, p, size)) return other;
    }
    return run;
}

static int take_flow(reading *r, const uint32_t *runs) {
    if (runs[1] - runs[0] > MOST_QUESTIONS || runs[3] - runs[2] > MOST_QUESTIONS) return 0;
    for (uint32_t run = runs[0]; run < runs[1]; run++) {
        if (!behind_question(r->data + r->position[run], r->length[run])) return 0;
    }
    for (uint32_t run = runs[0]; run < runs[1]; run++) r->like[run] = first_like(r, run);
    for (uint32_t run = runs[2]; run < runs[3]; run++) {
        if (!take_answer(r, runs[0], runs[1], run)) return 0;
    }
    return runs[0] < runs[1];
}

/* `flows` holds four runs per flow: the first question and the one behind the last, the same of the answers.
 * Tells in `plain` which flows are, and of those in `like` and `answered` what their questions are, and which
 * addresses were told.  Gives how many were.
 */
API uint64_t vitne_questions(const uint8_t *data, uint64_t size, const int64_t *position, const uint32_t *length,
                             uint64_t runs, const uint32_t *flows, uint64_t count, uint8_t *plain, uint32_t *like,
                             uint8_t *answered, told_row *told, uint64_t room, uint32_t *slots,
                             uint64_t slot_count) {
    reading r = {data, position, length, like, answered, told, 0, room, slots, slot_count, 0xcbf29ce484222325u};
    r.seed ^= (uint64_t)(uintptr_t)slots; /* no two runs alike: nobody can prepare questions that all collide */
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t *own = flows + 4 * i;
        uint64_t before = r.count;
        plain[i] = 0;
        if (!slot_count || own[0] > own[1] || own[1] > runs || own[2] > own[3] || own[3] > runs) continue;
        int inside = 1;
        for (int side = 0; side < 4 && inside; side += 2) {
            for (uint32_t run = own[side]; run < own[side + 1] && inside; run++) {
                inside = position[run] >= 0 && (uint64_t)position[run] <= size &&
                         length[run] <= size - (uint64_t)position[run];
            }
        }
        plain[i] = inside && take_flow(&r, own);
        if (!plain[i]) r.count = before;
    }
    return r.count;
}
