/* Reassembly: a side's segments become one contiguous stretch per hole-free part, datagrams one run each.
 *
 * RFC 9293 section 3.4 and 3.10.7.4.  Where segments overlap, the copy captured first wins; the bytes of the others
 * are compared with it and a difference is noted (not across the cut between two pieces of a stream longer than a
 * batch: there only what lies behind the cut is compared).  Sorting is a merge sort on row numbers in place of Walk.order;
 * overlaps are swept with a heap by age, so that any order costs n log n.
 */
#include "walk.h"

enum { HOLE_MISSING = 1, HOLE_SNAPPED = 2, HOLE_LIMIT = 3 };
#define HOLES_PER_SIDE 1000
#define AHEAD 24 /* rows fetched into the cache before their turn; the next flow's rows follow in the order */

typedef struct {
    int64_t offset, length; /* in the stream */
    uint64_t count;
    uint32_t flow, kind; /* flow << 1 | side; HOLE_ */
} Hole;

typedef struct {
    int64_t offset;      /* of the first differing byte in the stream */
    uint32_t flow, row;  /* flow << 1 | side; the row whose bytes lost */
    uint64_t count;
} Clash;

/* Columns that the caller owns; see model.StreamBatch. */
typedef struct {
    uint8_t *data;
    uint64_t size, used;
    uint32_t *piece_flow;
    uint8_t *piece_side;
    int64_t *piece_start, *piece_end, *piece_base;
    uint8_t *piece_last;
    uint64_t piece_room, piece_count;
    uint32_t *run_piece;
    int64_t *run_position;
    uint32_t *run_length;
    int64_t *run_offset;
    uint32_t *run_row;
    uint64_t run_room, run_count;
    Hole *holes;
    uint64_t hole_room, hole_count;
    Clash *clashes;
    uint64_t clash_room, clash_count;
} Batch;

typedef struct {
    Walk *walk;
    const uint8_t *chosen; /* per flow, or NULL for all */
    uint64_t next;         /* flow << 1 | side to come, or in hand */
    bool inside, open;     /* a side is in hand; a piece of it is open in the batch */
    bool fin;              /* the side's end is known */
    uint32_t at, end;      /* what is left of the side in Walk.order */
    int64_t low;           /* position of stream offset 0; UDP: 0 */
    int64_t here;          /* position up to which all is settled; UDP: bytes so far */
    int64_t joined;        /* position from where the batch's bytes are contiguous */
    int64_t snapped;       /* position up to which missing bytes are the snap length's doing */
    int64_t most;          /* position behind the last byte that was sent or acknowledged */
    uint32_t holes, clashes;
    uint32_t *heap;
    uint32_t heap_count, heap_room;
} Assembler;

API Assembler *assemble_new(Walk *walk, const uint8_t *chosen) {
    Assembler *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->walk = walk;
    self->chosen = chosen;
    return self;
}

API void assemble_free(Assembler *self) {
    if (self) free(self->heap);
    free(self);
}

static const Row *row_of(const Assembler *self, uint32_t row) { return &self->walk->rows[row]; }
static uint32_t held_of(const Row *row) { return row->place & SIZE_MOST; }
static uint32_t wire_of(const Row *row) { return row->size & SIZE_MOST; }
static bool counts(const Row *row) { return !(row->size >> SIZE_BITS & (ROW_DUPLICATE | ROW_IGNORED)); }

/* Sorts rows by position, stable, so that the older of two at one position stays first. */
static bool sort_rows(const Row *rows, uint32_t *order, uint32_t count) {
    uint32_t *other = malloc((size_t)count * sizeof *other), *from = order, *to = other;
    if (!other) return false;
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t start = 0; start < count; start += 2 * width) {
            uint64_t middle = start + width < count ? start + width : count;
            uint64_t end = start + 2 * width < count ? start + 2 * width : count;
            uint64_t left = start, right = middle;
            if (middle == end || rows[from[middle - 1]].position <= rows[from[middle]].position) {
                memcpy(to + start, from + start, (end - start) * sizeof *to);
                continue;
            }
            for (uint64_t at = start; at < end; at++) {
                bool second = left == middle ||
                              (right < end && rows[from[right]].position < rows[from[left]].position);
                to[at] = from[second ? right++ : left++];
            }
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != order) memcpy(order, from, (size_t)count * sizeof *order);
    free(other);
    return true;
}

static void range_of(const FlowState *flow, int side, uint32_t *start, uint32_t *end) {
    *start = (uint32_t)((uint64_t)flow->high[side] >> 32);
    *end = (uint32_t)flow->high[side];
}

/* Looks over one side: how many bytes are held, and whether its segments came in order. */
static uint64_t survey(const Assembler *self, const FlowState *flow, int side, bool *ordered) {
    uint32_t start, end;
    range_of(flow, side, &start, &end);
    const uint32_t *order = self->walk->order;
    uint64_t bytes = 0;
    int64_t last = INT64_MIN;
    *ordered = true;
    bool brief = end - start < 512; /* then its payload stays in the cache until it is copied */
    for (uint32_t at = start; at < end; at++) {
        if (at + AHEAD < self->walk->order_count) __builtin_prefetch(row_of(self, order[at + AHEAD]));
        const Row *row = row_of(self, order[at]);
        if (brief) {
            const uint8_t *payload = payload_at(self->walk, order[at]);
            for (uint32_t line = 0; line < held_of(row) && line < 256; line += 64) __builtin_prefetch(payload + line);
        }
        bytes += held_of(row);
        *ordered &= row->position >= last;
        last = row->position;
    }
    return bytes;
}

static void hole(Assembler *self, Batch *batch, int64_t from, int64_t to, uint32_t kind) {
    if (to <= from) return;
    if (self->holes++ >= HOLES_PER_SIDE && batch->hole_count) {
        Hole *last = &batch->holes[batch->hole_count - 1];
        if (last->flow == self->next && last->kind == kind) {
            last->count++;
            last->length += to - from;
            return;
        }
    }
    batch->holes[batch->hole_count++] = (Hole){from - self->low, to - from, 1, (uint32_t)self->next, kind};
}

/* Notes what is missing up to a position and goes there. */
static void jump(Assembler *self, Batch *batch, int64_t to) {
    int64_t cut = self->snapped < to ? self->snapped : to;
    if (cut > self->here) hole(self, batch, self->here, cut, HOLE_SNAPPED);
    else cut = self->here;
    hole(self, batch, cut, to, HOLE_MISSING);
    self->here = self->joined = to;
}

/* Compares what a row has below «here» with the bytes that won. */
static void compare(Assembler *self, Batch *batch, uint32_t number) {
    const Row *row = row_of(self, number);
    int64_t from = row->position > self->joined ? row->position : self->joined;
    int64_t to = row->position + held_of(row);
    if (to > self->here) to = self->here;
    if (!self->open || to <= from) return;
    const uint8_t *won = batch->data + batch->used - (self->here - from);
    const uint8_t *lost = payload_at(self->walk, number) + (from - row->position);
    if (!memcmp(won, lost, (size_t)(to - from))) return;
    int64_t at = 0;
    while (won[at] == lost[at]) at++;
    if (self->clashes++ >= HOLES_PER_SIDE && batch->clash_count) {
        batch->clashes[batch->clash_count - 1].count++;
        return;
    }
    batch->clashes[batch->clash_count++] = (Clash){from + at - self->low, (uint32_t)self->next, number, 1};
}

static bool push(Assembler *self, uint32_t row) {
    if (self->heap_count == self->heap_room) {
        uint32_t room = self->heap_room * 2 + 64;
        uint32_t *heap = realloc(self->heap, room * sizeof *heap);
        if (!heap) return false;
        self->heap = heap;
        self->heap_room = room;
    }
    uint32_t at = self->heap_count++;
    while (at && self->heap[(at - 1) / 2] > row) {
        self->heap[at] = self->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    self->heap[at] = row;
    return true;
}

static void pop(Assembler *self) {
    uint32_t row = self->heap[--self->heap_count], at = 0;
    for (;;) {
        uint32_t child = at * 2 + 1;
        if (child >= self->heap_count) break;
        if (child + 1 < self->heap_count && self->heap[child + 1] < self->heap[child]) child++;
        if (self->heap[child] >= row) break;
        self->heap[at] = self->heap[child];
        at = child;
    }
    if (self->heap_count) self->heap[at] = row;
}

static bool open_piece(Assembler *self, Batch *batch) {
    if (self->open) return true;
    if (batch->piece_count == batch->piece_room) return false;
    uint64_t piece = batch->piece_count++;
    batch->piece_flow[piece] = (uint32_t)(self->next >> 1);
    batch->piece_side[piece] = self->next & 1;
    batch->piece_start[piece] = batch->piece_end[piece] = (int64_t)batch->used;
    batch->piece_base[piece] = self->here - self->low;
    batch->piece_last[piece] = 0;
    self->open = true;
    self->joined = self->here;
    return true;
}

static void close_piece(Assembler *self, Batch *batch, bool last) {
    if (!self->open) return;
    for (uint32_t at = 0; !last && at < self->heap_count; at++) compare(self, batch, self->heap[at]);
    batch->piece_end[batch->piece_count - 1] = (int64_t)batch->used;
    batch->piece_last[batch->piece_count - 1] = last;
    self->open = false;
}

/* Copies bytes of a row from «here» on, at most to a position; false when the batch is full. */
static bool emit(Assembler *self, Batch *batch, uint32_t number, const uint8_t *bytes, int64_t to) {
    int64_t space = (int64_t)(batch->size - batch->used);
    if (to - self->here > space) to = self->here + space;
    if (batch->run_count == batch->run_room || (to == self->here && space == 0) || !open_piece(self, batch)) {
        return false;
    }
    uint64_t run = batch->run_count, length = (uint64_t)(to - self->here);
    bool on = run && batch->run_row[run - 1] == number && batch->run_piece[run - 1] == batch->piece_count - 1 &&
              batch->run_offset[run - 1] + batch->run_length[run - 1] == self->here - self->low && length;
    if (on) {
        batch->run_length[run - 1] += (uint32_t)length;
    } else {
        batch->run_piece[run] = (uint32_t)(batch->piece_count - 1);
        batch->run_position[run] = (int64_t)batch->used;
        batch->run_length[run] = (uint32_t)length;
        batch->run_offset[run] = self->here - self->low;
        batch->run_row[run] = number;
        batch->run_count++;
    }
    if (length) memcpy(batch->data + batch->used, bytes, length);
    batch->used += length;
    self->here = to;
    return true;
}

/* Takes the next row of the side into the heap, over a hole if need be. */
static bool take_row(Assembler *self, Batch *batch) {
    uint32_t number = self->walk->order[self->at];
    const Row *row = row_of(self, number);
    if (counts(row) && wire_of(row)) {
        int64_t end = row->position + wire_of(row);
        if (row->position > self->here) jump(self, batch, row->position);
        if (held_of(row) < wire_of(row) && end > self->snapped) self->snapped = end;
        if (row->position + held_of(row) > self->here) {
            if (!push(self, number)) return false;
        } else {
            compare(self, batch, number);
        }
    }
    self->at++;
    return true;
}

/* Sweeps a TCP side; false when the batch is full (or there is no memory) and the side goes on later. */
static bool sweep(Assembler *self, Batch *batch) {
    const uint32_t *order = self->walk->order;
    while (self->heap_count || self->at < self->end) {
        if (batch->hole_count + 2 > batch->hole_room || batch->clash_count == batch->clash_room) return false;
        if (self->at + 12 < self->end) __builtin_prefetch(payload_at(self->walk, order[self->at + 12]));
        uint32_t top = self->heap_count ? self->heap[0] : 0;
        const Row *row = self->heap_count ? row_of(self, top) : NULL;
        if (row && row->position + held_of(row) <= self->here) {
            compare(self, batch, top);
            pop(self);
            continue;
        }
        int64_t next = self->at < self->end ? row_of(self, order[self->at])->position : INT64_MAX;
        if (!row || next <= self->here) {
            if (!take_row(self, batch)) return false;
            continue;
        }
        int64_t to = row->position + held_of(row);
        if (next < to) to = next;
        if (!emit(self, batch, top, payload_at(self->walk, top) + (self->here - row->position), to)) return false;
    }
    if (batch->hole_count + 2 > batch->hole_room) return false;
    int64_t tail = self->most - self->here;
    bool end = tail == 1 && !self->fin && self->snapped <= self->here; /* most likely a FIN nobody captured */
    jump(self, batch, tail > 0 && !end ? self->most : self->here);
    return true;
}

/* One run per datagram, never cut. */
static bool datagrams(Assembler *self, Batch *batch) {
    for (; self->at < self->end; self->at++) {
        uint32_t number = self->walk->order[self->at];
        const Row *row = row_of(self, number);
        if (!counts(row)) continue;
        int64_t held = held_of(row), wire = wire_of(row);
        if (batch->hole_count + 2 > batch->hole_room || batch->run_count == batch->run_room) return false;
        if (held > (int64_t)batch->size) held = (int64_t)batch->size;
        if (held > (int64_t)(batch->size - batch->used)) return false;
        if (!open_piece(self, batch)) return false;
        int64_t from = self->here;
        uint64_t run = batch->run_count++;
        batch->run_piece[run] = (uint32_t)(batch->piece_count - 1);
        batch->run_position[run] = (int64_t)batch->used;
        batch->run_length[run] = (uint32_t)held;
        batch->run_offset[run] = from;
        batch->run_row[run] = number;
        if (held) memcpy(batch->data + batch->used, payload_at(self->walk, number), (size_t)held);
        batch->used += (uint64_t)held;
        self->here += held;
        bool limit = held < (int64_t)held_of(row);
        hole(self, batch, self->here, self->here + wire - held, limit ? HOLE_LIMIT : HOLE_SNAPPED);
    }
    return true;
}

/* Turns to the side in self->next; false without memory. */
static bool begin_side(Assembler *self, const FlowState *flow, int side, bool ordered) {
    range_of(flow, side, &self->at, &self->end);
    self->holes = self->clashes = self->heap_count = 0;
    self->open = self->fin = false;
    int64_t fin = 0;
    self->low = self->here = self->most = self->snapped = self->joined = 0;
    if (flow->protocol == 6) {
        uint32_t *order = self->walk->order;
        if (!ordered && !sort_rows(self->walk->rows, order + self->at, self->end - self->at)) return false;
        self->low = self->here = self->most = self->snapped = self->joined = low_of(flow, side);
        if (flow->side[side] & SIDE_ACKED) self->most = flow->acked[side];
        for (uint32_t at = self->at; at < self->end; at++) {
            const Row *row = row_of(self, order[at]);
            if (!counts(row) || (row->size >> SIZE_BITS & ROW_SYN && !wire_of(row))) continue;
            int64_t end = row->position + wire_of(row);
            if (end > self->most) self->most = end;
            if (row->size >> SIZE_BITS & ROW_FIN && (!self->fin || end > fin)) fin = end;
            self->fin |= (row->size >> SIZE_BITS & ROW_FIN) != 0;
        }
        if (self->fin && self->most > fin) self->most = fin; /* the FIN takes a number and is no byte */
    }
    self->inside = true;
    return true;
}

/* Fills the batch with whole flows as far as they fit, with pieces where one does not; 1: more, 0: end, -1: memory. */
API int assemble_batch(Assembler *self, Batch *batch) {
    Walk *walk = self->walk;
    uint64_t sides = (uint64_t)walk->flow_count * 2;
    for (; self->next < sides; self->next++) {
        const FlowState *flow = &walk->flows[self->next >> 1];
        int side = self->next & 1;
        if (!self->inside) {
            if (self->chosen && !self->chosen[self->next >> 1]) continue;
            bool ordered, other;
            uint64_t bytes = survey(self, flow, side, &ordered);
            if (!side) {
                bytes += survey(self, flow, 1, &other);
                if (batch->piece_count && bytes > batch->size - batch->used) return 1;
            }
            if (!begin_side(self, flow, side, ordered)) return -1;
        }
        bool done = flow->protocol == 6 ? sweep(self, batch) : datagrams(self, batch);
        close_piece(self, batch, done);
        if (!done) return 1;
        self->inside = false;
    }
    return 0;
}
