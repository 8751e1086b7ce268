/* The door of the packet walk: captures' records go in, rows and flows come out. */
#include "walk.h"

#define FETCH 20 /* frames fetched into the cache before their turn */
#define PEEK 8   /* packets whose flow is looked for before their turn; less than FETCH */

/* Counts one thing of a kind.  Once there are too many values, further ones are counted together by kind. */
void tally(Packet *packet, uint32_t kind, uint32_t value) {
    Walk *walk = packet->walk;
    for (;;) {
        uint32_t slot = (uint32_t)(mix((uint64_t)kind << 32 | value) % TALLIES);
        while (walk->tallies[slot].kind && (walk->tallies[slot].kind != kind || walk->tallies[slot].value != value)) {
            slot = (slot + 1) % TALLIES;
        }
        Tally *entry = &walk->tallies[slot];
        if (entry->kind) {
            entry->count++;
            return;
        }
        if (value == NO_ROW || walk->tally_count < TALLIES_MOST) {
            *entry = (Tally){kind, value, 1, packet->number, packet->capture};
            walk->tally_count++;
            return;
        }
        value = NO_ROW;
    }
}

void tally_short(Packet *packet, Span span, uint32_t layer) {
    tally(packet, span.held < span.wire ? TALLY_SNAPPED : TALLY_SHORT, layer);
}

API void walk_free(Walk *walk) {
    if (!walk) return;
    spill_free(&walk->row_spill, walk->rows);
    spill_free(&walk->flow_spill, walk->flows);
    free(walk->slots);
    free(walk->buffers);
    free(walk->first_rows);
    free(walk->macs);
    spill_free(&walk->order_spill, walk->order);
    fragments_free(walk->fragments);
    free(walk);
}

API Walk *walk_new(void) {
    Walk *walk = calloc(1, sizeof *walk);
    if (!walk) return NULL;
    /* The address differs from run to run, so that nobody can prepare a capture whose flows all collide. */
    walk->seed = mix((uint64_t)(uintptr_t)walk);
    walk->slot_count = 1024;
    walk->slots = calloc(walk->slot_count, sizeof *walk->slots);
    walk->fragments = fragments_new();
    walk->macs = calloc(16, 6);
    walk->mac_room = 16;
    walk->mac_count = 1;
    if (walk->slots && walk->fragments && walk->macs) return walk;
    walk_free(walk);
    return NULL;
}

/* Tells where a capture's bytes stand (again, if they moved); captures come in ascending order. */
API int walk_buffer(Walk *walk, uint32_t capture, const uint8_t *bytes, uint64_t length) {
    if (capture >= walk->buffer_count) {
        if (capture >= 1u << 20) return -1;
        Buffer *buffers = realloc(walk->buffers, (capture + 1) * sizeof *buffers);
        if (!buffers) return -1;
        walk->buffers = buffers;
        uint32_t *first_rows = realloc(walk->first_rows, (capture + 1) * sizeof *first_rows);
        if (!first_rows) return -1;
        walk->first_rows = first_rows;
        for (uint32_t number = walk->buffer_count; number <= capture; number++) {
            buffers[number] = (Buffer){NULL, 0};
            first_rows[number] = walk->row_count;
        }
        walk->buffer_count = capture + 1;
    }
    walk->buffers[capture] = (Buffer){bytes, length};
    return 0;
}

static bool more_rows(Walk *walk, uint64_t count) {
    uint64_t needed = walk->row_count + count;
    if (needed >= NO_ROW) return false;
    if (needed <= walk->row_room) return true;
    uint64_t room = needed + needed / 4;
    if (room > NO_ROW) room = NO_ROW;
    Row *rows = spill_grow(&walk->row_spill, walk->rows, walk->row_count * sizeof *rows, room * sizeof *rows);
    if (!rows) return false;
    walk->rows = rows;
    walk->row_room = (uint32_t)room;
    return true;
}

/* Guesses where an ordinary packet's flow stands in the hash table and fetches that into the cache. */
static void peek(const Walk *walk, const uint8_t *at, uint32_t length, uint32_t link_type, uint32_t *slot) {
    uint32_t skipped = link_type == 1 ? 14 : 0;
    *slot = NO_ROW;
    if (length < skipped + 24 || (link_type == 1 && be16(at + 12) != 0x0800)) return;
    if (link_type != 1 && link_type != 101) return;
    at += skipped;
    if (at[0] != 0x45 || (at[9] != 6 && at[9] != 17)) return;
    *slot = slot_of_ends(walk, at + 12, at + 20, at[9]);
    __builtin_prefetch(&walk->slots[*slot]);
}

/* Adds records of one capture, one row each; gives 0, or -1 without memory or beyond 2^32 rows. */
API int walk_add(Walk *walk, uint32_t capture, uint64_t count, const uint64_t *offset, const uint32_t *held,
                 const uint32_t *wire, const int64_t *time, const uint16_t *link_type) {
    if (capture >= walk->buffer_count || !more_rows(walk, count)) return -1;
    Buffer buffer = walk->buffers[capture];
    uint32_t slots[PEEK];
    memset(slots, 0xFF, sizeof slots);
    for (uint64_t at = 0; at < count; at++) {
        uint32_t number = walk->row_count++;
        Row *row = &walk->rows[number];
        *row = (Row){time[at], 0, -1, 0, NO_FLOW};
        Packet packet = {walk, row, number, capture, buffer.bytes, 0, false, NULL, NULL, 0, 0};
        if (at + FETCH < count && offset[at + FETCH] < buffer.length) {
            __builtin_prefetch(buffer.bytes + offset[at + FETCH]);
            __builtin_prefetch(buffer.bytes + offset[at + FETCH] + 64);
        }
        if (at + PEEK < count && offset[at + PEEK] < buffer.length) {
            uint64_t room = buffer.length - offset[at + PEEK];
            uint32_t length = held[at + PEEK] < room ? held[at + PEEK] : (uint32_t)room;
            peek(walk, buffer.bytes + offset[at + PEEK], length, link_type[at + PEEK], &slots[(at + PEEK) % PEEK]);
        }
        uint32_t soon = slots[(at + PEEK / 2) % PEEK]; /* peeked at PEEK / 2 packets ago */
        if (soon < walk->slot_count && walk->slots[soon]) {
            const FlowState *flow = &walk->flows[walk->slots[soon] - 1];
            __builtin_prefetch(flow);
            __builtin_prefetch((const uint8_t *)flow + 64);
        }
        if (offset[at] > buffer.length || held[at] > buffer.length - offset[at] || offset[at] >= PLACE_MOST) {
            tally(&packet, TALLY_MALFORMED, LAYER_RECORD);
            continue;
        }
        Span span = {buffer.bytes + offset[at], held[at], wire[at] < held[at] ? held[at] : wire[at]};
        if (span.held > SIZE_MOST) span.held = SIZE_MOST;
        if (span.wire > SIZE_MOST) span.wire = SIZE_MOST;
        read_frame(&packet, span, link_type[at]);
    }
    return 0;
}

const uint8_t *payload_at(const Walk *walk, uint32_t row) {
    const Row *entry = &walk->rows[row];
    uint64_t offset = entry->place >> SIZE_BITS;
    if (entry->size >> SIZE_BITS & ROW_ARENA) return arena_at(walk, offset);
    uint32_t low = 0, high = walk->buffer_count;
    if (high == 1) return walk->buffers[0].bytes + offset;
    while (high - low > 1) { /* the last capture whose first row is not behind the row */
        uint32_t middle = low + (high - low) / 2;
        if (walk->first_rows[middle] <= row) low = middle;
        else high = middle;
    }
    return walk->buffers[low].bytes + offset;
}

/* Ends the walk: gives rows by flow and side (counting sort, stable) and frees what only the walk needs. */
API int walk_finish(Walk *walk) {
    fragments_end(walk);
    free(walk->slots);
    walk->slots = NULL;
    uint64_t sides = (uint64_t)walk->flow_count * 2;
    for (uint64_t at = 0; at < sides; at++) {
        FlowState *flow = &walk->flows[at >> 1];
        int side = at & 1;
        int64_t past = flow->acked[side] - flow->high[side]; /* a FIN takes one number and is no byte */
        bool end = flow->side[side] & SIDE_SEEN && (past == 1 || (past > 0 && flow->side[side] & SIDE_FIN));
        if (end) flow->acked[side] = flow->high[side];
        flow->high[side] = 0;
    }
    uint32_t total = 0;
    for (uint32_t row = 0; row < walk->row_count; row++) {
        uint32_t flow = walk->rows[row].flow;
        if (flow == NO_FLOW) continue;
        walk->flows[flow >> 1].high[flow & 1]++;
        total++;
    }
    uint32_t start = 0;
    for (uint64_t at = 0; at < sides; at++) {
        int64_t *range = &walk->flows[at >> 1].high[at & 1];
        uint32_t count = (uint32_t)*range;
        *range = (int64_t)((uint64_t)start << 32 | start); /* start << 32 | end, the end moves on below */
        start += count;
    }
    walk->order = spill_grow(&walk->order_spill, NULL, 0, total ? (uint64_t)total * sizeof *walk->order : 1);
    if (!walk->order) return -1;
    walk->order_count = total;
    for (uint32_t row = 0; row < walk->row_count; row++) {
        uint32_t flow = walk->rows[row].flow;
        if (flow == NO_FLOW) continue;
        int64_t *range = &walk->flows[flow >> 1].high[flow & 1];
        walk->order[(uint32_t)*range] = row;
        ++*range;
    }
    return 0;
}

/* What Python looks at: the arrays themselves, valid until walk_free. */
API const Row *walk_rows(const Walk *walk) { return walk->rows; }
API uint32_t walk_row_count(const Walk *walk) { return walk->row_count; }
API const FlowState *walk_flows(const Walk *walk) { return walk->flows; }
API uint32_t walk_flow_count(const Walk *walk) { return walk->flow_count; }
API const uint32_t *walk_order(const Walk *walk) { return walk->order; }
API const Tally *walk_tallies(const Walk *walk) { return walk->tallies; }
API const uint8_t *walk_macs(const Walk *walk) { return walk->macs[0]; }
API uint32_t walk_mac_count(const Walk *walk) { return walk->mac_count; }
API const uint64_t *walk_tunnels(const Walk *walk) { return walk->tunnels; }
API uint32_t walk_fragment_head(const Walk *walk, uint32_t row) { return fragment_head(walk, row); }
